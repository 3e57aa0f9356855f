"""Dust that went, told from beads, letters and facets, also on a faint pattern."""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.evidence.dust import find_dust, without_dust
from fidelity.image.picture import F32

SIDE = 900.0


def cleaned(before: F32, after: F32) -> F32:
    inside = np.ones(before.shape, bool)
    return without_dust(before, after, find_dust(before, after, inside, SIDE), inside, SIDE)


def plain(level: float = 60) -> F32:
    return np.full((300, 300), level, np.float32)


def with_hair(values: F32, lightness: float, width: int = 2) -> F32:
    return np.asarray(
        cv2.polylines(values.copy(), [np.array([[90, 60], [140, 150], [210, 220]])], False, lightness, width)
    )


def ridges(amplitude: float) -> F32:
    """Finger marks: ridges 9 px apart."""
    rows, columns = np.mgrid[:300, :300]
    whorl = np.hypot(columns - 150, 0.7 * (rows - 100))
    return np.asarray(plain() + amplitude * np.cos(2 * np.pi * whorl / 9), np.float32)


def test_dust_is_replaced() -> None:
    dusty = plain()
    dusty[150:154, 150:154] = 25
    assert abs(cleaned(dusty, plain()) - plain()).max() < 3


def test_a_bead_among_stones_stays() -> None:
    rng = np.random.default_rng(5)
    rich = np.clip(60 + 25 * rng.standard_normal((100, 100)).repeat(3, 0).repeat(3, 1), 0, 100).astype(np.float32)
    beaded = rich.copy()
    beaded[140:156, 140:156] = 95
    bead = np.s_[142:154, 142:154]
    taken, whole = abs(cleaned(beaded, rich) - beaded)[bead].mean(), abs(rich - beaded)[bead].mean()
    assert taken < 0.3 * whole, "a bead among stones is no dust"


def test_a_hair_on_finger_marks_is_dust() -> None:
    hair = with_hair(ridges(3), 85)
    assert abs(hair - ridges(3)).max() > 20
    assert abs(cleaned(hair, plain()) - ridges(3)).max() < 9, "the marks may stay, the hair may not"


def test_strokes_of_letters_on_finger_marks_stay() -> None:
    strokes = np.zeros((300, 300), np.uint8)
    for k in range(5):
        cv2.putText(strokes, "8", (80 + 28 * k, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 3)
    lettered = np.where(strokes > 127, np.float32(20), ridges(5))
    assert abs(cleaned(lettered, plain()) - lettered)[strokes > 127].mean() < 5, "letters stand together"
