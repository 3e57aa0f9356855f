"""What a merchant reads of a pair that was lost."""

from __future__ import annotations

import signal

import pytest

from fidelity.apart import sentence
from fidelity.apart.pool import TimedOut, TookTooMuch, WorkerDied


@pytest.mark.parametrize(
    ("lost", "says"),
    [
        (TimedOut(1200), "not done after 20 minutes, so it was stopped; give it more time with --timeout"),
        (TimedOut(1), "not done after 1 second,"),
        (TimedOut(90), "not done after 90 seconds,"),
        (TimedOut(2.5), "not done after 2.5 seconds,"),
        (TookTooMuch(1_350_000_000), "took more than 1.35 GB of memory, so it was stopped"),
        (WorkerDied(-signal.SIGKILL), "(the system killed it; out of memory?)"),
        (WorkerDied(-signal.SIGSEGV), "(a check or a decoder crashed it; SIGSEGV)"),
        (WorkerDied(-63), "(a check or a decoder crashed it; signal 63)"),
        (WorkerDied(0), "(a check or a decoder ended it with exit code 0)"),
    ],
)
def test_it_says_what_happened_and_what_to_do(lost, says):
    assert says in sentence(lost)
    assert "\n" not in sentence(lost)
