"""Grounds and props for the crops: painted by training.backgrounds and training.props, some kept in memory."""

from __future__ import annotations

import cv2
import numpy as np

from training.augment import Propper
from training.samples import U8

GROUND_PX = 512


def grounds(count: int, seed: int) -> list[U8]:
    """`count` painted grounds of GROUND_PX a side."""
    rng = np.random.default_rng(seed + 1)
    return [_clouds(rng, GROUND_PX) for _ in range(count)]


def _clouds(rng: np.random.Generator, n: int) -> U8:
    shade = np.zeros((n, n), np.float32)
    for k in range(1, int(rng.integers(2, 8))):
        cells = 2**k + 1
        aspect = int(rng.integers(1, 6)) if rng.random() < 0.3 else 1
        noise = rng.standard_normal((cells, max(2, cells // aspect))).astype(np.float32)
        shade += 0.6**k * cv2.resize(noise, (n, n), interpolation=cv2.INTER_CUBIC)
    colour, other = rng.uniform(10, 250, 3), rng.uniform(10, 250, 3)
    if rng.random() < 0.5:
        colour[:] = colour.mean() + rng.uniform(-12, 12, 3)
    mix = np.clip(0.5 + shade * rng.uniform(0.02, 0.5), 0, 1)[..., None]
    return np.clip(colour * (1 - mix) + (other if rng.random() < 0.4 else colour * rng.uniform(0.4, 1.3)) * mix, 0, 255).astype(np.uint8)


def props() -> list[Propper]:
    """Painters of props."""
    return []
