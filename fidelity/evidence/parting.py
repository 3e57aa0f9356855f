"""Piece and ground in the original, parted anew from what is surely the one or the other.

What the retouch shows of the piece is piece; the frame and the original's own plain backdrop are ground; all the rest
goes with the colours that it resembles and stops at edges. Source: GrabCut (Rother, Kolmogorov, Blake, "GrabCut:
interactive foreground extraction using iterated graph cuts", SIGGRAPH 2004), OpenCV's, on CIELAB.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.image.morphology import grown
from fidelity.image.picture import F32, U8, Mask

CUT_SIDE_PX = 340
"""Longer side of the grid on which is parted: its time goes with the pixels."""
ROUNDS = 2
"""More change hardly a pixel."""
BORDER_PX = 2
SEED = 1
"""OpenCV's generator starts the mixtures of colours; the same picture must be parted alike."""


@dataclass(frozen=True, eq=False)
class View:
    """Both pictures around what is left of the piece, on one grid (h, w[, 3]).

    `before` is the original, `lab` its CIELAB; `left` is what the retouch shows of the piece, `flat` where the retouch
    has no detail, `ground` where the original surely shows its own ground, or the retouch does not reach. `detail` is
    the slope of the original's colours (ΔE over two pixels), `about` its mean over a window. `side` is the longer side
    of what is left, in pixels.
    """

    before: U8
    lab: F32
    left: Mask
    flat: Mask
    ground: Mask
    unseen: Mask
    detail: F32
    about: F32
    side: float

    def px(self, share: float) -> int:
        """A share of the longer side in whole pixels."""
        return max(1, round(share * self.side))


def is_piece(view: View) -> Mask:
    """(h, w) what the original shows of the piece, whatever the retouch shows; everything where it has no ground."""
    height, width = view.left.shape
    factor = min(1.0, CUT_SIDE_PX / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))

    def reduced(mask: Mask) -> U8:
        return np.asarray(cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA), np.uint8)

    left = reduced(view.left)
    labels = np.full(left.shape, cv2.GC_PR_BGD, np.uint8)
    labels[reduced(view.ground) > 127] = cv2.GC_BGD
    border = np.ones(left.shape, bool)
    border[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] = False
    labels[border & ~grown(left > 127, BORDER_PX)] = cv2.GC_BGD
    labels[left > 127] = cv2.GC_PR_FGD
    labels[left == 255] = cv2.GC_FGD
    if not ((labels == cv2.GC_BGD) | (labels == cv2.GC_PR_BGD)).any():
        return np.ones(view.left.shape, bool)
    small = cv2.cvtColor(cv2.resize(view.before, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB)
    cv2.setRNGSeed(SEED)
    mixtures = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, 1, 1), *mixtures, ROUNDS, cv2.GC_INIT_WITH_MASK)  # the rectangle is not read
    own = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8) * 255
    return np.asarray(cv2.resize(own, (width, height), interpolation=cv2.INTER_LINEAR) > 127)
