"""Notches of the retouch's outline on a new ground that the original has not: bites of any depth.

What closing adds to the retouch's silhouette is a notch. A true one is ground in both pictures, or a shadow. Where a
cut-out bit into the piece, the original shows there what it shows beside it inside the outline, and something else than
beyond the mouth; it is neither its own ground nor the new one. Colours are compared, so structure may go on or not.

Source: own method. Limits: set on 45 bites of 1.2 to 2.8 % of the picture in 15 real pieces on three grounds, of which
21 are found, and held against the faithful pairs on swapped grounds of real and rendered pieces: none is taken for one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from fidelity.evidence.rim import GROUND_GAP, Rim, ground_colours
from fidelity.image.colour import delta_e76
from fidelity.image.morphology import closed, connected, grown, opened, shrunk, with_margin
from fidelity.image.picture import F32, Mask

WIDE = (0.2, 0.1, 0.05)
"""Widest notches that are closed, shares of the longer side: a wide disc closes true openings as well, and a bite may
open into one."""
SMALLEST = 0.012
"""Square root of its least area, share of the longer side."""
SHOWN_E, BARE_E = 7.0, 3.0
"""ΔE (CIE76) from the new ground from which the retouch shows the piece, and up to which a notch shows that ground."""
OFF_OLD_E, OFF_NEW_E = 12.0, 10.0
"""Least ΔE of the original in it to its own ground nearby, and to the new one."""
LARGE, LARGE_OFF_OLD_E = 0.05, 20.0
"""Square root of the area, share of the longer side, from which it may be an opening in its own shadow, and the least
ΔE to the old ground there: soft shadows reach 18."""
CALM_E = 5.0
"""80th percentile of ΔE inside the piece above which its colours say too little."""
UNLIKE_E, LIKE_INSIDE = 9.0, 0.3
"""Least ΔE of the original in it to what lies beyond the mouth; that to the inside over it."""
BESIDE_PX = (2, 6)
"""Distance from the notch at which the inside and the outside are looked at."""
FAR = 0.35
"""How much farther out that is, over the square root of its area: what a disc closes ends inside the old outline."""
FEW_PX = 8


def find_notches(rim: Rim, chain: Mask) -> Iterator[tuple[slice, slice, Mask]]:
    """Rows, columns and mask of each on the grid; none where the ground was not swapped. `chain` (h, w) on the grid.

    The same notch may come twice, closed with a wide and with a narrow disc.
    """
    if not rim.swapped or rim.ground is None or rim.noise > CALM_E:
        return
    gap = max(3, round(GROUND_GAP * rim.side))
    body = opened(grown(rim.piece, gap) & (rim.new_ground > SHOWN_E), 1)
    filled = [_filled(body, max(3, round(wide * rim.side / 2))) for wide in WIDE]
    ground = ~grown(rim.piece | filled[0], gap) & rim.seen  # what shows at the bottom of a deep notch is no ground
    if ground.sum() < FEW_PX:
        return
    off_old = np.min([delta_e76(rim.before, c) for c in ground_colours(rim.before, ground, 3.0 * gap)], axis=0)
    before = np.asarray(cv2.GaussianBlur(rim.before, (0, 0), 0.7), np.float32)
    for notches in filled:
        for rows, cols, own in connected(opened(notches & ~body & rim.seen, 1)):
            if own.sum() < (SMALLEST * rim.side) ** 2:
                continue
            far = round(FAR * math.sqrt(own.sum()))
            window, where = with_margin(rows, cols, own, far + BESIDE_PX[1] + 1, body.shape)
            if (grown(where, far + BESIDE_PX[1]) & chain[window]).any():  # links have notches of their own
                continue
            core = shrunk(where, 1)
            core = core if core.sum() >= FEW_PX else where
            bare = np.median(rim.new_ground[window][core]) < BARE_E
            off_new = delta_e76(before[window], rim.ground[window])
            least = OFF_OLD_E if own.sum() < (LARGE * rim.side) ** 2 else LARGE_OFF_OLD_E
            piece = np.median(off_old[window][core]) > least and np.median(off_new[core]) > OFF_NEW_E
            if bare and piece and _goes_on(before[window], core, where, body[window], far):
                yield rows, cols, own


def _filled(body: Mask, reach: int) -> Mask:
    return closed(np.pad(body, reach + 2), reach)[reach + 2 : -reach - 2, reach + 2 : -reach - 2]


def _goes_on(before: F32, core: Mask, where: Mask, body: Mask, far: int) -> bool:
    """Whether the original is in a notch as it is beside it in the retouch's `body`, and not as `far` beyond it."""
    near, wide = BESIDE_PX
    inside = grown(where, wide) & ~grown(where, near) & body
    beyond = grown(where, far + wide) & ~grown(where, far + near) & ~grown(body, near)
    if min(inside.sum(), beyond.sum()) < FEW_PX:
        return False
    colour, within, off = (np.median(before[zone], axis=0) for zone in (core, inside, beyond))
    unlike = float(np.linalg.norm(colour - off))
    return unlike > UNLIKE_E and float(np.linalg.norm(colour - within)) < LIKE_INSIDE * unlike
