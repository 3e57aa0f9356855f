"""Why a pair has no audit although nothing was wrong with its files, in words for whoever ordered the audit."""

from __future__ import annotations

import signal

from fidelity.apart.pool import Lost, TimedOut, TookTooMuch, WorkerDied

_MINUTE_SECONDS = 60
_GIGABYTE = 1e9


def sentence(lost: Lost) -> str:
    """One sentence: what happened, and what to do."""
    match lost:
        case TimedOut(seconds):
            return (
                f"the audit of this pair was not done after {_duration(seconds)}, so it was stopped; "
                "give it more time with --timeout"
            )
        case TookTooMuch(limit):
            return (
                f"the audit of this pair took more than {limit / _GIGABYTE:.3g} GB of memory, so it was stopped; "
                "give it more with --memory, or export the pictures smaller"
            )
        case WorkerDied(exitcode):
            return (
                f"the program ended in the middle of this pair, twice ({_how(exitcode)}); "
                "run again with --resume, and if it happens again report it"
            )


def _duration(seconds: float) -> str:
    if seconds < 2 * _MINUTE_SECONDS or seconds % _MINUTE_SECONDS:
        return f"{seconds:g} second{'' if seconds == 1 else 's'}"
    return f"{seconds / _MINUTE_SECONDS:g} minutes"


def _how(exitcode: int | None) -> str:
    if exitcode is None or exitcode >= 0:
        return f"a check or a decoder ended it with exit code {exitcode}"
    if exitcode == -getattr(signal, "SIGKILL", 9):
        return "the system killed it; out of memory?"
    try:
        name = signal.Signals(-exitcode).name
    except ValueError:
        name = f"signal {-exitcode}"
    return f"a check or a decoder crashed it; {name}"
