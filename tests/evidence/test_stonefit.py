"""A changed place that lies on a stone is named with the stone."""

from __future__ import annotations

import numpy as np

from fidelity.evidence.stonefit import around
from fidelity.evidence.stones import Stone


def stone(left: int, top: int, width: int, height: int) -> Stone:
    mask = np.zeros((200, 300), bool)
    mask[top : top + height, left : left + width] = True
    centre = (left + width / 2, top + height / 2)
    return Stone(mask, (left, top, width, height), centre, (width / 2, height / 2), coloured=False)


def test_a_changed_place_on_a_stone_s_edge_takes_the_stone_in() -> None:
    large, far = stone(50, 50, 100, 80), stone(220, 20, 40, 40)
    assert around(stone(30, 60, 40, 20), (large, far)) == (30, 50, 120, 80)


def test_one_beside_it_stays_what_it_is() -> None:
    large = stone(50, 50, 100, 80)
    assert around(stone(160, 60, 40, 20), (large,)) == (160, 60, 40, 20)
    assert around(stone(140, 60, 60, 20), (large,)) == (140, 60, 60, 20)
