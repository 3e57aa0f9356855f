"""Masks grow by the same disc, whichever way is quicker."""

from __future__ import annotations

import numpy as np
import pytest

from fidelity.image.morphology import LARGE_PX, grown


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
