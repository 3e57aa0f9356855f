"""Props that are laid on a crop, each with the pixels it takes: captions, badges, fingers, tweezers, stands, putty."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.grounds import clouds, skin, tint
from training.samples import U8

Rng = np.random.Generator
Layer = npt.NDArray[np.float32]

WORDS = (
    "BEFORE", "AFTER", "SALE", "NEW", "925", "18K", "GOLD", "@shop", "www.ring", "50%", "OFF", "Handmade", "Emerald",
    "2.01ct", "Size 7", "6mm", "No.3",
)  # fmt: skip
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_PLAIN,
)  # fmt: skip


def dressed(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """The picture (n, n, 3) with a prop, and (n, n) 255 where a prop hides it."""
    paint = PROPS[int(rng.integers(len(PROPS)))]
    return paint(rng, rgb)


def _over(rgb: U8, colour: npt.NDArray[np.float32] | Layer, cover: Layer) -> U8:
    c = np.clip(cover, 0, 1)[..., None]
    return np.clip(rgb * (1 - c) + colour * c, 0, 255).astype(np.uint8)


def caption(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A word on a badge, in a strip, or bare; sometimes a faint watermark, which hides nothing."""
    n = rgb.shape[0]
    text, font = str(rng.choice(WORDS)), int(rng.choice(FONTS))
    size, thick = float(rng.uniform(0.5, 2.4)), int(rng.integers(1, 5))
    (wide, high), _ = cv2.getTextSize(text, font, size, thick)
    x, y = int(rng.uniform(-0.2 * wide, n - 0.5 * wide)), int(rng.uniform(high, n))
    cover = np.zeros((n, n), np.float32)
    layer = np.zeros((n, n, 3), np.float32)
    style = rng.random()
    pad = int(rng.uniform(3, 22))
    paper = tint(rng, 0, 255, 0.5)
    if style < 0.4:
        cv2.rectangle(cover, (x - pad, y - high - pad), (x + wide + pad, y + pad), 1.0, -1)
    elif style < 0.55:
        middle = (x + wide // 2, y - high // 2)
        cv2.circle(cover, middle, wide // 2 + pad, 1.0, -1, cv2.LINE_AA)
    layer[cover > 0] = paper
    ink = tint(rng, 0, 255, 0.6)
    drawn = np.zeros((n, n), np.uint8)
    cv2.putText(drawn, text, (x, y), font, size, 255, thick, cv2.LINE_AA)
    letters = drawn.astype(np.float32) / 255
    layer = layer * (1 - letters[..., None]) + ink * letters[..., None]
    if style > 0.85:
        return _over(rgb, ink, letters * rng.uniform(0.1, 0.35)), np.zeros((n, n), np.uint8)
    whole = np.maximum(cover, letters)
    close = cv2.morphologyEx((whole > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return _over(rgb, layer, whole), close * 255


def finger(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A finger from the side of the crop: a tapering bar of skin, rounder light along it, sometimes with a nail."""
    n = rgb.shape[0]
    at, turn = rng.uniform(0.1, 0.9, 2) * n, rng.uniform(0, 2 * np.pi)
    width = rng.uniform(0.10, 0.42) * n
    along = np.array([np.cos(turn), np.sin(turn)])
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32)
    u = (xs - at[0]) * along[0] + (ys - at[1]) * along[1]
    v = -(xs - at[0]) * along[1] + (ys - at[1]) * along[0] + rng.normal(0, 0.1) * np.maximum(u, 0) ** 2 / n
    half = width / 2 * (1 + 0.25 * np.clip(u / n, 0, 1) + 0.03 * np.sin(u / width * 3))
    cap = np.hypot(np.minimum(u, 0), v)
    away = np.where(u < 0, cap, np.abs(v)) / half
    cover = cv2.GaussianBlur((away < 1).astype(np.float32), (0, 0), float(rng.uniform(0.6, 2.5)))
    side = np.clip(v / half, -1, 1)
    form = np.sqrt(np.clip(1 - 0.85 * np.clip(away, 0, 1) ** 2, 0, 1)) * (1 + rng.uniform(-0.25, 0.25) * side)
    creases = 1 - 0.15 * np.exp(-((np.sin(u / width * rng.uniform(1.5, 3)) / 0.06) ** 2)) * (u > width)
    colour = skin(rng) * (form * creases * (1 + 0.03 * clouds(rng, n, 5, 7)))[..., None]
    if rng.random() < 0.5:
        nail = ((u - 0.1 * width) / (0.42 * width)) ** 2 + (
            (v - rng.uniform(-0.1, 0.1) * width) / (0.3 * width)
        ) ** 2 < 1
        varnish = skin(rng) * 1.1 + 10 if rng.random() < 0.6 else tint(rng, 20, 240, 0.1)
        colour = np.where(nail[..., None], varnish * (0.8 + 0.4 * form[..., None] ** 2), colour)
    return _over(rgb, colour.astype(np.float32), cover), (cover > 0.5).astype(np.uint8) * 255


def tweezers(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """Two tapering blades from one side, brushed steel or black."""
    n = rgb.shape[0]
    tip, turn = rng.uniform(0.2, 0.8, 2) * n, rng.uniform(0, 2 * np.pi)
    cover = np.zeros((n, n), np.float32)
    colour = np.zeros((n, n, 3), np.float32)
    steel = rng.uniform(60, 220) if rng.random() < 0.7 else rng.uniform(5, 40)
    for side in (-1, 1):
        away = turn + side * rng.uniform(0.02, 0.16)
        along, across = np.array([np.cos(away), np.sin(away)]), np.array([-np.sin(away), np.cos(away)])
        start = tip + side * across * rng.uniform(1, 0.08 * n)
        thin, thick = rng.uniform(1.5, 6), rng.uniform(6, 26)
        end = start + along * 1.5 * n
        blade = np.array(
            [start - across * thin / 2, start + across * thin / 2, end + across * thick / 2, end - across * thick / 2]
        )
        one = np.zeros((n, n), np.float32)
        cv2.fillConvexPoly(one, blade.astype(np.int32), 1.0, cv2.LINE_AA)
        shine = 1 + 0.4 * clouds(rng, n, 1, 3)[..., None]
        colour = np.where(one[..., None] > 0, steel * shine * rng.uniform(0.8, 1.2), colour)
        cover = np.maximum(cover, one)
    return _over(rgb, colour.astype(np.float32), cover), (cover > 0.5).astype(np.uint8) * 255


def block(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A stand, a tag or the edge of a box: a flat or shaded body with straight or round sides."""
    n = rgb.shape[0]
    mask = np.zeros((n, n), np.uint8)
    middle, size = rng.uniform(0, n, 2), rng.uniform(0.12, 0.6, 2) * n
    if rng.random() < 0.35:
        cv2.ellipse(
            mask,
            middle.astype(int).tolist(),
            (size / 2).astype(int).tolist(),
            float(rng.uniform(0, 180)),
            0,
            360,
            255,
            -1,
        )
    else:
        cv2.fillConvexPoly(
            mask, cv2.boxPoints((middle.tolist(), size.tolist(), float(rng.uniform(0, 90)))).astype(np.int32), 255
        )
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32) / n
    shade = 1 + rng.uniform(-0.5, 0.5) * (xs - 0.5) + rng.uniform(-0.5, 0.5) * (ys - 0.5)
    rough = rng.uniform(0, 0.12) * clouds(rng, n, 4, 8, 0.8)
    colour = tint(rng, 8, 250) * (shade + rough)[..., None]
    cover = cv2.GaussianBlur(mask, (0, 0), 0.8).astype(np.float32) / 255
    return _over(rgb, colour.astype(np.float32), cover), mask


def putty(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A lump of putty or wax."""
    n = rgb.shape[0]
    middle, size = rng.uniform(0.1, 0.9, 2) * n, rng.uniform(0.04, 0.16) * n
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32)
    away = np.hypot(xs - middle[0], (ys - middle[1]) * rng.uniform(0.8, 1.6)) / size + 0.18 * clouds(rng, n, 3, 5)
    cover = np.clip((1 - away) * size / 2, 0, 1)
    base = rng.choice([200.0, 225.0, 90.0]) + rng.normal(0, 12, 3) if rng.random() < 0.7 else tint(rng, 40, 230, 0)
    form = np.sqrt(np.clip(1.05 - away**2, 0.1, 1)) * (1 - 0.3 * (ys - middle[1]) / size / 2)
    colour = base * (form * (1 + 0.05 * clouds(rng, n, 5, 8)))[..., None]
    return _over(rgb, colour.astype(np.float32), cover.astype(np.float32)), (cover > 0.5).astype(np.uint8) * 255


PROPS = (caption, caption, finger, finger, tweezers, block, putty)
