"""A drop shadow on the new ground is no part of the piece; a bite into the piece is no ground, a deep one either."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from fidelity_checks.silhouette import Silhouette

import fidelity
from fidelity import Evidence, Picture, Status

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"


def original(piece: str) -> Picture:
    return fidelity.load(PAIRS / f"{piece}__original.jpg")


def composed(piece: str, *, dark: float = 0.0, bite: float = 0.0) -> tuple[Picture, tuple[int, int]]:
    """The piece cut out and laid on white, and the place of its rightmost edge, x before y.

    Its shadow falls below and to the right, darker than white by up to the share `dark`; a disc of the radius `bite`,
    share of its longer side, is cut from that edge.
    """
    cut_out = fidelity.load(PAIRS / f"{piece}__ok_cut_out.webp")  # laid on white
    alpha = cut_out.alpha
    assert alpha is not None
    matte, side = alpha.astype(np.float32) / 255, max(alpha.shape)
    own = cut_out.rgb - 255.0 * (1 - matte[..., None])
    ys, xs = np.nonzero(cv2.morphologyEx(alpha, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)) > 127)
    at = int(xs.max()), int(np.median(ys[xs >= xs.max() - 1]))
    if bite:
        hole = np.zeros(alpha.shape, np.float32)
        cv2.circle(hole, at, round(bite * max(np.ptp(xs), np.ptp(ys))), (1,), -1, cv2.LINE_AA)
        matte, own = matte * (1 - hole), own * (1 - hole[..., None])
    aside = np.array([[1, 0, 0.006 * side], [0, 1, 0.015 * side]])
    cast = cv2.GaussianBlur(cv2.warpAffine(matte, aside, matte.shape[::-1]), (0, 0), 0.012 * side)
    ground = 252 * (1 - dark * cast)
    rgb = np.clip(own, 0, 255) + (ground * (1 - matte))[..., None]
    return fidelity.load(rgb.round().clip(0, 255).astype(np.uint8)), at


@pytest.mark.parametrize(
    ("piece", "dark"), [("eternity-1", 0.25), ("eternity-1", 0.45), ("solitaire4-1", 0.25), ("solitaire6-2", 0.25)]
)
def test_a_drop_shadow_is_no_part_of_the_piece(piece: str, dark: float) -> None:
    shaded, plain = (Evidence(original(piece), composed(piece, dark=share)[0]) for share in (dark, 0.0))
    assert shaded.piece and plain.piece
    extra = shaded.piece.mask & ~plain.piece.mask
    assert extra.sum() < 0.1 * plain.piece.mask.sum()
    assert Silhouette().judge(shaded).status is Status.PASS


@pytest.mark.parametrize(
    ("piece", "radius"),
    [
        ("eternity-1", 0.035),
        ("solitaire4-1", 0.02),
        ("solitaire4-1", 0.035),
        ("solitaire6-2", 0.035),
    ],
)
def test_a_bite_deeper_than_an_undercut_is_found(piece: str, radius: float) -> None:
    retouched, (x, y) = composed(piece, bite=radius)
    outcome = Silhouette().judge(Evidence(original(piece), retouched))
    assert outcome.status is Status.FAIL
    reach = round(radius * max(retouched.shape))
    boxes = [finding.box for finding in outcome.findings if finding.box]
    assert any(left <= x + reach and x - reach <= left + w and top <= y <= top + h for left, top, w, h in boxes)
