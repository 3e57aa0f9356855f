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

MAX_DECODE_BYTES = 3 * 1024**3
"""Memory that decoding one picture may take, in bytes, the file included. What jewellers deliver fits: the
150 megapixels of a digital back as a JPEG with a profile and turned upright (2.3 GB) or as a 16-bit TIFF
(3.0 GB), and 200 megapixels of 8-bit RGB. Pictures of a pair are decoded one after the other, so a machine with
8 GiB has room for the audit beside it."""

MAX_FRAMES_COUNTED = 1_000
"""Frames or pages that are counted; only the first is judged, and a file may announce millions."""

_JPEG, _JPEG_CONVERTED = 9.0, 15.0
_PLAIN, _CONVERTED, _WITH_ALPHA = 11.0, 15.0, 20.0
_WEBP, _WEBP_WITH_ALPHA, _AVIF = 28.0, 29.0, 20.0
_DEEP, _DEEP_A_CHANNEL = 10.0, 3.25
"""Bytes a pixel at the peak of decoding, without the file itself: measured as the growth of the resident set over
pictures of 16 megapixels, rounded up. Pillow keeps 4 bytes a pixel, a second decoder as many again, each
conversion one more copy; 16-bit samples stand beside their rounded ones. JPEG without a profile is decoded into
the final array, beside which a progressive one keeps 2 bytes a coefficient."""


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


def bytes_a_pixel(fmt: str, mode: str, depth: int, *, converted: bool, channels: int = 0) -> float:
    """Peak memory of decoding, in bytes a pixel, without the file itself.

    `fmt` and `mode` are Pillow's, `depth` the bits per channel, `converted` whether a profile is applied or the
    picture is turned upright, and `channels` their number where the mode does not say.
    """
    channels = channels or {"L": 1, "I;16": 1, "LA": 2, "RGBA": 4, "CMYK": 4}.get(mode, 3)
    if depth > 8 and fmt in ("PNG", "TIFF"):
        copy = _CONVERTED - _PLAIN if converted and fmt == "PNG" else 0  # a TIFF's samples are gone by then
        return _DEEP + _DEEP_A_CHANNEL * channels + copy
    if fmt in ("JPEG", "MPO"):
        return _JPEG_CONVERTED if converted or mode == "CMYK" else _JPEG
    if fmt == "WEBP":
        return _WEBP_WITH_ALPHA if mode == "RGBA" else _WEBP
    if fmt == "AVIF":
        return _AVIF
    if mode in ("RGBA", "LA", "PA", "P") and fmt in ("PNG", "TIFF"):
        return _WITH_ALPHA
    return _CONVERTED if converted else _PLAIN


def frames_note(frames: int) -> str:
    """How many frames there are beside the one that is read; '' for a single one."""
    if frames <= 1:
        return ""
    many = f"more than {MAX_FRAMES_COUNTED}" if frames > MAX_FRAMES_COUNTED else str(frames)
    return f"only the first of {many} frames was read"
