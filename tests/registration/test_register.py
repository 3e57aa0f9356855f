"""Known transforms come back to a fraction of a pixel; untrustworthy pairs say so."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fidelity
from fidelity.registration import register

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
    assert np.abs(back - piece)[:, :2].max() < 0.5


def test_a_mirror_image_is_called_mirrored() -> None:
    original = fidelity.load(FIRST / "original.jpg")
    found = register(original, fidelity.load(np.ascontiguousarray(original.rgb[:, ::-1])))
    assert found.info.status == "mirrored"


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
