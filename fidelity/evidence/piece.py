"""Where the piece is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from scipy import ndimage

from fidelity.image.ground import piece_on_plain_ground
from fidelity.image.morphology import closed
from fidelity.image.picture import U8, Mask, Picture
from fidelity.registration import Registration
from fidelity.registration.register import warp
from fidelity.result import Box

COARSE_SIDE_PX = 700
AGREE = 0.85
"""Intersection over union from which the two silhouettes count as one."""
HOLE_SHARE = 0.002
"""Smallest hole worth naming, share of the piece; openings between links are smaller or the ground's colour."""
HOLE_OWNED = 0.6
FOCUS_WINDOW = 0.02
"""Window of the focus measure, share of the longer side."""


@dataclass(frozen=True, eq=False)
class Piece:
    """`mask` (h, w) of the piece on the coarse grid of the original; `scale` coarse pixels per original pixel.

    `source` says how it was found: `alpha` or `retouch` (the registered retouch's silhouette), `ground` (the
    original's own plain ground), `both`, or `focus` (busy ground: what is sharp and rich in contrast; rough).
    `trust` is 0 to 1. `cut_away` are boxes (original pixels) where the retouch's own alpha is transparent inside
    what the original's plain ground shows to be piece.
    """

    mask: Mask
    scale: float
    source: Literal["both", "retouch", "ground", "focus"]
    trust: float
    cut_away: tuple[Box, ...] = ()

    @property
    def region(self) -> Box:
        """Bounding box in original pixels."""
        ys, xs = np.nonzero(self.mask)
        s = self.scale
        return (
            int(xs.min() / s),
            int(ys.min() / s),
            int((xs.max() - xs.min() + 1) / s),
            int((ys.max() - ys.min() + 1) / s),
        )

    def on(self, left: int, top: int, scale: float, shape: tuple[int, int]) -> Mask:
        """The mask on a bench that starts at (left, top) with `scale` bench pixels per original pixel."""
        factor = scale / self.scale
        matrix = np.array([[factor, 0, -left * scale], [0, factor, -top * scale]])
        out = cv2.warpAffine(self.mask.astype(np.float32), matrix, (shape[1], shape[0]), flags=cv2.INTER_LINEAR)
        return np.asarray(out > 0.5)


def find_piece(original: Picture, retouched: Picture, registration: Registration) -> Piece | None:
    """The piece in the original, with the registered retouch's help; None when nothing stands out."""
    height, width = original.shape
    scale = min(1.0, COARSE_SIDE_PX / max(height, width))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    small = np.asarray(cv2.resize(original.rgb, shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    own = piece_on_plain_ground(small, _reduced(original.alpha, shape))
    theirs = None
    if registration.usable and registration.matrix is not None:
        found = piece_on_plain_ground(retouched.rgb, retouched.alpha)
        if found is not None:
            matrix = np.diag([scale, scale, 1.0]) @ registration.matrix
            theirs = warp(found.astype(np.uint8) * 255, matrix, shape, fill=0) > 127
    if own is not None and theirs is not None:
        shared = own & theirs
        union = max(1, int((own | theirs).sum()))
        # Where both agree the overlap drops shadow and putty; where they do not, the cleaner ground decides.
        if shared.sum() > AGREE * union:
            cut = _cut_away(theirs, own, scale) if retouched.alpha is not None else ()
            return Piece(shared, scale, "both", 0.95, cut)
        if theirs.any():
            return Piece(theirs, scale, "retouch", 0.8)
        return Piece(own, scale, "ground", 0.6)
    if theirs is not None and theirs.any():
        return Piece(theirs, scale, "retouch", 0.85)
    if own is not None:
        return Piece(own, scale, "ground", 0.8)
    focus = _in_focus(small)
    return None if focus is None else Piece(focus, scale, "focus", 0.4)


def _cut_away(theirs: Mask, own: Mask, scale: float) -> tuple[Box, ...]:
    """Enclosed holes of a cut-out that lie well inside the original's piece."""
    holes = ndimage.binary_fill_holes(theirs) & ~theirs
    labels, count = ndimage.label(holes)
    out = []
    for index, (rows, cols) in enumerate(ndimage.find_objects(labels), 1):
        hole = labels == index
        if hole.sum() > HOLE_SHARE * theirs.sum() and own[hole].mean() > HOLE_OWNED:
            out.append((cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start))
    return tuple(tuple(round(v / scale) for v in box) for box in out[:count])


def _reduced(alpha: U8 | None, shape: tuple[int, int]) -> U8 | None:
    if alpha is None:
        return None
    return np.asarray(cv2.resize(alpha, shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _in_focus(rgb: U8) -> Mask | None:
    """What is sharp, contrasty or colourful on a busy ground, closed to one body."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    side = max(rgb.shape[:2])
    fine = cv2.GaussianBlur(lab, (0, 0), 0.8) - cv2.GaussianBlur(lab, (0, 0), 3)
    energy = cv2.GaussianBlur(np.sqrt((fine**2).sum(axis=2)), (0, 0), FOCUS_WINDOW * side / 2)
    floor, peak = np.percentile(energy, 30), np.percentile(energy, 99)
    if peak < 2.0:
        return None
    mask = energy > floor + 0.35 * (peak - floor)
    mask = closed(mask, max(2, round(0.015 * side)))
    mask = ndimage.binary_fill_holes(mask)
    labels, count = ndimage.label(mask)
    if count == 0:
        return None
    sizes = ndimage.sum_labels(energy * mask, labels, np.arange(1, count + 1))
    mask = np.isin(labels, 1 + np.flatnonzero(sizes >= 0.15 * sizes.max()))
    return np.asarray(mask) if mask.mean() > 0.003 else None
