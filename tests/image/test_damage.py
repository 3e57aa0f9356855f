"""Half-decoded pictures: an error, or a note where a legal file can look the same; and legal files without one."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from fidelity.errors import InputError
from fidelity.image.decode import load
from fidelity.image.refusals import DOUBT
from tests.image.mutants import mutant, photo, whole


def doubts(picture) -> list[str]:
    return [note for note in picture.info.notes if note.startswith(DOUBT)]


def encoded(fmt: str, image: Image.Image | None = None, **options) -> bytes:
    buffer = BytesIO()
    (image or Image.fromarray(photo())).save(buffer, fmt, **options)
    return buffer.getvalue()


def loaded(tmp_path, data: bytes):
    (tmp_path / "ring").write_bytes(data)
    return load(tmp_path / "ring")


def refused(tmp_path, data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, data)
    assert "is damaged or incomplete" in str(caught.value)
    assert str(tmp_path / "ring") in str(caught.value)
    return str(caught.value)


# --------------------------------------------------------------------------------------------------------- JPEG

JPEGS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "with restart markers": {"restart_marker_rows": 2},
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "with its own Huffman tables": {"optimize": True},
}
jpegs = pytest.mark.parametrize("options", [pytest.param(o, id=name) for name, o in JPEGS.items()])


@jpegs
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_jpeg_that_was_cut_and_closed_is_damaged(tmp_path, options, share):
    data = encoded("JPEG", quality=92, **options)
    refused(tmp_path, data[: int(len(data) * share)] + b"\xff\xd9")


@jpegs
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"], ids=["to the end", "with an end mark"])
def test_a_jpeg_with_a_tail_of_zeros_is_damaged(tmp_path, options, end):
    data = encoded("JPEG", quality=92, **options)
    keep = int(len(data) * 0.6)
    refused(tmp_path, data[:keep] + bytes(len(data) - keep - len(end)) + end)


@jpegs
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "trailer", [b"", b"\0" * 5_000, b"SEFH" + b"Samsung" * 99], ids=["plain", "zeros", "a trailer"]
)
def test_a_legal_jpeg_is_read_without_a_word(tmp_path, options, mode, trailer):
    image = Image.fromarray(photo()).convert(mode)
    data = encoded("JPEG", image, quality=95, **options)
    picture = loaded(tmp_path, data + trailer)
    assert doubts(picture) == []
    with Image.open(BytesIO(data)) as same:
        assert np.array_equal(picture.rgb, np.asarray(same.convert("RGB")))


def test_a_white_bottom_is_no_missing_data(tmp_path):
    """A cut-out on white ground: with tables of its own, half of the compressed data are zeros."""
    white = photo().copy()
    white[100:] = 255
    for options in JPEGS.values():
        assert doubts(loaded(tmp_path, encoded("JPEG", Image.fromarray(white), quality=92, **options))) == []


def test_a_jpeg_without_its_end_mark_is_whole_and_said(tmp_path):
    picture = loaded(tmp_path, encoded("JPEG")[:-2])
    assert doubts(picture) == [f"{DOUBT}: the end mark is missing"]
    assert np.array_equal(picture.rgb, loaded(tmp_path, encoded("JPEG")).rgb)


def test_header_fields_that_no_decoder_goes_by_are_no_damage(tmp_path):
    """A JFIF revision of 2 (scanners) and spectral fields of a sequential scan that are all 0 (phones)."""
    data = bytearray(encoded("JPEG"))
    data[11] = 2
    scan = data.find(b"\xff\xda")
    data[scan + 11 : scan + 14] = bytes(3)
    picture = loaded(tmp_path, bytes(data))
    assert picture.info.notes == ()
    assert np.array_equal(picture.rgb, loaded(tmp_path, encoded("JPEG")).rgb)
    refused(tmp_path, bytes(data[: len(data) // 2]) + b"\xff\xd9")


def test_padding_before_the_end_mark_is_said_and_not_refused(tmp_path):
    data = encoded("JPEG", optimize=True)
    picture = loaded(tmp_path, data[:-2] + bytes(3_000) + b"\xff\xd9")
    assert len(doubts(picture)) == 1
    assert np.array_equal(picture.rgb, loaded(tmp_path, data).rgb)


def test_a_progressive_jpeg_without_its_last_scans_is_said(tmp_path):
    data = encoded("JPEG", progressive=True)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    tables = data.rfind(b"\xff\xc4", 0, scans[-1])  # the last scan's own Huffman table
    assert doubts(loaded(tmp_path, data[: min(tables, scans[-1])] + b"\xff\xd9")) == [
        f"{DOUBT}: its last scans are missing"
    ]


# ---------------------------------------------------------------------------------------------------------- PNG


def chunk(name: bytes, data: bytes, wrong: int = 0) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data) ^ wrong)


def with_chunk(name: bytes, data: bytes, wrong: int) -> bytes:
    png = encoded("PNG")
    return png[:33] + chunk(name, data, wrong) + png[33:]


@pytest.mark.parametrize("name", [b"gAMA", b"iCCP", b"sRGB"])
def test_a_wrong_checksum_of_a_colour_chunk_is_damage(tmp_path, name):
    assert f"the checksum of its {name.decode()} chunk" in refused(tmp_path, with_chunk(name, bytes(4), wrong=1))


def test_a_wrong_checksum_of_pixels_is_damage(tmp_path):
    data = bytearray(encoded("PNG"))
    data[-13] ^= 1  # the last byte of the last IDAT's checksum
    assert "the checksum of its IDAT chunk" in refused(tmp_path, bytes(data))


def test_a_wrong_checksum_of_a_remark_is_said(tmp_path):
    picture = loaded(tmp_path, with_chunk(b"tEXt", b"Comment\0hello", wrong=1))
    assert doubts(picture) == [f"{DOUBT}: the checksum of its tEXt chunk is wrong"]
    assert np.array_equal(picture.rgb, photo())


def test_a_wrong_checksum_of_the_deflate_stream_is_damage(tmp_path):
    png = encoded("PNG")
    stream = bytearray(zlib.compress(b"".join(b"\0" + row.tobytes() for row in photo())))
    stream[-1] ^= 1
    refused(tmp_path, png[:33] + chunk(b"IDAT", bytes(stream)) + png[-12:])


def test_a_png_without_its_end_is_damage_and_one_with_a_trailer_is_not(tmp_path):
    assert "the end mark is missing" in refused(tmp_path, encoded("PNG")[:-12])
    assert loaded(tmp_path, encoded("PNG") + b"trailer" * 99).info.notes == ()


# ------------------------------------------------------------------------------------- formats without checksums


def zero_tail(data: bytes, share: float = 0.7) -> bytes:
    keep = int(len(data) * share)
    return data[:keep] + bytes(len(data) - keep)


@pytest.mark.parametrize("kind", ["WebP", "lossless WebP", "AVIF", "BMP", "TIFF"])
def test_a_tail_of_zeros_is_said_or_refused(tmp_path, kind):
    try:
        picture = loaded(tmp_path, zero_tail(whole(kind)))
    except InputError as error:
        assert "damaged" in str(error)
    else:
        assert len(doubts(picture)) == 1


@pytest.mark.parametrize("kind", ["LZW TIFF", "16-bit LZW TIFF", "GIF"])
def test_a_tail_of_zeros_in_coded_data_is_damage(tmp_path, kind):
    refused(tmp_path, zero_tail(whole(kind)))


def test_a_gif_whose_codes_make_other_pixels_is_said(tmp_path):
    """Two codes of the first block changed places: strings of other lengths, and no decoder minds."""
    found = [doubts(loaded(tmp_path, data)) for data in (mutant("GIF", "flipped bytes", 0), whole("GIF"))]
    assert [len(notes) for notes in found] == [1, 0]


def cut_out(side: int) -> Image.Image:
    """A piece on pure white, with a white bottom, of a size that is no multiple of any block."""
    array = np.full((side, side + 3, 3), 255, np.uint8)
    array[side // 4 : side // 2, side // 5 : side // 2] = photo()[: side // 2 - side // 4, : side // 2 - side // 5]
    return Image.fromarray(array)


LEGAL = [
    *[("WEBP", {"quality": quality, "method": method}) for quality in (20, 80, 100) for method in (0, 4)],
    *[("WEBP", {"lossless": True, "method": method}) for method in (0, 4)],
    ("GIF", {}),
    ("BMP", {}),
    ("PNG", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("TIFF", {"compression": "jpeg"}),
    ("AVIF", {"quality": 60, "speed": 10}),
]


@pytest.mark.parametrize(("fmt", "options"), LEGAL, ids=lambda value: value if isinstance(value, str) else str(value))
def test_legal_files_have_no_note_of_damage(tmp_path, fmt, options):
    images = [Image.fromarray(photo()), Image.new("RGB", (301, 77), "white"), Image.new("RGB", (64, 64), (9, 9, 9))]
    images += [cut_out(side) for side in range(60, 100, 7)]
    images += [
        Image.fromarray(np.random.default_rng(n).integers(0, 256, (n, n + 1, 3), dtype=np.uint8)) for n in range(40, 60)
    ]
    for image in images:
        for mode in ("RGB", "L", "RGBA"):
            as_mode = image.convert(mode)
            if mode == "RGBA":
                if fmt == "TIFF" and options.get("compression") == "jpeg":
                    continue
                as_mode.putalpha(as_mode.getchannel("R"))
            if as_mode.getextrema()[-1] == (0, 0):
                continue
            assert doubts(loaded(tmp_path, encoded(fmt, as_mode, **options))) == [], (image.size, mode)


@pytest.mark.parametrize("depth", [8, 10, 12])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
def test_a_legal_avif_of_any_depth_is_read_without_a_word(tmp_path, depth, subsampling):
    if depth == 8:
        data = encoded("AVIF", subsampling=subsampling, speed=10)
    else:
        deep = photo()[:, :, ::-1].astype(np.uint16) << (depth - 8)
        done, buffer = cv2.imencode(".avif", deep, [cv2.IMWRITE_AVIF_DEPTH, depth, cv2.IMWRITE_AVIF_QUALITY, 90])
        assert done
        data = buffer.tobytes()
    assert doubts(loaded(tmp_path, data)) == []


def test_an_animated_avif_and_a_grey_one_are_read_without_a_doubt(tmp_path):
    frames = [Image.fromarray(photo()), Image.fromarray(255 - photo())]
    moving = encoded("AVIF", frames[0], save_all=True, append_images=frames[1:], speed=10)
    assert doubts(loaded(tmp_path, moving)) == []
    assert doubts(loaded(tmp_path, encoded("AVIF", frames[0].convert("L"), speed=10))) == []
