"""Grounds as jewellery is laid on, painted: `f(rng, n)` gives (n, n, 3) sRGB bytes, the same for the same generator."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.people import face, neckline
from training.texture import F32, U8, Rng, bytes_of, colour, fractal, grid, lit, skin_colour, soft


def sweep(rng: Rng, n: int) -> U8:
    """Seamless paper: a gradient from near to far, a pool of light, hardly any texture."""
    x, y = grid(n)
    base = colour(rng, 120 if rng.random() < 0.8 else 10, 255, 0.75)
    ramp = 1 + rng.uniform(-0.4, 0.25) * (y / n - 0.5) + rng.uniform(-0.15, 0.15) * (x / n - 0.5)
    pool = np.exp(-(((x / n - rng.uniform(0.2, 0.8)) / 0.6) ** 2 + ((y / n - rng.uniform(0.2, 0.8)) / 0.6) ** 2))
    shade = ramp * (0.85 + rng.uniform(0, 0.3) * pool)
    if rng.random() < 0.35:  # the edge between table and wall
        at, soft_by = rng.uniform(0.15, 0.5) * n, rng.uniform(0.5, 30)
        shade = shade * (1 - rng.uniform(-0.2, 0.35) / (1 + np.exp(np.clip((y - at) / soft_by, -50, 50))))
    return bytes_of(base * shade[..., None] + rng.normal(0, 0.8, (n, n, 1)))


def white(rng: Rng, n: int) -> U8:
    """The white, or off-white, of a shop."""
    value = float(rng.choice([255, 254, 250, 246, 240]))
    return bytes_of(np.broadcast_to(np.full(3, value) + rng.normal(0, 1.2, 3), (n, n, 3)).astype(np.float32))


def linen(rng: Rng, n: int) -> U8:
    """Woven cloth in folds: single threads, slubs, light across the folds."""
    x, y = grid(n)
    pitch = rng.uniform(2.2, 9) * n / 448
    warp = rng.uniform(0, 4) * fractal(rng, n, 2, 3)
    u, v = (x + warp) / pitch, (y + warp.T) / pitch
    over = (np.floor(u) + np.floor(v)) % 2
    thread = np.where(over > 0, np.abs(np.sin(np.pi * u)), np.abs(np.sin(np.pi * v)))
    slub = 0.1 * fractal(rng, n, 6, 5, 0.7, 12) + 0.1 * fractal(rng, n, 6, 5, 0.7, 12).T
    folds = lit(fractal(rng, n, 1.2, 2, 0.4) * n * rng.uniform(0.0, 0.09), rng)
    shade = (0.72 + 0.3 * thread + slub * rng.uniform(0.3, 1)) * folds
    return bytes_of(colour(rng, 60, 235)[None, None] * shade[..., None])


def satin(rng: Rng, n: int) -> U8:
    """Satin or silk: long soft folds with bright ridges."""
    height = fractal(rng, n, 1.5, 3, 0.4, rng.uniform(1, 4)) * n * rng.uniform(0.08, 0.22)
    turned = cv2.warpAffine(
        height,
        cv2.getRotationMatrix2D((n / 2, n / 2), float(rng.uniform(0, 360)), 1.5),
        (n, n),
        borderMode=cv2.BORDER_REFLECT,
    )
    shade = lit(np.asarray(turned, np.float32), rng)
    base = colour(rng, 60, 245, 0.3)
    gloss = np.clip(shade - 1.05, 0, 1)[..., None] * 255 * rng.uniform(0.4, 1.6)
    return bytes_of(base * (0.25 + 0.75 * shade[..., None]) + gloss)


def velvet(rng: Rng, n: int) -> U8:
    """Velvet: deep colour, light where the pile turns away, fine grain and lint."""
    height = fractal(rng, n, 1.3, 3, 0.35) * n * rng.uniform(0.06, 0.2)
    gy, gx = np.gradient(height)
    rim = 1 - 1 / np.sqrt(1 + gx**2 + gy**2)
    grain = fractal(rng, n, n / 6, 2, 0.8)
    base = colour(rng, 15, 150, 0.4)
    shade = 0.35 + rng.uniform(0.8, 2.5) * rim + 0.06 * grain + 0.05 * fractal(rng, n, 3, 4)
    return bytes_of(base * shade[..., None] + 18 * np.clip(rim, 0, 1)[..., None])


def suede_box(rng: Rng, n: int) -> U8:
    """A ring box from above: a foam cushion with a slot, walls, and the table around it."""
    out = sweep(rng, n).astype(np.float32)
    turn, scale = float(rng.normal(0, 14)), float(rng.uniform(0.55, 1.3))
    middle = rng.uniform(0.35, 0.65, 2) * n
    base = colour(rng, 10, 235, 0.6)
    nap = fractal(rng, n, n / 5, 2, 0.8)

    def quad(width: float, height: float) -> F32:
        box = cv2.boxPoints(((float(middle[0]), float(middle[1])), (width * n * scale, height * n * scale), turn))
        mask = np.zeros((n, n), np.float32)
        cv2.fillConvexPoly(mask, np.rint(box).astype(np.int32), 1.0, cv2.LINE_AA)
        return soft(mask, 1.2)

    wall, cushion, slot = quad(1.0, 0.85), quad(0.86, 0.7), quad(0.8, 0.05)
    out = out * (1 - soft(wall, 9)[..., None] * 0.5)
    for mask, tone in ((wall, rng.uniform(0.5, 1.2)), (cushion, rng.uniform(0.7, 1.3))):
        edge = soft(mask, 3) - soft(mask, 9)
        face = base * tone * (1 + 0.05 * nap + edge * rng.uniform(-0.8, 0.8))[..., None]
        out = out * (1 - mask[..., None]) + face * mask[..., None]
    return bytes_of(out * (1 - 0.85 * slot[..., None]))


def wood(rng: Rng, n: int) -> U8:
    """Boards: rings, fibres, pores, a knot at times, joints between boards."""
    x, y = grid(n)
    bent = y / n + 0.05 * fractal(rng, n, 1.2, 3, 0.5, 5)
    if rng.random() < 0.4:
        at = rng.uniform(0, n, 2)
        bent = bent + 0.12 * np.exp(-((x - at[0]) ** 2 / (0.1 * n) ** 2 + (y - at[1]) ** 2 / (0.05 * n) ** 2))
    rings = np.sin(2 * np.pi * bent * rng.uniform(6, 30))
    fibre, pores = fractal(rng, n, 30, 4, 0.8, 25), fractal(rng, n, n / 5, 1, 0.8, 14)
    shade = 1 + 0.12 * rings + 0.10 * fibre - 0.12 * (pores > 1.6)
    warm = np.array([1.0, rng.uniform(0.62, 0.85), rng.uniform(0.38, 0.72)]) * rng.uniform(55, 245)
    out = warm * shade[..., None]
    if rng.random() < 0.4:
        step = rng.uniform(0.2, 0.6) * n
        board = np.floor((y + rng.uniform(0, n)) / step)
        tone = rng.uniform(0.8, 1.15, 64)[board.astype(int) % 64]
        gap = np.abs(((y + rng.uniform(0, n)) / step) % 1 - 0.5) > 0.494
        out = out * (tone * (1 - 0.6 * gap))[..., None]
    return _turned(rng, bytes_of(np.asarray(out, np.float32)))


def marble(rng: Rng, n: int) -> U8:
    """Marble: thin veins that branch along a direction, clouds between them, polished."""
    warped = fractal(rng, n, 1.6, 6, 0.55)
    thin = np.exp(-np.abs(warped) / rng.uniform(0.02, 0.08)) * np.clip(0.5 + 0.7 * fractal(rng, n, 1.5, 2), 0, 1)
    finer = np.exp(-np.abs(fractal(rng, n, 4, 5, 0.6)) / 0.03) * np.clip(fractal(rng, n, 2, 2), 0, 1) * 0.5
    dark = rng.random() < 0.25
    base = colour(rng, 15, 70, 0.8) if dark else colour(rng, 200, 250, 0.85)
    vein = colour(rng, 150, 235, 0.7) if dark else colour(rng, 70, 170, 0.75)
    amount = np.clip(thin + finer, 0, 1)[..., None] * rng.uniform(0.3, 0.9)
    return bytes_of((base * (1 + 0.03 * fractal(rng, n, 2, 5))[..., None]) * (1 - amount) + vein * amount)


def rock(rng: Rng, n: int) -> U8:
    """Slate, concrete, plaster or rough stone: a height map under a raking lamp."""
    height = fractal(rng, n, rng.uniform(2, 6), 7, rng.uniform(0.55, 0.75)) * n * rng.uniform(0.003, 0.02)
    if rng.random() < 0.4:
        height = np.round(height / 2.0) * 1.2 + 0.4 * height
    shade = lit(height.astype(np.float32), rng)
    stain = 1 + 0.12 * fractal(rng, n, 2, 4)
    return bytes_of(colour(rng, 40, 225, 0.93) * (shade * stain)[..., None])


def sand(rng: Rng, n: int) -> U8:
    """Sand or salt: single grains, dunes."""
    grains = fractal(rng, n, n / rng.uniform(2.5, 7), 2, 0.9)
    dunes = lit(fractal(rng, n, 2, 3) * n * 0.03, rng)
    base = np.array([1.0, rng.uniform(0.82, 0.98), rng.uniform(0.65, 0.95)]) * rng.uniform(120, 240)
    return bytes_of(base.astype(np.float32) * (dunes * (1 + 0.16 * grains))[..., None])


def skin(rng: Rng, n: int) -> U8:
    """Skin from near: fine crossing lines, pores, a broad form under it, a crease."""
    base = skin_colour(rng)
    cells = np.abs(fractal(rng, n, n / 14, 2, 0.6, 1.6))
    lines = np.exp(-cells / 0.12)
    form = lit(fractal(rng, n, 0.8, 2, 0.4) * n * rng.uniform(0.05, 0.2), rng)
    blotch = fractal(rng, n, 3, 3)
    out = base * (form * (1 - 0.05 * lines + 0.02 * fractal(rng, n, n / 5, 1)))[..., None]
    out = out + blotch[..., None] * np.array([3.0, -1.0, -1.5])
    if rng.random() < 0.5:
        x, y = grid(n)
        a = rng.uniform(0, np.pi)
        line = np.abs(
            (x - rng.uniform(0, n)) * np.cos(a) + (y - rng.uniform(0, n)) * np.sin(a) + 8 * fractal(rng, n, 2, 3)
        )
        out = out * (1 - 0.25 * np.exp(-line / (n * 0.012)))[..., None]
    return bytes_of(out.astype(np.float32))


def hand(rng: Rng, n: int) -> U8:
    """Fingers side by side, as a hand that wears a ring, before a dim or bright ground."""
    out = scene(rng, n).astype(np.float32)
    x, y = grid(n)
    a = rng.normal(0, 0.35) + rng.choice([0.0, np.pi / 2])
    u = (x - n / 2) * np.cos(a) + (y - n / 2) * np.sin(a)
    v = -(x - n / 2) * np.sin(a) + (y - n / 2) * np.cos(a)
    width = rng.uniform(0.16, 0.42) * n
    base = skin_colour(rng)
    bend = 0.06 * fractal(rng, n, 0.8, 1) * n * 0.3
    first = int(rng.integers(1, 3))
    for k in range(-first, int(rng.integers(1, 4))):
        own = width * rng.uniform(0.9, 1.1)
        side = (v + bend - k * width * 1.02) / (own / 2)
        length = n * rng.uniform(0.05, 0.5)
        away = np.hypot(np.maximum(u - length, 0) / (own / 2), side)
        cover = soft(away < 1, 1.2)
        form = np.sqrt(np.clip(1.02 - np.clip(away, 0, 1) ** 2, 0.03, 1)) * (1 + 0.2 * side * rng.uniform(-1, 1))
        creases = sum(np.exp(-(((u - c) / (0.02 * n)) ** 2)) for c in length - own * np.array([0.9, 1.9, 2.0]))
        tone = base * (0.45 + 0.6 * form - 0.10 * creases + 0.015 * fractal(rng, n, n / 8, 2))[..., None]
        nail = ((u - length + 0.12 * own) / (0.42 * own)) ** 2 + (side / 0.62) ** 2 < 1
        gloss = colour(rng, 90, 230, 0.1) if rng.random() < 0.4 else base * 1.08 + 8
        tone = np.where(nail[..., None], gloss * (0.65 + 0.5 * form[..., None]), tone)
        out = out * (1 - cover[..., None]) + tone * cover[..., None]
    blur = float(rng.choice([0.0, 0.8, rng.uniform(1, 6)]))
    return bytes_of(cv2.GaussianBlur(out.astype(np.float32), (0, 0), blur) if blur else out.astype(np.float32))


def leaf(rng: Rng, n: int) -> U8:
    """A leaf or petal that fills the picture: midrib, side veins, net of fine veins."""
    x, y = grid(n)
    a = rng.uniform(0, 2 * np.pi)
    u = ((x - n / 2) * np.cos(a) + (y - n / 2) * np.sin(a)) / n
    v = (-(x - n / 2) * np.sin(a) + (y - n / 2) * np.cos(a)) / n + 0.04 * fractal(rng, n, 1, 2) + rng.uniform(-0.3, 0.3)
    slant = (u - np.abs(v) * rng.uniform(0.5, 1.2)) * rng.uniform(4, 9)
    veins = np.exp(-np.abs(v) / 0.008) + 0.7 * np.exp(-np.abs((slant % 1) - 0.5) / 0.05)
    net = np.exp(-np.abs(fractal(rng, n, n / 20, 2)) / 0.15)
    palette = [(70, 110, 40), (150, 120, 80), (190, 60, 50), (215, 170, 180), (200, 150, 60), (235, 228, 220)]
    base = np.array(palette[int(rng.integers(len(palette)))]) * rng.uniform(0.6, 1.2)
    shade = 1 + 0.25 * veins * rng.choice([-1.0, 1.0]) - 0.08 * net + 0.1 * fractal(rng, n, 3, 4)
    return bytes_of(base.astype(np.float32) * shade[..., None])


def scene(rng: Rng, n: int) -> U8:
    """A room, a garden or a window far behind the focus: soft planes of colour, discs of light."""
    small = 24
    cells = np.stack([fractal(rng, small, 2, 3, 0.7) for _ in range(3)], -1)
    grey = cells.mean(-1, keepdims=True)
    base = colour(rng, 30, 200, 0.3)
    plane = base * (1 + 0.45 * grey) + 22 * (cells - grey) * rng.uniform(0.3, 1.5)
    out = cv2.resize(plane.astype(np.float32), (n, n), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.choice([0, rng.integers(4, 40)]))):
        disc = np.zeros((n, n), np.float32)
        radius = int(rng.uniform(0.01, 0.09) * n)
        cv2.circle(disc, rng.integers(0, n, 2).tolist(), max(radius, 2), 1.0, -1, cv2.LINE_AA)
        rim = soft(disc, 1.0) * (0.8 + 0.4 * (soft(disc, 1.0) - soft(disc, 0.2 * radius + 1)))
        out = out + rim[..., None] * colour(rng, 40, 190, 0.2)
    return bytes_of(out)


def acrylic(rng: Rng, n: int) -> U8:
    """Black or white gloss: a mirrored horizon, streaks of lamps."""
    x, y = grid(n)
    dark = rng.random() < 0.6
    level = rng.uniform(6, 40) if dark else rng.uniform(190, 245)
    ramp = level * (1 + rng.uniform(-0.5, 0.9) * (y / n)) + rng.uniform(0, 60) * np.exp(
        -(((y / n - rng.uniform(0, 1)) / 0.12) ** 2)
    )
    streak = np.exp(-(((x / n - rng.uniform(0, 1)) / rng.uniform(0.02, 0.15)) ** 2)) * rng.uniform(0, 50)
    return bytes_of((ramp + streak)[..., None] * rng.uniform(0.95, 1.05, 3).astype(np.float32))


def shadowed(rng: Rng, picture: U8) -> U8:
    """The ground under hard or soft shadows: a blind, leaves, the edge of a window."""
    n = picture.shape[0]
    x, y = grid(n)
    a = rng.uniform(0, np.pi)
    along = (x * np.cos(a) + y * np.sin(a)) / n
    if rng.random() < 0.4:
        shade = ((along * rng.uniform(3, 9)) % 1 < rng.uniform(0.3, 0.7)).astype(np.float32)
    else:
        shade = (fractal(rng, n, rng.uniform(1.5, 5), 3) > rng.uniform(-0.5, 0.8)).astype(np.float32)
    depth = rng.uniform(0.2, 0.6)
    return bytes_of(picture * (1 - depth * soft(shade, float(rng.uniform(1, 14))))[..., None])


def _turned(rng: Rng, picture: U8) -> U8:
    n = picture.shape[0]
    matrix = cv2.getRotationMatrix2D((n / 2, n / 2), float(rng.uniform(0, 360)), 1.5)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (n, n), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8
    )


BACKGROUNDS: tuple[Callable[[Rng, int], U8], ...] = (
    sweep, white, linen, satin, velvet, suede_box, wood, marble, rock, sand, skin, hand, leaf, scene, acrylic, sweep,
    neckline, face,
)  # fmt: skip
SHADOWED = 0.2
"""Share of grounds that a shadow falls on."""


def backgrounds(count: int, seed: int, n: int = 448) -> list[U8]:
    """That many grounds (n, n, 3), kind after kind; the same for the same seed."""
    made = []
    for k in range(count):
        rng = np.random.default_rng([seed, 77, k])
        picture = BACKGROUNDS[k % len(BACKGROUNDS)](rng, n)
        made.append(shadowed(rng, picture) if rng.random() < SHADOWED else picture)
    return made
