"""CIELAB against scikit-image, CIEDE2000 against its authors' table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.color import rgb2lab

from fidelity.image.colour import delta_e00, delta_e76, srgb_to_lab

AGREES = 0.1  # promised in the docstring


def test_agrees_with_scikit_image_all_over_the_cube_of_colours():
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(levels.size, -1, 3)
    assert np.abs(srgb_to_lab(cube) - rgb2lab(cube)).max() < AGREES


@settings(max_examples=50, deadline=None)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_agrees_with_scikit_image_on_any_picture(rgb):
    lab = srgb_to_lab(rgb)
    assert lab.dtype == np.float32
    assert lab.shape == rgb.shape
    assert np.abs(lab - rgb2lab(rgb)).max() < AGREES


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        pytest.param((0, 0, 0), (0, 0, 0), id="black is the origin"),
        pytest.param((255, 255, 255), (100, 0, 0), id="white is L 100"),
        pytest.param((119, 119, 119), (50.03, 0, 0), id="level 119 is the middle of L"),
        pytest.param((255, 0, 0), (53.24, 80.09, 67.20), id="red as Lindbloom's calculator gives it"),
    ],
)
def test_known_colours(rgb, lab):
    assert srgb_to_lab(np.uint8([[rgb]]))[0, 0] == pytest.approx(lab, abs=AGREES)


def test_a_read_only_or_strided_picture_is_fine():
    rgb = np.random.default_rng(1).integers(0, 256, (8, 10, 3), dtype=np.uint8)
    rgb.setflags(write=False)
    assert np.allclose(srgb_to_lab(rgb[::2, ::-1]), srgb_to_lab(rgb)[::2, ::-1], atol=1e-4)


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8)])
def test_another_shape_or_type_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\(height, width, 3\) uint8"):
        srgb_to_lab(wrong)


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [  # Sharma, Wu, Dalal: The CIEDE2000 color-difference formula (2005), table 1, pairs by number
        pytest.param((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425, id="pair 1, saturated blue"),
        pytest.param((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000, id="pair 4, exactly one"),
        pytest.param((50, 0, 0), (50, -1, 2), 2.3669, id="pair 7, grey against a tint"),
        pytest.param((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792, id="pair 9, mean hue just below the jump"),
        pytest.param((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195, id="pair 11, mean hue just above it"),
        pytest.param((50, 2.5, 0), (73, 25, -18), 27.1492, id="pair 17, far apart"),
        pytest.param((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644, id="pair 25, green"),
        pytest.param((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082, id="pair 34, near black"),
    ],
)
def test_ciede2000_gives_the_authors_values(first, second, difference):
    assert delta_e00(np.array(first), np.array(second)) == pytest.approx(difference, abs=1e-4)
    assert delta_e00(np.array(second), np.array(first)) == pytest.approx(difference, abs=1e-4)


def test_ciede2000_of_equal_colours_is_zero_and_broadcasts():
    lab = srgb_to_lab(np.random.default_rng(2).integers(0, 256, (5, 6, 3), dtype=np.uint8))
    assert delta_e00(lab, lab).max() == 0
    assert delta_e00(lab, lab[0, 0]).shape == (5, 6)


@pytest.mark.parametrize("channels", [2, 3])
def test_delta_e76_is_the_distance(channels: int):
    first, second = np.random.default_rng(1).normal(0, 30, (2, 40, 50, channels)).astype(np.float32)
    assert np.array_equal(delta_e76(first, second), np.linalg.norm(first - second, axis=2))
    assert np.array_equal(delta_e76(first, second[3, 4]), np.linalg.norm(first - second[3, 4], axis=2))
