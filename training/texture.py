"""Noise, light and shape that painted grounds and props share: arrays of floats, colours 0 to 255."""

# ruff: noqa: PLR0917 (a noise's few numbers)

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Rng = np.random.Generator
F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]


def fractal(rng: Rng, n: int, first: float = 2.0, octaves: int = 6, fall: float = 0.6, stretch: float = 1.0) -> F32:
    """(n, n) noise, mean 0, deviation 1: `first` cells across, twice as many an octave; `stretch` lengthens along x."""
    out = np.zeros((n, n), np.float32)
    for k in range(octaves):
        cells = first * 2**k
        rows, columns = min(int(cells) + 3, n), min(max(int(cells / stretch), 1) + 3, n)
        noise = rng.standard_normal((rows, columns)).astype(np.float32)
        span = np.arange(n, dtype=np.float32)
        u = span / n * min(cells / stretch, columns - 3.0) + 1
        v = span / n * min(cells, rows - 3.0) + 1
        x, y = np.meshgrid(u.astype(np.float32), v.astype(np.float32))
        out += fall**k * cv2.remap(noise, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray((out - out.mean()) / max(float(out.std()), 1e-6), np.float32)


def lit(height: F32, rng: Rng, steep: float = 1.0) -> F32:
    """Shading (h, w), about 1, of a height map (pixels) under a lamp at one side."""
    gy, gx = np.gradient(height * steep)
    a = rng.uniform(0, 2 * np.pi)
    lamp = np.array([np.cos(a), np.sin(a), rng.uniform(0.8, 2.0)])
    lamp /= np.linalg.norm(lamp)
    shade = (-gx * lamp[0] - gy * lamp[1] + lamp[2]) / np.sqrt(1 + gx**2 + gy**2) / lamp[2]
    return np.asarray(np.clip(shade, 0.05, 2.0), np.float32)


def colour(rng: Rng, low: float = 20, high: float = 245, grey: float = 0.5) -> F32:
    """A colour (3,), grey or nearly so in that share of cases."""
    value = rng.uniform(low, high)
    if rng.random() < grey:
        return np.clip(value * rng.uniform(0.94, 1.06, 3), 0, 255).astype(np.float32)
    hue, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.08, 0.6)
    tint = 1 + strength * np.cos(hue + np.array([0, 2.1, 4.2]))
    return np.clip(value * tint / tint.max(), 0, 255).astype(np.float32)


def skin_colour(rng: Rng) -> F32:
    """A skin colour (3,), from pale to deep."""
    depth = float(rng.uniform(0, 1) ** 1.3)
    pale, deep = np.array([238, 196, 172]), np.array([92, 56, 40])
    return np.asarray(np.clip((1 - depth) * pale + depth * deep + rng.normal(0, 7, 3), 5, 255), np.float32)


def soft(mask: npt.NDArray[np.bool_] | F32, sigma: float) -> F32:
    """A mask as floats, its edge blurred."""
    out = np.asarray(mask, np.float32)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), sigma) if sigma > 0 else out, np.float32)


def grid(n: int) -> tuple[F32, F32]:
    """Columns and rows (n, n) as floats."""
    y, x = np.mgrid[0:n, 0:n].astype(np.float32)
    return x, y


def bytes_of(picture: F32) -> U8:
    """A picture of floats as bytes."""
    return np.asarray(np.rint(np.clip(picture, 0, 255)), np.uint8)
