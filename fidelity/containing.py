"""A stranger's code, kept in: what it raises, where it goes and how much it says touch nobody else."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from fidelity.result import Finding, Outcome

MOST_FINDINGS = 500
"""Findings kept of one check. Our own report tens on the worst pictures; a page with more is read by nobody, and
one of 20,000 opens in no browser."""

MOST_MEASUREMENTS = 200
"""Measurements kept of one check; our own give up to twenty."""

LONGEST_TEXT = 2000
"""Characters kept of one summary or message: a page of print."""

_SEVERITIES = ("critical", "major", "minor")


@contextmanager
def settled_again() -> Iterator[Callable[[BaseException], bool]]:
    """Go back to this working folder at the end.

    Yields a function that tells whether an exception is the user's Ctrl-C, which must stop everything, rather
    than one that the code inside raised by itself.
    """
    here = _folder()
    came = False

    def heard(signum: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        before(signum, frame)

    before: Any = signal.getsignal(signal.SIGINT)
    ours = threading.current_thread() is threading.main_thread() and callable(before)
    if ours:
        signal.signal(signal.SIGINT, heard)
    try:
        yield lambda error: came and isinstance(error, KeyboardInterrupt)
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
        if here and here != _folder():
            with contextlib.suppress(OSError):  # removed meanwhile
                os.chdir(here)


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - Path.cwd() is the same and costs more, between any two checks
    except OSError:  # it was removed
        return ""


def told(error: BaseException) -> str:
    """An exception in words, on one line, even one that cannot say itself."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "its message cannot be read"
    return shortened(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def shortened(text: str) -> str:
    """`text`, or as much of it as is kept, with the number of characters left out."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}… ({len(text) - LONGEST_TEXT:,} more characters left out)"


def bounded(outcome: Outcome) -> Outcome:
    """`outcome` with no more findings, measurements and text than a person reads; it says what was left out.

    The most severe findings stay, in the order in which they came. The status is the check's own: it saw all.
    """
    findings, measurements = outcome.findings, outcome.measurements
    left_out = []
    if len(findings) > MOST_FINDINGS:
        worst = sorted(range(len(findings)), key=lambda n: _SEVERITIES.index(findings[n].severity))[:MOST_FINDINGS]
        left_out.append(f"{len(findings) - MOST_FINDINGS:,} more findings")
        findings = tuple(findings[n] for n in sorted(worst))
    if len(measurements) > MOST_MEASUREMENTS:
        left_out.append(f"{len(measurements) - MOST_MEASUREMENTS:,} more measurements")
        measurements = measurements[:MOST_MEASUREMENTS]
    summary = shortened(outcome.summary)
    if left_out:
        summary = f"{summary} ({' and '.join(left_out)} left out)"
    return outcome.model_copy(
        update={
            "summary": summary,
            "findings": tuple(_short(finding) for finding in findings),
            "measurements": tuple(
                m.model_copy(update={"name": shortened(m.name), "unit": shortened(m.unit)}) for m in measurements
            ),
        }
    )


def _short(finding: Finding) -> Finding:
    update = {name: shortened(getattr(finding, name)) for name in ("kind", "message", "permitted")}
    return finding.model_copy(update=update)
