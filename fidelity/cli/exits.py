"""Exit codes, and how a command ends when it cannot finish."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer

from fidelity.errors import FidelityError

P = ParamSpec("P")


class Exit(IntEnum):
    """What a script or a CI job may rely on."""

    PASS = 0
    FAIL = 1
    ERROR = 2
    REVIEW = 3
    INTERRUPTED = 130


def polite(command: Callable[P, Exit]) -> Callable[P, None]:
    """End `command` with its exit code; turn what a user can mend into one sentence on stderr."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except FidelityError as error:
            say(str(error))
            code = Exit.ERROR
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        except BrokenPipeError:
            raise  # whoever reads us has gone (`| head`); typer ends quietly
        except Exception:
            traceback.print_exc()
            say("this is a fault in fidelity, not in your pictures; nothing was judged")
            code = Exit.ERROR
        raise typer.Exit(int(code))

    return run


def say(sentence: str) -> None:
    """One line on stderr, whatever the message holds."""
    print("fidelity:", " ".join(sentence.split()), file=sys.stderr)
