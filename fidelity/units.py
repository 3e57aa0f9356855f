"""Units of limits: the ending of a limit's name says its unit, and some units have a range.

A policy that sets `shift_mm` where the check has `shift_px` is told so instead of being ignored, and a share of
1.5 is refused: zero means zero, and a share never exceeds one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """What an ending means; `highest` is the largest value that makes sense, None where there is none."""

    ending: str
    words: str
    highest: float | None = None


UNITS = (
    Unit("_px", "pixels"),
    Unit("_px2", "square pixels"),
    Unit("_e00", "CIEDE2000", 100.0),
    Unit("_de00", "CIEDE2000", 100.0),
    Unit("_e76", "ΔE*ab, CIE 1976", 400.0),
    Unit("_ab", "ΔE in a*b*"),
    Unit("_l", "lightness L*, 0 to 100", 100.0),
    Unit("_deg", "degrees", 360.0),
    Unit("_percent", "%"),
    Unit("_share", "share, 0 to 1", 1.0),
    Unit("_fraction", "share, 0 to 1", 1.0),
    Unit("_iou", "overlap, 0 to 1", 1.0),
    Unit("_ratio", "ratio"),
    Unit("_count", "count"),
    Unit("_db", "dB"),
    Unit("_dpi", "dots per inch"),
    Unit("_mp", "megapixels"),
    Unit("_mb", "megabytes"),
    Unit("_mm", "mm"),
)


def unit_of(name: str) -> Unit | None:
    """The unit that a limit's name ends in; None where it has none."""
    return next((unit for unit in UNITS if name.endswith(unit.ending)), None)


def words_of(name: str) -> str:
    """The unit in words; empty where a name has none."""
    unit = unit_of(name)
    return unit.words if unit else ""


def other_unit(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed limit that is `name` but for its unit: `shift_px` for `shift_mm` or `shift`; None without one."""
    stem = _stem(name)
    return next((known for known in allowed if known != name and stem in {_stem(known), known}), None)


def _stem(name: str) -> str:
    unit = unit_of(name)
    return name.removesuffix(unit.ending) if unit else name
