"""Legal files made to be large: judged by what they announce, before pixels are decoded or frames are walked."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from fidelity.errors import InputError
from fidelity.image import jpeg, limits
from fidelity.image.decode import load
from tests.image.files import far, smooth
from tests.image.test_png_colours import chunk


def png_header(width: int, height: int, depth: int, colour: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def saved(path, data: bytes):
    path.write_bytes(data)
    return path


def encoded(fmt: str, image: Image.Image, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def test_a_deep_png_of_199_megapixels_is_refused_by_what_it_would_take(tmp_path):
    """23 bytes a pixel by the table: 199 million of them are 4.26 GiB."""
    with pytest.raises(InputError, match=r"would take 4.3 GiB of memory to decode, more than the limit of 3 GiB"):
        load(saved(tmp_path / "a.png", png_header(19_900, 10_000, 16, 6)))


def test_an_eight_bit_png_of_199_megapixels_is_tried(tmp_path):
    with pytest.raises(InputError, match="damaged or incomplete"):  # its pixels are not there
        load(saved(tmp_path / "a.png", png_header(19_900, 10_000, 8, 2)[:-12]))
    assert 199e6 * limits.bytes_a_pixel("PNG", "RGB", 8, converted=False) < limits.MAX_DECODE_BYTES


@pytest.mark.parametrize(
    ("fmt", "mode", "depth", "converted"),
    [("JPEG", "RGB", 8, True), ("TIFF", "RGB", 16, True), ("JPEG", "CMYK", 8, True)],
)
def test_what_a_digital_back_of_151_megapixels_delivers_fits(fmt, mode, depth, converted):
    assert 151.3e6 * limits.bytes_a_pixel(fmt, mode, depth, converted=converted) < limits.MAX_DECODE_BYTES


def test_a_webp_is_judged_by_its_announced_size(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_DECODE_BYTES", 64 * 48 * 28)  # what the pixels alone take
    with pytest.raises(InputError, match="would take"):
        load(saved(tmp_path / "a.webp", encoded("WEBP", Image.fromarray(smooth()))))


def test_a_file_larger_than_the_limit_is_not_even_read(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_DECODE_BYTES", 1_000)
    with pytest.raises(InputError, match="would take"):
        load(saved(tmp_path / "a.jpg", encoded("JPEG", Image.fromarray(smooth())) + bytes(2_000)))


def test_a_jpeg_of_hundreds_of_scans_is_refused(tmp_path):
    data = encoded("JPEG", Image.fromarray(smooth()), progressive=True)
    last = data.rfind(b"\xff\xda")
    with pytest.raises(InputError, match="more than 100 scans"):
        load(saved(tmp_path / "a.jpg", data[:-2] + data[last:-2] * 400 + b"\xff\xd9"))


def test_a_jpeg_of_two_thousand_exif_segments_is_refused(tmp_path):
    data = encoded("JPEG", Image.fromarray(smooth()))
    segment = b"\xff\xe1" + struct.pack(">H", 102) + b"Exif\0\0" + bytes(94)
    with pytest.raises(InputError, match="metadata segments"):
        load(saved(tmp_path / "a.jpg", data[:2] + segment * 2_000 + data[2:]))


def test_many_segments_of_a_phone_are_legal(tmp_path):
    data = encoded("JPEG", Image.fromarray(smooth()))
    segment = b"\xff\xeb" + struct.pack(">H", 1_002) + b"JP" + bytes(998)
    assert load(saved(tmp_path / "a.jpg", data[:2] + segment * 400 + data[2:])).info.notes == ()
    assert jpeg.structure(data[:2] + segment * 400 + data[2:]).segments > 400


def tiff_of_pages(pages: int) -> bytes:
    """Grey pages of 40 by 40 that share their pixels."""
    entries = [
        (256, 4, 40),
        (257, 4, 40),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (277, 3, 1),
        (278, 4, 40),
        (279, 4, 1600),
    ]
    size = 2 + 12 * (len(entries) + 1) + 4
    entries = sorted([*entries, (273, 4, 8 + pages * size)])
    out = bytearray(b"II*\0" + struct.pack("<I", 8))
    for page in range(pages):
        out += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", t, k, 1, v) for t, k, v in entries)
        out += struct.pack("<I", 8 + (page + 1) * size if page < pages - 1 else 0)
    return bytes(out) + bytes((90,)) * 1600


@pytest.mark.parametrize(("pages", "counted"), [(3, "3"), (1_000, "1000"), (20_000, "more than 1000")])
def test_the_pages_of_a_tiff_are_counted_up_to_a_thousand(tmp_path, pages, counted):
    picture = load(saved(tmp_path / "a.tif", tiff_of_pages(pages)))
    assert far(picture.rgb, np.full((40, 40, 3), 90)) == 0
    assert f"only the first of {counted} frames was read" in picture.info.notes
    assert picture.info.frames == min(pages, 1_000)


def test_a_chain_of_pages_that_bites_its_tail_ends(tmp_path):
    data = bytearray(tiff_of_pages(2))
    size = 2 + 12 * 9 + 4
    data[8 + 2 * size - 4 : 8 + 2 * size] = struct.pack("<I", 8)
    assert load(saved(tmp_path / "a.tif", bytes(data))).info.frames == 2


@pytest.mark.parametrize(("frames", "counted"), [(2, "3"), (200_000, "more than 1000")])
def test_the_frames_of_a_gif_are_counted_up_to_a_thousand(tmp_path, frames, counted):
    data = encoded("GIF", Image.fromarray(smooth()).convert("P"))
    tiny = b",\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    picture = load(saved(tmp_path / "a.gif", data[:-1] + tiny * frames + b";"))
    assert f"only the first of {counted} frames was read" in picture.info.notes
