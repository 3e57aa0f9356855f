"""What is not the piece: fingers, tweezers, putty, stands, boxes, tags, captions, badges, marks over the picture.

`f(rng, rgb)` lays one on a picture (n, n, 3) and gives it with (n, n) bytes: how much of each pixel is prop. What only
shines through (a faint watermark, a sparkle) is no prop: there the truth stays what it was.
"""

# ruff: noqa: PLR0917 (a shape's few numbers)

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from training.captions import badge, caption, frame, over, some_text, watermark
from training.texture import F32, U8, Rng, bytes_of, colour, fractal, grid, lit, skin_colour, soft


def _capsule(n: int, tip: F32, turn: float, width: float, grow: float, bow: float) -> tuple[F32, F32, F32]:
    """Along (from the tip), across (-1 to 1) and away from the middle line (1 at the skin) of a finger-like body."""
    x, y = grid(n)
    c, s = np.cos(turn), np.sin(turn)
    u = (x - tip[0]) * c + (y - tip[1]) * s
    v = -(x - tip[0]) * s + (y - tip[1]) * c + bow * np.maximum(u, 0) ** 2 / n
    half = width / 2 * (1 + grow * np.clip(u / n, 0, 1.5) + 0.04 * np.cos(2 * np.pi * u / (1.3 * width)))
    start = u - width / 2
    away = np.where(start < 0, np.hypot(start / (width / 2), v / half), np.abs(v) / half)
    return u.astype(np.float32), (v / half).astype(np.float32), away.astype(np.float32)


def finger(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """One to three fingers from a side: round light, creases, nails, a shadow on what is behind."""
    n = rgb.shape[0]
    tip = rng.uniform(0.15, 0.85, 2) * n
    turn = float(np.arctan2(*(tip - n / 2)[::-1])) + float(rng.normal(0, 0.6))  # from the tip out of the picture
    width, base = float(rng.uniform(0.1, 0.34) * n), skin_colour(rng)
    lamp = float(rng.uniform(-0.7, 0.7))
    picture, hidden = rgb, np.zeros((n, n), np.uint8)
    for k in range(int(rng.choice([1, 1, 2, 3]))):
        across = np.array([-np.sin(turn), np.cos(turn)]) * width * 0.95 * k
        own = tip + across + rng.normal(0, 0.1, 2) * width
        u, side, away = _capsule(
            n, own, turn + 0.05 * k, width * rng.uniform(0.88, 1.08), 0.25, float(rng.normal(0, 0.12))
        )
        cover = soft(away < 1, float(rng.choice([0.7, 1.2, 4.0])))
        round_ = np.sqrt(np.clip(1.04 - np.clip(away, 0, 1) ** 2, 0.02, 1))
        form = np.clip(0.40 + 0.62 * (round_ + lamp * side * 0.6), 0.08, 1.25)
        folds = np.zeros((n, n), np.float32)
        for at in (1.0, 1.95, 2.05, 2.9):
            folds += np.exp(-(((u - at * width + 3 * side**2) / (0.025 * width)) ** 2))
        lines = np.exp(-np.abs(fractal(rng, n, 30, 2)) / 0.12)
        tone = base * (form * (1 - 0.16 * folds - 0.035 * lines))[..., None]
        tone = tone + np.array([26.0, 4.0, 2.0]) * np.exp(-((u / (0.6 * width)) ** 2))[..., None]
        if rng.random() < 0.55:
            nail = ((u - 0.34 * width) / (0.34 * width)) ** 2 + ((side - 0.1) / 0.62) ** 2
            coat = colour(rng, 30, 240, 0.1) if rng.random() < 0.35 else np.clip(base * 1.06 + 12, 0, 255)
            shine = np.exp(-(((side - 0.3) / 0.12) ** 2))[..., None] * 55
            tone = np.where((nail < 1)[..., None], coat * form[..., None] + shine, tone)
            tone = tone * (1 - 0.35 * np.exp(-(((nail - 1) / 0.12) ** 2)))[..., None]
        dark = np.roll(soft(cover, 0.08 * width), int(0.06 * width), 0)[..., None]
        picture, one = over(bytes_of(picture * (1 - 0.35 * dark)), np.asarray(tone, np.float32), cover)
        hidden = np.maximum(hidden, one)
    return picture, hidden


def tweezers(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """Two long blades that meet at a tip: steel with a bright edge, or black."""
    n = rgb.shape[0]
    x, y = grid(n)
    tip, turn = rng.uniform(0.2, 0.8, 2) * n, float(rng.uniform(0, 2 * np.pi))
    gap, spread = float(rng.uniform(0.0, 0.09) * n), float(rng.uniform(0.02, 0.14))
    steel = rng.random() < 0.65
    paint, cover = np.zeros((n, n, 3), np.float32), np.zeros((n, n), np.float32)
    tint = np.array([1.0, 1.0, 1.02]) if rng.random() < 0.85 else np.array([1.0, 0.85, 0.5])
    for sign in (-1.0, 1.0):
        a = turn + sign * spread
        u = (x - tip[0]) * np.cos(a) + (y - tip[1]) * np.sin(a)
        v = -(x - tip[0]) * np.sin(a) + (y - tip[1]) * np.cos(a) - sign * gap / 2
        half = np.clip(rng.uniform(0.003, 0.008) * n + u * rng.uniform(0.02, 0.05), 1.2, rng.uniform(0.02, 0.05) * n)
        one = soft((np.abs(v) < half) & (u > 0), 0.7)
        edge = np.exp(-(((v / half - 0.55 * sign) / 0.2) ** 2))
        streaks = 0.06 * fractal(rng, n, 40, 2, 0.8, 1.0)
        level = (120 + 60 * np.sin(u / n * rng.uniform(2, 9))) if steel else np.full((n, n), rng.uniform(8, 40))
        tone = (level * (1 + streaks) + (110 if steel else 40) * edge)[..., None] * tint
        paint = np.where(one[..., None] > 0, tone, paint)
        cover = np.maximum(cover, one)
    shadow = np.roll(soft(cover, 0.012 * n), int(0.02 * n), 0)[..., None]
    return over(bytes_of(rgb * (1 - 0.3 * shadow)), paint.astype(np.float32), cover)


def putty(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A kneaded lump of putty or wax with a shadow under it."""
    n = rgb.shape[0]
    x, y = grid(n)
    middle, size = rng.uniform(0.15, 0.85, 2) * n, float(rng.uniform(0.03, 0.14) * n)
    away = np.hypot(x - middle[0], (y - middle[1]) * rng.uniform(0.9, 1.7)) / size + 0.16 * fractal(rng, n, 9, 3)
    dome = np.sqrt(np.clip(1 - away**2, 0, 1)) * size + fractal(rng, n, 26, 3) * size * 0.06
    base = np.array([[228, 222, 205], [205, 208, 210], [96, 140, 190], [150, 120, 90], [240, 240, 238]])[
        int(rng.integers(5))
    ]
    tone = base * rng.uniform(0.75, 1.05) * (0.35 + 0.65 * lit(dome.astype(np.float32), rng))[..., None]
    cover = np.clip((1 - away) * size / 1.5, 0, 1).astype(np.float32)
    dark = np.roll(soft(cover, 0.25 * size), int(0.2 * size), 0)[..., None]
    return over(bytes_of(rgb * (1 - 0.45 * dark)), tone.astype(np.float32), cover)


def stand(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A block, cylinder or cone of acrylic, wood, stone or leather, seen from above its front edge."""
    n = rgb.shape[0]
    x, y = grid(n)
    middle = np.array([rng.uniform(0, 1), rng.uniform(0.35, 1.0)]) * n
    half, tall = float(rng.uniform(0.08, 0.3) * n), float(rng.uniform(0.05, 0.4) * n)
    flat, round_ = float(rng.uniform(0.15, 0.5)), rng.random() < 0.5
    dx = x - middle[0]
    taper = half * (1 - rng.uniform(0, 0.5) * np.clip((middle[1] + tall - y) / (2 * tall), 0, 1))
    if round_:
        top = (dx / half) ** 2 + ((y - middle[1]) / (flat * half)) ** 2 < 1
        body = (
            (np.abs(dx) < half)
            & (y > middle[1])
            & (y < middle[1] + tall + flat * np.sqrt(np.clip(half**2 - dx**2, 0, None)))
        )
    else:
        skew = rng.uniform(-0.6, 0.6)
        top = (np.abs(dx - skew * (y - middle[1])) < half) & (np.abs(y - middle[1]) < flat * half)
        body = (np.abs(dx - skew * flat * half) < taper) & (y > middle[1] + flat * half) & (y < middle[1] + tall)
    base = colour(rng, 15, 250, 0.7)
    grain = 1 + rng.uniform(0, 0.09) * fractal(rng, n, 20, 4, 0.7, float(rng.choice([1.0, 8.0])))
    side = (
        np.clip(0.62 + (0.3 * dx / half * rng.choice([-1.0, 1.0])), 0.2, 1.1)
        if round_
        else np.full((n, n), rng.uniform(0.5, 0.85))
    )
    shade = np.where(top, 1.0, side) * grain
    cover = soft(top | body, 0.8)
    dark = np.roll(soft(cover, 0.04 * n), int(0.03 * n), 1)[..., None]
    return over(bytes_of(rgb * (1 - 0.3 * dark)), (base * shade[..., None]).astype(np.float32), cover)


def tag(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A paper tag on a thread, with a number or a code of bars on it."""
    n = rgb.shape[0]
    wide, high = rng.uniform(0.12, 0.3) * n, rng.uniform(0.06, 0.14) * n
    middle, turn = rng.uniform(0.1, 0.9, 2) * n, float(rng.uniform(-60, 60))
    card = np.full((int(high) + 1, int(wide) + 1), 255.0, np.float32)
    if rng.random() < 0.5:
        bars = rng.random(card.shape[1] // 2 + 1) < 0.5
        card[int(0.25 * high) : int(0.7 * high), int(0.1 * wide) : int(0.9 * wide)] *= np.where(
            np.repeat(bars, 2)[: card.shape[1]], 0.1, 1.0
        )[int(0.1 * wide) : int(0.9 * wide)]
    else:
        page = Image.fromarray(card.astype(np.uint8))
        font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf", max(int(high * 0.4), 7))
        ImageDraw.Draw(page).text((card.shape[1] / 2, card.shape[0] / 2), some_text(rng)[:9], 20, font, anchor="mm")
        card = np.asarray(page, np.float32)
    a = np.radians(turn)
    c, s = float(np.cos(a)), float(np.sin(a))
    matrix = np.array(
        [[c, -s, middle[0] - c * wide / 2 + s * high / 2], [s, c, middle[1] - s * wide / 2 - c * high / 2]]
    )
    cover = cv2.warpAffine(np.ones_like(card), matrix, (n, n))
    paint = cv2.warpAffine(card, matrix, (n, n), borderValue=255.0)[..., None] / 255 * colour(rng, 180, 250, 0.7)
    dark = np.roll(soft(cover, 3), 3, 0)[..., None]
    picture, hidden = over(bytes_of(rgb * (1 - 0.35 * dark)), paint.astype(np.float32), np.asarray(cover, np.float32))
    thread = np.zeros((n, n), np.float32)
    points = np.cumsum(np.vstack([middle, rng.normal(0, 0.12 * n, (4, 2))]), 0)
    t = np.linspace(0, 4, 80)
    path = np.stack([np.interp(t, np.arange(5), points[:, i]) for i in (0, 1)], -1)
    path = np.stack([np.convolve(np.pad(path[:, i], 8, "edge"), np.ones(17) / 17, "valid") for i in (0, 1)], -1)
    cv2.polylines(thread, [np.rint(path).astype(np.int32)], False, 1.0, 1, cv2.LINE_AA)
    out, line = over(picture, np.broadcast_to(colour(rng), (n, n, 3)), thread)
    return out, np.maximum(hidden, line)


def dust(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """Specks, lint, scratches of light and star sparkles: too little to be a prop."""
    n = rgb.shape[0]
    cover = np.zeros((n, n), np.float32)
    for _ in range(int(rng.integers(5, 60))):
        at = rng.uniform(0, n, 2)
        cv2.circle(
            cover,
            (int(at[0] * 16), int(at[1] * 16)),
            int(16 * rng.uniform(0.4, 1.4)),
            float(rng.uniform(0.3, 0.9)),
            -1,
            cv2.LINE_AA,
            4,
        )
    for _ in range(int(rng.integers(0, 5))):
        bend = np.cumsum(rng.normal(0, 0.25, 30)) + rng.uniform(0, 6)
        path = rng.uniform(0, n, 2) + np.cumsum(np.stack([np.cos(bend), np.sin(bend)], -1), 0) * n * 0.006
        cv2.polylines(cover, [np.rint(path * 16).astype(np.int32)], False, 0.7, 1, cv2.LINE_AA, 4)
    for _ in range(int(rng.choice([0, 0, 0, 2, 5]))):
        at, reach = rng.integers(0, n, 2), rng.uniform(0.01, 0.05) * n
        x, y = grid(n)
        dx, dy = np.abs(x - at[0]), np.abs(y - at[1])
        cover += np.exp(-(dx / reach + dy * 3)) + np.exp(-(dy / reach + dx * 3))
    tone = np.where(rng.random((n, n, 1)) < 0.8, 235.0, 40.0) if rng.random() < 0.2 else np.full((n, n, 1), 235.0)
    out, _ = over(rgb, np.broadcast_to(tone, (n, n, 3)).astype(np.float32), np.clip(cover, 0, 0.95))
    return out, np.zeros((n, n), np.uint8)


PROPS: tuple[Callable[[Rng, U8], tuple[U8, U8]], ...] = (
    caption, badge, finger, finger, tweezers, putty, stand, tag, frame, watermark, dust,
)  # fmt: skip
