"""What was added beside a piece is named by what it is; a strip of the old ground is a halo, and no addition."""

from __future__ import annotations

import pytest
from fidelity_checks.silhouette import Silhouette

import fidelity
from fidelity import Evidence, Status
from tests.evidence.composed import PAIRS, original


def evidence(piece: str, name: str) -> Evidence:
    return Evidence(original(piece), fidelity.load(PAIRS / f"{piece}__{name}.webp"))


@pytest.mark.parametrize(
    ("piece", "name", "kind"),
    [
        ("band-1", "bad_part_added_34_px", "part"),
        ("halo-2", "bad_part_added_34_px", "part"),
        ("curb-1", "bad_part_added_34_px", "part"),
        ("band-1", "bad_fringe_of_5_px_purple", "fringe"),
        ("solitaire4-1", "bad_fringe_of_5_px_purple", "fringe"),
    ],
)
def test_an_addition_is_named(piece: str, name: str, kind: str) -> None:
    pair = evidence(piece, name)
    assert pair.additions
    assert pair.additions[0].kind == kind
    assert Silhouette().judge(pair).status is Status.FAIL


@pytest.mark.parametrize("piece", ["band-2", "eternity-1", "solitaire6-1"])
def test_a_halo_is_a_mix_of_both_grounds(piece: str) -> None:
    assert not evidence(piece, "bad_halo_of_7_px").additions
