"""People as grounds: a neck and a dress, a face, an ear with hair: what wears a piece and is none."""

from __future__ import annotations

import cv2
import numpy as np

from training.texture import F32, U8, Rng, bytes_of, colour, fractal, grid, skin_colour, soft


def _blob(n: int, points: F32, sigma: float) -> F32:
    mask = np.zeros((n, n), np.float32)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 1.0, cv2.LINE_AA)
    return soft(mask, sigma)


def _strands(rng: Rng, n: int) -> F32:
    """Hair: long fine strands in waves, about 1."""
    x, y = grid(n)
    wave = (
        x / n + 0.12 * np.sin(2 * np.pi * (y / n * rng.uniform(0.6, 2) + rng.random())) + 0.03 * fractal(rng, n, 2, 2)
    )
    fine = fractal(rng, n, 60, 3, 0.9, 0.05)
    lock = np.sin(wave * rng.uniform(30, 80)) * 0.18
    gloss = 0.5 * np.exp(-(((y / n - rng.uniform(0.2, 0.6)) / 0.12) ** 2))
    return np.asarray(0.75 + lock + 0.1 * fine + gloss * (0.5 + lock), np.float32)


def _hair(rng: Rng) -> F32:
    tones = [(25, 18, 15), (60, 38, 24), (110, 70, 35), (185, 140, 85), (120, 50, 25), (150, 145, 140)]
    return np.asarray(tones[int(rng.integers(len(tones)))], np.float32) * np.float32(rng.uniform(0.7, 1.2))


def neckline(rng: Rng, n: int) -> U8:
    """A neck, collarbones and a dress below, hair at the sides, from the mouth down."""
    x, y = grid(n)
    out = (
        np.broadcast_to(colour(rng, 40, 240, 0.6), (n, n, 3)).astype(np.float32)
        * (1 + 0.1 * fractal(rng, n, 1, 2))[..., None]
    )
    middle, wide = rng.uniform(0.35, 0.65) * n, rng.uniform(0.14, 0.24) * n
    at = rng.uniform(0.25, 0.45) * n
    base = skin_colour(rng)
    t = np.linspace(0, 1, 40)
    side = wide + (0.65 * n - wide) * np.clip((t - 0.35) / 0.3, 0, 1) ** 2.2
    edge = np.concatenate(
        [
            np.stack([middle - side, t * 2 * n - n * 0.4 + at * 0.2], -1),
            np.stack([middle + side, t * 2 * n - n * 0.4 + at * 0.2], -1)[::-1],
        ]
    )
    body = _blob(n, edge.astype(np.float32), 1.2)
    across = (x - middle) / wide
    light = 1.0 - 0.28 * np.clip(np.abs(across + rng.uniform(-0.4, 0.4)), 0, 1.6) ** 2 + 0.03 * fractal(rng, n, 3, 3)
    bone = np.exp(-(((y - at - 0.22 * n - 0.10 * np.abs(x - middle)) / (0.02 * n)) ** 2)) * (np.abs(across) > 0.25)
    shade = np.exp(-(((y - at * 0.35) / (0.14 * n)) ** 2)) * 0.4
    tone = base * np.clip(light + 0.14 * bone - shade, 0.15, 1.3)[..., None]
    out = out * (1 - body[..., None]) + tone * body[..., None]
    drop = at + rng.uniform(0.28, 0.55) * n
    depth = rng.uniform(0.0, 0.5) * n
    cut = drop - np.abs(x - middle) * rng.uniform(0.2, 0.9) + depth * np.exp(-(((x - middle) / (0.3 * n)) ** 2)) * 0.5
    cloth = soft(y > cut, 1.0)
    folds = 1 + 0.18 * fractal(rng, n, 3, 3, 0.5, 0.25)
    weave = 1 + 0.06 * np.sin(x * rng.uniform(0.6, 2)) * np.sin(y * rng.uniform(0.6, 2))
    out = out * (1 - cloth[..., None]) + colour(rng, 15, 240, 0.4) * (folds * weave)[..., None] * cloth[..., None]
    hair = soft(
        (np.abs(x - middle) > wide * (1.15 + 0.5 * np.sin(y / n * 3 + rng.uniform(0, 3))))
        & (np.abs(x - middle) < wide * rng.uniform(1.7, 3.2)),
        2.0,
    )
    if rng.random() < 0.6:
        hair = hair * soft(y < drop + rng.uniform(-0.3, 0.5) * n, 9)
        out = out * (1 - hair[..., None]) + _hair(rng) * _strands(rng, n)[..., None] * hair[..., None]
    return _focused(rng, out)


def face(rng: Rng, n: int) -> U8:
    """A face or a part of it: eyes, brows, nose, lips, hair around."""
    x, y = grid(n)
    base, scale = skin_colour(rng), float(rng.uniform(0.28, 0.7) * n)
    middle = np.array([rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.6)]) * n
    a = rng.normal(0, 0.2)
    u = ((x - middle[0]) * np.cos(a) + (y - middle[1]) * np.sin(a)) / scale
    v = (-(x - middle[0]) * np.sin(a) + (y - middle[1]) * np.cos(a)) / scale
    out = _hair(rng) * _strands(rng, n)[..., None]
    away = np.hypot(u / (0.72 - 0.12 * np.clip(v, 0, 1)), v / 1.0)
    head = soft(away < 1, 2.0)
    light = np.clip(1.05 - 0.35 * away**2 + 0.25 * u * rng.uniform(-1, 1) + 0.02 * fractal(rng, n, n / 9, 2), 0.2, 1.3)
    nose = np.exp(-((u / 0.09) ** 2)) * np.exp(-(((v - 0.1) / 0.25) ** 2))
    under = np.exp(-((u / 0.12) ** 2 + ((v - 0.28) / 0.04) ** 2))
    tone = base * (light + 0.12 * nose - 0.3 * under)[..., None]
    tone = (
        tone
        + np.array([20.0, -2.0, 0.0])
        * np.exp(-(((np.abs(u) - 0.35) / 0.15) ** 2 + ((v - 0.25) / 0.15) ** 2))[..., None]
    )
    iris_colour = colour(rng, 20, 130, 0.3)
    for sign in (-1.0, 1.0):
        du, dv = u - sign * 0.28, v + 0.12
        lid = np.abs(dv) < 0.075 * np.clip(1 - (du / 0.155) ** 2, 0, 1) ** 0.7
        iris = np.hypot(du, dv) < 0.065
        eye = np.where(iris[..., None], iris_colour, np.array([232.0, 228.0, 224.0]))
        eye = np.where((np.hypot(du, dv) < 0.028)[..., None], 8.0, eye)
        eye = np.where((np.hypot(du - 0.02, dv + 0.02) < 0.012)[..., None], 250.0, eye)
        tone = np.where(lid[..., None], eye, tone)
        lash = np.exp(-(((np.abs(dv) - 0.075 * np.clip(1 - (du / 0.155) ** 2, 0, 1) ** 0.7) / 0.012) ** 2)) * (
            np.abs(du) < 0.17
        )
        brow = np.exp(-(((dv + 0.15 + 0.25 * du**2) / 0.028) ** 2)) * soft(np.abs(du) < 0.18, 1.5)
        tone = tone * (1 - 0.75 * lash[..., None]) * (1 - 0.65 * brow[..., None])
    upper = 0.05 * (1 - (u / 0.24) ** 2) * (1 - 0.25 * np.exp(-((u / 0.05) ** 2)))
    lips = ((v - 0.5) > -upper) & ((v - 0.5) < 0.075 * (1 - (u / 0.24) ** 2)) & (np.abs(u) < 0.24)
    red = base * np.array([1.0, 0.62, 0.62]) if rng.random() < 0.6 else base * np.array([0.95, 0.35, 0.4])
    tone = np.where(lips[..., None], red * (0.8 + 0.3 * np.exp(-(((v - 0.53) / 0.02) ** 2)))[..., None], tone)
    tone = tone * (1 - 0.6 * (np.exp(-(((v - 0.5) / 0.008) ** 2)) * (np.abs(u) < 0.23)))[..., None]
    return _focused(rng, out * (1 - head[..., None]) + tone * head[..., None])


def _focused(rng: Rng, picture: F32) -> U8:
    """People are often behind the focus."""
    blur = float(rng.choice([0.0, 0.8, rng.uniform(1, 7)]))
    return bytes_of(
        np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), blur) if blur else picture, np.float32)
    )
