"""Committed pieces cut out and laid on other grounds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import fidelity
from fidelity import Picture

F32 = npt.NDArray[np.float32]
PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"


def original(piece: str) -> Picture:
    return fidelity.load(PAIRS / f"{piece}__original.jpg")


def cut_out(piece: str) -> tuple[F32, F32]:
    """The piece's colours times its matte (h, w, 3), and the matte (h, w, 0 to 1)."""
    laid_on_white = fidelity.load(PAIRS / f"{piece}__ok_cut_out.webp")
    assert laid_on_white.alpha is not None
    matte = laid_on_white.alpha.astype(np.float32) / 255
    return np.asarray(laid_on_white.rgb - 255.0 * (1 - matte[..., None]), np.float32), matte


def laid(own: F32, matte: F32, ground: npt.NDArray[np.generic]) -> Picture:
    """Both on a ground (h, w, 3)."""
    rgb = np.clip(own, 0, 255) + ground * (1 - matte[..., None])
    return fidelity.load(rgb.round().clip(0, 255).astype(np.uint8))


def composed(piece: str, *, dark: float = 0.0, bite: float = 0.0) -> tuple[Picture, tuple[int, int]]:
    """The piece cut out and laid on white, and the place of its rightmost edge, x before y.

    Its shadow falls below and to the right, darker than white by up to the share `dark`; a disc of the radius `bite`,
    share of its longer side, is cut from that edge.
    """
    own, matte = cut_out(piece)
    alpha, side = (255 * matte).astype(np.uint8), max(matte.shape)
    ys, xs = np.nonzero(cv2.morphologyEx(alpha, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)) > 127)
    at = int(xs.max()), int(np.median(ys[xs >= xs.max() - 1]))
    if bite:
        hole = np.zeros(matte.shape, np.float32)
        cv2.circle(hole, at, round(bite * max(np.ptp(xs), np.ptp(ys))), (1,), -1, cv2.LINE_AA)
        matte, own = matte * (1 - hole), own * (1 - hole[..., None])
    aside = np.array([[1, 0, 0.006 * side], [0, 1, 0.015 * side]])
    cast = cv2.GaussianBlur(cv2.warpAffine(matte, aside, matte.shape[::-1]), (0, 0), 0.012 * side)
    return laid(own, matte, 252 * (1 - dark * cast)[..., None]), at
