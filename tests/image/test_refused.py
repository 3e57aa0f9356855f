"""What cannot be read says so in one sentence, and nothing is left behind."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fidelity.errors import InputError
from fidelity.image import reading
from fidelity.image.decode import load
from fidelity.image.limits import MIN_SIDE_PX
from tests.image.files import saved, smooth


def header_only_png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


def encoded(fmt: str, share: float = 1.0, array: np.ndarray | None = None, **options) -> bytes:
    buffer = BytesIO()
    rough = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(rough if array is None else array).save(buffer, fmt, **options)
    data = buffer.getvalue()
    return data[: int(len(data) * share)]


BAD = [
    ("an empty file", b"", "is empty"),
    ("text named .jpg", b"this is a shopping list\n" * 9, "is not a picture"),
    ("a PDF", b"%PDF-1.7\n" + bytes(400), "is not a picture"),
    ("an iPhone HEIC photo", b"\0\0\0\x18ftypheic" + bytes(400), "is not a picture"),
    ("an SVG drawing", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture"),
    ("half a JPEG", encoded("JPEG", 0.5), "is damaged or incomplete"),
    ("half a progressive JPEG", encoded("JPEG", 0.5, progressive=True), "is damaged or incomplete"),
    ("a JPEG that lost its last hundredth", encoded("JPEG", 0.99), "is damaged or incomplete"),
    ("the first ten bytes of a JPEG", encoded("JPEG")[:10], "is damaged or incomplete"),
    ("half a PNG", encoded("PNG", 0.5), "is damaged or incomplete"),
    ("half a WebP", encoded("WEBP", 0.5), "is damaged or incomplete"),
    ("half a TIFF", encoded("TIFF", 0.5), "is damaged or incomplete"),
    ("half an LZW TIFF", encoded("TIFF", 0.5, compression="tiff_lzw"), "is damaged or incomplete"),
    ("half an AVIF", encoded("AVIF", 0.5), "is damaged or incomplete"),
    ("half a GIF", encoded("GIF", 0.5), "is damaged or incomplete"),
    ("a picture of one pixel", encoded("PNG", array=smooth()[:1, :1]), f"send at least {MIN_SIDE_PX} px"),
    (
        "a ribbon 500 wide and 8 high",
        encoded("PNG", array=np.zeros((8, 500, 3), np.uint8)),
        "500 x 8 px, too small",
    ),
    ("a bomb of 60000 by 60000", header_only_png(60_000, 60_000), "more than 200 megapixels"),
    ("a header of 201 megapixels", header_only_png(20_100, 10_000), "more than 200 megapixels"),
    ("a header with more than four bytes can count", header_only_png(2**31 - 1, 2**31 - 1), "more than 200"),
    ("a header without pixels", header_only_png(100, 100), "is damaged or incomplete"),
    (
        "a TIFF of 32-bit floats",
        encoded("TIFF", array=smooth()[:, :, 0].astype(np.float32)),
        "32-bit floating-point numbers",
    ),
    (
        "a cut-out of nothing",
        encoded("PNG", array=smooth(4) * np.uint8([1, 1, 1, 0])),
        "transparent everywhere",
    ),
]


@pytest.mark.parametrize(("data", "says"), [pytest.param(*row[1:], id=row[0]) for row in BAD])
def test_a_bad_file_is_one_sentence_that_names_it(tmp_path, data, says):
    path = tmp_path / "ring.jpg"
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError) as caught:
            load(path)
    sentence = str(caught.value)
    assert says in sentence
    assert str(path) in sentence
    assert "\n" not in sentence


def test_a_missing_file_a_folder_and_a_wrong_name(tmp_path):
    with pytest.raises(InputError, match="does not exist; check the path"):
        load(tmp_path / "none.jpg")
    with pytest.raises(InputError, match="is a folder, not a picture"):
        load(str(tmp_path))
    with pytest.raises(InputError, match="cannot be opened"):
        load("ring\0.jpg")
    with pytest.raises(InputError, match="a int is not a picture"):
        load(3)


@pytest.mark.parametrize("where", ["stat", "open"])
def test_a_file_that_may_not_be_read(tmp_path, monkeypatch, where):
    path = saved(tmp_path / "ring.png", smooth(), "PNG")

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, where, refuse)  # root, as in many containers, may read a file of mode 000
    with pytest.raises(InputError, match="may not be read"):
        load(path)


def test_a_large_picture_within_the_limit_is_judged_by_our_limit_not_pillows(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(saved(tmp_path / "ring.png", smooth(), "PNG"))
    assert Image.MAX_IMAGE_PIXELS == 100
    assert reading._inside == 0


@pytest.mark.parametrize(
    ("array", "says"),
    [
        pytest.param(np.zeros((64, 64), bool), "holds bool", id="a mask is no picture"),
        pytest.param(np.zeros((64, 64, 3), np.int64), "holds int64", id="whole numbers of 64 bits are ambiguous"),
        pytest.param(np.full((64, 64), np.nan), "NaN or infinity", id="NaN is no grey"),
        pytest.param(np.full((64, 64), np.inf), "NaN or infinity", id="infinity is no white"),
        pytest.param(np.full((64, 64), 255.0), "from 255 to 255", id="floats up to 255 are not 0 to 1"),
        pytest.param(np.zeros((64, 64, 2), np.uint8), r"\(64, 64, 2\)", id="two channels"),
        pytest.param(np.zeros((3, 64, 64), np.uint8), r"\(3, 64, 64\)", id="channels first"),
        pytest.param(np.zeros((0, 64, 3), np.uint8), "too small", id="no rows"),
        pytest.param(np.zeros((64, 31, 3), np.uint8), "64 px|31 x 64 px", id="one pixel short"),
        pytest.param(np.broadcast_to(np.uint8(0), (60_000, 60_000)), "200 megapixels", id="a view of gigapixels"),
    ],
)
def test_a_bad_array_says_what_is_wrong(array, says):
    with pytest.raises(InputError, match=says):
        load(array)
