"""Openings that a retouch on a new ground filled: the original shows its ground, the retouch neither old nor new one.

What covers the ground there is even in both pictures and as wide as an opening; a soft edge or a strip of the old
ground that a mask left is a mixture, and uneven. A part that was added beside the piece shows itself so, too.

Source: own method. Limits: of nine openings filled in rendered pieces three are found, and in vendors' work the gap of
one ring that was painted over; none of 250 faithful pairs on new grounds has one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fidelity.evidence.rim import Rim
from fidelity.image.morphology import connected, grown, half_width, opened
from fidelity.image.picture import Mask

WAS_GROUND_E, SURELY_E = 7.0, 5.0
"""ΔE (CIE76) from its ground up to which a pixel of the original was ground, and the median over a place."""
CHANGED_E, COVERED_E = 6.0, 12.0
"""ΔE of the retouch to the old and to the new ground from which a pixel shows neither, and the least median of both,
and of the difference between the pictures, over a place: soft shadows reach 9."""
EVEN_BEFORE, EVEN_AFTER = 3.5, 4.0
"""Most deviation of colour (ΔE) within a place; mixtures at a rim have 4.5 and more in the retouch."""
THICK = 0.012
"""Least thickness, share of the longer side."""
LARGEST = 0.12
"""Square root of the largest area, share of the longer side: larger places are another ground, or a shadow."""
CALM_E = 8.0
"""80th percentile of ΔE inside the piece above which its colours say too little."""


def find_filled(rim: Rim) -> Iterator[tuple[slice, slice, Mask]]:
    """Rows, columns and mask of each place on the grid; none where the ground was not swapped."""
    if not rim.swapped or rim.ground is None or rim.noise > CALM_E:
        return
    zone = grown(rim.piece, rim.gap) & rim.seen
    other = (np.minimum(rim.new_ground, rim.own_ground) > CHANGED_E) & (rim.apart > CHANGED_E)
    for rows, cols, own in connected(opened(zone & other & (rim.was_ground < WAS_GROUND_E), 1)):
        if own.sum() > (LARGEST * rim.side) ** 2 or 2 * half_width(own) < THICK * rim.side:
            continue
        new, old, apart, was, before, after = (
            float(np.median(values[rows, cols][own]))
            for values in (rim.new_ground, rim.own_ground, rim.apart, rim.was_ground, rim.busy_before, rim.busy_after)
        )
        if min(new, old, apart) > COVERED_E and was < SURELY_E and before < EVEN_BEFORE and after < EVEN_AFTER:
            yield rows, cols, own
