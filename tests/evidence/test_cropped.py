"""A frame that cuts a pendant is told from one that cuts its chain, and on a kept ground nothing is sure."""

from __future__ import annotations

import pytest
from fidelity_checks.geometry import Geometry

import fidelity
from fidelity import Evidence, Picture, Status
from tests.evidence.composed import PAIRS, original

CUT_PX = 60


def retouched(piece: str, *, rows: slice, edit: str = "ok_white_ground") -> Picture:
    return fidelity.load(fidelity.load(PAIRS / f"{piece}__{edit}.jpg").rgb[rows])


@pytest.mark.parametrize("piece", ["cable-2", "pearl-1"])
def test_a_chain_may_run_out_of_the_picture_sooner(piece: str) -> None:
    crop = Evidence(original(piece), retouched(piece, rows=slice(CUT_PX, None))).crop
    assert crop is None or crop.long_percent < Geometry().cropped_percent


@pytest.mark.parametrize("piece", ["cable-2", "solitaire6-2", "band-1"])
def test_a_piece_may_not(piece: str) -> None:
    whole = Evidence(original(piece), retouched(piece, rows=slice(None))).piece
    assert whole
    _, top, _, height = whole.region
    foot = top + height - CUT_PX // 2
    outcome = Geometry().judge(Evidence(original(piece), retouched(piece, rows=slice(0, foot))))
    assert outcome.status is Status.FAIL, outcome.summary
    finding = next(f for f in outcome.findings if f.kind == "cropped")
    assert finding.box
    assert finding.box[1] == pytest.approx(foot, abs=6)


def test_on_a_kept_ground_it_is_to_be_looked_at() -> None:
    piece = "solitaire4-1"
    kept = Evidence(original(piece), retouched(piece, rows=slice(None), edit="ok_saved_again"))
    assert kept.piece
    left, _, width, _ = kept.piece.region
    cut = fidelity.load(original(piece).rgb[:, : left + width - CUT_PX // 2])
    outcome = Geometry().judge(Evidence(original(piece), cut))
    assert outcome.status is Status.REVIEW, outcome.summary
    assert "cuts the piece" in outcome.summary
