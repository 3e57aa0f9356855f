"""Colours held against the colours of a place, pixel by pixel: a piece and its ground have more than one each."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from fidelity.image.picture import F32

PIECE_COLOURS, GROUND_COLOURS, PLACE_COLOURS = 400, 600, 200
"""Colours of a piece, its ground and a place that are compared with each other, at most."""


def some(colours: F32, most: int) -> F32:
    """About `most` of (n, 3) colours, evenly spread over them; all where there are no more."""
    return colours[:: max(1, len(colours) // most)]


def from_nearest(colours: F32, known: F32) -> F32:
    """(n,) ΔE (CIE76) of colours (n, 3) to the nearest of the `known` ones (m, 3)."""
    return np.asarray(KDTree(known).query(colours)[0], np.float32)


def likeness(colours: F32, piece: F32, ground: F32) -> tuple[float, float, float]:
    """ΔE (CIE76) of a place's colours (n, 3) to the nearest of the `piece`'s (m, 3): median and 90th percentile.

    The third is the median ΔE to the nearest of the `ground`'s (k, 3). Some of each are compared.
    """
    few = some(colours, PLACE_COLOURS)
    like, unlike = (
        from_nearest(few, some(known, most)) for known, most in ((piece, PIECE_COLOURS), (ground, GROUND_COLOURS))
    )
    middle, worst = np.percentile(like, (50, 90))
    return float(middle), float(worst), float(np.median(unlike))
