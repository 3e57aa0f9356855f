"""Decoding: what is read comes out right, whatever the format, the depth and the mode."""

from __future__ import annotations

import warnings

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from fidelity.errors import InputError
from fidelity.image.decode import load
from tests.image.files import HEIGHT, LEVEL, LOSSY, WIDTH, far, saved, smooth

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
