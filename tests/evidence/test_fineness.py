"""Finest detail as a whole: a tool that wipes faint edges is told from a picture that is a little soft."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import Status
from fidelity.evidence import Evidence

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"


@pytest.fixture(scope="module")
def halo() -> fidelity.Picture:
    return fidelity.load(PAIRS / "halo-1__original.jpg")


def denoised(rgb: np.ndarray) -> np.ndarray:
    """As hard as a careless operator does: faint facet edges and noise look alike to the filter."""
    return np.asarray(cv2.fastNlMeansDenoisingColored(rgb, None, 12, 12, 5, 15), np.uint8)


def sharpened(rgb: np.ndarray) -> np.ndarray:
    soft = cv2.GaussianBlur(rgb, (0, 0), 1.2).astype(float)
    return np.asarray(np.clip(rgb + 0.6 * (rgb - soft), 0, 255), np.uint8)


def test_a_strong_denoiser_takes_faint_edges_and_leaves_clear_ones(halo: fidelity.Picture) -> None:
    evidence = Evidence(halo, fidelity.load(denoised(halo.rgb)))
    kept = evidence.detail_kept(evidence.features.melee_zone)
    assert kept is not None
    assert kept.clear > 0.95 and kept.faint < 0.9


@pytest.mark.parametrize("name", ["facets", "pave"])
def test_wiped_stones_fail(halo: fidelity.Picture, name: str) -> None:
    result = fidelity.audit(halo, fidelity.load(denoised(halo.rgb))).check(name)
    assert result.status is Status.FAIL
    assert result.findings


def test_wiped_small_stones_fail_where_no_single_place_stands_out() -> None:
    row = fidelity.load(PAIRS / "eternity-1__original.jpg")
    result = fidelity.audit(row, fidelity.load(denoised(row.rgb))).check("pave")
    assert result.status is Status.FAIL and "wiped all over" in result.summary
    assert {m.name for m in result.measurements} >= {"fine detail lost", "faint edges lost"}


@pytest.mark.parametrize("name", ["facets", "pave"])
def test_a_soft_picture_is_not_called_wiped(halo: fidelity.Picture, name: str) -> None:
    soft = np.asarray(cv2.GaussianBlur(halo.rgb, (0, 0), 1.0), np.uint8)
    assert fidelity.audit(halo, fidelity.load(soft)).check(name).status is not Status.FAIL


@pytest.mark.parametrize("name", ["facets", "pave"])
def test_sharpening_passes(halo: fidelity.Picture, name: str) -> None:
    assert fidelity.audit(halo, fidelity.load(sharpened(halo.rgb))).check(name).status is Status.PASS


def test_nothing_is_measured_where_there_is_no_edge(halo: fidelity.Picture) -> None:
    evidence = Evidence(halo, halo)
    assert evidence.detail_kept(np.zeros(evidence.bench.shape, bool)) is None
