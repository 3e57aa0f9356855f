"""One process that works through tasks, from both of its ends.

It ends when its parent does, however that ended; what a check prints in it goes to stderr, because stdout is
the program's own; and what it leaves in the temporary folder lies where the parent removes it.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

import psutil

from fidelity.errors import FidelityError

T = TypeVar("T")
R = TypeVar("R")

_CONTEXT = multiprocessing.get_context("spawn")
"""Never `fork`: OpenCV's and BLAS's threads do not survive it. `forkserver` would stand between parent and
child, and outlive the parent while a child lives."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_FIRST_TO_GO = 500  # of 1000, proc(5) oom_score_adj: out of memory, the system ends a worker, not the run
_FAREWELL_SECONDS = 2.0  # for a worker to end by itself


class Ready:
    """Said once by a worker that has started."""


@dataclass(frozen=True)
class Answer:
    """What the work returned, or raised."""

    result: Any = None
    error: Exception | None = None


class Worker(Generic[T, R]):
    """A process seen from its parent. It has at most one task at a time, so that nobody guesses whose fault it was."""

    def __init__(self, work: Callable[[T], R], first: Callable[[], None] | None, temporary: Path) -> None:
        """Start it. Raises `OSError` where the system has no room for another process."""
        self.task: T | None = None
        self.ready = False
        self.spent = 0.0
        """Seconds for which it has been starting, or at its task; the parent counts."""
        self._conn, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, work, first, str(temporary), os.getpid()))
        try:
            self._process.start()
        except BaseException:
            self._conn.close()
            raise
        finally:
            theirs.close()

    @property
    def connection(self) -> Connection:
        """To wait on."""
        return self._conn

    @property
    def exitcode(self) -> int | None:
        """As of `multiprocessing.Process`: negative for a signal."""
        return self._process.exitcode

    def give(self, task: T) -> None:
        """Hand out a task. One that finds the worker dead is noticed as `gone` while it works."""
        self.task, self.spent = task, 0.0
        with contextlib.suppress(OSError):
            self._conn.send(task)

    def heard(self) -> Ready | Answer | None:
        """What it said since, if anything. Raises `EOFError` when it is gone and will say no more."""
        alive = self._process.is_alive()  # asked first: what it said before it ended is in the pipe by now
        try:
            if self._conn.poll():
                said = self._conn.recv()
                if isinstance(said, Ready | Answer):
                    return said
                raise EOFError  # a check wrote into our pipe
        except EOFError:
            raise
        except Exception as error:  # cut off in the middle of an answer
            raise EOFError from error
        if not alive:
            # A grandchild may still hold the pipe open, so its silence alone does not say so.
            raise EOFError
        return None

    def memory_bytes(self) -> int:
        """Memory that it holds now; 0 where the system does not tell."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def dismiss(self) -> None:
        """Let it end by itself if it is idle, else end it."""
        if self.task is None and self.ready:
            with contextlib.suppress(OSError):
                self._conn.send(None)
            self._process.join(_FAREWELL_SECONDS)
        self.kill()

    def bury(self) -> None:
        """As `kill`, for one that was seen to end: its exit code stays its own."""
        self._process.join(_FAREWELL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it now, with the processes that a check started in it."""
        if self._process.is_alive():
            with contextlib.suppress(psutil.Error):
                for process in psutil.Process(self._process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.Error):
                        process.kill()
            self._process.kill()
        self._process.join()
        self._conn.close()


def _serve(
    conn: Connection, work: Callable[[T], R], first: Callable[[], None] | None, temporary: str, parent: int
) -> None:
    """What runs in the process, until it is told to end or its parent is gone."""
    _end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    tempfile.tempdir = temporary
    stdout_to_stderr()
    with contextlib.suppress(OSError):  # only where there is such a file
        Path("/proc/self/oom_score_adj").write_text(str(_FIRST_TO_GO), encoding="ascii")
    if first is not None:
        first()
    conn.send(Ready())
    while True:
        try:
            task = conn.recv()
        except (EOFError, OSError):
            return
        if task is None:
            return
        conn.send(_answer(work, task))


def _answer(work: Callable[[T], R], task: T) -> Answer:
    try:
        return Answer(result=work(task))
    except Exception as error:
        if not isinstance(error, FidelityError):
            error.add_note(f"in the process that did the work:\n{traceback.format_exc()}")
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # an exception of its own kind, which only that process can make
            return Answer(error=RuntimeError(f"{type(error).__name__}: {error}"))
        return Answer(error=error)


def stdout_to_stderr() -> None:
    """Send what Python and C code print in this process to stderr, for good."""
    if sys.stdout is None or sys.stderr is None:  # a program without a console
        return
    sys.stdout.flush()
    os.dup2(2, 1)
    sys.stdout = sys.stderr


def _end_with(parent: int) -> None:
    """End this process when its parent ends, even by a signal that nobody can catch."""
    if sys.platform == "linux":
        # The kernel does it, also while C code never lets go of Python's lock.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # it was gone before we asked
    elif (process := multiprocessing.parent_process()) is not None:

        def watch() -> None:
            process.join()
            os._exit(1)

        threading.Thread(target=watch, daemon=True, name="ends with the parent").start()
