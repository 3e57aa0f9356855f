"""What the frame of either picture cuts is not seen whole: captions and badges there are no change of the piece."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import fidelity
from fidelity import Change, Evidence, Status

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"
Rgb = npt.NDArray[np.uint8]
CUT_FROM = 250
"""Rows taken off the top of the ring, so that the frame cuts its head as a close-up's does."""


def close_up(name: str) -> Rgb:
    return np.ascontiguousarray(fidelity.load(PAIRS / name).rgb[CUT_FROM:])


def badge(rgb: Rgb, text: str, x: int, y: int) -> Rgb:
    """A caption over the piece with its upper left corner at (x, y)."""
    out = rgb.copy()
    cv2.rectangle(out, (x, y), (x + 96, y + 40), (245, 245, 250), -1)
    cv2.rectangle(out, (x, y), (x + 96, y + 40), (90, 40, 220), 3)
    cv2.putText(out, text, (x + 8, y + 28), cv2.FONT_HERSHEY_DUPLEX, 0.6, (20, 160, 40), 2, cv2.LINE_AA)
    return out


def changes(before: Rgb, after: Rgb) -> tuple[Change, ...]:
    found = Evidence(fidelity.load(before), fidelity.load(after)).changes
    return tuple(c for c in found if c.score > 0.46)


@pytest.fixture(scope="module")
def ring() -> Rgb:
    return close_up("solitaire6-1__original.jpg")


def test_a_caption_at_the_frame_is_not_taken_for_the_piece(ring: Rgb) -> None:
    before, after = badge(ring, "BEFORE", 240, -2), badge(ring, "AFTER", 40, -2)
    places = changes(before, after)
    assert places and all(c.kind == "framed" and not c.seen_whole for c in places)
    audit = fidelity.audit(before, after)
    assert audit.check("geometry").status is Status.REVIEW
    assert "frame" in audit.check("geometry").summary
    assert not [c.id for c in audit.checks if c.status is Status.FAIL and c.gating]


def test_the_same_inside_the_picture_is_a_change(ring: Rgb) -> None:
    places = changes(badge(ring, "BEFORE", 240, 60), badge(ring, "AFTER", 40, 60))
    assert any(c.seen_whole for c in places)


def test_a_stone_cut_anew_that_comes_near_the_frame_is_seen_whole() -> None:
    """A few pixels of a large place touch the frame of the close crop; the place does not go on beyond it."""
    found = Evidence(*(fidelity.load(PAIRS / f"curb-1__{name}.jpg") for name in ("original", "bad_facets_re_cut")))
    assert any(c.score > 0.9 and c.seen_whole for c in found.changes)
