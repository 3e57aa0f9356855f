"""The original in the retouch's tone, so that both pictures can be compared colour by colour."""

from __future__ import annotations

import numpy as np

from fidelity.image.picture import F32, Mask

LEVELS = 9
"""Levels of lightness between which the curve is a straight line."""
SPREAD_L = 6.0
"""L* about a level whose pixels speak for it."""


def toned(before: F32, after: F32, sure: Mask) -> F32:
    """(h, w, 3) the original after the retouch's change of tone and tint, both fitted where piece is `sure` (h, w).

    `before` and `after` are CIELAB (h, w, 3) on one grid.
    """
    xs, ys = before[sure][::3], after[sure][::3]
    order = np.quantile(xs[:, 0], np.linspace(0.02, 0.98, LEVELS))
    level = [float(np.median((ys - xs)[np.abs(xs[:, 0] - q) <= SPREAD_L, 0])) for q in order]
    out = before.copy()
    out[..., 0] += np.interp(before[..., 0], order, level)
    out[..., 1:] += np.median((ys - xs)[:, 1:], axis=0)
    return np.asarray(out, np.float32)
