"""Files and arrays to pictures: one colour space, upright, 8 bit, with what was converted on record."""

from __future__ import annotations

import math
import re
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import (
    AvifImagePlugin,  # noqa: F401  (imported so that Pillow knows the format)
    ExifTags,
    Image,
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from fidelity.errors import InputError
from fidelity.image.picture import Picture, PictureInfo
from fidelity.image.pixels import Pixels, declared_depth, from_array, from_image
from fidelity.image.profiles import describe

MAX_PIXELS = 200_000_000
"""Largest picture that is decoded, in pixels. The largest photographs that jewellers deliver (150-megapixel
digital backs) fit; a bomb of a few kilobytes that unfolds to gigabytes does not."""

MIN_SIDE_PX = 32
"""Shortest side worth opening. Below it not even a whole ring can be told from another (prongs are 3 to 5 px
in a catalogue picture of 500 px)."""

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP")
"""Pillow's names of what is read. JPEG covers MPO, a JPEG with further pictures behind the first."""

_READABLE = "JPEG, PNG, WebP, TIFF, AVIF, GIF or BMP"
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"II*\x00", b"MM\x00*", b"GIF8")
_IPTC_TAG = 33_723  # TIFF's tag for an IPTC-NAA record
_SOURCE_TYPE = re.compile(rb"DigitalSourceType[^A-Za-z]{0,8}[^<>\s]{0,80}?/([A-Za-z]{3,60})[\"'<]")
_AVIF_HEADER_BYTES = 65_536  # the property boxes of an AVIF file come well before this


def load(source: str | Path | Picture | npt.NDArray[Any]) -> Picture:
    """Decode one picture to sRGB.

    `source` is a path, an array in sRGB — (height, width), (height, width, 3) or (height, width, 4); uint8,
    uint16, or floats from 0 to 1 — or a `Picture`, which is returned as it is. Of an animation or a
    multi-page file the first frame is read. Transparent areas are laid on white in `rgb`; `alpha` is None
    when the source has none or is opaque everywhere.

    Raises `InputError`, one sentence that names the file, for anything that is not a whole picture of at
    least `MIN_SIDE_PX` a side and at most `MAX_PIXELS`; the size is judged before pixels are decoded.
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
        _check_size(array.shape[1], array.shape[0], "the array")
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
        with _pillow_to_ourselves(), path.open("rb") as stream, Image.open(stream, formats=FORMATS) as image:
            _check_size(*image.size, str(path))
            facts = _facts(image, path)
            pixels = from_image(image, path, depth=facts.bit_depth, orientation=facts.orientation)
            return _picture(pixels, facts, path, size)
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise InputError(_too_large(str(path))) from error
    except UnidentifiedImageError as error:
        raise InputError(_not_a_picture(path)) from error
    except PermissionError as error:
        raise InputError(_no_permission(path)) from error
    except Exception as error:  # a damaged file makes a decoder raise anything, struct.error to MemoryError
        raise InputError(_damaged(path, error)) from error


def _picture(pixels: Pixels, facts: PictureInfo, path: Path, size: int) -> Picture:
    height, width = pixels.rgb.shape[:2]
    info = facts.model_copy(
        update={
            "path": str(path),
            "width": width,
            "height": height,
            "alpha": pixels.alpha is not None,
            "bytes": size,
            "notes": facts.notes + pixels.notes,
        }
    )
    return Picture(pixels.rgb, pixels.alpha, info)


def _facts(image: Image.Image, path: Path) -> PictureInfo:
    """What the header says; must run before the pixels are loaded (a TIFF forgets its orientation then)."""
    depth = _avif_bit_depth(path) if image.format == "AVIF" else declared_depth(image)
    exif = image.getexif()  # of a PNG this loads the pixels, since EXIF may stand behind them
    frames = int(getattr(image, "n_frames", 1))
    orientation = exif.get(ExifTags.Base.Orientation, 1)
    orientation = orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
    notes = []
    if frames > 1:
        notes.append(f"only the first of {frames} frames was read")
    if orientation != 1:
        notes.append(f"turned upright by EXIF orientation {orientation}")
    icc = image.info.get("icc_profile")
    if not icc and exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex) == "R03":
        notes.append("the camera says Adobe RGB but embedded no profile; read as sRGB")
    return PictureInfo(
        format=image.format or "",
        mode=image.mode,
        bit_depth=depth,
        profile=describe(icc),
        orientation=orientation,
        dpi=_dpi(image, exif),
        frames=frames,
        notes=tuple(notes),
        metadata=_metadata(image, len(exif) > 0),
        digital_source_type=_digital_source_type(image),
    )


def _metadata(image: Image.Image, exif: bool) -> tuple[str, ...]:
    """Kinds of metadata that the file holds, sorted."""
    held = {
        "exif": exif,
        "icc": bool(image.info.get("icc_profile")),
        "iptc": bool(image.info.get("photoshop")) or _IPTC_TAG in getattr(image, "tag_v2", ()),
        "xmp": bool(_xmp(image)),
    }
    return tuple(sorted(name for name, there in held.items() if there))


def _xmp(image: Image.Image) -> bytes:
    """The XMP packet, whatever the format calls it; empty without one."""
    for key in ("xmp", "XML:com.adobe.xmp"):
        value = image.info.get(key)
        if value:
            return value.encode("utf-8", "replace") if isinstance(value, str) else bytes(value)
    return b""


def _digital_source_type(image: Image.Image) -> str:
    """The last part of IPTC's DigitalSourceType term; by pattern, so that a hostile packet is never parsed."""
    found = _SOURCE_TYPE.search(_xmp(image))
    return found[1].decode("ascii") if found else ""


def _dpi(image: Image.Image, exif: Image.Exif) -> float | None:
    """Horizontal pixels per inch as the file declares them; None when it does not, or declares nonsense."""
    tagged = exif.get(ExifTags.Base.XResolution) is not None
    declared = image.info.get("dpi", (None,))[0]
    if image.format == "TIFF" and not tagged:
        return None  # Pillow makes up 1 dpi
    if declared is None and tagged:
        per_inch = {2: 1.0, 3: 2.54}.get(exif.get(ExifTags.Base.ResolutionUnit, 2))  # 3 is centimetres
        declared = float(exif[ExifTags.Base.XResolution]) * per_inch if per_inch else None
    if declared is None or not math.isfinite(float(declared)) or float(declared) <= 0:
        return None
    return round(float(declared), 2)


def _avif_bit_depth(path: Path) -> int:
    """From the `av1C` box (AV1-ISOBMFF 2.3.3): Pillow hands every AVIF out as 8 bit and does not say."""
    with path.open("rb") as stream:
        head = stream.read(_AVIF_HEADER_BYTES)
    start = head.find(b"av1C")
    if start < 0 or start + 6 >= len(head):
        return 8
    high, twelve = head[start + 6] & 0x40, head[start + 6] & 0x20
    return 8 if not high else 12 if twelve else 10


_lock = threading.Lock()
_inside = 0
_before: list[Any] = []


@contextmanager
def _pillow_to_ourselves() -> Iterator[None]:
    """Pillow with our limit instead of its own and without its warnings.

    Both are process-wide settings, so threads share one change: the first in makes it, the last out undoes
    it. Pillow raises above twice its limit and only warns (which nobody would see) above once.
    """
    global _inside  # noqa: PLW0603  (a counter shared between threads is what this is)
    with _lock:
        if _inside == 0:
            catcher = warnings.catch_warnings()
            catcher.__enter__()
            warnings.simplefilter("ignore")
            _before[:] = [catcher, Image.MAX_IMAGE_PIXELS]
            Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                catcher, Image.MAX_IMAGE_PIXELS = _before
                catcher.__exit__(None, None, None)


def _size_of_file(path: Path) -> int:
    try:
        about = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; check the path") from error
    except PermissionError as error:
        raise InputError(_no_permission(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        raise InputError(f"{str(path)!r} cannot be opened ({_reason(error)}); check the path") from error
    if stat.S_ISDIR(about.st_mode):
        raise InputError(f"{path} is a folder, not a picture; name one file, or use `fidelity batch`")
    if not stat.S_ISREG(about.st_mode):
        raise InputError(f"{path} is not an ordinary file; save the picture to disk and name that file")
    if about.st_size == 0:
        raise InputError(f"{path} is empty (0 bytes); copy or export it again")
    return about.st_size


def _check_size(width: int, height: int, what: str) -> None:
    if width * height > MAX_PIXELS:
        raise InputError(_too_large(what))
    if min(width, height) < MIN_SIDE_PX:
        raise InputError(f"{what} is {width} x {height} px, too small to judge; send at least {MIN_SIDE_PX} px a side")


def _too_large(what: str) -> str:
    return f"{what} has more than {MAX_PIXELS // 1_000_000} megapixels, which is the limit; export it smaller"


def _not_a_picture(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(_MAGIC) or head[4:12] == b"ftypavif":
        return _damaged(path, None)
    return f"{path} is not a picture that can be read here; export it as {_READABLE}"


def _damaged(path: Path, error: BaseException | None) -> str:
    why = f" ({_reason(error)})" if error is not None else ""
    return f"{path} is damaged or incomplete{why}; copy or export it again"


def _no_permission(path: Path) -> str:
    return f"{path} may not be read (permission denied); change the file's permissions"


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())
