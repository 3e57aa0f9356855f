"""JPEG read strictly: what libjpeg only warns of is an error here, or a note where the picture is whole.

A JPEG that was cut and closed again, or filled up with zeros, decodes "successfully": libjpeg warns and paints
the rest grey, and Pillow and OpenCV do not pass the warning on. simplejpeg decodes with the same library, to
the same pixels, and stops at the first warning. What no decoder warns of, a scan that is missing as a whole, is
seen in the markers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import simplejpeg

from fidelity.errors import InputError
from fidelity.image.picture import U8
from fidelity.image.refusals import damaged, doubt, reason

MAX_SCANS = 100
"""Scans that are decoded. Each is a pass over all coefficients, so a file of hundreds holds the computer for
minutes. The scripts of jpegtran, Photoshop and MozJPEG have 3 to 13; one scan a bit and component makes 40."""

MAX_STRAY_BYTES = 64
"""Bytes that may lie unread between the last block and the end mark of a picture which is whole. Cameras leave
a few, and pad to 16 or 64; a scan that lost its way leaves hundreds."""

MAX_EXIF_SEGMENTS = 64
"""Segments of EXIF that are read. Cameras write one; Pillow joins several, in time that grows with their square."""

MAX_SEGMENTS = 5_000
"""Segments in all. Depth maps and content credentials of phones take some hundreds."""

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start of frame; the others define tables (T.81, B.1)
_SOS, _EOI, _APP1 = 0xDA, 0xD9, 0xE1
_ALONE = frozenset(range(0xD0, 0xD9)) | {0x01}  # markers without a length
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_NEXT_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # behind coded data: not a stuffed 0, not a restart
_COEFFICIENTS = 64
_END_MARK = b"\xff\xd9"
_COLOUR = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_STRAY = re.compile(r"(\d+) extraneous bytes before marker 0x([0-9a-f]+)")
_UNCHECKED = "Could not determine subsampling"
_HARMLESS = ("unknown JFIF revision", "Invalid SOS parameters for sequential JPEG")
"""Warnings for header fields that no decoder goes by; scanners write the first, phones the second."""

_SPECTRAL = bytes((0, _COEFFICIENTS - 1, 0))  # what a sequential scan's header must end with (T.81, B.2.3)
_FATAL = ("Corrupt JPEG data", "Premature end", "Inconsistent progression")


@dataclass
class Structure:
    """What the markers say. `end` is the offset behind the end mark, or None without one."""

    progressive: bool = False
    components: tuple[int, ...] = ()
    scans: int = 0
    segments: int = 0
    exif_segments: int = 0
    end: int | None = None
    scan_headers: list[int] = field(default_factory=list)
    """Offsets behind the headers of scans."""

    seen: dict[int, list[int]] = field(default_factory=dict)
    """Component → for each coefficient the lowest bit that was sent, or −1 for none."""

    @property
    def lacking(self) -> str:
        """What no scan brings, in a few words; '' for a complete picture."""
        for component in self.components:
            bits = self.seen.get(component)
            if bits is None or bits[0] < 0:
                return "a colour channel has no scan"
            if self.progressive and any(bits):  # −1: never sent; above 0: not to the last bit
                return "its last scans are missing"
        return ""


def structure(data: bytes) -> Structure:
    """Walk the markers of the first picture in `data`; ends early, without an error, where they make no sense."""
    found = Structure()
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == _EOI:
            break
        if marker in _ALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        found.segments += 1
        if found.segments > MAX_SEGMENTS:
            return found
        found.exif_segments += marker == _APP1 and body.startswith(b"Exif\0")
        if marker in _SOF and len(body) >= 6:
            found.progressive = marker in _PROGRESSIVE
            found.components = tuple(body[6 : 6 + 3 * body[5] : 3])
        elif marker == _SOS:
            found.scans += 1
            found.scan_headers.append(at)
            _note_scan(found, body)
            ahead = _NEXT_MARKER.search(data, at)
            if ahead is None or found.scans > MAX_SCANS:
                return found
            at = ahead.end() - 2
    if data[at : at + 2] == _END_MARK:
        found.end = at + 2
    return found


def _note_scan(found: Structure, header: bytes) -> None:
    """SOS (T.81, B.2.3): count, (component, tables) each, first and last coefficient, bits before and now."""
    if not header or len(header) < 4 + 2 * header[0]:
        return
    first, last, bits = header[-3], header[-2], header[-1] & 0x0F
    if not found.progressive:
        first, last, bits = 0, _COEFFICIENTS - 1, 0
    for component in header[1 : 1 + 2 * header[0] : 2]:
        levels = found.seen.setdefault(component, [-1] * _COEFFICIENTS)
        for place in range(first, min(last, _COEFFICIENTS - 1) + 1):
            levels[place] = bits


def refuse_bombs(found: Structure, path: Path) -> None:
    """Raise `InputError` for a JPEG that is legal and yet made to hold the computer."""
    if found.scans > MAX_SCANS:
        raise InputError(f"{path} is a JPEG of more than {MAX_SCANS} scans, which take minutes; export it again")
    if found.exif_segments > MAX_EXIF_SEGMENTS or found.segments > MAX_SEGMENTS:
        raise InputError(
            f"{path} is a JPEG of {found.segments} metadata segments, where a few are usual; export it again"
        )


def read_strictly(data: bytes, found: Structure, mode: str, path: Path) -> tuple[U8 | None, tuple[str, ...]]:
    """Decode the first picture in `data`, of Pillow's `mode` (L, RGB or CMYK), and say what is doubtful in it.

    `found` is `structure(data)`.

    Returns (height, width) or (height, width, 3 or 4) uint8 as Pillow decodes it (CMYK as it lies in the file,
    whatever an Adobe marker says), or None where only a lenient decoder reads it; and notes.

    Raises `InputError` where pixels are missing or made up.
    """
    colour = _COLOUR.get(mode)
    if colour is None:
        return None, ()
    notes = (doubt(found.lacking),) if found.lacking else ()
    levels, said = _tried(data, colour)
    if any(harmless in said for harmless in _HARMLESS):
        data = _mended(data, found)
        levels, said = _tried(data, colour)
    if levels is not None:
        return levels, notes
    if said.startswith("Premature end") and (found.end is None) and _is_whole(data + _END_MARK, colour):
        return _decoded(data + _END_MARK, colour), (*notes, doubt("the end mark is missing"))
    stray = _STRAY.search(said)
    if stray and int(stray[2], 16) == _EOI and found.end is not None and _may_be_stray(data, found, stray, colour):
        return _decoded(data, colour, strict=False), (*notes, doubt(f"{stray[1]} stray bytes before the end mark"))
    if said.startswith(_FATAL):
        raise damaged(path, said.removeprefix("Corrupt JPEG data: "))
    if _UNCHECKED in said:
        return None, (*notes, "its sampling of colours is rare; whether it is damaged could not be checked")
    return None, (*notes, doubt(f"the decoder says '{said}'"))


def _mended(data: bytes, found: Structure) -> bytes:
    """The same with the header fields set right that no decoder goes by."""
    mended = bytearray(data)
    if data[6:11] == b"JFIF\0":
        mended[11] = 1  # the major revision
    if not found.progressive:
        for behind in found.scan_headers:
            mended[behind - 3 : behind] = _SPECTRAL
    return bytes(mended)


def _may_be_stray(data: bytes, found: Structure, stray: re.Match[str], colour: str) -> bool:
    """Whether the picture is whole without the bytes in front of the end mark: few, or nothing but padding."""
    if int(stray[1]) <= MAX_STRAY_BYTES:
        return True
    assert found.end is not None
    bare = data[: found.end - 2].rstrip(b"\0\xff")
    return _is_whole(bare + _END_MARK, colour)


def _is_whole(data: bytes, colour: str) -> bool:
    return _tried(data, colour)[0] is not None


def _tried(data: bytes, colour: str) -> tuple[U8 | None, str]:
    """The pixels, or what the decoder stumbled over first."""
    try:
        return _decoded(data, colour), ""
    except ValueError as error:
        return None, reason(error)


def _decoded(data: bytes, colour: str, *, strict: bool = True) -> U8:
    levels: U8 = np.asarray(simplejpeg.decode_jpeg(data, colorspace=colour, strict=strict))
    return levels[:, :, 0] if colour == "GRAY" else levels
