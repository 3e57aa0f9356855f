"""What stood out of the piece and is ground in the retouch: a prong's tip, a bead, the edge of a shank.

On a new ground the retouch's own silhouette says where the piece is, and what it lost lies beyond. So the original is
asked there: something that is no ground of it and has the very colours of the piece next to it, pixel for pixel. Putty,
tweezers and a neighbour's shadow have other colours; a soft shadow may share those of dull metal, but has no edge and
no light in it.

Source: own method. Limits: held against some 500 pairs on new grounds that keep their outline (close-up, rendered, and
15 pieces on nine new grounds): one has such a place, tweezers that mirror the stone they hold.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fidelity.evidence.palette import likeness
from fidelity.evidence.rim import Rim, ground_colours
from fidelity.image.colour import delta_e76
from fidelity.image.gradient import slope
from fidelity.image.morphology import connected, grown, half_width, opened, shrunk, with_margin
from fidelity.image.picture import F32, Mask

BEYOND = 0.05
"""How far off the silhouette is looked, share of the longer side."""
SHOWN_E, BARE_E = 7.0, 4.0
"""ΔE (CIE76) from the new ground from which the retouch shows the piece, and up to which it shows that ground."""
OFF_GROUND_E, USUAL = 9.0, 95
"""ΔE from its ground nearby from which the original may show piece, at least; and the percentile of what the ground
itself has, which counts where that is more."""
SURE_OFF_E, APART_E = 14.0, 10.0
"""The median of the same over a place, and that of ΔE to the new ground: a highlight has that colour and is not lost.
And the ΔE between both pictures from which a pixel counts."""
THICK, THICK_PX = 0.012, 4.0
"""Least thickness, share of the longer side, and pixels of the grid: outlines drawn by hand are off by less, and a
rim out of focus mixes its light with its ground over up to 0.0105."""
LARGEST = 0.09
"""Square root of the largest area, share of the longer side: larger parts are stands and fingers."""
NEIGHBOURHOOD = 0.08
"""How far the piece's own colours are looked up, share of the longer side."""
LIKE_E, WORST_LIKE_E = 2.5, 9.0
"""Median and 90th percentile of ΔE to the nearest of those."""
UNLIKE_E, UNLIKE = 5.0, 3.0
"""Least median ΔE to the nearest of the ground's colours, and over that to the piece's."""
HANGS_ON, REACH_PX = 0.2, 4
"""Least share of its edge that lies against the retouch's silhouette, and the pixels between them that a soft edge
takes."""
EDGE, LIGHT_L = 4.5, 28.0
"""Median slope (L* per grid pixel) of its free edge, or else span of its lightness: a shadow has neither."""
FEW_PX = 20


def find_cut_off(rim: Rim) -> Iterator[tuple[slice, slice, Mask]]:
    """Rows, columns and mask of each place on the grid; none where the ground was not swapped."""
    if not rim.swapped or rim.ground is None:
        return
    gap = rim.gap
    body = opened(grown(rim.piece, gap) & (rim.new_ground > SHOWN_E), 1)
    zone = grown(rim.piece, max(4, round(BEYOND * rim.side)))
    ground = ~zone & rim.seen
    if ground.sum() < FEW_PX:
        return
    off = np.min([delta_e76(rim.before, c) for c in ground_colours(rim.before, ground, 3.0 * gap)], axis=0)
    off_new = delta_e76(rim.before, rim.ground)
    lost = (off > max(OFF_GROUND_E, float(np.percentile(off[ground], USUAL)))) & (rim.apart > APART_E)
    lost &= zone & ~grown(body, 1) & (rim.new_ground < BARE_E) & rim.seen
    inner = shrunk(rim.piece & body, 2)
    steep = slope(rim.before[..., 0], 1.0)
    grounds = rim.before[ground]
    for rows, cols, own in connected(opened(lost, 1)):
        if not FEW_PX <= own.sum() <= (LARGEST * rim.side) ** 2:
            continue
        if min(np.median(values[rows, cols][own]) for values in (off, off_new)) < SURE_OFF_E:
            continue
        if 2 * half_width(own) < max(THICK * rim.side, THICK_PX):
            continue
        window, where = with_margin(rows, cols, own, round(NEIGHBOURHOOD * rim.side), body.shape)
        colours = rim.before[rows, cols][own]
        if _attached(where, body[window]) and _lit(where, body[window], steep[window], colours):
            piece = rim.before[window][inner[window]]
            if len(piece) >= FEW_PX and _of_the_piece(colours, piece, grounds):
                yield rows, cols, own


def _attached(where: Mask, body: Mask) -> bool:
    edge = grown(where, 1) & ~where
    return bool((grown(body, REACH_PX) & edge).sum() > HANGS_ON * edge.sum())


def _lit(where: Mask, body: Mask, steep: F32, colours: F32) -> bool:
    """Whether a place has an edge of its own, or light in it."""
    edge = grown(where, 2) & ~shrunk(where, 1) & ~grown(body, 3)
    if edge.any() and float(np.median(steep[edge])) > EDGE:
        return True
    return float(np.ptp(np.percentile(colours[:, 0], (5, 95)))) > LIGHT_L


def _of_the_piece(colours: F32, piece: F32, ground: F32) -> bool:
    """Whether colours (n, 3) are found in the piece and not in its ground."""
    middle, worst, off = likeness(colours, piece, ground)
    return middle < LIKE_E and worst < WORST_LIKE_E and off > max(UNLIKE_E, UNLIKE * middle)
