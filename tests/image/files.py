"""A smooth picture, files of it, and how far a decoded one may be off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 48, 64
LEVEL = 1  # rounding
LOSSY = 6  # largest mean difference in levels of a lossy copy of the smooth picture below


def smooth(channels: int = 3) -> np.ndarray:
    """A picture whose four corners differ, so that a turn or a flip shows; gentle enough for a lossy file."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [x * 3 + 20, y * 4 + 10, 200 - x * 2, 40 + y * 4]
    return np.stack(planes[:channels], -1).astype(np.uint8)


def saved(path: Path, array: np.ndarray, fmt: str, mode: str | None = None, **options) -> Path:
    Image.fromarray(array).convert(mode).save(path, fmt, **options) if mode else Image.fromarray(array).save(
        path, fmt, **options
    )
    return path


def far(first: np.ndarray, second: np.ndarray) -> int:
    assert first.shape == second.shape
    return int(np.abs(first.astype(int) - second.astype(int)).max())
