"""Painted grounds, props and growth: sizes, repeatability, and that a prop says exactly which pixels it hides."""

from __future__ import annotations

import numpy as np
import pytest

from training import backgrounds, props
from training.growth import GROWTH, grown

N = 96
GREY = np.full((N, N, 3), 120, np.uint8)
SHINING_THROUGH = ("watermark", "dust")


@pytest.mark.parametrize("paint", backgrounds.BACKGROUNDS, ids=lambda f: f.__name__)
def test_a_ground_is_a_picture_of_that_size_and_the_same_for_the_same_seed(paint: backgrounds.Callable) -> None:  # type: ignore[type-arg]
    first, again = (paint(np.random.default_rng(4), N) for _ in range(2))
    assert first.shape == (N, N, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)


def test_grounds_come_kind_after_kind_and_do_not_depend_on_how_many_are_asked_for() -> None:
    few, more = backgrounds.backgrounds(3, 9, N), backgrounds.backgrounds(5, 9, N)
    assert all(np.array_equal(a, b) for a, b in zip(few, more, strict=False))
    assert not np.array_equal(more[0], more[2])


@pytest.mark.parametrize("lay", [p for p in props.PROPS if p.__name__ not in SHINING_THROUGH], ids=lambda f: f.__name__)
def test_a_prop_hides_what_it_says_and_changes_far_pixels_little(lay: backgrounds.Callable) -> None:  # type: ignore[type-arg]
    hidden_somewhere = False
    for seed in range(6):
        rgb, cover = lay(np.random.default_rng(seed), GREY)
        assert rgb.shape == GREY.shape
        assert cover.shape == (N, N)
        assert cover.dtype == np.uint8
        hidden = cover > 127
        hidden_somewhere |= bool(hidden.any())
        outside = np.abs(rgb.astype(int) - 120).max(-1)[~hidden]
        assert not len(outside) or np.median(outside) <= 60  # at most its shadow
    assert hidden_somewhere


@pytest.mark.parametrize("lay", [props.watermark, props.dust], ids=lambda f: f.__name__)
def test_what_shines_through_is_no_prop(lay: backgrounds.Callable) -> None:  # type: ignore[type-arg]
    rgb, cover = lay(np.random.default_rng(2), GREY)
    assert not cover.any()
    assert (rgb != GREY).any()


@pytest.mark.parametrize("kind", sorted(GROWTH))
def test_growth_changes_its_own_stone_only(kind: str) -> None:
    ids = np.zeros((N, N), np.uint16)
    ids[30:60, 30:60] = 2
    things = [{"id": 2, "class": "cabochon", "kind": kind}]
    changed = [grown(np.random.default_rng(seed), GREY, ids, things) for seed in range(6)]
    assert any((picture[30:60, 30:60] != 120).any() for picture in changed)
    assert all(np.array_equal(picture[:24], GREY[:24]) for picture in changed)
