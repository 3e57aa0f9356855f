"""Tasks for workers; importable, so that they find them."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

from fidelity.errors import InputError


def double(number: int) -> int:
    """For tests of the pool alone; 13 kills its process."""
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def kill_once(flag: str) -> str:
    """Kills its process unless it has done so before."""
    path = Path(flag)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "lived"


def swell(megabytes: int) -> int:
    """Takes so much memory, then a moment."""
    hoard = b"\1" * (megabytes << 20)
    time.sleep(3)
    return len(hoard) >> 20


def fail(message: str) -> None:
    """Raises what a user can mend."""
    raise InputError(message)


def nap(seconds: float) -> float:
    """Sleeps."""
    time.sleep(seconds)
    return seconds


def where_temporary_files_go(_: int) -> str:
    """Leaves a file there."""
    handle, name = tempfile.mkstemp()
    os.close(handle)
    return name


def end() -> None:
    """A start that fails."""
    os._exit(7)
