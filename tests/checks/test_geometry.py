"""The piece stays whole and in shape: pushed parts, frames that cut it, pictures enlarged from small ones."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import Status

from .drawn_pairs import CENTRE, SIZE, Rgb, band, exposed, on_white

Edit = Callable[[Rgb], Rgb]
PUSHED = (CENTRE[0] + 200, CENTRE[1])
"""Middle of the band at 3 o'clock."""
PUSH_PX, PUSH_REACH_PX = 10, 45


def answer(before: Rgb, after: Rgb) -> fidelity.CheckResult:
    return fidelity.audit(before, after, only=["geometry"]).check("geometry")


def pushed(rgb: Rgb) -> Rgb:
    """The metal at 3 o'clock pushed downwards, as the liquify tool does."""
    rows, cols = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    near = np.exp(-((cols - PUSHED[0]) ** 2 + (rows - PUSHED[1]) ** 2) / (2 * PUSH_REACH_PX**2))
    return np.asarray(cv2.remap(rgb, cols, rows - PUSH_PX * near, cv2.INTER_CUBIC), np.uint8)


def enlarged(rgb: Rgb, times: int) -> Rgb:
    small = cv2.resize(rgb, (SIZE // times, SIZE // times), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC), np.uint8)


def turned(rgb: Rgb) -> Rgb:
    matrix = cv2.getRotationMatrix2D(CENTRE, 4, 0.93)
    return np.asarray(cv2.warpAffine(rgb, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE), np.uint8)


FREE: dict[str, Edit] = {
    "nothing": np.copy,
    "a white ground": on_white,
    "turned": turned,
    "turned on white": lambda p: turned(on_white(p)),
    "framed closely on white": lambda p: on_white(p)[115:645, 95:625],
    "smaller": lambda p: np.asarray(cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8),
    "a little softer": lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 0.6), np.uint8),
    "exposed": exposed,
}


@pytest.mark.parametrize("edit", FREE.values(), ids=FREE)
def test_framing_size_and_tone_are_free(edit: Edit) -> None:
    outcome = answer(band(), edit(band()))
    assert outcome.status is Status.PASS, outcome.summary
    assert {m.name for m in outcome.measurements} == {"stretch", "warp", "cropped", "detail lost"}


FAULTS: dict[str, tuple[Edit, str]] = {
    "pushed": (pushed, "warped"),
    "pushed and exposed": (lambda p: exposed(pushed(p)), "warped"),
    "pushed on white": (lambda p: on_white(pushed(p)), "warped"),
    "cut by the frame": (lambda p: on_white(p)[:, :590], "cropped"),
    "cut by the frame and turned": (lambda p: turned(on_white(p))[:, :575], "cropped"),
    "enlarged from a small picture": (lambda p: enlarged(p, 6), "enlarged"),
    "enlarged from a small picture on white": (lambda p: enlarged(on_white(p), 6), "enlarged"),
}


@pytest.mark.parametrize(("edit", "kind"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named(edit: Edit, kind: str) -> None:
    outcome = answer(band(), edit(band()))
    assert outcome.status is Status.FAIL, outcome.summary
    assert kind in {f.kind for f in outcome.findings}


def test_what_was_pushed_is_found_where_it_is_and_measured() -> None:
    outcome = answer(band(), pushed(band()))
    finding = next(f for f in outcome.findings if f.kind == "warped")
    assert finding.box is not None
    x, y, width, height = finding.box
    assert x < PUSHED[0] < x + width
    assert y < PUSHED[1] < y + height
    assert max(width, height) < 6 * PUSH_REACH_PX
    warp = next(m for m in outcome.measurements if m.name == "warp")
    assert warp.retouched == pytest.approx(100 * 0.7 * PUSH_PX / 500, abs=0.5)


def test_what_the_frame_cuts_is_found_at_the_frame() -> None:
    finding = answer(band(), on_white(band())[:, :590]).findings[0]
    assert finding.box is not None
    x, y, _, height = finding.box
    assert x == pytest.approx(590, abs=6)
    assert y < CENTRE[1] < y + height
