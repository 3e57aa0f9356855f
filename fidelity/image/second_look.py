"""WebP, AVIF, BMP and plain TIFF looked at once more, for damage that their decoders accept.

None of these has a checksum. What is left to look at: whether the compressed data end where the picture does,
whether a decoder that checks its own bookkeeping agrees, and whether the pixels end in nothing but zeros.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from fidelity.image.refusals import doubt

_CUT_BYTES = 8
"""Bytes taken off a lossy WebP's coded data that must then fail to decode. The encoder flushes its arithmetic
coder with up to three bytes more than it needs."""

_LAST_ROWS = 8  # rows in which the last byte of a lossless WebP must show

_ZERO_SHARE = 0.02
"""Share of the pixels that may be zeros at the end of plain pixel data without a word. Fewer cannot hide a piece;
black grounds are photographed with noise or an edge."""

_RUN_LENGTHS = 1  # BMP's compression of 8-bit palettes
_RIFF_HEADER, _CHUNK_HEADER = 12, 8
_FRAME_HEADER = 16  # of an ANMF chunk, before the chunks of its frame (WebP container specification)


def webp_notes(data: bytes, image: Image.Image) -> tuple[str, ...]:
    """A note when the data of the first frame go on behind the picture, which those of a whole file never do.

    `image` is the opened file. Without its last bytes a lossy frame must fail to decode; with the last byte
    turned over the last pixels of a lossless one must change. Costs a second decoding.
    """
    start, end = _webp_frame(data)
    name, payload = data[start : start + 4], data[start + _CHUNK_HEADER : end]
    if name == b"VP8 ":
        unused = _last_rows(name, payload[:-_CUT_BYTES]) is not None
    elif name == b"VP8L" and payload:
        changed = _last_rows(name, payload[:-1] + bytes((payload[-1] ^ 0xFF,)))
        unused = changed is not None and changed == _rows_of(image)
    else:
        return ()
    return (doubt("its compressed data go on after the picture is complete"),) if unused else ()


def _last_rows(name: bytes, payload: bytes) -> bytes | None:
    """The last pixels of a WebP made of one frame, None where it does not decode."""
    frame = name + len(payload).to_bytes(4, "little") + payload + bytes(len(payload) % 2)
    data = b"RIFF" + (len(frame) + 4).to_bytes(4, "little") + b"WEBP" + frame
    try:
        with Image.open(BytesIO(data), formats=("WEBP",)) as image:
            return _rows_of(image)
    except Exception:  # a decoder that misses data raises anything
        return None


def _rows_of(image: Image.Image) -> bytes:
    return image.crop((0, image.height - _LAST_ROWS, *image.size)).convert("RGBA").tobytes()


def _webp_frame(data: bytes) -> tuple[int, int]:
    """Where the first VP8 or VP8L chunk starts and ends; (0, 0) without one."""
    at, stop = _RIFF_HEADER, len(data)
    while at + _CHUNK_HEADER <= stop:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in (b"VP8 ", b"VP8L"):
            return at, min(at + _CHUNK_HEADER + length, stop)
        at += _CHUNK_HEADER + (_FRAME_HEADER if name == b"ANMF" else length + length % 2)
    return 0, 0


def avif_notes(data: bytes) -> tuple[str, ...]:
    """A note when OpenCV's AVIF decoder, which checks where the coded symbols end (AV1 8.2.4), refuses the file.

    Pillow's is faster and checks nothing. () where this OpenCV reads no AVIF.
    """
    if not _opencv_reads_avif():
        return ()
    try:
        seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        seen = None
    return () if seen is not None else (doubt("a stricter decoder finds errors in its compressed data"),)


@cache
def _opencv_reads_avif() -> bool:
    tiny = BytesIO()
    Image.new("RGB", (8, 8)).save(tiny, "AVIF")
    try:
        return cv2.imdecode(np.frombuffer(tiny.getvalue(), np.uint8), cv2.IMREAD_GRAYSCALE) is not None
    except cv2.error:
        return False


def zero_tail_notes(image: Image.Image, *, bottom_up: bool) -> tuple[str, ...]:
    """A note when the rows that come last in the file, those at the top if it is `bottom_up`, are zeros only.

    A preallocated file that was never filled looks so, and a picture with a band of pure black as well.
    """
    written = image.getbbox()  # of what is not zero
    if written is None:
        return ()
    empty = written[1] if bottom_up else image.height - written[3]
    if empty <= _ZERO_SHARE * image.height:
        return ()
    share = round(100 * empty / image.height)
    return (doubt(f"the last {share} % of its pixel data are zeros, as in a file that was not written to the end"),)


def bmp_notes(data: bytes, image: Image.Image) -> tuple[str, ...]:
    """Of a BMP: pixels that end in zeros, or much behind them, as when a wrong height was written."""
    start, height = int.from_bytes(data[10:14], "little"), int.from_bytes(data[22:26], "little", signed=True)
    row = -(-image.width * int.from_bytes(data[28:30], "little") // 32) * 4
    plain = int.from_bytes(data[30:34], "little") != _RUN_LENGTHS
    if plain and len(data) - start - row * image.height > _ZERO_SHARE * len(data):
        return (doubt("its data go on after the picture is complete"),)
    return zero_tail_notes(image, bottom_up=height > 0) if plain and image.mode in ("L", "RGB") else ()
