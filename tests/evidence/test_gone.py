"""Parts of the piece that became plain ground: a shank, a disc, one earring of a pair. What was no piece may go."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fidelity_checks.silhouette import Silhouette

import fidelity
from fidelity import Evidence, Picture, Status
from tests.evidence.composed import PAIRS, composed, cut_out, laid, original

WHITE, GREY = 252.0, 206.0


def without(piece: str, gone: np.ndarray, level: float = WHITE) -> Picture:
    """The piece laid on an even ground, less the pixels (h, w) of `gone`."""
    own, matte = cut_out(piece)
    left = cv2.GaussianBlur((~gone).astype(np.float32), (0, 0), 0.7)
    return laid(own * left[..., None], matte * left, np.full(own.shape, level, np.float32))


def cut(piece: str, degrees: float, share: float) -> np.ndarray:
    """(h, w) the last `share` of the piece in a direction."""
    _, matte = cut_out(piece)
    ys, xs = np.mgrid[0 : matte.shape[0], 0 : matte.shape[1]]
    along = xs * np.cos(np.radians(degrees)) + ys * np.sin(np.radians(degrees))
    return np.asarray(along > np.quantile(along[matte > 0.5], 1 - share))


def disc(piece: str, share: float) -> np.ndarray:
    """(h, w) a disc of so much of the piece's area, where it is widest."""
    _, matte = cut_out(piece)
    body = (matte > 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(body, cv2.DIST_L2, 5)
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    ys, xs = np.mgrid[0 : matte.shape[0], 0 : matte.shape[1]]
    return np.asarray((xs - x) ** 2 + (ys - y) ** 2 < share * body.sum() / np.pi)


@pytest.mark.parametrize("piece", ["solitaire6-2", "halo-2", "eternity-1", "band-2"])
@pytest.mark.parametrize("degrees", [0.0, 90.0, 225.0])
def test_a_part_cut_off_on_a_new_ground_fails_where_it_was(piece: str, degrees: float) -> None:
    gone = cut(piece, degrees, 0.3)
    evidence = Evidence(original(piece), without(piece, gone))
    outcome = Silhouette().judge(evidence)
    assert outcome.status is Status.FAIL and outcome.findings[0].kind == "gone", outcome.summary
    x, y = (round(v) for v in (evidence.gone[0].x, evidence.gone[0].y))
    assert cv2.dilate(gone.astype(np.uint8), np.ones((15, 15)))[y, x]
    # 30 of the 70 % that are left; soft edges, and plain metal between two edges, are not counted.
    assert 18 < sum(part.size_percent for part in evidence.gone if part.alike) < 50


@pytest.mark.parametrize("piece", ["solitaire6-2", "band-2", "eternity-1"])
def test_a_disc_out_of_the_middle_fails(piece: str) -> None:
    outcome = Silhouette().judge(Evidence(original(piece), without(piece, disc(piece, 0.08))))
    assert outcome.status is Status.FAIL and outcome.findings[0].kind == "gone", outcome.summary


def test_the_limit_is_a_size_in_percent_of_what_is_left() -> None:
    evidence = Evidence(original("eternity-1"), without("eternity-1", disc("eternity-1", 0.08)))
    size = evidence.gone[0].size_percent
    above, below = (Silhouette(gone_percent=size + step).judge(evidence) for step in (-0.01, 0.01))
    assert above.status is Status.FAIL and above.findings[0].kind == "gone"
    assert not any(f.kind == "gone" and below.status is Status.FAIL for f in below.findings)


def test_what_passes_speaks_of_what_is_left() -> None:
    gone = cut("halo-2", 90.0, 0.3)
    audit = fidelity.audit(original("halo-2"), without("halo-2", gone))
    assert audit.verdict is fidelity.Verdict.FAIL
    parts = ("prongs", "pave", "facets", "outline", "metal-tone", "hallmark", "chain", "stone-colour", "texture")
    passing = [c for c in audit.checks if c.status is Status.PASS and c.id in parts]
    assert passing and all(c.summary.endswith(", in what is left of the piece") for c in passing)


def cropped(piece: str) -> tuple[np.ndarray, np.ndarray]:
    """`cut_out` of the frame's whole height, a little wider than the piece."""
    own, matte = cut_out(piece)
    xs = np.nonzero((matte > 0.5).any(axis=0))[0]
    cols = slice(max(0, int(xs.min()) - 20), int(xs.max()) + 20)
    return own[:, cols], matte[:, cols]


def test_one_of_two_pieces_is_gone() -> None:
    (one, one_matte), (two, two_matte) = cropped("halo-1"), cropped("eternity-1")
    matte = np.hstack([one_matte, two_matte])
    page = np.full((*matte.shape, 3), GREY, np.float32)
    both = laid(np.hstack([one, two]), matte, page)
    single = laid(np.hstack([one, 0 * two]), np.hstack([one_matte, 0 * two_matte]), page + WHITE - GREY)
    outcome = Silhouette().judge(Evidence(both, single))
    assert outcome.status is Status.FAIL and outcome.findings[0].kind == "gone", outcome.summary
    assert outcome.findings[0].box and outcome.findings[0].box[0] >= one.shape[1] - 1


def test_a_part_filled_with_a_kept_plain_ground_fails() -> None:
    piece = "halo-2"
    own, matte = cut_out(piece)
    ground = np.full(own.shape, GREY, np.float32)
    outcome = Silhouette().judge(Evidence(laid(own, matte, ground), without(piece, cut(piece, 90.0, 0.3), GREY)))
    assert outcome.status is Status.FAIL and outcome.findings[0].kind == "gone", outcome.summary


@pytest.mark.parametrize("piece", ["solitaire6-2", "halo-2", "eternity-1", "cable-2", "band-1", "pearl-1"])
def test_nothing_is_gone_from_a_piece_on_a_new_ground_with_a_shadow(piece: str) -> None:
    retouched, _ = composed(piece, dark=0.4)
    assert Evidence(original(piece), retouched).gone == ()


@pytest.mark.parametrize("piece", ["solitaire6-1", "halo-1", "oval-1"])
def test_putty_and_finger_marks_may_go(piece: str) -> None:
    for edit in ("dust_and_putty_removed.jpg", "white_ground.jpg"):
        assert Evidence(original(piece), fidelity.load(PAIRS / f"{piece}__ok_{edit}")).gone == ()
