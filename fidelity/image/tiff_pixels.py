"""TIFF pixels by their tags, and a second decoder that must see the same."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from fidelity.errors import InputError
from fidelity.image.picture import U8
from fidelity.image.refusals import damaged, unsupported
from fidelity.image.tiff import INKS, UNCOMPRESSED, WHITE_IS_ZERO, ZIPPED, Layout, has_codecs

Samples = npt.NDArray[Any]

_SAMPLE_STEP = 7  # rows and columns between the pixels on which two decoders are compared
_SEGMENTS = 5  # strips or tiles that are unpacked by hand where no second decoder reads the file
_DIFFERENCED = 2  # predictor, tag 317: each sample is the difference to the one on its left
_BLOCK_ROWS = 256  # rows that are divided by their alpha at a time


def read(stream: BinaryIO, page: Any, found: Layout, path: Path) -> tuple[Image.Image, Image.Image | None]:
    """Decode an open `tifffile.TiffPage` to (L, RGB or CMYK image, alpha or None), 8 bit, as it lies in the file.

    Raises `InputError` for missing data and where a second decoder sees something else.
    """
    _refuse_missing(page, found, stream, path)
    values = _decoded(page, found, stream, path)
    if not _confirmed(values, page, found, stream, path):
        raise InputError(
            f"{path} is read differently by two decoders, so its pixels cannot be trusted; "
            "export it again as 8- or 16-bit RGB without further channels"
        )
    colour = values[..., : found.colours]
    alpha = None if found.alpha is None else np.ascontiguousarray(values[..., found.alpha])
    if alpha is not None and found.premultiplied:
        colour = _divided(colour, alpha)
    levels = eight_bit(colour)
    if found.colour_model == WHITE_IS_ZERO:
        levels = 255 - levels
    image = Image.fromarray(levels[..., 0] if found.colours == 1 else levels, _mode(found))
    return image, None if alpha is None else Image.fromarray(eight_bit(alpha))


def _mode(found: Layout) -> str:
    return {1: "L", 3: "RGB", 4: "CMYK"}[found.colours]


def eight_bit(values: Samples) -> U8:
    """16 to 8 bits, to nearest: taking the high byte, as Pillow does, darkens by half a level on average."""
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    native = np.ascontiguousarray(values, dtype=np.uint16)
    flat = native.reshape(native.shape[0], -1)
    return np.asarray(cv2.convertScaleAbs(flat, alpha=1 / 257), np.uint8).reshape(native.shape)


def _divided(colour: Samples, alpha: Samples) -> Samples:
    """Colours of a premultiplied picture as they were; those under no alpha at all are lost, and stay."""
    top = np.iinfo(colour.dtype).max
    out = np.array(colour)
    for start in range(0, len(out), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        cover = alpha[rows, :, None].astype(np.float32)
        plain = colour[rows] * (top / np.maximum(cover, 1))
        out[rows] = np.where(cover > 0, np.minimum(np.rint(plain), top), colour[rows]).astype(out.dtype)
    return out


def _refuse_missing(page: Any, found: Layout, stream: BinaryIO, path: Path) -> None:
    """Tifffile fills strips that are not there with zeros; here they are damage."""
    size = stream.seek(0, 2)
    offsets, counts = page.dataoffsets, page.databytecounts
    if not offsets or len(offsets) != len(counts):
        raise damaged(path, "its table of strips is broken")
    if any(at <= 0 or count <= 0 or at + count > size for at, count in zip(offsets, counts, strict=True)):
        raise damaged(path, "strips of pixels are missing")
    expected = found.height * found.width * found.samples * (found.bits // 8)
    if found.compression == UNCOMPRESSED and sum(counts) < expected:
        raise damaged(path, f"{sum(counts)} bytes of pixels instead of {expected}")


def _decoded(page: Any, found: Layout, stream: BinaryIO, path: Path) -> Samples:
    """(height, width, samples), whatever the order in the file."""
    if found.compression not in (UNCOMPRESSED, *ZIPPED) and not has_codecs():
        return _by_opencv(found, stream, path)
    values = np.asarray(page.asarray())
    if found.planar and found.samples > 1:
        values = np.moveaxis(values.reshape(found.samples, found.height, found.width), 0, -1)
    return values.reshape(found.height, found.width, found.samples)


def _by_opencv(found: Layout, stream: BinaryIO, path: Path) -> Samples:
    stream.seek(0)
    values = cv2.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != (np.uint16 if found.bits == 16 else np.uint8):
        raise damaged(path)
    values = values.reshape(found.height, found.width, found.samples)
    return values if found.samples == 1 else values[..., [2, 1, 0, 3][: found.samples]]


def _confirmed(values: Samples, page: Any, found: Layout, stream: BinaryIO, path: Path) -> bool:
    """Whether a decoder that shares no code with the first sees the same samples."""
    pillow_can = not found.premultiplied and not (found.planar and found.compression == UNCOMPRESSED)
    if found.bits == 16 and pillow_can:
        second = _pillows(stream)
        if second is not None:
            return _same_high_bytes(values, second)
    if found.compression in (UNCOMPRESSED, *ZIPPED):
        return _same_by_hand(values, page, found, stream)
    if has_codecs() and found.colour_model != INKS:
        import imagecodecs  # noqa: PLC0415  (optional, and slow to import)

        stream.seek(0)
        second = np.asarray(imagecodecs.tiff_decode(stream.read(), index=0))
        if found.planar and found.samples > 1:
            second = np.moveaxis(second, 0, -1)
        return np.array_equal(second.reshape(values.shape), values)
    if found.bits == 8 and pillow_can:
        second = _pillows(stream)
        if second is not None:
            return np.array_equal(second, values[..., : second.shape[2]])
    raise unsupported(path, "a layout that only one decoder here understands", "export it without extra channels")


def _pillows(stream: BinaryIO) -> Samples | None:
    """What Pillow sees: (height, width, channels) of high bytes, or of 16 bits for grey; None if it sees nothing."""
    stream.seek(0)
    try:
        with Image.open(stream, formats=("TIFF",)) as image:
            if image.mode not in ("L", "RGB", "RGBA", "CMYK", "I;16", "I;16B"):
                return None
            image.load_end = lambda: None  # type: ignore[method-assign]  # which would turn it upright
            values = np.asarray(image)
    except Exception:
        return None
    return values[..., None] if values.ndim == 2 else values


def _same_high_bytes(values: Samples, second: Samples) -> bool:
    if second.shape[:2] != values.shape[:2] or second.shape[2] > values.shape[2]:
        return False
    ours = values[::_SAMPLE_STEP, ::_SAMPLE_STEP, : second.shape[2]]
    theirs = second[::_SAMPLE_STEP, ::_SAMPLE_STEP]
    return np.array_equal(ours if second.dtype == np.uint16 else ours >> 8, theirs)


def _same_by_hand(values: Samples, page: Any, found: Layout, stream: BinaryIO) -> bool:
    """A few strips or tiles, unpacked as TIFF 6.0 describes them (pages 24, 38, 64 to 68)."""
    tall, wide = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, found.width)
    tall = min(tall, found.height) if not page.is_tiled else tall
    down, across = -(-found.height // tall), -(-found.width // wide)
    a_plane = down * across
    depth = 1 if found.planar else found.samples
    kind = np.dtype(f"{page.parent.byteorder}u{found.bits // 8}")
    for index in sorted({round(i) for i in np.linspace(0, len(page.dataoffsets) - 1, _SEGMENTS)}):
        plane, rest = divmod(index, a_plane)
        top, left = rest // across * tall, rest % across * wide
        rows = tall if page.is_tiled else min(tall, found.height - top)
        stream.seek(page.dataoffsets[index])
        packed = stream.read(page.databytecounts[index])
        data = packed if found.compression == UNCOMPRESSED else zlib.decompress(packed)
        block = np.frombuffer(data, kind, rows * wide * depth).reshape(rows, wide, depth)
        if found.predictor == _DIFFERENCED:
            block = np.cumsum(block, axis=1, dtype=kind.newbyteorder("="))
        block = block[: found.height - top, : found.width - left]
        ours = values[top : top + rows, left : left + wide]
        ours = ours[..., plane : plane + 1] if found.planar else ours
        if not np.array_equal(ours, block):
            return False
    return True
