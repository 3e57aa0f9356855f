"""Streaks: how far the edges of a place run one way, as reflections along a shank, a rim or a bezel do.

Polished metal of an even section mirrors the room as streaks that follow it. What belongs to the piece (a prong, a
bead, a letter, facets) has edges of many directions within its own size. Measured is the coherence of the structure
tensor (Bigün and Granlund, 1987) at two scales, weighted by the edges' energy.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.image.gradient import gradient
from fidelity.image.picture import F32, Mask

SHARES = (0.006, 0.012)
"""Scales (sigma) at which directions are compared, share of the piece's longer side."""
SMOOTH_PX = 1.0
COARSE = 2
"""Directions are compared on a grid this many times coarser: they vary slowly."""
FLAT = 1e-3


@dataclass(frozen=True, eq=False)
class Streaks:
    """Per picture and scale, (h, w) coherence (0..1) and energy of the edges on a grid `COARSE` times coarser."""

    layers: tuple[tuple[F32, F32], ...]

    def over(self, rows: np.ndarray, cols: np.ndarray) -> float:
        """Coherence (0..1) over bench pixels, in the picture and at the scale that has least of it.

        1 where all edges of both pictures run one way, under 0.7 where a feature of the piece was or is.
        """
        least = 1.0
        for coherence, energy in self.layers:
            height, width = energy.shape
            at = np.minimum(rows // COARSE, height - 1), np.minimum(cols // COARSE, width - 1)
            weight = energy[at]
            least = min(least, float((coherence[at] * weight).sum() / (weight.sum() + FLAT)))
        return least


def find_streaks(before: F32, after: F32, inside: Mask, side: float) -> Streaks:
    """Measure on lightness (h, w); `inside` is where edges count, `side` the piece's longer side in bench pixels."""
    layers = []
    height, width = before.shape
    size = (max(1, -(-width // COARSE)), max(1, -(-height // COARSE)))
    shown = inside.astype(np.float32)
    for lightness in (before, after):
        gx, gy = gradient(lightness, SMOOTH_PX)
        tensor = [cv2.resize(v * shown, size, interpolation=cv2.INTER_AREA) for v in (gx * gx, gy * gy, gx * gy)]
        for share in SHARES:
            xx, yy, xy = (cv2.GaussianBlur(v, (0, 0), max(1.0, share * side / COARSE)) for v in tensor)
            energy = xx + yy
            coherence = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (energy + FLAT)
            layers.append((np.asarray(coherence, np.float32), np.asarray(energy, np.float32)))
    return Streaks(tuple(layers))
