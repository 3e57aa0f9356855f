"""A change is found where it is and given to the check whose it is; dust is nobody's."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import fidelity
from fidelity import Evidence
from fidelity.evidence.stones import find_stones
from fidelity.evidence.structure import softened
from fidelity.evidence.surface import survey
from tests.evidence.drawn import (
    SIZE,
    STONE,
    piece_mask,
    ruby_in_white_metal,
    signet,
    softened_stone,
    stone_mask,
    with_hair,
    with_tip,
    without_stamp,
)

Rgb = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def plate() -> Rgb:
    return signet()


def changes(before: Rgb, after: Rgb) -> tuple[fidelity.Change, ...]:
    evidence = Evidence(fidelity.load(before), fidelity.load(after))
    assert evidence.unusable is None
    return tuple(c for c in evidence.changes if c.score > 0.55)


def test_the_metal_is_gold_and_the_stone_is_not(plate: Rgb) -> None:
    surface = survey(plate, piece_mask(), 550.0)
    assert surface.metal[2] > 20, "yellow: b* of gold"
    (x, y), _ = STONE
    stony = surface.stony
    scale = surface.factor
    window = stony[int((y - 40) * scale) : int((y + 40) * scale), int((x - 50) * scale) : int((x + 50) * scale)]
    assert window.mean() > 0.9
    plain = stony[int(600 * scale) : int(630 * scale), int(120 * scale) : int(600 * scale)]
    assert plain.mean() < 0.2


def test_a_ruby_is_a_stone_and_not_the_metal() -> None:
    """Its red is as warm a hue as rose gold's, and far more saturated."""
    setting = piece_mask() & (np.arange(SIZE)[:, None] < STONE[0][1] + 110)  # the stone is a good part of it
    surface = survey(ruby_in_white_metal(), setting, 540.0)
    assert np.hypot(*surface.metal[1:]) < 10
    assert find_stones(surface, (SIZE, SIZE))[0].coloured


def test_the_stone_is_proposed(plate: Rgb) -> None:
    surface = survey(plate, piece_mask(), 550.0)
    stones = find_stones(surface, (SIZE, SIZE))
    best = max((s.mask & stone_mask()).sum() / (s.mask | stone_mask()).sum() for s in stones)
    assert best > 0.8
    assert stones[0].coloured and stones[0].single


CASES: dict[str, tuple[Callable[[Rgb], Rgb], Callable[[Rgb], Rgb], str, tuple[int, int]]] = {
    "stamp painted over": (lambda p: p, without_stamp, "mark", (350, 505)),
    "prong lost": (with_tip, lambda p: p, "girdle", (480, 230)),
    "stone softened": (lambda p: p, softened_stone, "stone", STONE[0]),
}


@pytest.mark.parametrize(("before", "after", "zone", "place"), CASES.values(), ids=CASES.keys())
def test_a_change_is_given_to_its_check(plate: Rgb, before, after, zone: str, place: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    found = changes(before(plate), after(plate))
    assert found, "noticed at all"
    named = [c for c in found if zone in c.zones]
    assert named, [c.zones for c in found]
    x, y, w, h = named[0].box
    assert x - 30 < place[0] < x + w + 30 and y - 30 < place[1] < y + h + 30


def test_hair_and_dust_removed_are_no_change(plate: Rgb) -> None:
    assert changes(with_hair(plate), plate) == ()


def test_the_same_picture_has_no_change(plate: Rgb) -> None:
    assert changes(plate, plate) == ()


def test_local_blur_shows_and_a_softer_picture_does_not() -> None:
    rng = np.random.default_rng(6)
    grain = np.clip(50 + 12 * rng.standard_normal((400, 400)), 0, 100).astype(np.float32)
    whole = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.8), np.float32)
    part = grain.copy()
    part[100:200, 100:200] = cv2.GaussianBlur(grain, (0, 0), 1.5)[100:200, 100:200]
    inside = np.ones(grain.shape, bool)
    assert softened(grain, whole, inside, 400.0).max() < 0.3
    shown = softened(grain, part, inside, 400.0)
    assert shown[130:170, 130:170].min() > 0.6
    assert shown[250:, 250:].max() < 0.3
