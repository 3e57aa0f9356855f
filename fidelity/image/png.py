"""PNG's chunks: are they whole, and which colours do they declare?"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from fidelity.image.refusals import damaged, doubt

_SIGNATURE = 8
_HEADER, _CHECKSUM = 8, 4  # bytes before and behind a chunk's data
_COLOUR = frozenset({"iCCP", "gAMA", "cHRM", "sRGB", "cICP", "tRNS", "sBIT"})
"""Chunks that are ancillary by name and yet change how the pixels look: wrong ones are no trifle."""

_READ = frozenset({"gAMA", "cHRM", "cICP", "sRGB", "iCCP"})


@dataclass(frozen=True)
class Chunks:
    """What stands in a PNG beside the pixels.

    `sound` is the file without remarks whose checksum is wrong, over which Pillow would stumble, None where all
    are right; `held` has the data of the chunks that declare colours.
    """

    sound: bytes | None = None
    held: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def check(data: bytes, path: Path) -> Chunks:
    """Walk all chunks of a PNG, check each one's CRC and the end, and keep what declares colours.

    What stands behind the end mark is not looked at: the picture is whole before it.

    Raises `InputError` for a chunk of pixels or colours that is not what was written, and for a missing end.
    """
    view, at = memoryview(data), _SIGNATURE
    held: dict[str, bytes] = {}
    notes: list[str] = []
    wrong: list[tuple[int, int]] = []
    while True:
        if at + _HEADER + _CHECKSUM > len(data):
            raise damaged(path, "the end mark is missing")
        length, name = struct.unpack_from(">I4s", data, at)
        kind = name.decode("latin-1")
        end = at + _HEADER + length
        if end + _CHECKSUM > len(data) or not (name.isalpha() and name.isascii()):
            raise damaged(path, f"no chunk of {length} bytes at byte {at}")
        if zlib.crc32(view[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            if kind[0].isupper() or kind in _COLOUR:
                raise damaged(path, f"the checksum of its {kind} chunk is wrong")
            notes.append(doubt(f"the checksum of its {kind} chunk is wrong"))
            wrong.append((at, end + _CHECKSUM))
        if kind in _READ:
            held.setdefault(kind, data[at + _HEADER : end])
        if kind == "IEND":
            return Chunks(_without(data, wrong) if wrong else None, held, tuple(dict.fromkeys(notes)))
        at = end + _CHECKSUM


def _without(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    starts = [0, *(end for _, end in spans)]
    stops = [*(start for start, _ in spans), len(data)]
    return b"".join(data[start:stop] for start, stop in zip(starts, stops, strict=True))
