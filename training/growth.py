"""What stones without facets have inside: the play of colour of opal, bands of malachite, veins, clouds.

The renderer gives them one colour; this paints their growth over it, under the exact mask, and keeps the light.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from training.texture import F32, U8, Rng, bytes_of, fractal

Ids = npt.NDArray[np.uint16]


def _opal(rng: Rng, n: int) -> F32:
    """Flakes of pure colour, each of one hue, over milk or over black."""
    points = rng.uniform(0, n, (int(rng.integers(60, 400)), 2)).astype(np.float32)
    y, x = np.mgrid[0:n, 0:n].astype(np.float32)
    warp = 0.02 * n
    x, y = x + warp * fractal(rng, n, 8, 3), y + warp * fractal(rng, n, 8, 3)
    best, which = np.full((n, n), np.inf, np.float32), np.zeros((n, n), np.int32)
    for k, (px, py) in enumerate(points):
        away = (x - px) ** 2 + (y - py) ** 2
        nearer = away < best
        best[nearer], which[nearer] = away[nearer], k
    hue = (rng.uniform(0, 180) + rng.normal(0, 50, len(points))) % 180
    hsv = np.stack([hue, rng.uniform(120, 255, len(points)), rng.uniform(90, 255, len(points))], -1).astype(np.uint8)
    flake = cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0].astype(np.float32)
    bright = np.clip(rng.normal(0.35, 0.4, len(points)), 0, 1).astype(np.float32)[which]
    base = np.full(3, rng.choice([25.0, 215.0, 200.0]), np.float32)
    share = (bright * rng.uniform(0.5, 1.0))[..., None]
    return cv2.GaussianBlur(base * (1 - share) + flake[which] * share, (0, 0), n / 400 + 0.5)


def _bands(rng: Rng, n: int) -> F32:
    wave = np.sin(
        rng.uniform(20, 60) * (np.hypot(*np.mgrid[0:n, 0:n].astype(np.float32)) / n + 0.1 * fractal(rng, n, 2, 3))
    )
    return np.asarray(128 * (1 + 0.6 * wave)[..., None] * np.ones(3), np.float32)


def _veins(rng: Rng, n: int) -> F32:
    line = np.exp(-np.abs(fractal(rng, n, 5, 4)) / rng.uniform(0.03, 0.1))[..., None]
    tone = np.array([40.0, 30.0, 20.0]) if rng.random() < 0.6 else np.array([235.0, 190.0, 90.0])
    return np.asarray(128 * (1 - line) + tone * line, np.float32)


def _clouds(rng: Rng, n: int) -> F32:
    return np.asarray(128 * (1 + rng.uniform(0.1, 0.35) * fractal(rng, n, 4, 4))[..., None] * np.ones(3), np.float32)


GROWTH: dict[str, tuple[Callable[[Rng, int], F32], float]] = {
    "opal": (_opal, 1.0),
    "malachite": (_bands, 0.9),
    "turquoise": (_veins, 0.5),
    "lapis": (_veins, 0.4),
    "jade": (_clouds, 0.7),
    "carnelian": (_clouds, 0.6),
    "rosequartz": (_clouds, 0.5),
    "moonstone": (_clouds, 0.4),
}
"""By material: what grows in it, and in which share of the pictures it shows."""
MIDDLE = 128.0
"""The painted grey that leaves a colour as it is."""


def grown(rng: Rng, rgb: U8, ids: Ids, things: list[dict[str, Any]]) -> U8:
    """The picture with growth in its cabochons; the labels stay what they are."""
    out = rgb
    for kind in sorted({one["kind"] for one in things} & set(GROWTH)):
        paint, share = GROWTH[kind]
        if rng.random() > share:
            continue
        there = np.isin(ids, [one["id"] for one in things if one["kind"] == kind])
        body = paint(rng, rgb.shape[0])
        light = out.astype(np.float32)
        level = light.mean(-1, keepdims=True)
        median = max(float(np.median(level[there])), 1.0) if there.any() else 1.0
        if kind == "opal":
            new = body * np.clip(level / median, 0.2, 1.6) + np.clip(level - 1.25 * median, 0, 255)
        else:
            new = light * body / MIDDLE
        cover = cv2.GaussianBlur(there.astype(np.float32), (0, 0), 0.7)[..., None]
        out = bytes_of(light * (1 - cover) + new * cover)
    return out
