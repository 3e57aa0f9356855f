"""What is decoded and what is too much: judged by the announced size, before a single pixel is."""

from __future__ import annotations

from pathlib import Path

from fidelity.errors import InputError

MAX_PIXELS = 200_000_000
"""Largest picture that is decoded, in pixels. The largest photographs that jewellers deliver (150-megapixel
digital backs) fit; a bomb of a few kilobytes that unfolds to gigabytes does not."""

MIN_SIDE_PX = 32
"""Shortest side worth opening. Below it not even a whole ring can be told from another (prongs are 3 to 5 px
in a catalogue picture of 500 px)."""

MAX_DECODE_BYTES = 2 * 1024**3
"""Memory that decoding one picture may take, in bytes. Two pictures are open for a pair, and a machine with
8 GiB should hold both beside the audit. A JPEG or a PNG of 200 megapixels in 8-bit RGB fits."""

MAX_FRAMES_COUNTED = 1_000
"""Frames or pages that are counted; only the first is judged, and a file may announce millions."""

_FINISHED = 3  # bytes a pixel of the picture that is handed on
_PILLOW = 4  # bytes a pixel of Pillow's RGB, RGBA and CMYK
_ALPHA = 2  # bytes a pixel of an alpha channel: Pillow's, and the array


def check_size(width: int, height: int, what: str) -> None:
    """Raise `InputError` naming `what` for a picture of too many pixels or too few."""
    if width * height > MAX_PIXELS:
        raise InputError(too_large(what))
    if min(width, height) < MIN_SIDE_PX:
        raise InputError(f"{what} is {width} x {height} px, too small to judge; send at least {MIN_SIDE_PX} px a side")


def too_large(what: str) -> str:
    """The sentence for a picture above `MAX_PIXELS`."""
    return f"{what} has more than {MAX_PIXELS // 1_000_000} megapixels, which is the limit; export it smaller"


def check_memory(pixels: int, bytes_a_pixel: float, file_bytes: int, path: Path) -> None:
    """Raise `InputError` when decoding would take more than `MAX_DECODE_BYTES`."""
    need = pixels * bytes_a_pixel + file_bytes
    if need > MAX_DECODE_BYTES:
        raise InputError(
            f"{path} would take {need / 1024**3:.1f} GiB of memory to decode, more than the limit of "
            f"{MAX_DECODE_BYTES / 1024**3:.0f} GiB; export it smaller or with 8 bits per channel"
        )


def bytes_a_pixel(fmt: str, mode: str, depth: int, *, converted: bool) -> float:
    """Peak memory of decoding, in bytes a pixel, by what stands open at the same time.

    `fmt` and `mode` are Pillow's, `depth` the bits per channel, and `converted` whether a profile is applied
    or the picture is turned upright, which takes one more copy.
    """
    alpha = _ALPHA if mode in ("RGBA", "LA", "PA", "RGBa", "La") else 0
    need = _FINISHED + alpha + (_PILLOW if converted else 0)
    if fmt == "JPEG" and mode != "CMYK":
        return need + (_PILLOW if converted else 0)
    if fmt in ("TIFF", "PNG") and depth == 16:
        samples = {"L": 1, "I;16": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}.get(mode, 4)
        return need + 2 * _PILLOW + 2 * samples
    if fmt == "WEBP":
        return need + 3 * _PILLOW  # the demuxer's canvas, its copy, and Pillow's picture
    if fmt == "AVIF":
        return need + 3 * _PILLOW  # planes, RGB, and Pillow's picture
    return need + _PILLOW + (_PILLOW if alpha else 0)


def frames_note(frames: int) -> str:
    """How many frames there are beside the one that is read; '' for a single one."""
    if frames <= 1:
        return ""
    many = f"more than {MAX_FRAMES_COUNTED}" if frames > MAX_FRAMES_COUNTED else str(frames)
    return f"only the first of {many} frames was read"
