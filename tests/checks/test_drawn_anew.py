"""A piece drawn anew: its outline is compared as a whole; a prong of repainted metal is not proven lost."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from fidelity_checks.geometry import Geometry
from fidelity_checks.prongs import Prongs
from fidelity_checks.silhouette import Silhouette

import fidelity
from fidelity import Evidence, Status
from fidelity.evidence import stonefit
from fidelity.evidence.outlines import OutlineChanges

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"


def pair(original: str, retouched: str) -> Evidence:
    return Evidence(fidelity.load(PAIRS / original), fidelity.load(PAIRS / retouched))


def test_another_piece_has_another_outline() -> None:
    evidence = pair("eternity-1__ok_white_ground.jpg", "emerald-1__ok_white_ground.jpg")
    assert evidence.registration.info.status == "different", "the edges of both run alike, their outlines do not"
    assert Geometry().judge(evidence).status is Status.FAIL
    outcome = Silhouette().judge(evidence)
    assert outcome.status is Status.FAIL, outcome.summary
    assert evidence.outline_overlap is not None
    assert outcome.measurements[0].retouched == pytest.approx(1 - evidence.outline_overlap)
    assert Silhouette(overlap_lost_share=1.0).judge(evidence).status is Status.REVIEW


def test_the_same_outline_turned_and_scaled_overlaps() -> None:
    rgb = fidelity.load(PAIRS / "solitaire6-1__ok_white_ground.jpg").rgb
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 20, 0.8)
    turned = np.asarray(cv2.warpAffine(rgb, matrix, (width, height), borderValue=(255, 255, 255)), np.uint8)
    evidence = Evidence(fidelity.load(rgb), fidelity.load(turned))
    assert evidence.outline_overlap is not None and evidence.outline_overlap > 0.85


def test_a_prong_of_repainted_metal_goes_to_review() -> None:
    evidence = pair("solitaire6-1__original.jpg", "solitaire6-1__bad_prong_absent.jpg")
    assert Prongs().judge(evidence).status is Status.FAIL
    evidence.outline_changes = OutlineChanges(repainted=True)
    outcome = Prongs().judge(evidence)
    assert outcome.status is Status.REVIEW and "repainted" in outcome.summary
    assert outcome.findings, "the places stay named"


def test_a_fit_that_lost_its_way_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = pair("oval-1__original.jpg", "oval-1__original.jpg")
    stone = evidence.features.stones[0]

    def fitted(stretch: float) -> stonefit.StoneFit | None:
        side = np.sqrt(stretch)
        warp = np.array([[side, 0, 0], [0, 1 / side, 0]], np.float32)
        monkeypatch.setattr(stonefit, "_correlation", lambda *_: 0.5)
        monkeypatch.setattr(stonefit.cv2, "findTransformECC", lambda *_: (0.9, warp))
        return stonefit.fit_stone(evidence.bench, stone, evidence.structure.inside)

    kept = fitted(1.3)
    assert kept is not None and kept.stretch_percent == pytest.approx(30, abs=0.1)
    assert fitted(1.9) is None
