"""Whether two pictures are one file: a pass of that proves nothing, and somebody mixed up two folders."""

from __future__ import annotations

import os
from pathlib import Path

from fidelity.image.picture import PictureInfo

SAME_FILES = "the two files are the same"
"""Note of a retouch whose file is the original's, byte for byte."""

_CHUNK_BYTES = 1 << 20


def same_bytes(one: object, other: object) -> bool:
    """Whether both are paths of files with the same content; neither names nor dates are looked at."""
    if not isinstance(one, str | Path) or not isinstance(other, str | Path):
        return False
    try:
        with Path(one).open("rb") as first, Path(other).open("rb") as second:
            if os.fstat(first.fileno()).st_size != os.fstat(second.fileno()).st_size:
                return False
            while chunk := first.read(_CHUNK_BYTES):
                if chunk != second.read(_CHUNK_BYTES):
                    return False
    except OSError:  # gone since it was decoded: nothing can be said
        return False
    return True


def noted(retouched: PictureInfo, *, same: bool) -> PictureInfo:
    """With `SAME_FILES` among its notes if it is so."""
    return retouched.model_copy(update={"notes": (*retouched.notes, SAME_FILES)}) if same else retouched
