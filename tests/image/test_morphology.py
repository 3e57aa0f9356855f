"""Masks grow by the same disc, whichever way is quicker."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage

from fidelity.image.morphology import (
    BY_ROWS_PX,
    FAR_PX,
    LARGE_PX,
    closed,
    connected,
    dilated,
    grown,
    half_width,
    opened,
    shrunk,
    with_margin,
    without_holes,
)
from fidelity.image.picture import Mask


def specks(height: int, width: int, share: float) -> Mask:
    """A mask of which about a share is set, in specks of a few pixels."""
    noise = np.random.default_rng(7).random((height, width)).astype(np.float32)
    smooth = cv2.blur(noise, (3, 3))
    return np.asarray(smooth > np.quantile(smooth, 1 - share))


@pytest.mark.parametrize("radius", [LARGE_PX - 4, LARGE_PX + 4, 40])
def test_a_point_grows_to_a_disc(radius: int) -> None:
    mask = np.zeros((121, 121), bool)
    mask[60, 60] = True
    rows, cols = np.mgrid[:121, :121]
    apart = np.hypot(rows - 60, cols - 60)
    out = grown(mask, radius)
    assert out[apart <= radius - 1].all() and not out[apart > radius + 1].any()


@pytest.mark.parametrize("radius", [3, 60])
def test_nothing_grows_to_nothing(radius: int) -> None:
    assert not grown(np.zeros((50, 50), bool), radius).any()


@pytest.mark.parametrize("shape", [(90, 120), (7, 60), (60, 7)])
@pytest.mark.parametrize("radius", [1, BY_ROWS_PX - 1, BY_ROWS_PX, 9, 30])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_disc_taken_row_by_row_is_opencvs(shape: tuple[int, int], radius: int, share: float) -> None:
    mask = specks(*shape, share)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    for ours, theirs in (
        (dilated, cv2.MORPH_DILATE),
        (shrunk, cv2.MORPH_ERODE),
        (closed, cv2.MORPH_CLOSE),
        (opened, cv2.MORPH_OPEN),
    ):
        assert np.array_equal(ours(mask, radius), cv2.morphologyEx(mask.astype(np.uint8), theirs, disc) > 0)


@pytest.mark.parametrize("radius", [LARGE_PX + 1, 33, FAR_PX])
def test_a_large_disc_is_all_within_a_distance(radius: int) -> None:
    mask = specks(150, 170, 0.002)
    apart = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    assert np.array_equal(grown(mask, radius), apart <= radius)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 1.0])
def test_holes_are_filled_as_scipy_fills_them(share: float) -> None:
    mask = specks(80, 70, share)
    assert np.array_equal(without_holes(mask), ndimage.binary_fill_holes(mask))


@pytest.mark.parametrize("at", [(0, 0), (7, 4), (14, 25)])
def test_a_body_has_room_about_it_up_to_the_frame(at: tuple[int, int]) -> None:
    picture = np.zeros((20, 30), bool)
    picture[at[0] : at[0] + 5, at[1] : at[1] + 4] = True
    ((rows, cols, body),) = connected(picture)
    window, inside = with_margin(rows, cols, body, 3, picture.shape)
    assert inside.shape == picture[window].shape
    assert (inside == picture[window]).all() and inside.sum() == picture.sum()


def test_half_a_width_is_the_radius_of_the_largest_circle() -> None:
    body = np.zeros((60, 90), bool)
    assert half_width(body) == 0
    body[20:31, :] = True
    assert half_width(body) == pytest.approx(6, abs=0.1)
    cv2.circle(canvas := body.astype(np.uint8), (45, 30), 20, 1, -1)
    assert half_width(canvas > 0) == pytest.approx(20, abs=0.5)
