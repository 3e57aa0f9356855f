"""Below the size at which a check is known to see, nothing found is no pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from fidelity_checks.chain import Chain
from fidelity_checks.facets import Facets
from fidelity_checks.outline import Outline
from fidelity_checks.pave import Pave
from fidelity_checks.prongs import Prongs

import fidelity
from fidelity import Evidence, Status

FIRST = Path(__file__).parents[2] / "fixtures" / "first"
PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"


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


CHECKS = {
    "chain": (Chain, "link_width_px", "curb-1", "bad_link_absent"),
    "pave": (Pave, "stone_width_px", "eternity-1", "bad_row_cloned_from_one_stone"),
    "facets": (Facets, "stone_width_px", "oval-1", "bad_facets_re_cut"),
    "outline": (Outline, "stone_width_px", "oval-1", ""),
}


@pytest.mark.parametrize(("check", "limit", "piece", "defect"), CHECKS.values(), ids=CHECKS.keys())
def test_every_part_that_is_too_small_is_review_and_a_found_defect_still_fails(  # type: ignore[no-untyped-def]
    check, limit: str, piece: str, defect: str
) -> None:
    original = fidelity.load(PAIRS / f"{piece}__original.jpg")
    faithful = Evidence(original, fidelity.load(PAIRS / f"{piece}__ok_saved_again.jpg"))
    assert check().judge(faithful).status is Status.PASS
    small = check(**{limit: 2000.0}).judge(faithful)
    assert small.status is Status.REVIEW and "px wide; 2000 px are needed" in small.summary
    assert check(**{limit: 2000.0}).judge(Evidence(original, original)).status is Status.PASS
    if defect:
        broken = Evidence(original, fidelity.load(next(PAIRS.glob(f"{piece}__{defect}*"))))
        assert check(**{limit: 2000.0}).judge(broken).status is Status.FAIL
