"""A file to pixels and facts: which decoder reads it, and who looks a second time."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import cv2
from PIL import (
    AvifImagePlugin,  # noqa: F401  (imported so that Pillow knows the format)
    ExifTags,
    Image,
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from fidelity.image import facts, gif, jpeg, png, png_colours, second_look, tiff, tiff_pixels
from fidelity.image.limits import MAX_FRAMES_COUNTED, MAX_PIXELS, bytes_a_pixel, check_memory, check_size
from fidelity.image.picture import PictureInfo
from fidelity.image.pixels import Decoded, Pixels, finished, split, with_all_bits
from fidelity.image.raw import refuse_by_beginning, refuse_by_tags
from fidelity.image.refusals import unsupported

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP")
"""Pillow's names of what is read. JPEG covers MPO, a JPEG with further pictures behind the first."""

_HEAD_BYTES = 32
_JPEGS = ("JPEG", "MPO")
_ORIENTATION = ExifTags.Base.Orientation
_JPEG, _PNG, _GIF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8"


def read(path: Path, size: int) -> tuple[Pixels, PictureInfo]:
    """Decode the first picture in the file at `path`, of `size` bytes.

    Raises `InputError` for what is damaged, unsupported or too large, and whatever decoders raise.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        refuse_by_beginning(head, path)
        if head.startswith(tiff.MAGIC):
            return _tiff(stream, path)
        check_memory(0, 0, size, path)
        stream.seek(0)
        return _encoded(stream.read(), path)


def _encoded(data: bytes, path: Path) -> tuple[Pixels, PictureInfo]:
    markers = jpeg.structure(data) if data.startswith(_JPEG) else jpeg.Structure()
    jpeg.refuse_bombs(markers, path)
    chunks = png.check(data, path) if data.startswith(_PNG) else png.Chunks()
    data = chunks.sound or data
    frames = gif.count_frames(data, MAX_FRAMES_COUNTED) if data.startswith(_GIF) else None
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        check_size(*image.size, str(path))
        depth = facts.declared_depth(image, data)
        turned = image.format in _JPEGS and image.getexif().get(_ORIENTATION, 1) != 1
        converted = turned or "icc_profile" in image.info
        need = bytes_a_pixel(image.format or "", image.mode, depth, converted=converted)
        check_memory(image.width * image.height, need, len(data), path)
        info = facts.of_image(image, depth, frames)
        if image.format in _JPEGS:
            pixels, notes = _jpeg(image, data, markers, info, path)
        else:
            pixels, notes = _other(image, data, chunks, info, path)
    return pixels, info.model_copy(update={"notes": info.notes + pixels.notes + chunks.notes + notes})


def _jpeg(
    image: Image.Image, data: bytes, markers: jpeg.Structure, info: PictureInfo, path: Path
) -> tuple[Pixels, tuple[str, ...]]:
    icc, mode = image.info.get("icc_profile"), image.mode
    levels, notes = jpeg.read_strictly(data, markers, mode, path)
    if levels is None:
        image.load()
        colour = image
    elif mode == "RGB" and not icc and info.orientation == 1:
        return Pixels(levels, None, ()), notes
    else:
        colour = Image.fromarray(255 - levels if mode == "CMYK" else levels, mode)  # Adobe's inks are inverted
    del levels  # a copy less while the profile is applied
    return finished(Decoded(colour, None, icc), depth=8, orientation=info.orientation, what=str(path)), notes


def _other(
    image: Image.Image, data: bytes, chunks: png.Chunks, info: PictureInfo, path: Path
) -> tuple[Pixels, tuple[str, ...]]:
    icc = image.info.get("icc_profile")
    colours, notes = png_colours.declared(chunks.held, path)
    if png_colours.is_code_points(chunks.held):
        icc = None
    notes += _second_look(image, data)  # before Pillow's own copy of the pixels
    image.load()
    whole, shaded = image, False
    if info.bit_depth == 16 and image.mode in ("LA", "RGB", "RGBA"):
        whole, shaded = with_all_bits(image, data, colours)
    colour, alpha = split(whole, path)
    decoded = Decoded(colour, alpha, icc, colours, shaded)
    return finished(decoded, depth=info.bit_depth, orientation=info.orientation, what=str(path)), notes


def _second_look(image: Image.Image, data: bytes) -> tuple[str, ...]:
    if image.format == "WEBP":
        return second_look.webp_notes(data, image)
    if image.format == "GIF":
        return gif.notes(data)
    if image.format == "AVIF":
        return second_look.avif_notes(data)
    return second_look.bmp_notes(data, image) if image.format == "BMP" else ()


def _tiff(stream: BinaryIO, path: Path) -> tuple[Pixels, PictureInfo]:
    import tifffile  # noqa: PLC0415  (a fifth of a second, which only a TIFF should cost)

    pages = tiff.count_pages(stream)
    stream.seek(0)
    with tifffile.TiffFile(stream) as opened:
        page = opened.pages[0]
        refuse_by_tags(opened, path)
        found = tiff.layout(page, path)
        check_size(found.width, found.height, str(path))
        converted = found.icc is not None or found.orientation != 1
        mode = "RGBA" if found.extras else "RGB"
        need = bytes_a_pixel("TIFF", mode, found.bits, converted=converted, channels=found.samples)
        check_memory(found.width * found.height, need, 0, path)
        if found.by_tags:
            info = facts.of_layout(found, pages)
            colour, alpha = tiff_pixels.read(stream, page, found, path)
            notes = _zero_tail(colour, found)
            decoded = Decoded(colour, alpha, found.icc)
            pixels = finished(decoded, depth=found.bits, orientation=found.orientation, what=str(path))
            return pixels, info.model_copy(update={"notes": info.notes + pixels.notes + notes})
    stream.seek(0)
    try:
        return _tiff_by_pillow(stream, found, pages, path)
    except UnidentifiedImageError as error:  # its tags are sound, so it is no damage
        raise unsupported(path, "an unusual layout of channels", tiff.WITH_EXTRA) from error


def _tiff_by_pillow(stream: BinaryIO, found: tiff.Layout, pages: int, path: Path) -> tuple[Pixels, PictureInfo]:
    with Image.open(stream, formats=("TIFF",)) as image:
        image._n_frames = pages  # type: ignore[attr-defined]  # else Pillow walks all of them
        info = facts.of_image(image, found.bits, pages)
        icc = image.info.get("icc_profile")
        image.load()  # turns it upright
        colour, alpha = split(image, path)
        notes = _zero_tail(colour, found)
        pixels = finished(Decoded(colour, alpha, icc), depth=found.bits, orientation=1, what=str(path))
    return pixels, info.model_copy(update={"notes": info.notes + pixels.notes + notes})


def _zero_tail(colour: Image.Image, found: tiff.Layout) -> tuple[str, ...]:
    """For plain pixels in which zero is black and nothing is transparent: elsewhere zeros are white or nothing."""
    black = found.colour_model in (tiff.BLACK_IS_ZERO, tiff.RGB)
    if found.compression != tiff.UNCOMPRESSED or not black or found.alpha is not None or found.planar:
        return ()
    return second_look.zero_tail_notes(colour, bottom_up=False)


_lock = threading.Lock()
_inside = 0
_before: list[Any] = []


@contextmanager
def decoders_to_ourselves() -> Iterator[None]:
    """Pillow with our limit instead of its own, and every decoder without its warnings on the terminal.

    These are process-wide settings, so threads share one change: the first in makes it, the last out undoes
    it. Pillow raises above twice its limit and only warns (which nobody would see) above once.
    """
    global _inside  # noqa: PLW0603  (a counter shared between threads is what this is)
    with _lock:
        if _inside == 0:
            catcher = warnings.catch_warnings()
            catcher.__enter__()
            warnings.simplefilter("ignore")
            speaker = logging.getLogger("tifffile")
            _before[:] = [catcher, Image.MAX_IMAGE_PIXELS, cv2.utils.logging.getLogLevel(), speaker.disabled]
            Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2
            cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
            speaker.disabled = True
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                catcher, Image.MAX_IMAGE_PIXELS, level, disabled = _before
                cv2.utils.logging.setLogLevel(level)
                logging.getLogger("tifffile").disabled = disabled
                catcher.__exit__(None, None, None)
