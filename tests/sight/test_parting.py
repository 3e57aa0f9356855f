"""Maps to single things: worked out by hand on drawn maps."""

from __future__ import annotations

import numpy as np
import pytest

from fidelity.sight.labels import CHANNELS, INNER, Label
from fidelity.sight.parting import bodies, marks, outline_of, parted, prongs, seeds
from fidelity.sight.tiles import Look


def cone(size: int, *middles: tuple[int, int], radius: float = 10.0) -> np.ndarray:
    """(size, size) 1 at each middle (x, y), falling to 0 at `radius`."""
    ys, xs = np.mgrid[:size, :size]
    return np.max([np.clip(1 - np.hypot(xs - x, ys - y) / radius, 0, 1) for x, y in middles], axis=0).astype(np.float32)


def look(labels: np.ndarray, inner: np.ndarray | None = None, scale: float = 1.0, left: int = 0, top: int = 0) -> Look:
    """A look that is sure of its labels."""
    maps = np.zeros((CHANNELS, *labels.shape), np.float32)
    np.put_along_axis(maps, labels[None].astype(int), 0.9, 0)
    if inner is not None:
        maps[INNER] = inner
    return Look(maps, scale, left, top, (0, 0, labels.shape[1], labels.shape[0]))


@pytest.mark.parametrize(
    ("middles", "count"),
    [([(20, 20)], 1), ([(14, 20), (40, 20)], 2), ([(14, 20), (29, 20)], 2), ([(20, 20), (22, 20)], 1)],
    ids=["one", "two apart", "two that touch", "one with two tops close together"],
)
def test_tops_are_counted(middles: list[tuple[int, int]], count: int) -> None:
    assert seeds(cone(60, *middles)).max() == count


def test_three_in_a_row_are_three_though_their_saddles_differ() -> None:
    # Saddles at 13/2 and 17/2 px from the middles: heights 0.35 and 0.15.
    assert seeds(cone(60, (12, 20), (25, 20), (42, 20))).max() == 3


def test_pixels_go_to_the_nearest_top() -> None:
    mask = np.zeros((40, 60), bool)
    mask[10:30, 5:55] = True
    numbers = parted(mask, cone(60, (16, 20), (44, 20))[:40])
    assert numbers[20, 10] == numbers[12, 28] != numbers[20, 50] == numbers[12, 32]
    assert not numbers[~mask].any()


def test_two_stones_that_touch_are_two_with_their_middles() -> None:
    height = cone(60, (14, 20), (32, 20))
    labels = np.where(height > 0, Label.STONE, Label.GROUND)
    found = sorted(bodies(look(labels, height)), key=lambda t: t.middle)
    assert [t.label for t in found] == [Label.STONE, Label.STONE]
    assert found[0].middle == pytest.approx((14, 20), abs=0.5)
    assert found[1].middle == pytest.approx((32, 20), abs=0.5)
    assert found[0].radius == pytest.approx(10, abs=0.6)


def test_a_body_is_named_by_most_of_its_pixels() -> None:
    height = cone(60, (20, 20))
    labels = np.where(height > 0, Label.CABOCHON, Label.GROUND)
    labels[(height > 0) & (np.arange(60) < 16)] = Label.STONE
    (found,) = bodies(look(labels, height))
    assert found.label == Label.CABOCHON


def test_a_thing_of_few_pixels_is_noise() -> None:
    height = cone(30, (15, 15), radius=1.5)
    assert not list(prongs(look(np.where(height > 0, Label.PRONG, Label.METAL), height)))


def test_places_are_pixels_of_the_file() -> None:
    # A look at half the size that begins at (100, 40): its pixel (20, 20) covers 240 to 242 and 120 to 122.
    height = cone(60, (20, 20))
    labels = np.where(height > 0, Label.PRONG, Label.METAL)
    (found,) = prongs(look(labels, height, scale=0.5, left=100, top=40))
    assert found.middle == pytest.approx((240.5, 120.5), abs=0.3)
    assert found.radius == pytest.approx(20, abs=1)


def test_what_another_look_has_is_left_to_it() -> None:
    height = cone(60, (20, 20), (45, 20))
    whole = look(np.where(height > 0, Label.PRONG, Label.METAL), height)
    half = Look(whole.maps, 1.0, 0, 0, (0, 0, 30, 60))
    assert [t.middle[0] for t in prongs(half)] == pytest.approx([20], abs=0.3)


def test_letters_that_stand_together_are_one_mark() -> None:
    labels = np.full((400, 400), int(Label.METAL))
    for x in (100, 108, 116, 300):
        labels[100:112, x : x + 6] = Label.MARK
    found = sorted(marks(look(labels)), key=lambda t: t.middle)
    assert [round(float(np.ptp(t.outline[:, 0]))) for t in found] == [21, 5]


def test_an_outline_runs_along_the_masks_own_pixels() -> None:
    mask = np.zeros((20, 20), bool)
    mask[5:10, 3:12] = True
    outline = outline_of(mask)
    assert outline.min(0).tolist() == [3, 5]
    assert outline.max(0).tolist() == [11, 9]
