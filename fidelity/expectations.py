"""What somebody knows of the piece, read from a text and held against what a check found."""

from __future__ import annotations

import math
from collections.abc import Iterable

from fidelity.brief import METALS, Expected
from fidelity.result import Outcome, Status

ALSO = {"melee": ("pave",), "stones": ("facets", "outline"), "metal": ("metal-tone",)}
"""Names that people use beside the checks' own ids, and the checks that answer for them."""

TEXTS: dict[str, tuple[str, ...] | None] = {"metal": METALS, "hallmark": None}
"""Expectations that are texts, with the values allowed; None for any."""

WHITE_CHROMA = 7.0
"""C*ab below which metal reads white: ISO 8654's 0N to 2N lie well above, platinum and rhodium below."""
ROSE_HUES = (330.0, 62.0)
"""Hue angles in degrees, from and to, of red and rose gold (ISO 8654's 4N and 5N)."""
YELLOW_HUE_END = 115.0

_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def checks_of(name: str) -> tuple[str, ...]:
    """The checks that an expectation concerns: itself, where it is a check's id."""
    return ALSO.get(name, (name,))


def names(check_ids: Iterable[str]) -> tuple[str, ...]:
    """All names that an expectation may have, given the ids of the checks."""
    ids = tuple(check_ids)
    return (*ids, *(name for name, whose in ALSO.items() if set(whose) & set(ids)))


def parsed(name: str, text: str) -> Expected:
    """An expectation written as text: a count, true or false, or a word where one is allowed.

    Raises `ValueError` saying what is allowed.
    """
    lowered = text.strip().lower()
    if name in TEXTS:
        # The stamp '750' is a text that happens to look like a number.
        return verified(name, _WORDS.get(lowered, text.strip()))
    if lowered in _WORDS:
        return _WORDS[lowered]
    try:
        return verified(name, float(text))
    except ValueError:
        raise ValueError(allowed(name)) from None


def verified(name: str, value: object) -> Expected:
    """`value` if it is a fair expectation for `name`; raises `ValueError` saying what is allowed."""
    if isinstance(value, bool) and name != "metal":
        return value
    if isinstance(value, str) and name in TEXTS:
        words = TEXTS[name]
        if value and (words is None or value in words):
            return value
    elif _count(value) and name != "metal":
        return float(value)  # type: ignore[arg-type]  # proven by _count
    raise ValueError(allowed(name))


def _count(value: object) -> bool:
    whole = isinstance(value, int | float) and math.isfinite(value) and float(value).is_integer()
    return whole and not isinstance(value, bool) and float(value) >= 0  # type: ignore[arg-type]  # whole says so


def allowed(name: str) -> str:
    """What an expectation of this name may be."""
    if name == "metal":
        return f"must be one of {', '.join(METALS)}"
    if name in TEXTS:
        return "must be a text, a count of at least 0, true or false"
    return "must be a count of at least 0, true or false"


def held_to(expected: Expected, name: str, outcome: Outcome, *, seen: str | None = None) -> Outcome:
    """`outcome`, or a review where the original does not show what is `expected`; a fail stays a fail.

    `name` is the expectation's, `seen` what the original reads for a text that can be compared (the family of
    the metal's colour).
    """
    if outcome.status in (Status.FAIL, Status.ERROR, Status.REVIEW):
        return outcome
    why = _unmet(expected, name, outcome, seen)
    return outcome if why is None else outcome.model_copy(update={"status": Status.REVIEW, "summary": why})


def _unmet(expected: Expected, name: str, outcome: Outcome, seen: str | None) -> str | None:
    """What the original should show and does not; None where all is as expected."""
    absent = outcome.status is Status.NOT_APPLICABLE
    wanted, found = "", "none"
    if isinstance(expected, bool):
        wanted = name if expected and absent else ""
    elif isinstance(expected, str):
        if expected != "none" and (absent or seen not in (None, expected)):
            wanted, found = f"{name} {expected}", "none" if absent or seen is None else seen
    elif not (expected == 0 and absent):
        measured = {m.name: m.original for m in outcome.measurements}
        count = next((measured[n] for n in (name, *checks_of(name)) if n in measured), None)
        if count != expected:
            wanted, found = f"{expected:g} {name}", f"{count:g}" if count else "none"
    return f"expected {wanted}, found {found} in the original: look at the piece" if wanted else None


def family_of(lab: tuple[float, float, float]) -> str:
    """The family of a metal's colour, CIELAB: `white`, `rose`, `yellow`, or `tinted` for none of them.

    By chroma and hue angle, as ISO 8654 orders the gold alloys: colours with chroma under 7 read white.
    """
    if math.hypot(lab[1], lab[2]) < WHITE_CHROMA:
        return "white"
    hue = math.degrees(math.atan2(lab[2], lab[1])) % 360
    if hue < ROSE_HUES[1] or hue > ROSE_HUES[0]:
        return "rose"
    return "yellow" if hue < YELLOW_HUE_END else "tinted"
