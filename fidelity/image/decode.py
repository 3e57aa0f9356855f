"""Files and arrays to pictures: one colour space, upright, 8 bit, with what was converted on record."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from fidelity.errors import InputError
from fidelity.image.limits import check_size, too_large
from fidelity.image.picture import Picture, PictureInfo
from fidelity.image.pixels import from_array
from fidelity.image.reading import decoders_to_ourselves, read
from fidelity.image.refusals import damaged, reason, unreadable

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"GIF8")


def load(source: str | Path | Picture | npt.NDArray[Any]) -> Picture:
    """Decode one picture to sRGB.

    `source` is a path, an array in sRGB — (height, width), (height, width, 3) or (height, width, 4); uint8,
    uint16, or floats from 0 to 1 — or a `Picture`, which is returned as it is. Of an animation or a
    multi-page file the first frame is read. Transparent areas are laid on white in `rgb`; `alpha` is None
    when the source has none or is opaque everywhere.

    A note that begins with 'possibly damaged' says that the file may not be what was written, where a legal
    file can look the same.

    Raises `InputError`, one sentence that names the file, for anything that is not a whole picture of at
    least `limits.MIN_SIDE_PX` a side and at most `limits.MAX_PIXELS`, that would take more than
    `limits.MAX_DECODE_BYTES` to decode, or that is of a kind not read here; sizes are judged before pixels
    are decoded.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, np.ndarray):
        return _load_array(source)
    if isinstance(source, str | Path):
        return _load_file(Path(source))
    raise InputError(f"a {type(source).__name__} is not a picture; give a path, an array or a Picture")


def _load_array(array: npt.NDArray[Any]) -> Picture:
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4)):
        check_size(array.shape[1], array.shape[0], "the array")
    pixels = from_array(array)
    height, width = pixels.rgb.shape[:2]
    channels = 1 if array.ndim == 2 else array.shape[2]
    info = PictureInfo(
        width=width,
        height=height,
        format="array",
        mode={1: "L", 3: "RGB", 4: "RGBA"}[channels],
        bit_depth=array.dtype.itemsize * 8,
        alpha=pixels.alpha is not None,
        bytes=array.nbytes,
        notes=pixels.notes,
    )
    return Picture(pixels.rgb, pixels.alpha, info)


def _load_file(path: Path) -> Picture:
    size = _size_of_file(path)
    try:
        with decoders_to_ourselves():
            pixels, facts = read(path, size)
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise InputError(too_large(str(path))) from error
    except UnidentifiedImageError as error:
        raise _not_a_picture(path) from error
    except PermissionError as error:
        raise InputError(_no_permission(path)) from error
    except Exception as error:  # a damaged file makes a decoder raise anything, struct.error to MemoryError
        raise damaged(path, error) from error
    height, width = pixels.rgb.shape[:2]
    measured = {"path": str(path), "width": width, "height": height, "alpha": pixels.alpha is not None, "bytes": size}
    return Picture(pixels.rgb, pixels.alpha, PictureInfo.model_validate(facts.model_dump() | measured))


def _size_of_file(path: Path) -> int:
    try:
        about = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; check the path") from error
    except PermissionError as error:
        raise InputError(_no_permission(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        raise InputError(f"{str(path)!r} cannot be opened ({reason(error)}); check the path") from error
    if stat.S_ISDIR(about.st_mode):
        raise InputError(f"{path} is a folder, not a picture; name one file, or use `fidelity batch`")
    if not stat.S_ISREG(about.st_mode):
        raise InputError(f"{path} is not an ordinary file; save the picture to disk and name that file")
    if about.st_size == 0:
        raise InputError(f"{path} is empty (0 bytes); copy or export it again")
    return about.st_size


def _not_a_picture(path: Path) -> InputError:
    with path.open("rb") as stream:
        head = stream.read(16)
    return damaged(path) if head.startswith(_MAGIC) or head[4:12] == b"ftypavif" else unreadable(path)


def _no_permission(path: Path) -> str:
    return f"{path} may not be read (permission denied); change the file's permissions"
