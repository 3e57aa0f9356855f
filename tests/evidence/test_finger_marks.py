"""Finger marks and reflections on polished metal are neither stones nor prongs, and a hair on them is still dust."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fidelity
from fidelity import Evidence, Status
from fidelity.evidence.belongs import Part, zones_of
from fidelity.evidence.stones import find_stones
from fidelity.evidence.surface import survey
from fidelity.image.picture import U8

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"
SHADE = (215, 205, 190)


def evidence(piece: str, edit: str) -> Evidence:
    return Evidence(fidelity.load(PAIRS / f"{piece}__original.jpg"), fidelity.load(PAIRS / f"{piece}__{edit}.jpg"))


def test_finger_marks_wiped_off_a_shank_are_no_prongs() -> None:
    found = evidence("oval-1", "ok_white_ground")
    wiped = [c for c in found.changes if c.score > 0.55]
    assert wiped, "they are noticed"
    assert {c.zone for c in wiped} == {"smudge"}
    result = fidelity.audit(found.original, found.retouched)
    assert [c.id for c in result.checks if c.status is Status.FAIL] == []


def test_a_hair_on_finger_marks_beside_a_stamp_is_no_mark() -> None:
    found = evidence("band-2", "ok_white_ground")
    x, y, w, h = 296, 364, 30, 31
    hair = found.structure.dust[found.bench.window((x, y, w, h))]
    assert hair.mean() > 0.05
    assert all(c.score < 0.5 for c in found.changes)


def place(found: Evidence, at: tuple[int, int], contrast: float, steep: float) -> Part:
    x, y = at
    rows, cols = (v.ravel() for v in np.mgrid[y - 6 : y + 7, x - 6 : x + 7])
    side = found.side_px
    box = ((x - 6) / side, (y - 6) / side, (x + 7) / side, (y + 7) / side)
    return Part(rows, cols, box, 0.9, 0.02, 0.5, 0.0, False, 0.02, 0.02, contrast=contrast, steep=steep)


def test_only_what_has_no_edge_is_a_smudge() -> None:
    found = evidence("oval-1", "ok_white_ground")
    at, features, shape, side = (225, 335), found.features, found.bench.shape, found.side_px

    def zone(contrast: float, steep: float) -> str:
        return zones_of([place(found, at, contrast, steep)], features, shape, side)[0][0]

    assert zone(11, 6.5) == "smudge"
    assert zone(1, 2) == "smudge", "nobody sees it"
    assert zone(11, 10) != "smudge", "a stroke or a bead has an edge"
    assert zone(30, 7) != "smudge", "what is out of focus has none and may be gone all the same"


def striped(turns: int) -> U8:
    """A disc on plain metal: stripes of a reflection that run one way, or facets that run `turns` ways."""
    rows, cols = np.mgrid[:400, :400].astype(float)
    picture = np.full((400, 400, 3), SHADE, float)
    y, x = rows - 200, cols - 200
    sector = np.floor(np.arctan2(y, x) / (2 * np.pi) * turns) * np.pi / turns
    wave = np.sign(np.sin((x * np.cos(sector) + y * np.sin(sector)) / 3.5))
    picture[np.hypot(x, y) < 60] = (120 + 110 * wave)[np.hypot(x, y) < 60][:, None]
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


@pytest.mark.parametrize(("turns", "proposed"), [(1, False), (8, True)], ids=["a reflection", "facets"])
def test_a_reflection_on_metal_is_no_stone(turns: int, proposed: bool) -> None:
    piece = np.zeros((400, 400), bool)
    piece[40:360, 40:360] = True
    found = find_stones(survey(striped(turns), piece, 320.0), (400, 400))
    there = [s for s in found if np.hypot(s.centre[0] - 200, s.centre[1] - 200) < 20]
    assert bool(there) is proposed
