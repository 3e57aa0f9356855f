"""Units of limits, and TOML written from values."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from fidelity.registry import discover, limits_of
from fidelity.toml_text import key_text, value_text
from fidelity.units import other_unit, unit_of, words_of


def test_units_come_from_the_names_of_limits() -> None:
    assert words_of("shift_px") == "pixels"
    assert words_of("tone_delta_e00") == words_of("shift_de00") == "CIEDE2000"
    assert words_of("anything") == ""


def test_a_limit_in_another_unit_is_recognised() -> None:
    assert other_unit("shift_mm", ["shift_px", "lost_count"]) == "shift_px"
    assert other_unit("shift", ["shift_px"]) == "shift_px"
    assert other_unit("size_mm", ["shift_px"]) is None


WITHOUT_A_UNIT = {"background_tolerance"}
"""Levels or CIELAB distance, by the background that is asked for."""


def test_every_number_of_ours_has_its_unit_in_its_name() -> None:
    for name, check in discover().items():
        for limit, default in limits_of(check).items():
            if isinstance(default, int | float) and not isinstance(default, bool) and limit not in WITHOUT_A_UNIT:
                assert unit_of(limit), f"{name}.{limit} has no unit in its name"


@pytest.mark.parametrize("value", [True, False, 0, -3, 2.5, 3.0, 1e-7, 'a "b" \\ é\x7f\n', [1.5, [2, 3]], []])
def test_what_is_written_reads_back(value: Any) -> None:
    key = "a key.with dots"
    assert tomllib.loads(f"{key_text('t', key)} = {value_text(value)}") == {"t": {key: value}}


def test_what_toml_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        value_text(None)
