"""What becomes of things once they are seen: size, who holds what, which metal, each once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fidelity.sight.areas import family_of, piece_of
from fidelity.sight.labels import CHANNELS, Label
from fidelity.sight.parting import Thing
from fidelity.sight.seeing import held, once, sized, without_facets
from fidelity.sight.tiles import Look, closer_scale


def disc(x: float, y: float, radius: float, label: Label = Label.STONE, score: float = 0.9) -> Thing:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    outline = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], -1).astype(np.float32)
    return Thing(label, outline, (x, y), np.pi * radius**2, score, 2 * radius)


@pytest.mark.parametrize(
    ("radii", "large"),
    [
        ([100], 1),
        ([100, 70, 70], 3),
        ([100] + [20] * 20, 1),
        ([25] * 22, 0),
        ([60] * 5, 5),
        ([], 0),
    ],
    ids=["a solitaire", "three stones", "a halo", "an eternity band", "five of a size", "a plain band"],
)
def test_large_and_small_stones(radii: list[float], large: int) -> None:
    stones = [disc(50 * i, 0, r) for i, r in enumerate(radii)]
    big, small = sized(stones, extent=800)
    assert (len(big), len(small)) == (large, len(radii) - large)


def test_a_prong_holds_the_stone_whose_edge_it_is_at() -> None:
    stones = [disc(100, 100, 50), disc(300, 100, 50)]
    assert held(disc(150, 100, 6, Label.PRONG), stones) == 0
    assert held(disc(255, 100, 6, Label.PRONG), stones) == 1
    assert held(disc(200, 100, 6, Label.PRONG), stones) is None
    assert held(disc(200, 100, 6, Label.PRONG), []) is None


def test_what_two_looks_saw_is_one_thing_the_surer() -> None:
    kept = once([disc(100, 100, 20, score=0.6), disc(103, 100, 18, score=0.8), disc(130, 100, 12)])
    assert sorted((t.middle[0], t.score) for t in kept) == [(103, 0.8), (130, 0.9)]


def test_a_prong_on_a_stones_middle_is_still_a_prong() -> None:
    assert len(once([disc(100, 100, 20), disc(100, 100, 18, Label.PRONG)])) == 2


def test_a_stones_facets_are_no_stones_and_no_prongs() -> None:
    stone, facets = disc(100, 100, 60), [disc(90, 90, 12), disc(120, 110, 15)]
    tip, sparkle = disc(152, 100, 8, Label.PRONG), disc(100, 110, 8, Label.PRONG)
    assert without_facets([stone, *facets, tip, sparkle]) == [stone, tip]


def test_a_field_of_small_stones_is_no_large_stone() -> None:
    field, small = disc(100, 100, 60), [disc(100 + 26 * i, 100 + 26 * j, 13) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    beads = [disc(113, 113, 4, Label.PRONG)]
    assert without_facets([field, *small, *beads]) == [*small, *beads]


@pytest.mark.parametrize(
    ("a", "b", "family"),
    [(0, 3, "white"), (1, 7, "white"), (5, 28, "yellow"), (14, 18, "rose"), (3, -4, "white")],
    ids=["silver", "white gold in warm light", "18 ct yellow gold", "rose gold", "steel in blue light"],
)
def test_metals(a: float, b: float, family: str) -> None:
    assert family_of(a, b) == family


def test_the_piece_has_its_hole_and_crumbs_are_no_piece() -> None:
    labels = np.zeros((200, 200), np.uint8)
    cv2.circle(labels, (100, 100), 60, int(Label.METAL), -1)
    cv2.circle(labels, (100, 100), 40, int(Label.GROUND), -1)
    labels[5:9, 5:9] = Label.METAL
    maps = np.zeros((CHANNELS, 200, 200), np.float32)
    np.put_along_axis(maps, labels[None].astype(int), 0.95, 0)
    outlines, holes = piece_of(Look(maps, 0.5, 0, 0, (0, 0, 200, 200)))
    assert [len(outlines), len(holes)] == [1, 1]
    # At half the size a circle of radius 60 is one of radius 120 in the file.
    assert cv2.contourArea(outlines[0]) == pytest.approx(np.pi * 120**2, rel=0.02)
    assert cv2.contourArea(holes[0]) == pytest.approx(np.pi * 80**2, rel=0.03)


def test_a_second_look_is_taken_where_it_shows_more() -> None:
    whole = Look(np.zeros((CHANNELS, 960, 960), np.float32), 0.25, 0, 0, (0, 0, 960, 960))
    some = np.zeros((960, 960), bool)
    assert closer_scale(whole, 5, some) is None
    some[:100, :100] = True
    assert closer_scale(whole, 5.5, some) == pytest.approx(1.0)
    assert closer_scale(whole, 11, some) == pytest.approx(0.5)
    assert closer_scale(whole, 30, some) is None
    some[:] = True  # all of 14.7 megapixels would take too long: the scale that can be afforded
    assert 0.3 < (closer_scale(whole, 5.5, some) or 0) < 0.6
