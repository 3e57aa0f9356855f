"""Exit codes, and how a command ends when it cannot finish."""

from __future__ import annotations

import functools
import os
import signal
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer

from fidelity.errors import FidelityError
from fidelity.texts import visible

P = ParamSpec("P")

_SIGNALLED = 128  # what a shell adds to the number of the signal that ended a command


class Exit(IntEnum):
    """What a script or a CI job may rely on."""

    PASS = 0
    FAIL = 1
    ERROR = 2
    REVIEW = 3
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


def polite(command: Callable[P, Exit]) -> Callable[P, None]:
    """End `command` with its exit code; turn what a user can mend into one sentence on stderr."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except FidelityError as error:
            say(str(error))
            code = Exit.ERROR
        except KeyboardInterrupt as error:
            code = Exit(_SIGNALLED + getattr(error, "signum", signal.SIGINT))
        except OSError as error:
            say(f"the system refused: {error}")
            code = Exit.ERROR
        except Exception:
            traceback.print_exc()
            say("this is a fault in fidelity, not in your pictures; nothing was judged")
            code = Exit.ERROR
        raise typer.Exit(int(code))

    return run


def say(sentence: str) -> None:
    """One line on stderr, whatever the message holds."""
    print("fidelity:", visible(" ".join(sentence.split())), file=sys.stderr)


def go_silent() -> None:
    """Drop further output: whoever read it has gone (`| head`). The exit code still tells the verdict."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
