"""Below the size at which a check is known to see, nothing found is no pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from fidelity_checks.prongs import Prongs

import fidelity
from fidelity import Evidence, Status

FIRST = Path(__file__).parents[2] / "fixtures" / "first"


@pytest.fixture(scope="module")
def pair() -> Evidence:
    return Evidence(fidelity.load(FIRST / "original.jpg"), fidelity.load(FIRST / "faithful.jpg"))


def test_prongs_that_are_wide_enough_pass(pair: Evidence) -> None:
    outcome = Prongs().judge(pair)
    assert outcome.status is Status.PASS and "needed" not in outcome.summary


def test_narrower_ones_are_review_that_names_both_widths(pair: Evidence) -> None:
    outcome = Prongs(prong_width_px=400.0).judge(pair)
    assert outcome.status is Status.REVIEW
    assert "px wide; 400 px are needed" in outcome.summary
    assert {m.name for m in outcome.measurements} >= {"prongs", "girdle disagreement"}


def test_a_lost_prong_fails_however_narrow_the_others_are() -> None:
    lost = Evidence(fidelity.load(FIRST / "original.jpg"), fidelity.load(FIRST / "prong_missing.jpg"))
    assert Prongs(prong_width_px=400.0).judge(lost).status is Status.FAIL


def test_the_same_pixels_pass_however_narrow_they_are() -> None:
    same = Evidence(fidelity.load(FIRST / "original.jpg"), fidelity.load(FIRST / "original.jpg"))
    assert Prongs(prong_width_px=400.0).judge(same).status is Status.PASS
