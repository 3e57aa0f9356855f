"""Files that a command is asked to write: refused before the work, not after it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fidelity.errors import InputError, PolicyError

if TYPE_CHECKING:
    from fidelity.evidence import Evidence


def writable(option: str, path: Path, *, inputs: Iterable[Path] = ()) -> None:
    """Refuse `path` unless a file can be written there now without destroying one of `inputs`."""
    if path.is_dir():
        raise PolicyError(f"{option}: {path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise PolicyError(f"{option}: the folder {path.parent} does not exist; make it first")
    if any(path.resolve() == other.resolve() for other in inputs):
        raise PolicyError(f"{option}: {path} is one of the files to read; name another file")
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied")
        # Ask the file system, not the permission bits: read-only mounts and full quotas say no here.
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise PolicyError(f"{option}: {path} cannot be written: {error.strerror or error}") from error


def write_text(option: str, path: Path, text: str) -> None:
    """Write `text` as UTF-8."""
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{option}: {path} cannot be written: {error.strerror or error}") from error


def write_overlays(folder: Path, evidence: Evidence) -> None:
    """Write the overlays of `evidence` as PNG files into `folder`, which is made where it is missing."""
    from PIL import Image

    from fidelity.evidence.drawing import overlays

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in overlays(evidence).items():
            Image.fromarray(picture).save(folder / f"{name}.png")
    except OSError as error:
        raise InputError(f"--evidence: {folder} cannot be written: {error.strerror or error}") from error
