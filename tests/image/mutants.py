"""Damaged copies of one photograph in eleven kinds of file, six kinds of damage, all from a seed.

The damage is what disks, transfers and mail gateways do: files cut short, cut short and closed again by a
repair tool, preallocated and never filled, single bytes turned over, blocks written in the wrong order, and a
checksum or a length that does not fit what it stands for.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

PHOTO = Path(__file__).parents[2] / "fixtures" / "first" / "original.jpg"
SIDE_PX = 300  # small enough for thousands of files, large enough for several blocks, strips and chunks of each kind
SECTOR = 512  # bytes of what is swapped: a disk's smallest block


@cache
def photo() -> np.ndarray:
    with Image.open(PHOTO) as image:
        return np.asarray(image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS))


def _pillow(fmt: str, **options: object) -> bytes:
    buffer = BytesIO()
    image = Image.fromarray(photo())
    if fmt == "GIF":
        image = image.convert("P", palette=Image.Palette.ADAPTIVE)
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def _deep(suffix: str) -> bytes:
    """16 bits a channel, with low bytes that are not copies of the high ones."""
    low = np.random.default_rng(1).integers(0, 256, photo().shape, dtype=np.uint16)
    done, data = cv2.imencode(suffix, (photo()[:, :, ::-1].astype(np.uint16) << 8) | low)
    assert done
    return data.tobytes()


KINDS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: _pillow("JPEG", quality=92),
    "progressive JPEG": lambda: _pillow("JPEG", quality=92, progressive=True),
    "PNG": lambda: _pillow("PNG"),
    "16-bit PNG": lambda: _deep(".png"),
    "WebP": lambda: _pillow("WEBP", quality=90),
    "TIFF": lambda: _pillow("TIFF"),
    "LZW TIFF": lambda: _pillow("TIFF", compression="tiff_lzw"),
    "16-bit LZW TIFF": lambda: _deep(".tiff"),
    "AVIF": lambda: _pillow("AVIF", quality=85),
    "GIF": lambda: _pillow("GIF"),
    "BMP": lambda: _pillow("BMP"),
}

LOSSLESS_WEBP = "lossless WebP"
"""Apart, because nothing in it tells a wrong symbol: each pixel is predicted from its neighbours, so one symbol for
another of the same length changes all pixels behind it, and the data still end where they should."""


@cache
def whole(kind: str) -> bytes:
    return _pillow("WEBP", lossless=True) if kind == LOSSLESS_WEBP else KINDS[kind]()


def cut(data: bytes, random: np.random.Generator) -> bytes:
    return data[: int(len(data) * random.uniform(0.1, 0.995))]


def cut_and_closed(data: bytes, random: np.random.Generator) -> bytes:
    """Cut, with the end mark behind, and the announced sizes mended where the format has some."""
    short = bytearray(cut(data, random))
    if data[:2] == b"\xff\xd8":
        return bytes(short) + b"\xff\xd9"
    if data[:4] == b"\x89PNG":
        return bytes(short) + data[-12:]
    if data[:3] == b"GIF":
        return bytes(short) + b"\0;"
    if data[:4] == b"RIFF":
        short += bytes(len(short) % 2)
        short[4:8] = struct.pack("<I", len(short) - 8)
        short[16:20] = struct.pack("<I", len(short) - 20)
    elif data[4:8] == b"ftyp":
        at = data.find(b"mdat") - 4
        short[at : at + 4] = struct.pack(">I", len(short) - at)
    elif data[:2] == b"BM":
        short[2:6] = struct.pack("<I", len(short))
    return bytes(short)


def zero_tail(data: bytes, random: np.random.Generator) -> bytes:
    keep = int(len(data) * random.uniform(0.1, 0.97))
    return data[:keep] + bytes(len(data) - keep)


def flipped(data: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in random.integers(0, len(data), random.integers(1, 9)):
        changed[place] ^= int(random.integers(1, 256))
    return bytes(changed)


def swapped(data: bytes, random: np.random.Generator) -> bytes:
    """Two of the file's sectors changed places, the first one excepted."""
    sectors = [data[at : at + SECTOR] for at in range(0, len(data), SECTOR)]
    first, second = random.choice(np.arange(1, len(sectors) - 1), 2, replace=False)
    sectors[first], sectors[second] = sectors[second], sectors[first]
    return b"".join(sectors)


def wrong_check(data: bytes, random: np.random.Generator) -> bytes:
    """A checksum (PNG) or a length or offset field of the container (the others) with one byte turned over."""
    changed = bytearray(data)
    places = _check_fields(data)
    changed[places[int(random.integers(0, len(places)))]] ^= int(random.integers(1, 256))
    return bytes(changed)


def _check_fields(data: bytes) -> list[int]:
    fields: list[int] = []
    if data[:4] == b"\x89PNG":
        at = 8
        while at + 8 <= len(data):
            length = int.from_bytes(data[at : at + 4], "big")
            fields += range(at + 8 + length, at + 12 + length)
            at += 12 + length
    elif data[:2] == b"\xff\xd8":
        for found in re.finditer(rb"\xff[\xc0\xc2\xc4\xda\xdb\xe0]", data):
            fields += [found.start() + 2, found.start() + 3]
    elif data[:4] == b"RIFF":
        fields = [*range(4, 8), *range(16, 20)]
    elif data[:2] in (b"II", b"MM"):
        order = "little" if data[:2] == b"II" else "big"
        at = int.from_bytes(data[4:8], order)
        count = int.from_bytes(data[at : at + 2], order)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            fields += range(entry + 4, entry + 12)
    elif data[4:8] == b"ftyp":
        for name in (b"mdat", b"iloc", b"meta", b"ispe", b"av1C"):
            at = data.find(name)
            fields += [*range(at - 4, at), *range(at + 4, at + 12)]
    elif data[:2] == b"BM":
        fields = [*range(2, 6), *range(10, 14), *range(18, 26)]
    else:  # a GIF's frame starts with its size; its data come in blocks that start with their length
        at = data.find(b",")
        fields = list(range(at, at + 12))
    return fields


DAMAGES = {
    "cut": cut,
    "cut and closed": cut_and_closed,
    "zero tail": zero_tail,
    "flipped bytes": flipped,
    "swapped sectors": swapped,
    "wrong checksum or length": wrong_check,
}


def mutant(kind: str, damage: str, number: int) -> bytes:
    """The `number`th file of `kind` with `damage`; the same for the same three."""
    seed = [number, sorted([*KINDS, LOSSLESS_WEBP]).index(kind), sorted(DAMAGES).index(damage)]
    return DAMAGES[damage](whole(kind), np.random.default_rng(seed))
