"""The piece as what stayed the same, where a retouch laid it on wood, on marble or in a scene.

No backdrop tells the piece from such a ground, and often the original's has none either. But all that is not piece was
exchanged: where the fine detail of both pictures agrees is piece, and so is what hangs together with that and has its
colour, once the picture's own change of tone is taken out. Gaps in that are openings or parts that changed.

Source: own method. Limits: on 15 real pieces laid on drawn wood it overlaps the true mask by 0.85 to 0.99, where the
original's own ground or its sharpness gave 0.18 to 0.97. On a ground that resembles the old one it floods (0.04 to
0.9); then hardly anything changed about what was found, and nothing is said.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.palette import GROUND_COLOURS, PLACE_COLOURS, from_nearest, some
from fidelity.evidence.toning import toned
from fidelity.image.colour import delta_e76
from fidelity.image.morphology import closed, connected, grown, opened, shrunk, without_holes
from fidelity.image.picture import F32, Mask

DETAIL, WINDOW = 0.012, 0.016
"""Blur that fine detail stands out of, and the window in which it is compared, shares of the picture's longer side."""
AGREES, STRONG_L = 0.85, 2.0
"""Correlation from which detail agrees, and the L* (root mean square, in both pictures) that make it detail."""
OTHER = 0.3
"""Correlation up to which strong detail is another."""
LEAST_SHARE = 0.004
"""Share of the picture that must agree before anything is said."""
KEPT_E, ALIKE_E = 9.0, 6.0
"""ΔE (CIE76) up to which a pixel was kept, and up to which its detail is not asked: at the outline a new ground changes
every gradient."""
BODY_AGREES = 0.02
"""Share of a body of kept pixels whose detail agrees; where wood has the old ground's colour by chance it is less."""
AT_BORDER = 0.1
"""Share of the border of what is seen that may have been kept: a chain runs through it."""
ABOUT, EXCHANGED_E = (0.01, 0.04), 15.0
"""The ring about what was kept (shares of the picture's longer side), and the median ΔE there from which the ground is
another one."""
OFF_GROUND_E = 6.0
"""ΔE to the nearest of the ground's colours, of a gap in the median, from which it is no ground and no opening."""
REDRAWN = 0.025
"""Share of the agreeing detail off what was found from which the piece was drawn anew along its own lines, so that its
colours do not tell it: 0.011 at most on wood and marble, 0.044 where most of a ring was."""


def piece_that_stayed(before: F32, after: F32, seen: Mask) -> Mask | None:
    """Mask (h, w) of what both pictures share; None where the ground was kept or resembles the old one.

    `before` and `after` are CIELAB (h, w, 3) on the coarse grid, `seen` (h, w) is what the retouch shows of it.
    """
    side = max(before.shape[:2])
    alike, strong = _agreement(before[..., 0], after[..., 0], side)
    seen = shrunk(seen, 2)
    sure = opened((alike > AGREES) & strong & seen, 2)
    if sure.mean() < LEAST_SHARE:
        return None
    apart = np.asarray(cv2.blur(np.asarray(delta_e76(toned(before, after, sure), after), np.float32), (3, 3)))
    kept = (((apart < KEPT_E) & ((alike > OTHER) | ~strong)) | (apart < ALIKE_E)) & seen
    kept = closed(opened(kept | (sure & (apart < EXCHANGED_E)), 2), 2)
    labels, _ = ndimage.label(kept)
    sizes = np.bincount(labels.ravel())
    own = np.bincount(labels[sure], minlength=len(sizes)) > BODY_AGREES * sizes
    own[0] = False
    kept = own[labels]
    near, far = (round(share * side) for share in ABOUT)
    ring = grown(kept, far) & ~grown(kept, near) & seen
    border = seen & ~shrunk(np.pad(seen, 1), max(2, near))[1:-1, 1:-1]  # the frame counts as its edge
    if not ring.any() or not border.any() or kept[border].mean() > AT_BORDER:
        return None
    if float(np.median(apart[ring])) <= EXCHANGED_E:
        return None
    whole = kept | _changed(kept, (before, after), seen & ~grown(kept, near), far)
    off = sure & ~grown(whole, _window(side))
    return None if off.sum() > REDRAWN * sure.sum() else whole


def _window(side: int) -> int:
    return max(5, round(WINDOW * side) | 1)


def _changed(kept: Mask, pictures: tuple[F32, F32], ground: Mask, reach: int) -> Mask:
    """Gaps of what was kept that are piece: an opening shows the old ground before and the new one after."""
    grounds = [some(lab[ground], GROUND_COLOURS) for lab in pictures]
    out = np.zeros_like(kept)
    for rows, cols, gap in connected(opened(without_holes(closed(kept, reach)) & ~kept, 1)):
        shown = (some(lab[rows, cols][gap], PLACE_COLOURS) for lab in pictures)
        off = (np.median(from_nearest(few, known)) for few, known in zip(shown, grounds, strict=True))
        out[rows, cols] |= gap & (max(off) > OFF_GROUND_E)
    return out


def _agreement(before: F32, after: F32, side: int) -> tuple[F32, Mask]:
    """(h, w) twice: the correlation of fine detail in windows, and whether there is any in both."""
    first, second = (v - np.asarray(cv2.GaussianBlur(v, (0, 0), DETAIL * side)) for v in (before, after))
    window = (_window(side),) * 2
    both, own, theirs = (cv2.blur(v, window) for v in (first * second, first * first, second * second))
    strong = np.minimum(own, theirs) > STRONG_L**2
    return np.asarray(both / np.sqrt(np.maximum(own * theirs, 1e-6)), np.float32), np.asarray(strong)
