"""GIF's blocks: how many frames, and do the first one's codes make exactly its pixels?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fidelity.image.refusals import doubt

_IMAGE, _EXTENSION = 0x2C, 0x21  # GIF89a, 20 and 23
_TABLE = 0x80  # flag: a colour table follows, of 2 to the power of the low three bits and one colours
_SCREEN = 13  # bytes before the global colour table
_FRAME = 10  # bytes of an image descriptor
_MOST_CODES = 4096  # LZW codes have at most 12 bits

MAX_CHECKED_BYTES = 2_000_000
"""Compressed data that are followed code by code, in bytes: about half a second. A GIF of 3 megapixels fits."""

_COVERED = 0.98  # share of the canvas that a first frame covers without a word


@dataclass(frozen=True)
class _Frame:
    width: int
    height: int
    data: int
    """Offset of the LZW code size, before the sub-blocks."""


def count_frames(data: bytes, most: int) -> int:
    """Frames of a GIF, at most `most` + 1, without decoding one; ends early where the blocks make no sense."""
    found = 0
    for _ in _frames(data):
        found += 1
        if found > most:
            break
    return found


def notes(data: bytes) -> tuple[str, ...]:
    """What is doubtful in the first frame of a GIF that decoded without an error.

    GIF has no checksum, but a wrong bit mostly makes strings of another length, and then the codes no longer
    make as many pixels as the frame has.
    """
    frame = next(_frames(data), None)
    if frame is None:
        return ()
    canvas = int.from_bytes(data[6:8], "little") * int.from_bytes(data[8:10], "little")
    if frame.width * frame.height < _COVERED * canvas:
        return (doubt("its first frame covers only a part of the picture"),)
    packed = b"".join(_sub_blocks(data, frame.data + 1))
    if len(packed) > MAX_CHECKED_BYTES or _makes(packed, data[frame.data], frame.width * frame.height):
        return ()
    return (doubt("its compressed data do not make as many pixels as it has"),)


def _frames(data: bytes) -> Iterator[_Frame]:
    at = _SCREEN + _table(data[10] if len(data) > _SCREEN else 0)
    while at + _FRAME < len(data) and data[at] in (_IMAGE, _EXTENSION):
        if data[at] == _IMAGE:
            width, height = (
                int.from_bytes(data[at + 5 : at + 7], "little"),
                int.from_bytes(data[at + 7 : at + 9], "little"),
            )
            start = at + _FRAME + _table(data[at + 9])
            yield _Frame(width, height, start)
            at = start + 1
        else:
            at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1


def _table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & _TABLE else 0


def _sub_blocks(data: bytes, at: int) -> Iterator[bytes]:
    while at < len(data) and data[at]:
        yield data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]


def _makes(packed: bytes, code_size: int, pixels: int) -> bool:
    """Whether LZW codes unfold to exactly `pixels` and end with the data (GIF89a, appendix F).

    Only the strings' lengths are followed: each new one is its predecessor and one more.
    """
    clear = 1 << code_size
    end = clear + 1
    lengths = [1] * (_MOST_CODES + 1)
    size, free, before, made = code_size + 1, end + 1, 0, 0
    held, bits, at = 0, 0, 0
    while True:
        while bits < size:
            if at >= len(packed):
                return made == pixels
            held |= packed[at] << bits
            at, bits = at + 1, bits + 8
        code = held & ((1 << size) - 1)
        held, bits = held >> size, bits - size
        if code == clear:
            size, free, before = code_size + 1, end + 1, 0
            continue
        if code == end:
            return made == pixels and at == len(packed)
        if code > free or (code == free and not before):
            return False
        length = lengths[code] if code < clear else lengths[code] if code < free else before + 1
        if before and free < _MOST_CODES:
            lengths[free] = before + 1
            free += 1
            if free == 1 << size and size < 12:
                size += 1
        made, before = made + length, length
