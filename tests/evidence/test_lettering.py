"""Rows of letters are found, scratches and edges are not, and only the same strokes agree."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from fidelity_checks.hallmark import Hallmark

import fidelity
from fidelity import Evidence, Status
from fidelity.evidence.lettering import Lettering, find_lettering, propose_lettering

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"
SIDE = 700.0
PIECE = np.ones((400, 600), bool)

Plane = npt.NDArray[np.float32]


def plate(text: str = "", size: float = 1.0, seed: int = 3) -> Plane:
    """Lightness of brushed metal, bright to the right, with a text struck into it."""
    rng = np.random.default_rng(seed)
    level = np.linspace(55, 75, 600, dtype=np.float32)[None, :] + rng.normal(0, 0.4, (400, 600)).astype(np.float32)
    struck = np.zeros(level.shape, np.uint8)
    cv2.putText(struck, text, (180, 220), cv2.FONT_HERSHEY_SIMPLEX, size, 255, max(1, round(2 * size)), cv2.LINE_AA)
    return np.asarray(level - 35 * (struck / 255), np.float32)


def rows(before: Plane, after: Plane | None = None) -> tuple[Lettering, ...]:
    found = find_lettering(propose_lettering(before, PIECE, SIDE), before, before if after is None else after, PIECE)
    return tuple(row for row in found if row.clear)


@pytest.mark.parametrize("size", [1.2, 1.5, 2.0])
def test_a_stamp_is_found_where_it_is(size: float) -> None:
    found = rows(plate("S925 18K", size))
    assert found
    x, y, w, h = max(found, key=lambda row: row.box[2]).box
    assert x > 175 and x + w < 185 + 150 * size and 215 - 25 * size < y and y + h < 230


def test_plain_metal_scratches_and_an_edge_are_no_letters() -> None:
    lines = np.zeros((400, 600), np.uint8)
    rng = np.random.default_rng(5)
    for _ in range(12):
        x, y = rng.integers(50, 350, 2).tolist()
        cv2.line(lines, (x, y), (x + 150, y + int(rng.integers(-30, 30))), 255, 1, cv2.LINE_AA)
    scratched = np.asarray(plate() - 20 * (lines / 255), np.float32)
    edged = plate()
    edged[200:] -= 30
    assert rows(plate()) == rows(scratched) == rows(edged) == ()


def test_the_same_strokes_agree_brighter_softer_or_moved_by_a_pixel() -> None:
    before = plate("S925 18K", 1.5)
    softer = np.asarray(cv2.GaussianBlur(before, (0, 0), 0.8), np.float32)
    for after in (before, before + 8, softer, np.roll(before, (1, -1), (0, 1))):
        assert all(row.agreement > 0.8 for row in rows(before, after))


@pytest.mark.parametrize("after", [plate(), plate("BX31 AUW", 1.5)], ids=["none", "other"])
def test_other_strokes_do_not_agree(after: Plane) -> None:
    assert rows(plate("S925 18K", 1.5), after)[0].agreement < 0.6


def test_painted_over_is_told_from_other_letters() -> None:
    before = plate("S925 18K", 1.5)
    assert rows(before, plate())[0].left < 0.2
    assert rows(before, plate("BX31 AUW", 1.5))[0].left > 0.5


def test_two_strokes_may_be_a_mark_but_not_on_stones() -> None:
    struck = np.zeros(PIECE.shape, np.uint8)
    cv2.putText(struck, "14", (280, 220), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 2, cv2.LINE_AA)
    level = np.asarray(plate() - 35 * (struck / 255), np.float32)
    proposed = propose_lettering(level, PIECE, SIDE)
    found = find_lettering(proposed, level, level, PIECE)
    assert found and not any(row.clear for row in found)
    assert find_lettering(proposed, level, level, PIECE, taken=PIECE) == ()


def test_what_one_picture_does_not_show_is_left_out() -> None:
    before, seen = plate("S925 18K", 1.5), PIECE.copy()
    seen[150:260] = False
    assert find_lettering(propose_lettering(before, PIECE, SIDE), before, plate(), seen) == ()


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        ("ok_white_ground", Status.PASS),
        ("ok_smaller", Status.PASS),
        ("bad_hallmark_absent", Status.FAIL),
        ("bad_engraving_absent", Status.FAIL),
    ],
)
def test_strokes_decide_in_a_rendered_band(edit: str, status: Status) -> None:
    pair = Evidence(fidelity.load(PAIRS / "band-1__original.jpg"), fidelity.load(PAIRS / f"band-1__{edit}.jpg"))
    outcome = Hallmark().judge(pair)
    assert outcome.status is status
    lost = next(m for m in outcome.measurements if m.name == "strokes lost")
    assert lost.exceeded == (status is Status.FAIL)
