"""A third party's check that does what such code does at its worst; the retouch's first pixel says what.

`Witness` runs after it and says where it finds itself.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fidelity import Evidence, Finding, Outcome, Severity, Status

ACTS = (
    "good",
    "exits",
    "interrupts",
    "ends",
    "is killed",
    "crashes",
    "hangs",
    "holds the lock",
    "swells",
    "prints",
    "moves",
    "floods",
    "mumbles",
    "is slow",
)


def act(name: str) -> None:
    match name:
        case "exits":
            sys.exit(0)
        case "interrupts":
            raise KeyboardInterrupt
        case "ends":
            os._exit(0)
        case "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "crashes":
            ctypes.string_at(0)
        case "hangs":
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            time.sleep(600)
        case "holds the lock":  # never lets go of Python's lock, so no thread of the process runs
            re.match(r"(a+)+$", "a" * 64 + "b")
        case "swells":
            hoard = [np.ones(1 << 24) for _ in range(20)]  # 128 MiB each
            time.sleep(600)
            del hoard
        case "prints":
            print("HELLO from Python")
            os.write(1, b"HELLO from the file descriptor\n")
            ctypes.CDLL(None).puts(b"HELLO from C")
            ctypes.CDLL(None).fflush(None)
        case "moves":
            os.chdir("/")
        case "mumbles":
            raise UnsayableError
        case "is slow":
            time.sleep(4)


class UnsayableError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


@dataclass(frozen=True)
class Hostile:
    """Does its worst."""

    id: ClassVar[str] = "hostile"
    title: ClassVar[str] = "Hostile"
    question: ClassVar[str] = "What can go wrong?"
    advice: ClassVar[str] = "Uninstall it."

    def judge(self, evidence: Evidence) -> Outcome:
        name = ACTS[int(evidence.exhibit.retouched[0, 0, 0])]
        act(name)
        if name != "floods":
            return Outcome(status=Status.PASS, summary=name)
        findings = [Finding(kind="dust", severity=Severity.MINOR, message=f"speck {n}") for n in range(20_000)]
        findings[19_998] = Finding(kind="gone", severity=Severity.CRITICAL, message="the stone is gone")
        return Outcome(status=Status.FAIL, summary="x" * 1_000_000, findings=tuple(findings))


@dataclass(frozen=True)
class Witness:
    """Says where it is."""

    id: ClassVar[str] = "witness"
    title: ClassVar[str] = "Witness"
    question: ClassVar[str] = "Where am I?"
    advice: ClassVar[str] = "None."

    def judge(self, evidence: Evidence) -> Outcome:
        return Outcome(status=Status.PASS, summary=str(Path.cwd()))
