"""Notches of the retouch's outline on a new ground that the original has not: bites of any depth.

What closing adds to the retouch's silhouette is a notch. A true one is ground in both pictures, or a shadow. Where a
cut-out bit into the piece, the original shows there what it shows beside it inside the outline, and something else than
beyond the mouth; it is neither its own ground nor the new one. Or, where metal or stones have many colours: each of
its colours is found in the piece nearby and none in its ground. Colours are compared, so structure may go on or not.

Source: own method. Limits: set on 75 bites of 1.2 to 2.8 % of the picture in 15 real pieces on eight grounds, of which
32 are found, and held against some 500 faithful pairs on swapped grounds of real and rendered pieces: beside chains
three were taken for one, elsewhere none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.palette import likeness
from fidelity.evidence.rim import Rim, ground_colours
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
"""80th percentile of ΔE inside the piece above which its middle colours say too little."""
UNLIKE_E, LIKE_INSIDE = 9.0, 0.3
"""Least ΔE of the original in it to what lies beyond the mouth; that to the inside over it."""
BESIDE_PX = (2, 6)
"""Distance from the notch at which the inside and the outside are looked at."""
FAR = 0.35
"""How much farther out that is, over the square root of its area: what a disc closes ends inside the old outline."""
SHADED_E, SHADE_TINT_E, SHADE_EVEN_E = 6.0, 3.0, 4.0
"""ΔE from the new ground up to which a notch shows it in a new shadow, if hue and chroma (a*b*) stay within the second
and the deviation within the third."""
LIKE_E, WORST_LIKE_E, LIKE_AT_ALL = 3.0, 12.0, 0.6
"""Where all colours are compared: median and 90th percentile of ΔE to the nearest of the piece's; and that of the
middle colour to the inside over that to beyond the mouth."""
OFF_GROUND_E, OFF_GROUND, OFF_NEW_LEAST_E = 6.0, 3.0, 8.0
"""There the least median ΔE to the nearest of the ground's, and over that to the piece's; and to the new ground."""
NEIGHBOURHOOD = 0.06
"""How far the piece's own colours are looked up, share of the longer side."""
OPEN, WIDE_OPEN = 0.22, 0.55
"""Least and most share of its edge that is its mouth, of a half disc 0.39: what has less is an opening of the piece,
what has more is metal repainted in the ground's colour along its edge."""
FEW_PX, FEW_COLOURS = 8, 20


@dataclass(frozen=True, eq=False)
class _View:
    """Maps (h, w) and masks of one pair that all of its notches are asked by.

    `body` is what the retouch shows of the piece, `inner` what of it is sure; `before` (h, w, 3) the original's CIELAB
    without its grain, `off_old` ΔE to its ground nearby, `off_new` to the new one,
    `grounds` (n, 3) the colours of its own.
    """

    rim: Rim
    ground: F32
    body: Mask
    inner: Mask
    before: F32
    off_old: F32
    off_new: F32
    grounds: F32


def find_notches(rim: Rim, chain: Mask) -> Iterator[tuple[slice, slice, Mask, bool]]:
    """Rows, columns and mask of each on the grid, and whether all of its colours are the piece's own.

    None where the ground was not swapped. `chain` (h, w) on the grid. The same notch may come twice, closed with a wide
    and with a narrow disc.
    """
    if not rim.swapped or rim.ground is None:
        return
    gap = rim.gap
    body = opened(grown(rim.piece, gap) & (rim.new_ground > SHOWN_E), 1)
    filled = [_filled(body, max(3, round(wide * rim.side / 2))) for wide in WIDE]
    ground = ~grown(rim.piece | filled[0], gap) & rim.seen  # what shows at the bottom of a deep notch is no ground
    if ground.sum() < FEW_PX:
        return
    off_old = np.min([delta_e76(rim.before, c) for c in ground_colours(rim.before, ground, 3.0 * gap)], axis=0)
    before = np.asarray(cv2.GaussianBlur(rim.before, (0, 0), 0.7), np.float32)
    view = _View(
        rim=rim,
        ground=rim.ground,
        body=body,
        inner=shrunk(rim.piece & body, 2),
        before=before,
        off_old=off_old,
        off_new=delta_e76(before, rim.ground),
        grounds=rim.before[ground],
    )
    for notches in filled:
        for rows, cols, own in connected(opened(notches & ~body & rim.seen, 1)):
            if own.sum() < (SMALLEST * rim.side) ** 2:
                continue
            far = round(FAR * math.sqrt(own.sum()))
            window, where = with_margin(rows, cols, own, far + BESIDE_PX[1] + 1, body.shape)
            if (grown(where, far + BESIDE_PX[1]) & chain[window]).any():  # links have notches of their own
                continue
            like, unlike = _goes_on(view, window, where, far)
            if unlike <= UNLIKE_E or like >= LIKE_AT_ALL * unlike or not _bare(view, window, where):
                continue
            sure = _of_the_piece(view, rows, cols, own)
            if sure or (like < LIKE_INSIDE * unlike and _stands_out(view, window, where)):
                yield rows, cols, own, sure


def _core(where: Mask) -> Mask:
    core = shrunk(where, 1)
    return core if core.sum() >= FEW_PX else where


def _goes_on(view: _View, window: tuple[slice, slice], where: Mask, far: int) -> tuple[float, float]:
    """ΔE of the original in a notch to what it is beside it inside the body, and to what it is `far` beyond it.

    0 for both where either is not seen.
    """
    body, before = view.body[window], view.before[window]
    near, wide = BESIDE_PX
    inside = grown(where, wide) & ~grown(where, near) & body
    beyond = grown(where, far + wide) & ~grown(where, far + near) & ~grown(body, near)
    if min(inside.sum(), beyond.sum()) < FEW_PX:
        return 0.0, 0.0
    colour, within, off = (np.median(before[zone], axis=0) for zone in (_core(where), inside, beyond))
    return float(np.linalg.norm(colour - within)), float(np.linalg.norm(colour - off))


def _bare(view: _View, window: tuple[slice, slice], where: Mask) -> bool:
    """Whether the retouch shows its ground in a notch, in a new shadow or not."""
    rim, core = view.rim, _core(where)
    off = float(np.median(rim.new_ground[window][core]))
    if off < BARE_E or off >= SHADED_E:
        return off < BARE_E
    tint = np.linalg.norm((rim.after - view.ground)[window][core][:, 1:], axis=1)
    even = float(np.median(rim.busy_after[window][core])) < SHADE_EVEN_E
    return even and float(np.median(tint)) < SHADE_TINT_E


def _stands_out(view: _View, window: tuple[slice, slice], where: Mask) -> bool:
    """Whether a notch shows the new ground unshaded and the original's middle colour in it is that of neither."""
    rim, core = view.rim, _core(where)
    bare, off_old, off_new = (np.median(m[window][core]) for m in (rim.new_ground, view.off_old, view.off_new))
    least = OFF_OLD_E if where.sum() < (LARGE * rim.side) ** 2 else LARGE_OFF_OLD_E
    return bool(rim.noise <= CALM_E and bare < BARE_E and off_old > least and off_new > OFF_NEW_E)


def _of_the_piece(view: _View, rows: slice, cols: slice, own: Mask) -> bool:
    """Whether a notch has a mouth, and all of the original's colours in it are the piece's and not its ground's."""
    rim = view.rim
    window, where = with_margin(rows, cols, own, round(NEIGHBOURHOOD * rim.side), rim.piece.shape)
    edge = grown(where, 1) & ~where
    mouth = edge & ~grown(view.body[window], 2)
    piece = rim.before[window][view.inner[window] & ~grown(where, 2)]
    if not OPEN < mouth.sum() / max(1, edge.sum()) < WIDE_OPEN or len(piece) <= FEW_COLOURS:
        return False
    core = _core(where)
    if np.median(view.off_new[window][core]) <= OFF_NEW_LEAST_E:
        return False
    middle, worst, off = likeness(rim.before[window][core], piece, view.grounds)
    return middle < LIKE_E and worst < WORST_LIKE_E and off > max(OFF_GROUND_E, OFF_GROUND * middle)


def _filled(body: Mask, reach: int) -> Mask:
    return closed(np.pad(body, reach + 2), reach)[reach + 2 : -reach - 2, reach + 2 : -reach - 2]
