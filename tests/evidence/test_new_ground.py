"""On a new ground: gaps in the own shadow of a piece, links with another ground between them, cuts into the metal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fidelity_checks.silhouette import Silhouette

import fidelity
from fidelity import Evidence, Status
from fidelity.evidence.gaps import _lit_up

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"
PRONG = 0.46


def pair(piece: str, edit: str) -> Evidence:
    return Evidence(fidelity.load(PAIRS / f"{piece}__original.jpg"), fidelity.load(PAIRS / f"{piece}__{edit}.jpg"))


def test_a_gap_in_the_piece_s_own_shadow_is_no_prong() -> None:
    """The ground between two links is darker than the ground about the piece, before and after."""
    assert not [c for c in pair("curb-1", "ok_grey_ground_full_shadow").changes if c.score > PRONG]


@pytest.mark.parametrize("piece", ["solitaire4-1", "cable-2"])
def test_sparkle_as_white_as_the_new_ground_is_no_gap(piece: str) -> None:
    """The light was painted on facets; what showed ground before, and shows it now, is still left out."""
    evidence = pair(piece, "bad_sparkle_added")
    assert [c for c in evidence.changes if c.score > 0.9 and c.seen_whole]
    assert not [c for c in pair(piece, "ok_white_ground").changes if c.score > PRONG and c.seen_whole]


@pytest.mark.parametrize(("mixed", "ground", "lit"), [(False, 0.6, False), (True, 0.6, True), (False, 0.1, True)])
def test_a_slot_of_one_colour_with_a_bright_rim_is_a_gap(mixed: bool, ground: float, lit: bool) -> None:
    """What may half have been ground must be of mixed colours to count as facets that light was painted on."""
    place, was_ground = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    place[10:20, 10:30] = True
    was_ground[10:20, 10 : 10 + round(20 * ground)] = True
    before = np.zeros((40, 40, 3), np.float32)
    before[..., 0] = np.linspace(20, 70, 40)[None, :] if mixed else 42
    before[10:12, :, 0] = before[18:20, :, 0] = 80
    assert _lit_up(place, was_ground, before, 400.0)[place].all() == lit


def test_links_that_show_another_ground_between_them_lost_no_relief() -> None:
    evidence = pair("pearl-1", "ok_grey_ground_full_shadow")
    assert evidence.features.chain_zone.any()
    assert not evidence.smears


def test_links_that_went_are_still_seen() -> None:
    assert pair("pearl-1", "bad_links_absent").smears


@pytest.mark.parametrize(
    ("piece", "edit"),
    [
        ("emerald-1", "bad_edge_eaten_8_px"),
        ("eternity-1", "bad_edge_eaten_8_px"),
        ("solitaire6-2", "bad_shank_thinned"),
    ],
    ids=["at the side", "inside a ring", "all along the shank"],
)
def test_a_cut_into_the_metal_is_found_in_its_place(piece: str, edit: str) -> None:
    evidence = pair(piece, edit)
    found = evidence.undercuts
    assert found and all(0.3 < u.deep_percent < 2 for u in found)


@pytest.mark.parametrize("piece", ["oval-1", "eternity-1", "solitaire6-2"])
def test_a_cut_out_that_follows_the_edge_cuts_nothing(piece: str) -> None:
    assert not pair(piece, "ok_white_ground").undercuts


@pytest.mark.parametrize("piece", ["eternity-1", "emerald-1"])
def test_a_strip_of_the_old_ground_is_a_halo(piece: str) -> None:
    """The studio leaves 7 px of 840 around the whole piece."""
    pictures = (PAIRS / f"{piece}__original.jpg", PAIRS / f"{piece}__bad_halo_of_7_px.webp")
    evidence = Evidence(*(fidelity.load(path) for path in pictures))
    halo = evidence.halo
    assert halo and halo.share > 0.6
    assert halo.wide_percent * evidence.side_px / 100 == pytest.approx(7.5, abs=1.5)
    outcome = Silhouette().judge(evidence)
    assert outcome.status is Status.FAIL
    assert "halo" in {finding.kind for finding in outcome.findings}


@pytest.mark.parametrize("piece", ["eternity-1", "emerald-1"])
def test_a_clean_cut_out_has_none(piece: str) -> None:
    halo = pair(piece, "ok_white_ground").halo
    assert halo is None or halo.size_percent < 0.2


def test_a_left_ground_has_no_outlines_to_follow() -> None:
    evidence = pair("oval-1", "ok_sharpened")
    assert evidence.halo is None and evidence.undercuts == ()
