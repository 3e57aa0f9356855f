"""Small pieces drawn by code for tests of single checks and permits; every edit has one known place."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
SIZE = 720
CENTRE = (360, 380)
GOLD = (198, 162, 92)


def band(metal: tuple[int, int, int] = GOLD, ground: int = 235, seed: int = 5) -> Rgb:
    """A broad band seen from the front with brushed metal, soft reflections and grain that features can hold on to."""
    rng = np.random.default_rng(seed)
    angle = np.arctan2(*np.mgrid[-CENTRE[1] : SIZE - CENTRE[1], -CENTRE[0] : SIZE - CENTRE[0]][::1]).astype(np.float32)
    light = 0.82 + 0.16 * np.cos(3 * angle) + 0.07 * np.cos(11 * angle + 1)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 1.4)
    marks = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 4)
    shade = light + 0.05 * grain / grain.std() + 0.07 * marks / marks.std()
    out = np.full((SIZE, SIZE, 3), ground, np.float32) + rng.normal(0, 1.2, (SIZE, SIZE, 1))
    mask = band_mask()[..., None]
    out = np.where(mask, np.array(metal, np.float32) * shade[..., None], out)
    return np.clip(cv2.GaussianBlur(out, (0, 0), 0.7), 0, 255).astype(np.uint8)


def band_mask() -> npt.NDArray[np.bool_]:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(canvas, CENTRE, 250, 1, -1)
    cv2.circle(canvas, CENTRE, 150, 0, -1)
    return canvas > 0


def recoloured(rgb: Rgb, metal: tuple[int, int, int], was: tuple[int, int, int] = GOLD) -> Rgb:
    """The same band in another metal: every channel scaled, on the band only."""
    factor = np.array(metal, np.float32) / np.array(was, np.float32)
    changed = np.clip(rgb * factor, 0, 255)
    return np.where(band_mask()[..., None], changed, rgb).astype(np.uint8)


def with_ground(rgb: Rgb, level: int) -> Rgb:
    """The same band on another ground: the hybrid workflow done right."""
    soft = cv2.GaussianBlur(band_mask().astype(np.float32), (0, 0), 1.0)[..., None]
    return np.clip(rgb * soft + level * (1 - soft), 0, 255).astype(np.uint8)
