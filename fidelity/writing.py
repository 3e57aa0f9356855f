"""Files that are written whole or not at all: a reader, and a run that is taken up again, never sees half of one."""

from __future__ import annotations

import contextlib
from pathlib import Path

UNFINISHED = ".new"
"""Ending of a file that is being written. Nothing reads it, and whoever finds one may remove it."""


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` beside `path`, then put it in its place; on a full disk an earlier `path` stays as it was.

    What is no plain file (a pipe, a device) is written to directly. Raises `OSError`.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = unfinished_of(path)
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def unfinished_of(path: Path) -> Path:
    """Where `path` lies while it is being written."""
    return path.with_name(path.name + UNFINISHED)
