"""Thousands of damaged files: an error, a note, or the right pixels; how many are taken for whole ones."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fidelity.errors import InputError
from tests.image.mutants import DAMAGES, KINDS, LOSSLESS_WEBP, mutant, photo, whole
from tests.image.test_damage import doubts, loaded

WRONG_LEVELS, WRONG_SHARE = 8, 0.02  # a picture is wrong where more than this share of pixels is off by more levels
SILENT_SHARE = 0.01  # of all damaged files


def outcome(tmp_path, kind: str, damage: str, number: int) -> str:
    """'error', 'note', 'right' or 'silent': what `load` makes of a damaged file; any other exception escapes."""
    data = mutant(kind, damage, number)
    try:
        picture = loaded(tmp_path, data)
    except InputError as error:
        assert "\n" not in str(error)
        assert str(tmp_path / "ring") in str(error)
        return "error"
    if doubts(picture):
        return "note"
    right = reference(kind)
    if picture.shape != right.shape[:2]:
        return "silent"
    off = np.abs(picture.rgb.astype(np.int16) - right).max(axis=2) > WRONG_LEVELS
    return "silent" if off.mean() > WRONG_SHARE else "right"


_references: dict[str, np.ndarray] = {}


def reference(kind: str) -> np.ndarray:
    if kind not in _references:
        with Image.open(BytesIO(whole(kind))) as image:
            deep = kind.startswith("16-bit")
            _references[kind] = photo() if deep else np.asarray(image.convert("RGB"))
    return _references[kind]


CELLS = [(kind, damage) for kind in KINDS for damage in DAMAGES]


def tally(tmp_path, files: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for number in range(files):
        kind, damage = CELLS[number % len(CELLS)]
        state = outcome(tmp_path, kind, damage, number // len(CELLS))
        found[state] += 1
        if state == "silent":
            found[f"silent: {kind}, {damage}"] += 1
    return found


def test_few_of_150_damaged_files_are_taken_for_whole_ones(tmp_path):
    found = tally(tmp_path, 150)
    assert found["silent"] <= 3, found  # three times the share that is allowed of 5,000
    assert found["error"] > 75, found


@pytest.mark.parametrize("damage", ["cut", "cut and closed", "zero tail", "wrong checksum or length"])
def test_a_lossless_webp_that_lost_data_is_told(tmp_path, damage):
    states = Counter(outcome(tmp_path, LOSSLESS_WEBP, damage, number) for number in range(10))
    assert states["silent"] == 0, states


@pytest.mark.scheduled
def test_of_5000_damaged_files_less_than_one_percent_is_taken_for_a_whole_one(tmp_path):
    found = tally(tmp_path, 5_000)
    print(found)
    assert found["silent"] < SILENT_SHARE * 5_000, found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from([*KINDS, LOSSLESS_WEBP]), keep=st.floats(0, 1), junk=st.binary(max_size=300))
def test_nothing_but_an_input_error_escapes(tmp_path, kind, keep, junk):
    """Junk over the beginning, the middle or the end of a file of any kind, its magic number excepted."""
    data = whole(kind)
    at = 12 + int(keep * (len(data) - 12))
    try:
        picture = loaded(tmp_path, data[:at] + junk + data[at + len(junk) :])
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert min(picture.shape) >= 32


def test_the_undamaged_files_are_right(tmp_path):
    for kind in (*KINDS, LOSSLESS_WEBP):
        picture = loaded(tmp_path, whole(kind))
        assert doubts(picture) == []
        assert np.abs(picture.rgb.astype(int) - reference(kind)).max() <= 1


def test_damage_is_said_on_one_line_without_noise(tmp_path, capfd):
    for kind in ("AVIF", "16-bit PNG"):
        outcome(tmp_path, kind, "zero tail", 1)
    assert capfd.readouterr().err == ""
    assert cv2.utils.logging.getLogLevel() != cv2.utils.logging.LOG_LEVEL_SILENT
