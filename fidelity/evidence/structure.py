"""Structure compared place by place: gradient vectors, window by window, after the picture's own change.

The global part of a retouch (exposure, contrast curve, sharpening, softening) is taken out first: a monotone
tone curve from the retouch's lightness to the original's, then one gain on gradients. What is left is
judged in windows by the share of gradient energy that does not agree, after a search over shifts of one
pixel: 0 the same, 1 nothing in common. Gradient-vector agreement is insensitive to brightness; comparing
windows and taking the worst is what lets one prong fail a picture (DESIGN §1).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.image.picture import F32, Mask

WINDOW = 0.02
"""Window side, share of the piece's longer side (best of 1, 1.5, 2, 3 and 4 %)."""
SMOOTH_PX = 1.0
"""Blur before gradients: below it lives JPEG and sensor noise."""
NOISE_GRADIENT = 1.6
"""Gradient (lightness per pixel) under which a window holds no structure."""
TONE_BINS = 24


@dataclass(frozen=True, eq=False)
class Structure:
    """Maps (h, w) float32 on the bench.

    `disagreement` 0..1 per window; `lost` and `invented` are the one-sided energies: share of the window's
    structure that only the original, only the retouch has. `energy` is the mean gradient energy of the
    stronger side. `inside` is where the maps are meaningful. `window_px` is the window side.
    """

    disagreement: F32
    lost: F32
    invented: F32
    energy: F32
    inside: Mask
    window_px: int
    gain: float
    floor: float


def lightness(bench: Bench) -> tuple[F32, F32]:
    """CIELAB lightness (0..100) of both, the retouch's put through the tone curve."""
    both = [
        cv2.cvtColor(p.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0] for p in (bench.before, bench.after)
    ]
    return np.asarray(both[0], np.float32), np.asarray(both[1], np.float32)


def tone_matched(before: F32, after: F32, inside: Mask) -> F32:
    """`after` through the monotone curve that takes its lightness to the original's, fitted inside."""
    a, b = before[inside][::7], after[inside][::7]
    if len(b) < 500:
        return after
    edges = np.unique(np.quantile(b, np.linspace(0, 1, TONE_BINS + 1)))
    if len(edges) < 4:
        return after
    index = np.clip(np.digitize(b, edges[1:-1]), 0, len(edges) - 2)
    xs, ys = [], []
    for i in range(len(edges) - 1):
        chosen = index == i
        if chosen.sum() >= 20:
            xs.append(float(np.median(b[chosen])))
            ys.append(float(np.median(a[chosen])))
    if len(xs) < 4:
        return after
    curve = np.maximum.accumulate(ndimage.uniform_filter1d(np.array(ys), 3, mode="nearest"))
    return np.asarray(np.interp(after, xs, curve), np.float32) + _tails(after, xs, curve)


def _tails(after: F32, xs: list[float], curve: np.ndarray) -> F32:
    """Beyond the fitted range the curve goes on with slope one, so that nothing is flattened there."""
    low, high = np.minimum(after - xs[0], 0), np.maximum(after - xs[-1], 0)
    return np.asarray(low + high, np.float32)


def compare(bench: Bench, piece: Mask, side_px: float) -> Structure:
    """Structure of both pictures inside the piece; `side_px` is the piece's longer side on the bench."""
    window = max(9, round(WINDOW * side_px) | 1)
    inset = max(2, round(0.006 * side_px))
    inside = ndimage.binary_erosion(piece & bench.covered, iterations=inset)
    before, after = lightness(bench)
    after = tone_matched(before, after, inside)
    ax, ay = _gradient(before)
    bx, by = _gradient(after)
    energy_a = ax * ax + ay * ay
    gain = _gain(energy_a, bx * bx + by * by, inside)
    bx, by = bx * gain, by * gain
    mean_a = _windowed(energy_a, window)
    best = np.full(before.shape, np.inf, np.float32)
    kept_b = np.zeros_like(best)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            sx, sy = _shifted(bx, dx, dy), _shifted(by, dx, dy)
            apart = _windowed((ax - sx) ** 2 + (ay - sy) ** 2, window)
            mean_b = _windowed(sx * sx + sy * sy, window)
            score = apart / (mean_a + mean_b + 2 * NOISE_GRADIENT**2)
            better = score < best
            best[better] = score[better]
            kept_b[better] = mean_b[better]
    total = mean_a + kept_b + NOISE_GRADIENT**2
    lost = np.clip((mean_a - kept_b) / total, 0, 1)
    invented = np.clip((kept_b - mean_a) / total, 0, 1)
    floor = float(np.median(best[inside])) if inside.any() else 0.0
    return Structure(
        best, lost, invented, np.maximum(mean_a, kept_b), inside, window, gain, floor
    )


def _gradient(values: F32) -> tuple[F32, F32]:
    smooth = cv2.GaussianBlur(values, (0, 0), SMOOTH_PX)
    return (
        np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 1, 0) / 16, np.float32),
        np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 0, 1) / 16, np.float32),
    )


def _gain(energy_a: F32, energy_b: F32, inside: Mask) -> float:
    """One factor on the retouch's gradients: the median ratio where the original has structure."""
    chosen = inside & (energy_a > NOISE_GRADIENT**2)
    if chosen.sum() < 200:
        return 1.0
    ratio = np.sqrt(np.median(energy_a[chosen]) / max(1e-6, float(np.median(energy_b[chosen]))))
    return float(np.clip(ratio, 0.4, 2.5))


def _windowed(values: F32, window: int) -> F32:
    return np.asarray(cv2.boxFilter(values, cv2.CV_32F, (window, window)), np.float32)


def _shifted(values: F32, dx: int, dy: int) -> F32:
    return np.roll(values, (dy, dx), axis=(0, 1)) if dx or dy else values
