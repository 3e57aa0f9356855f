"""Plain words for statuses, numbers and limits. A client reads these; a developer reads the JSON."""

from __future__ import annotations

from collections.abc import Sequence

from fidelity.result import Audit, CheckResult, Measurement, Status, Verdict

STATUS = {
    Status.PASS: "Pass",
    Status.FAIL: "Fail",
    Status.REVIEW: "Review",
    Status.NOT_APPLICABLE: "Not applicable",
    Status.ERROR: "Check crashed",
}
VERDICT = {
    Verdict.PASS: "Pass",
    Verdict.FAIL: "Fail",
    Verdict.REVIEW: "Review",
    Verdict.ERROR: "No verdict",
}
VERDICT_MEANS = {
    Verdict.PASS: "The piece survived the retouch.",
    Verdict.FAIL: "The retouch changed the piece.",
    Verdict.REVIEW: "A person has to look.",
    Verdict.ERROR: "The pair could not be judged.",
}
REGISTRATION = {
    "registered": "The retouch was laid onto the original",
    "mirrored": "The retouch is mirrored",
    "different": "The two pictures do not show the same piece or view",
    "failed": "The two pictures could not be laid onto each other",
}

_MAX_DECIMALS = 6  # what a Measurement keeps
_NBSP = "\u00a0"
DASH = "\u2013"


def number(value: float | None, *, unlike: float | None = None) -> str:
    """Write a number as short as it can honestly be; never equal to `unlike` in print if it is not."""
    if value is None:
        return DASH
    text = _short(float(value))
    if unlike is not None and value != unlike:
        for decimals in range(_MAX_DECIMALS + 1):
            if text != _short(float(unlike)):
                break
            text = _trimmed(float(value), decimals)
    return text.replace("-", "\u2212")


def quantity(value: float | None, unit: str, *, unlike: float | None = None) -> str:
    """Write a number with its unit: '1 prong', '5 prongs', '0.42 px', '12 %'."""
    text = number(value, unlike=unlike)
    if not unit or value is None:
        return text
    if abs(value) == 1 and unit.isalpha() and unit.endswith("s") and not unit.endswith("ss"):
        unit = unit[:-1]
    return f"{text}{_NBSP}{unit}"


def limit(m: Measurement) -> str:
    """Say what the limit allows."""
    if m.limit is None:
        return "information, not judged"
    verb = {"lower": "fall", "higher": "rise", "different": "change"}[m.worse_when]
    if m.limit == 0:
        return f"may not {verb} at all"
    return f"may {verb} by at most {quantity(m.limit, m.unit)}"


def change(m: Measurement) -> str:
    """Say what happened between original and retouch."""
    if m.limit is None and (m.original is None) != (m.retouched is None):
        return "seen in the original" if m.retouched is None else "seen in the retouch"
    if m.original is None or m.retouched is None:
        return "not measured"
    delta = float(m.retouched) - float(m.original)
    if delta == 0:
        return "unchanged"
    verb = "rose" if delta > 0 else "fell"
    return f"{verb} by {quantity(round(abs(delta), _MAX_DECIMALS), m.unit, unlike=m.limit)}"


def sentence(audit: Audit) -> str:
    """Write the one sentence under the verdict."""
    gating = [c for c in audit.checks if c.gating]
    failing = [c for c in gating if c.status is Status.FAIL]
    unsure = [c for c in gating if c.status in {Status.REVIEW, Status.ERROR}]
    passing = [c for c in gating if c.status is Status.PASS]
    if audit.verdict is Verdict.ERROR:
        return audit.error or "The audit ended without a verdict."
    if audit.verdict is Verdict.FAIL and failing:
        return f"Fails: {_because(failing)}"
    if audit.verdict is Verdict.REVIEW:
        if unsure:
            return f"Cannot be decided by measurement: {_because(unsure)}"
        return "Nothing could be proven: no check that decides the verdict applies to this picture."
    if audit.verdict is Verdict.PASS and passing:
        return f"Every check that applies to this piece passed: {len(passing)} of {len(passing)}."
    return VERDICT_MEANS[audit.verdict]


def name(check: CheckResult) -> str:
    """Give the check's title, or its id when a third party gave none."""
    return check.title or check.id


def opened(text: str) -> str:
    """With a capital: in the terminal a summary is a cell of a table, in a report it is a sentence.

    Only a plain small letter is raised, so that '5 of 6 prongs', 'ΔE' and 'sRGB' stay as they are.
    """
    return text[:1].upper() + text[1:] if text[:1].islower() and not text[1:2].isupper() else text


def trust(value: float | None) -> str:
    """Put the registration's trust in words, with the number."""
    if value is None:
        return "not stated"
    word = "high" if value >= 0.8 else "fair" if value >= 0.5 else "low"
    return f"{word} ({value:.2f} of 1)"


def size(count: int) -> str:
    """Bytes for people."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.1f}{_NBSP}MB"
    return f"{max(1, round(count / 1000))}{_NBSP}kB" if count else DASH


def shortened(text: str, length: int) -> str:
    """Cut at `length` characters, marked by an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _because(checks: Sequence[CheckResult]) -> str:
    first, *others = checks
    why = f"{_inside(name(first))} {DASH} {_stopped(first.summary)}"
    if not others:
        return why
    return f"{why} Also: {', '.join(_inside(name(c)) for c in others)}."


def _inside(title: str) -> str:
    """Write a title as it reads inside a sentence; acronyms keep their capitals."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _stopped(text: str) -> str:
    text = text.strip() or "no reason given"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _short(value: float) -> str:
    if value.is_integer():
        return f"{int(value):,}".replace(",", "\u202f")
    size = abs(value)
    return _trimmed(value, 0 if size >= 1000 else 1 if size >= 10 else 2 if size >= 1 else 3)


def _trimmed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.2g}" if text in {"0", "-0"} and value else text
