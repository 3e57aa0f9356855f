"""What a picture's header says about it: kind, depth, profile, metadata."""

from __future__ import annotations

import math
import re
from typing import Any

from PIL import ExifTags, Image

from fidelity.image.limits import MAX_FRAMES_COUNTED, frames_note
from fidelity.image.picture import PictureInfo
from fidelity.image.profiles import describe
from fidelity.image.tiff import Layout

_IPTC_TAG = 33_723  # TIFF's tag for an IPTC-NAA record
_SOURCE_TYPE = re.compile(rb"DigitalSourceType[^A-Za-z]{0,8}[^<>\s]{0,80}?/([A-Za-z]{3,60})[\"'<]")
_AVIF_HEADER_BYTES = 65_536  # the property boxes of an AVIF file come well before this
_INK_MODES = {1: "L", 3: "RGB", 4: "CMYK"}


def of_image(image: Image.Image, depth: int, frames: int | None = None) -> PictureInfo:
    """The facts of an opened image, before its pixels are loaded (a TIFF forgets its orientation then).

    `depth` is the bits per channel; `frames` their number where Pillow would walk all of the file to count.
    """
    exif = image.getexif()  # of a PNG this loads the pixels, since EXIF may stand behind them
    frames = int(getattr(image, "n_frames", 1)) if frames is None else frames
    orientation = exif.get(ExifTags.Base.Orientation, 1)
    orientation = orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
    icc = image.info.get("icc_profile")
    notes = [frames_note(frames), _turned(orientation)]
    if not icc and exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex) == "R03":
        notes.append("the camera says Adobe RGB but embedded no profile; read as sRGB")
    return PictureInfo(
        format=image.format or "",
        mode=image.mode,
        bit_depth=depth,
        profile=describe(icc),
        orientation=orientation,
        dpi=_dpi(image, exif),
        frames=min(frames, MAX_FRAMES_COUNTED),
        notes=tuple(filter(None, notes)),
        metadata=_metadata(image, len(exif) > 0),
        digital_source_type=_digital_source_type(_xmp(image)),
    )


def of_layout(found: Layout, frames: int) -> PictureInfo:
    """The facts of a TIFF that is read by its tags."""
    mode = "I;16" if found.colours == 1 and found.bits == 16 else _INK_MODES[found.colours]
    notes = [frames_note(frames), _turned(found.orientation)]
    others = len(found.extras) - (found.alpha is not None)
    if others:
        notes.append(f"{others} extra channel{'s' if others > 1 else ''} that is no transparency was left out")
    return PictureInfo(
        format="TIFF",
        mode=mode if found.alpha is None else _INK_MODES[found.colours] + "A",
        bit_depth=found.bits,
        profile=describe(found.icc),
        orientation=found.orientation,
        dpi=found.dpi,
        frames=min(frames, MAX_FRAMES_COUNTED),
        notes=tuple(filter(None, notes)),
        metadata=found.metadata,
        digital_source_type=_digital_source_type(found.xmp),
    )


def _turned(orientation: int) -> str:
    return f"turned upright by EXIF orientation {orientation}" if orientation != 1 else ""


def declared_depth(image: Image.Image, head: bytes) -> int:
    """Bits per channel, from the raw mode ('RGB;16B', 'L;4'); known only while pixels are not yet loaded.

    `head` is the beginning of the file, for AVIF, which Pillow hands out as 8 bit without a word.
    """
    if image.format == "AVIF":
        return _avif_depth(head[:_AVIF_HEADER_BYTES])
    if image.mode == "1":
        return 1
    if image.mode.startswith("I;16"):
        return 16
    tiles = getattr(image, "tile", None)
    bits = re.search(r"[A-Za-z];(1|2|4|16)\D", str(tiles[0].args) + " ") if tiles else None
    if bits is None or image.format not in ("PNG", "TIFF"):  # a BMP's 'BGR;16' is 5 + 6 + 5 bits
        return 8
    return int(bits[1])


def _avif_depth(head: bytes) -> int:
    """From the `av1C` box (AV1-ISOBMFF 2.3.3)."""
    start = head.find(b"av1C")
    if start < 0 or start + 6 >= len(head):
        return 8
    high, twelve = head[start + 6] & 0x40, head[start + 6] & 0x20
    return 8 if not high else 12 if twelve else 10


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


def _digital_source_type(xmp: bytes) -> str:
    """The last part of IPTC's DigitalSourceType term; by pattern, so that a hostile packet is never parsed."""
    found = _SOURCE_TYPE.search(xmp)
    return found[1].decode("ascii") if found else ""


def _dpi(image: Image.Image, exif: Any) -> float | None:
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
