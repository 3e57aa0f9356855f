"""White balance as gains on linear light: read from colours, laid over others, halved."""

from __future__ import annotations

import numpy as np
import pytest
from fidelity_checks._tones import brightened, hue_name, in_words

from fidelity.evidence.balance import NO_CAST, Gains, balance_of, balanced, halved, neutralising
from fidelity.image.colour import delta_e00
from fidelity.image.picture import F32

GREY, GOLD, RUBY = (72.0, 0.4, 5.0), (64.0, 3.0, 28.0), (38.0, 52.0, 24.0)


def colours(*labs: tuple[float, float, float]) -> F32:
    return np.array(labs, np.float32)


def cast(red: float, blue: float) -> Gains:
    """Gains in the ratio red : 1 : blue that leave a grey as light as it was."""
    light = np.array([red, 1.0, blue]) / np.dot((0.2126, 0.7152, 0.0722), (red, 1.0, blue))
    return float(light[0]), float(light[1]), float(light[2])


def test_no_cast_changes_nothing() -> None:
    assert np.array_equal(balanced(colours(GREY, GOLD), NO_CAST), colours(GREY, GOLD))
    assert balance_of(colours(GREY, GOLD), colours(GREY, GOLD)) == pytest.approx(NO_CAST, abs=1e-4)


@pytest.mark.parametrize("material", [GREY, GOLD, RUBY], ids=["grey", "gold", "ruby"])
def test_a_balance_is_read_from_what_went_through_it(material: tuple[float, float, float]) -> None:
    gains = cast(0.94, 1.11)
    before = np.repeat(colours(material), 50, axis=0)
    assert balance_of(before, balanced(before, gains)) == pytest.approx(gains, abs=0.01)


def test_a_grey_follows_the_balance_further_than_gold() -> None:
    before = colours(GREY, GOLD)
    grey, gold = delta_e00(before, balanced(before, cast(0.94, 1.11)))
    assert grey > 1.5 * gold


def test_black_shows_no_balance() -> None:
    black = np.zeros((50, 3), np.float32)
    assert balance_of(black, black + 1) == NO_CAST


def test_neutralising_takes_the_tint() -> None:
    whole = balanced(colours(GREY), neutralising(GREY, 1.0))[0]
    half = balanced(colours(GREY), neutralising(GREY, 0.5))[0]
    assert np.hypot(*whole[1:]) < 0.3
    assert whole[0] == pytest.approx(GREY[0], abs=1)
    assert half[2] == pytest.approx(GREY[2] / 2, abs=0.4)


def test_half_a_balance_twice_is_the_whole() -> None:
    gains = cast(0.94, 1.11)
    twice = balanced(balanced(colours(GOLD), halved(gains)), halved(gains))
    assert float(delta_e00(twice, balanced(colours(GOLD), gains))[0]) < 0.2


@pytest.mark.parametrize(
    ("before", "moved", "words"),
    [
        ((80, 0.5, 5.0), (0, -7), "bluer by 7 units of a*b*"),
        ((70, 0.0, 1.0), (0, 8), "warmer by 8 units of a*b*"),
        ((64, 12.0, 16.0), (-9, 8), "turned by 30° of hue towards yellow, deeper by 4 C*"),
        ((64, 3.0, 28.0), (-1.2, -12), "paler by 12 C*"),
    ],
)
def test_a_shift_is_put_in_words(before: tuple[float, float, float], moved: tuple[float, float], words: str) -> None:
    assert in_words(before, moved) == words


@pytest.mark.parametrize(
    ("lab", "name"),
    [(RUBY, "red"), (GOLD, "yellow"), ((40, -14, -21), "blue"), ((45, -35, 25), "green"), ((40, 30, -32), "violet")],
)
def test_hues_have_everyday_names(lab: tuple[float, float, float], name: str) -> None:
    assert hue_name(lab) == name


def test_brightening_widens_a_limit_but_zero_stays_zero() -> None:
    assert brightened(3.0, 4.0) == 3.0
    assert brightened(3.0, 10.0) == pytest.approx(4.0)
    assert brightened(3.0, -10.0, doubt=1.0) == pytest.approx(5.0)
    assert brightened(0.0, 30.0, doubt=1.0) == 0.0
