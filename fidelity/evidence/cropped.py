"""Where the retouch's frame cuts the piece and the original shows it whole.

Framing is free, as long as the piece stays in it. Along the edge of what the retouch shows, which is not the original's
own edge, the piece must not go on; unless what goes on runs out of the original's picture as well, as chains do.

Source: own method. Limits: on 16 close-up pieces laid on white and cut by 5 and 12 % of their width.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.palette import from_nearest, some
from fidelity.evidence.piece import Piece
from fidelity.image.colour import srgb_to_lab
from fidelity.image.morphology import grown, opened, shrunk
from fidelity.image.picture import F64, Mask, Picture
from fidelity.registration.register import reached
from fidelity.result import Box

FRAME_REACH = 0.02
"""Distance from the original's own frame, share of the piece's longer side, at which both frames are one; and from the
piece, at which ground is surely ground."""
OFF_GROUND_E = 5.0
"""ΔE (CIE76) from the nearest of its ground's colours from which the original may show the piece."""
COLOURS = 200
"""Colours of the piece and of its ground that are compared, at most."""
TOUCHING_PX = 1
FEW_PX = 50


@dataclass(frozen=True)
class Crop:
    """A stretch of the retouch's frame that cuts the piece; `long_percent` of the piece's longer side.

    It is `sure` on a new ground: on a kept one what is cut may be a shadow or a prop.
    """

    box: Box
    long_percent: float
    sure: bool


def find_crop(
    original: Picture, retouched: Picture, matrix: F64, piece: Piece, chain: Mask, *, ground_left: bool
) -> Crop | None:
    """The longest stretch. `matrix` (3, 3) takes retouched to original pixels; the `chain` lies on the piece's grid."""
    body, scale = piece.mask, piece.scale
    covered = reached(retouched.shape, np.diag([scale, scale, 1.0]) @ matrix, body.shape)
    side = scale * max(piece.region[2:])
    near = max(3, round(FRAME_REACH * side))
    cut = covered & ~shrunk(covered, 1) & grown(body, TOUCHING_PX) & ~chain
    cut[:near] = cut[-near:] = cut[:, :near] = cut[:, -near:] = False
    if not cut.any():
        return None
    goes_on = _beyond(original, body, covered, covered & ~grown(body, near))
    parts, _ = ndimage.label(goes_on | grown(cut, TOUCHING_PX))
    framed = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    cut &= ~np.isin(parts, framed[framed > 0])
    sure = not ground_left and piece.source in ("both", "retouch")
    if not sure:
        cut &= grown(goes_on, 2 * TOUCHING_PX + 1)  # a shadow or a stand has other colours
    runs, count = ndimage.label(cut, np.ones((3, 3)))
    if not count:
        return None
    rows, cols = max(ndimage.find_objects(runs), key=lambda at: max(s.stop - s.start for s in at))
    across, tall = cols.stop - cols.start, rows.stop - rows.start
    box = tuple(round(v / scale) for v in (cols.start, rows.start, max(across, 1), max(tall, 1)))
    return Crop(box, 100 * float(np.hypot(across, tall)) / side, sure)


def _beyond(original: Picture, body: Mask, covered: Mask, ground: Mask) -> Mask:
    """(h, w) where the original, beyond what the retouch shows, has the piece's colours rather than its ground's."""
    out = np.zeros_like(covered)
    inner = shrunk(body & covered, 2)
    if min(ground.sum(), inner.sum()) < FEW_PX:
        return out
    height, width = covered.shape
    small = cv2.resize(original.rgb, (width, height), interpolation=cv2.INTER_AREA)
    lab = srgb_to_lab(np.asarray(small, np.uint8))
    rest = lab[~covered]
    piece, old = (from_nearest(rest, some(lab[where], COLOURS)) for where in (inner, ground))
    out[~covered] = (piece < old) & (old > OFF_GROUND_E)
    return opened(out, 1)
