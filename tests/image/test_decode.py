"""Decoding: what is read comes out right, what cannot be read says so in one sentence."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from fidelity.errors import InputError
from fidelity.image import decode
from fidelity.image.decode import MIN_SIDE_PX, load

HEIGHT, WIDTH = 48, 64
LEVEL = 1  # rounding
LOSSY = 6  # largest mean difference in levels of a lossy copy of the smooth picture below


def smooth(channels: int = 3) -> np.ndarray:
    """A picture whose four corners differ, so that a turn or a flip shows; gentle enough for a lossy file."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [x * 3 + 20, y * 4 + 10, 200 - x * 2, 40 + y * 4]
    return np.stack(planes[:channels], -1).astype(np.uint8)


def saved(path: Path, array: np.ndarray, fmt: str, mode: str | None = None, **options) -> Path:
    Image.fromarray(array).convert(mode).save(path, fmt, **options) if mode else Image.fromarray(array).save(
        path, fmt, **options
    )
    return path


def far(first: np.ndarray, second: np.ndarray) -> int:
    assert first.shape == second.shape
    return int(np.abs(first.astype(int) - second.astype(int)).max())


# ------------------------------------------------------------------------------------- formats, round trips


@pytest.mark.parametrize(
    ("fmt", "options"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
        ("BMP", {}),
    ],
)
def test_a_lossless_file_comes_back_exactly(tmp_path, fmt, options):
    path = saved(tmp_path / "ring", smooth(), fmt, **options)
    picture = load(path)
    assert far(picture.rgb, smooth()) == 0
    assert picture.alpha is None
    assert (picture.info.format, picture.info.mode, picture.info.bit_depth) == (fmt, "RGB", 8)
    assert (picture.info.width, picture.info.height) == (WIDTH, HEIGHT)
    assert picture.info.path == str(path)
    assert picture.info.bytes == path.stat().st_size
    assert picture.info.notes == ()


@pytest.mark.parametrize("fmt", ["JPEG", "WEBP", "AVIF", "GIF"])
def test_a_lossy_file_comes_back_nearly(tmp_path, fmt):
    picture = load(saved(tmp_path / "ring", smooth(), fmt))
    assert picture.info.format == fmt
    assert np.abs(picture.rgb.astype(int) - smooth()).mean() < LOSSY


def test_a_picture_passes_through_and_arrays_are_read_only(tmp_path):
    picture = load(saved(tmp_path / "ring.png", smooth(), "PNG"))
    assert load(picture) is picture
    assert not picture.rgb.flags.writeable


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_undone(tmp_path, fmt, orientation):
    stored = {  # how a camera lays the upright picture down, by EXIF's own definition of the eight values
        1: smooth(),
        2: smooth()[:, ::-1],
        3: smooth()[::-1, ::-1],
        4: smooth()[::-1],
        5: smooth().transpose(1, 0, 2),
        6: np.rot90(smooth(), 1),
        7: smooth()[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(smooth(), -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if fmt == "WEBP" else {"quality": 98, "subsampling": 0} if fmt == "JPEG" else {}
    picture = load(saved(tmp_path / "ring", np.ascontiguousarray(stored), fmt, exif=exif, **options))
    assert picture.info.orientation == orientation
    assert picture.shape == (HEIGHT, WIDTH)
    assert far(picture.rgb, smooth()) <= (8 if fmt == "JPEG" else 0)
    assert any("orientation" in note for note in picture.info.notes) == (orientation != 1)


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF"])
def test_dpi_is_recorded(tmp_path, fmt):
    assert load(saved(tmp_path / "a", smooth(), fmt, dpi=(300, 300))).info.dpi == pytest.approx(300, abs=0.01)
    assert load(saved(tmp_path / "b", smooth(), fmt)).info.dpi is None


@pytest.mark.parametrize("fmt", ["GIF", "WEBP", "TIFF", "PNG", "MPO"])
def test_of_many_frames_the_first_is_read_and_said(tmp_path, fmt):
    frames = [Image.fromarray(smooth()), Image.fromarray(255 - smooth())]
    frames[0].save(tmp_path / "many", fmt, save_all=True, append_images=frames[1:])
    picture = load(tmp_path / "many")
    assert picture.info.frames == 2
    assert "only the first of 2 frames was read" in picture.info.notes
    assert np.abs(picture.rgb.astype(int) - smooth()).mean() < LOSSY


# ------------------------------------------------------------------------------------------- bit depth, modes


@pytest.mark.parametrize("fmt", ["png", "tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_rounded_not_cut(tmp_path, fmt, channels):
    deep = np.random.default_rng(channels).integers(0, 65536, (HEIGHT, WIDTH, channels), dtype=np.uint16)
    path = tmp_path / f"deep.{fmt}"
    order = [0] if channels == 1 else [2, 1, 0, 3][:channels]
    cv2.imwrite(str(path), deep[:, :, order])
    picture = load(path)
    nearest = np.rint(deep / 257).astype(np.uint8)
    assert picture.info.bit_depth == 16
    assert "16 bits per channel were rounded to 8" in picture.info.notes
    if channels == 4:
        assert far(picture.alpha, nearest[:, :, 3]) == 0
    else:
        assert far(picture.rgb, np.broadcast_to(nearest, (HEIGHT, WIDTH, 3))) == 0


@pytest.mark.parametrize("depth", [8, 10, 12])
def test_the_depth_of_an_avif_is_read_from_its_header(tmp_path, depth):
    path = tmp_path / "a.avif"
    deep = smooth().astype(np.uint16) << (depth - 8)
    options = [cv2.IMWRITE_AVIF_DEPTH, depth, cv2.IMWRITE_AVIF_QUALITY, 95]
    try:
        cv2.imwrite(str(path), (deep if depth > 8 else smooth())[:, :, ::-1], options)
    except cv2.error:
        pytest.skip("this OpenCV writes no AVIF")
    picture = load(path)
    assert picture.info.bit_depth == depth
    assert np.abs(picture.rgb.astype(int) - smooth()).mean() < LOSSY


def test_grey_becomes_three_equal_channels(tmp_path):
    picture = load(saved(tmp_path / "grey.jpg", smooth()[:, :, 0], "PNG"))
    assert picture.info.mode == "L"
    assert far(picture.rgb, np.repeat(smooth()[:, :, :1], 3, axis=2)) == 0


def test_grey_with_alpha_is_laid_on_white(tmp_path):
    pair = smooth(2)
    Image.fromarray(pair, "LA").save(tmp_path / "la.png")
    picture = load(tmp_path / "la.png")
    share = pair[:, :, 1] / 255
    assert far(picture.alpha, pair[:, :, 1]) == 0
    assert far(picture.rgb[:, :, 0], np.rint(pair[:, :, 0] * share + 255 * (1 - share)).astype(int)) <= LEVEL


def test_colour_with_alpha_is_laid_on_white(tmp_path):
    rgba = smooth(4)
    picture = load(saved(tmp_path / "a.png", rgba, "PNG"))
    share = rgba[:, :, 3:] / 255
    assert far(picture.alpha, rgba[:, :, 3]) == 0
    assert picture.info.alpha
    assert far(picture.rgb, np.rint(rgba[:, :, :3] * share + 255 * (1 - share)).astype(int)) <= LEVEL


def test_pictures_that_differ_in_alpha_only_differ(tmp_path):
    opaque, cut = smooth(4), smooth(4)
    opaque[:, :, 3], cut[:, :, 3] = 255, 255
    cut[:10, :10, 3] = 0
    first, second = (
        load(saved(tmp_path / "a.png", opaque, "PNG")),
        load(saved(tmp_path / "b.png", cut, "PNG")),
    )
    assert first.alpha is None
    assert not first.info.alpha
    assert "the alpha channel is opaque everywhere" in first.info.notes
    assert second.alpha is not None
    assert (second.rgb[:10, :10] == 255).all()
    assert far(first.rgb[10:], second.rgb[10:]) == 0


@pytest.mark.parametrize("transparency", [0, bytes([0, 128])], ids=["one clear colour", "a table of alphas"])
def test_a_palette_with_transparency_keeps_it_without_a_warning(tmp_path, transparency):
    index = np.zeros((HEIGHT, WIDTH), np.uint8)
    index[:, 20:] = 1
    image = Image.fromarray(index, "P")
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.save(tmp_path / "p.png", transparency=transparency)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = load(tmp_path / "p.png")
    right = 255 if isinstance(transparency, int) else 128
    assert picture.alpha[0, 0] == 0
    assert picture.alpha[0, 30] == right
    assert tuple(picture.rgb[0, 0]) == (255, 255, 255)
    assert far(picture.rgb[0, 30], np.array([255 - right, 255 - right, 255])) <= LEVEL


def test_a_palette_without_transparency_has_no_alpha(tmp_path):
    picture = load(saved(tmp_path / "p.png", smooth() // 64 * 64, "PNG", mode="P"))
    assert picture.info.mode == "P"
    assert picture.alpha is None


def test_black_and_white_is_one_bit(tmp_path):
    bitmap = Image.fromarray(np.where(smooth()[:, :, 0] > 100, 255, 0).astype(np.uint8)).convert("1")
    bitmap.save(tmp_path / "bw.png")
    picture = load(tmp_path / "bw.png")
    assert picture.info.bit_depth == 1
    assert set(np.unique(picture.rgb)) == {0, 255}


@pytest.mark.parametrize("fmt", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_is_converted_plainly_and_said(tmp_path, fmt):
    inks = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    inks[:, : WIDTH // 2] = (0, 255, 255, 0)  # no cyan, full magenta and yellow: red
    path = tmp_path / "cmyk"
    Image.fromarray(inks, "CMYK").save(path, fmt, **({"quality": 98} if fmt == "JPEG" else {}))
    picture = load(path)
    assert picture.info.mode == "CMYK"
    assert any("CMYK" in note for note in picture.info.notes)
    assert far(picture.rgb[24, 8], np.array([255, 0, 0])) <= 4
    assert far(picture.rgb[24, 56], np.array([255, 255, 255])) <= 4


def test_adobes_inverted_cmyk_jpeg_is_not_a_negative(tmp_path):
    """Photoshop stores 255 for no ink and says so by an Adobe marker: decoded as it lies, paper is black."""
    path = tmp_path / "photoshop.jpg"
    Image.fromarray(np.zeros((HEIGHT, WIDTH, 4), np.uint8), "CMYK").save(path, "JPEG")
    assert b"Adobe" in path.read_bytes()[:400]
    assert load(path).rgb.min() >= 250


# ----------------------------------------------------------------------------------------------- ICC profiles

ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
"""Red, green and blue under D50, from the published profiles."""


def _s15(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(n * 65536)) for n in numbers)


def _profile(space: bytes, kind: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A version 2 ICC profile (ICC.1:2001-04) of the given tags."""
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 8) + b"by hand\0" + bytes(78),
        b"cprt": b"text\0\0\0\0nobody\0",
        b"wtpt": b"XYZ \0\0\0\0" + _s15(0.9642, 1, 0.8249),
        **tags,
    }
    body, table, offset = b"", struct.pack(">I", len(tags)), 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", offset + len(body), b"\0\0\0\0", 0x02100000, kind, space, pcs)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _s15(0.9642, 1, 0.8249)
    return header.ljust(128, b"\0") + table + body


def rgb_profile(primaries, gamma: float) -> bytes:
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    tags = {
        name: b"XYZ \0\0\0\0" + _s15(*xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)
    }
    return _profile(b"RGB ", b"mntr", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def grey_profile(gamma: float) -> bytes:
    return _profile(b"GRAY", b"mntr", b"XYZ ", {b"kTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))})


def cmyk_profile() -> bytes:
    """Two grid points an ink: L* 100, 75, 50, 25, 0 for 0 to 4 full inks, no colour whatever the inks."""
    ramp = bytes(range(256))
    grid = b"".join(bytes((round(255 * (1 - bin(corner).count("1") / 4)), 128, 128)) for corner in range(16))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + _s15(1, 0, 0, 0, 1, 0, 0, 0, 1) + ramp * 4 + grid + ramp * 3
    return _profile(b"CMYK", b"prtr", b"Lab ", {b"A2B0": table})


def through_xyz(levels, primaries, gamma: float) -> np.ndarray:
    """The same conversion written out: linear light, to XYZ, to linear sRGB, to levels."""
    xyz = (np.array(levels) / 255) ** gamma @ np.array(primaries)
    light = np.clip(xyz @ np.linalg.inv(np.array(SRGB)), 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("colour", [(128, 128, 128), (200, 160, 90), (180, 190, 200), (230, 170, 150)])
@pytest.mark.parametrize("fmt", ["PNG", "TIFF", "JPEG"])
def test_adobe_rgb_is_converted_to_srgb(tmp_path, fmt, colour):
    flat = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
    options = {"quality": 100, "subsampling": 0} if fmt == "JPEG" else {}
    picture = load(saved(tmp_path / "a", flat, fmt, icc_profile=rgb_profile(ADOBE, 563 / 256), **options))
    expected = through_xyz(colour, ADOBE, 563 / 256)
    assert picture.rgb[20, 20].astype(float) == pytest.approx(expected, abs=3 if fmt == "JPEG" else 1.5)
    assert picture.info.profile == "by hand"
    assert "converted from 'by hand' to sRGB" in picture.info.notes


def test_gold_in_adobe_rgb_is_a_stronger_gold_in_srgb(tmp_path):
    """By hand: linear (0.586, 0.359, 0.101); R' = 1.398 R - 0.398 G, G' = G, B' = 1.043 B - 0.043 G."""
    flat = np.full((HEIGHT, WIDTH, 3), (200, 160, 90), np.uint8)
    path = saved(tmp_path / "a.png", flat, "PNG", icc_profile=rgb_profile(ADOBE, 563 / 256))
    assert far(load(path).rgb[0, 0], np.array((215, 161, 85))) <= LEVEL


def test_alpha_survives_the_profile(tmp_path):
    path = saved(tmp_path / "a.png", smooth(4), "PNG", icc_profile=rgb_profile(ADOBE, 563 / 256))
    assert far(load(path).alpha, smooth(4)[:, :, 3]) == 0


def test_an_srgb_profile_changes_nothing(tmp_path):
    from PIL import ImageCms

    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = load(saved(tmp_path / "a.png", smooth(), "PNG", icc_profile=icc))
    assert far(picture.rgb, smooth()) == 0
    assert "sRGB" in picture.info.profile
    assert picture.info.notes == ()


def test_a_grey_profile_is_applied(tmp_path):
    path = saved(tmp_path / "a.png", np.full((HEIGHT, WIDTH), 128, np.uint8), "PNG", icc_profile=grey_profile(1.0))
    assert load(path).rgb[0, 0].astype(float) == pytest.approx(
        (188, 188, 188), abs=1
    )  # half the light is sRGB level 188


def test_cmyk_goes_through_its_profile(tmp_path):
    inks = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    inks[:, WIDTH // 2 :] = (255, 255, 0, 0)
    path = tmp_path / "a.tif"
    Image.fromarray(inks, "CMYK").save(path, icc_profile=cmyk_profile())
    picture = load(path)
    assert picture.rgb[0, 0].astype(float) == pytest.approx((255, 255, 255), abs=3)
    assert picture.rgb[0, -1].astype(float) == pytest.approx((119, 119, 119), abs=3)  # L* 50
    assert "converted from 'by hand' to sRGB" in picture.info.notes


@pytest.mark.parametrize("icc", [b"not a profile", cmyk_profile()], ids=["a broken profile", "one for ink"])
def test_a_useless_profile_is_left_out_and_said(tmp_path, icc):
    picture = load(saved(tmp_path / "a.png", smooth(), "PNG", icc_profile=icc))
    assert far(picture.rgb, smooth()) == 0
    assert any("left out" in note for note in picture.info.notes)


# -------------------------------------------------------------------------------------------------- bad input


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
        "32-bit numbers",
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
    assert decode._inside == 0


# ----------------------------------------------------------------------------------------------------- arrays


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([np.uint8, np.uint16, np.float32, np.float64]).flatmap(
        lambda dtype: hnp.arrays(
            dtype,
            st.tuples(st.integers(32, 40), st.integers(32, 40)).flatmap(
                lambda size: st.sampled_from([size, (*size, 3), (*size, 4)])
            ),
            elements=st.floats(0, 1, width=32) if np.issubdtype(dtype, np.floating) else None,
        ).filter(lambda array: array.ndim == 2 or array.shape[2] == 3 or array[..., 3].max() >= 0.01)
    )
)
def test_any_array_of_the_promised_kinds_becomes_a_picture(array):
    top = 1.0 if np.issubdtype(array.dtype, np.floating) else float(np.iinfo(array.dtype).max)
    levels = array.astype(np.float64) / top * 255
    before = array.copy()
    try:
        picture = load(array)
    except InputError as error:  # an alpha that rounds to nothing
        assert "transparent everywhere" in str(error)
        return
    assert picture.shape == array.shape[:2]
    assert picture.info.format == "array"
    assert np.array_equal(array, before)
    assert array.flags.writeable
    if array.ndim == 2 or array.shape[2] == 3:
        assert np.abs(picture.rgb - (levels[:, :, None] if array.ndim == 2 else levels)).max() <= 0.51
    elif picture.alpha is None:
        assert levels[..., 3].min() >= 254.4
    else:
        assert np.abs(picture.alpha - levels[..., 3]).max() <= 0.51


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
