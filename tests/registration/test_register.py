"""Known transforms come back to a fraction of a pixel; untrustworthy pairs say so."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

import fidelity
from fidelity.registration import register
from fidelity.registration.features import find_features, mirrored

FIRST = Path(__file__).parents[2] / "fixtures" / "first"


def warped(picture: fidelity.Picture, matrix: np.ndarray, size: tuple[int, int]) -> fidelity.Picture:
    out = cv2.warpAffine(picture.rgb, matrix[:2], size, flags=cv2.INTER_CUBIC, borderValue=(240, 240, 240))
    return fidelity.load(np.asarray(out, np.uint8))


@pytest.mark.parametrize(
    ("degrees", "scale", "shift"),
    [(0.0, 1.0, (0, 0)), (1.7, 0.82, (11, -7)), (-12.0, 1.0, (30, 12)), (0.0, 1.4, (0, 0)), (0.0, 0.7, (0, 0))],
    ids=["as it is", "reframed", "turned", "bigger", "smaller"],
)
def test_a_known_similarity_is_found_to_half_a_pixel(degrees: float, scale: float, shift: tuple[int, int]) -> None:
    original = fidelity.load(FIRST / "original.jpg")
    height, width = original.shape
    truth = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale), [0, 0, 1]])
    truth[:2, 2] += shift
    found = register(original, warped(original, truth, (width, height)))
    assert found.info.status == "registered" and found.matrix is not None
    piece = np.array([[0.4, 0.3, 1], [0.6, 0.3, 1], [0.5, 0.6, 1]]) * [width, height, 1]
    back = (found.matrix @ truth @ piece.T).T
    assert np.abs(back - piece)[:, :2].max() < 0.1


@pytest.mark.parametrize(
    ("quarters", "corner"),
    # Turned clockwise once, the top left pixel is the original's bottom left one; twice, its bottom right one.
    [(1, (0, -1)), (2, (-1, -1)), (3, (-1, 0))],
    ids=["a quarter turn", "upside down", "three quarters of a turn"],
)
def test_a_turned_picture_is_laid_on_itself_to_a_twentieth_of_a_pixel(quarters: int, corner: tuple[int, int]) -> None:
    original = fidelity.load(FIRST / "original.jpg")
    found = register(original, fidelity.load(np.ascontiguousarray(np.rot90(original.rgb, -quarters))))
    assert found.matrix is not None
    height, width = original.shape
    x, y = corner
    expected = [x % width, y % height]
    assert (found.matrix @ [0, 0, 1])[:2] == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(("moved_px", "in_place"), [(0.02, True), (0.12, False)], ids=["hardly moved", "moved"])
def test_a_retouch_that_was_not_moved_is_not_resampled(moved_px: float, in_place: bool) -> None:
    original = fidelity.load(FIRST / "original.jpg")
    height, width = original.shape
    found = register(original, warped(original, np.array([[1, 0, moved_px], [0, 1, 0], [0, 0, 1]]), (width, height)))
    assert found.matrix is not None
    assert np.array_equal(found.matrix, np.eye(3)) is in_place


def test_a_turned_picture_passes() -> None:
    original = fidelity.load(FIRST / "original.jpg")
    audit = fidelity.audit(original, fidelity.load(np.ascontiguousarray(np.rot90(original.rgb, -1))))
    assert audit.verdict is fidelity.Verdict.PASS


def test_a_mirror_image_is_called_mirrored() -> None:
    original = fidelity.load(FIRST / "original.jpg")
    found = register(original, fidelity.load(np.ascontiguousarray(original.rgb[:, ::-1])))
    assert found.info.status == "mirrored"


def test_the_features_of_the_mirror_image_need_no_look_at_it() -> None:
    original = fidelity.load(FIRST / "original.jpg")
    had, found = mirrored(find_features(original.rgb)), find_features(original.rgb, mirrored=True)
    apart = np.hypot(*(found.points[:, None] - had.points[None]).transpose(2, 0, 1)) * found.scale
    nearest = apart.argmin(axis=1)
    assert np.median(apart.min(axis=1)) < 0.05  # of a matching pixel
    assert np.median(np.linalg.norm(found.descriptors - had.descriptors[nearest], axis=1)) < 0.2  # others: 0.8


def test_a_stretch_is_measured() -> None:
    original = fidelity.load(FIRST / "original.jpg")
    wide = cv2.resize(original.rgb, None, fx=1.05, fy=1.0, interpolation=cv2.INTER_CUBIC)
    found = register(original, fidelity.load(np.asarray(wide, np.uint8)))
    assert found.info.stretch == pytest.approx(1.05, abs=0.003)


def test_an_empty_picture_is_never_registered() -> None:
    original = fidelity.load(FIRST / "original.jpg")
    blank = fidelity.load(np.full((300, 300, 3), 200, np.uint8))
    assert register(original, blank).info.status == "failed"
    assert not register(blank, original).usable


@pytest.mark.parametrize("kind", ["faithful", "prong_missing"])
def test_a_reframed_retouch_of_the_bundled_pair_lands_within_a_pixel(kind: str) -> None:
    """Other ground, putty gone, brighter, turned by 1.7 degrees, at 0.82 of its size and shifted."""
    truth = json.loads((FIRST / "truth.json").read_text(encoding="utf-8"))
    to_original = np.array(next(p["matrix"] for p in truth["pairs"] if p["kind"] == kind or kind in p["id"]))
    original, retouch = fidelity.load(FIRST / "original.jpg"), fidelity.load(FIRST / f"{kind}.jpg")
    height, width = original.shape
    reframe = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), 1.7, 0.82), [0, 0, 1]])
    reframe[:2, 2] += (23.4, -14.6)
    found = register(original, warped(retouch, reframe, (width, height)))
    assert found.info.status == "registered" and found.info.method == "features" and found.matrix is not None
    ys, xs = np.nonzero(cv2.imread(str(FIRST / "piece_mask.png"), cv2.IMREAD_GRAYSCALE) > 127)
    piece = np.stack([xs, ys, np.ones_like(xs)])[:, ::50].astype(float)
    delivered = reframe @ np.linalg.inv(to_original) @ piece
    off = np.linalg.norm((found.matrix @ delivered - piece)[:2], axis=0)
    assert off.max() < 1.0, f"{off.max():.2f} px at the worst point of the piece"


def plain_piece(degrees: float = 0.0, scale: float = 1.0, shift: tuple[float, float] = (0, 0)) -> fidelity.Picture:
    """A flat five-cornered body on white: an outline and nothing for features to hold on to."""
    out = np.full((480, 480, 3), 245, np.uint8)
    corners = (CORNERS @ plain_matrix(degrees, scale, shift).T)[:, :2]
    cv2.fillPoly(out, [np.round(corners * 16).astype(np.int32)], (150, 120, 40), cv2.LINE_AA, 4)
    return fidelity.load(out)


def plain_matrix(degrees: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    matrix = np.vstack([cv2.getRotationMatrix2D((240, 240), degrees, scale), [0, 0, 1]])
    matrix[:2, 2] += shift
    return matrix


CORNERS = np.array([[120, 150, 1], [330, 120, 1], [360, 330, 1], [240, 250, 1], [150, 340, 1]], float)


def test_where_features_are_few_the_outlines_are_laid_on_top_of_each_other() -> None:
    edit = (24.0, 0.8, (15.0, -10.0))
    found = register(plain_piece(), plain_piece(*edit))
    assert found.info.status == "registered" and found.matrix is not None
    assert found.info.method == "silhouette"
    assert found.info.trust is not None and found.info.trust <= 0.3, "outlines alone prove little"
    off = (found.matrix @ plain_matrix(*edit) @ CORNERS.T - CORNERS.T)[:2]
    assert np.abs(off).max() < 2.0, "the search over turns has steps of 3 degrees; these are on one"


def test_outlines_that_do_not_agree_are_not_forced_onto_each_other() -> None:
    disc = np.full((480, 480, 3), 245, np.uint8)
    cv2.circle(disc, (240, 240), 110, (150, 120, 40), -1, cv2.LINE_AA)
    found = register(plain_piece(), fidelity.load(disc))
    assert found.info.status == "failed" and found.matrix is None


def test_a_pair_that_only_its_outline_registered_is_never_a_plain_pass() -> None:
    audit = fidelity.audit(plain_piece(), plain_piece(24.0, 0.8, (15.0, -10.0)))
    assert audit.check("geometry").status is fidelity.Status.REVIEW
    assert audit.verdict is not fidelity.Verdict.PASS
