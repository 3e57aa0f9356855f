"""Ctrl-C and the system's requests to end, heard so that nothing done is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

FINISHING, DROPPING = 1, 2
"""Levels of `Stopping`: what is under way is finished, or ended."""

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_FINISHING = b"\nfidelity: stopping when the pairs under way are done; Ctrl-C again drops them\n"


class Stopped(KeyboardInterrupt):
    """Somebody asked the program to end, by the signal `signum`."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


class Stopping:
    """Called, it says how urgently this process was asked to stop: 0 not at all, `FINISHING`, `DROPPING`.

    Ctrl-C finishes what is under way and a second one drops it. SIGTERM and SIGHUP drop it at once: who sends
    them waits a few seconds and then kills.
    """

    def __init__(self) -> None:
        self.signum = 0
        self.patient = False
        """Whether requests are only noted; else they raise `Stopped`."""
        self._level = 0

    def __call__(self) -> int:
        """How urgent it is by now."""
        return self._level

    def hear(self, signum: int, frame: FrameType | None = None) -> None:
        """As a signal handler."""
        first, self.signum = not self.signum, self.signum or signum
        self._level = FINISHING if first and signum == signal.SIGINT else DROPPING
        if not self.patient:
            raise Stopped(signum)
        if self._level == FINISHING:
            with contextlib.suppress(OSError):
                os.write(2, _FINISHING)  # not print: the main thread may be in the middle of one

    def raise_if_asked(self) -> None:
        """Raise `Stopped` if there was a request."""
        if self.signum:
            raise Stopped(self.signum)


@contextmanager
def listening() -> Iterator[Stopping]:
    """Hear signals until the context ends. Handlers of whoever embeds this program stay theirs.

    Elsewhere than in the main thread there are no signals to hear.
    """
    stopping, before = Stopping(), {}
    if threading.current_thread() is threading.main_thread():
        for signum in _SIGNALS:
            handler = signal.getsignal(signum)
            if handler in (signal.SIG_DFL, signal.default_int_handler):
                before[signum] = signal.signal(signum, stopping.hear)
    try:
        yield stopping
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
