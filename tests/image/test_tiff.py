"""TIFF by its tags: the same few pixels in every layout, with the values they must come out as."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from fidelity.errors import InputError
from fidelity.image import tiff
from fidelity.image.decode import load
from tests.image.files import HEIGHT, WIDTH, far
from tests.image.test_profiles import ADOBE, rgb_profile, through_xyz

CODECS = tiff.has_codecs()
needs_codecs = pytest.mark.skipif(not CODECS, reason="the extra 'tiff' is not installed")


def written(path, array, **options):
    tifffile.imwrite(path, array, **options)
    return path


def deep(*channels: int) -> np.ndarray:
    """Every pixel of these 16-bit samples, but the upper left one, which is twice as dark."""
    array = np.tile(np.array(channels, np.uint16), (HEIGHT, WIDTH, 1))
    array[0, 0] //= 2
    return array


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_photoshop_selection_is_no_transparency(tmp_path, compression):
    path = written(
        tmp_path / "a.tif",
        deep(51_400, 25_700, 12_850, 0),
        photometric="rgb",
        extrasamples=[0],
        compression=compression,
    )
    picture = load(path)
    assert picture.alpha is None
    assert tuple(picture.rgb[20, 20]) == (200, 100, 50)  # 51400 / 257, 25700 / 257, 12850 / 257
    assert tuple(picture.rgb[0, 0]) == (100, 50, 25)
    assert any("extra channel" in note for note in picture.info.notes)


def test_an_eight_bit_selection_is_no_transparency_either(tmp_path):
    array = np.full((HEIGHT, WIDTH, 4), (200, 100, 50, 0), np.uint8)
    picture = load(written(tmp_path / "a.tif", array, photometric="rgb", extrasamples=[0]))
    assert picture.alpha is None
    assert tuple(picture.rgb[20, 20]) == (200, 100, 50)


def test_unassociated_alpha_is_laid_on_white(tmp_path):
    picture = load(written(tmp_path / "a.tif", deep(51_400, 25_700, 0, 32_896), photometric="rgb", extrasamples=[2]))
    assert picture.alpha[20, 20] == 128  # 32896 / 257
    expected = [round(value * 128 / 255 + 255 * 127 / 255) for value in (200, 100, 0)]  # 227, 177, 127
    assert far(picture.rgb[20, 20], np.array(expected)) <= 1


def test_associated_alpha_holds_colours_that_were_multiplied_already(tmp_path):
    """Half covered, (200, 100, 0) is stored as (100.4, 50.2, 0); on white it is that and 127 of white."""
    stored = [round(value * 257 * 128 / 255) for value in (200, 100, 0)]
    picture = load(written(tmp_path / "a.tif", deep(*stored, 32_896), photometric="rgb", extrasamples=[1]))
    assert picture.alpha[20, 20] == 128
    assert far(picture.rgb[20, 20], np.array([227, 177, 127])) <= 1


@pytest.mark.parametrize("compression", [None, "zlib", pytest.param("lzw", marks=needs_codecs)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bit_planes_are_put_together(tmp_path, compression, order):
    ramp = np.random.default_rng(0).integers(0, 65_536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
    planes = np.ascontiguousarray(ramp.transpose(2, 0, 1))
    path = written(
        tmp_path / "a.tif",
        planes,
        photometric="rgb",
        planarconfig="separate",
        compression=compression,
        byteorder=order,
        rowsperstrip=7,
    )
    assert far(load(path).rgb, np.rint(ramp / 257).astype(np.uint8)) == 0


@pytest.mark.parametrize(
    "options", [{"tile": (16, 32)}, {"rowsperstrip": 5}, {"predictor": True, "compression": "zlib"}]
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_tiles_strips_and_differences_are_undone(tmp_path, options, order):
    if "predictor" in options and not CODECS:
        pytest.skip("tifffile writes no predictor without imagecodecs")
    ramp = np.random.default_rng(1).integers(0, 65_536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
    path = written(tmp_path / "a.tif", ramp, photometric="rgb", byteorder=order, **options)
    assert far(load(path).rgb, np.rint(ramp / 257).astype(np.uint8)) == 0


def test_white_is_zero_in_sixteen_bits(tmp_path):
    array = np.full((HEIGHT, WIDTH), 65_535, np.uint16)
    array[:, 30:] = 0
    array[0] = 25_700
    picture = load(written(tmp_path / "a.tif", array, photometric="miniswhite"))
    assert tuple(picture.rgb[20, 0]) == (0, 0, 0)
    assert tuple(picture.rgb[20, 40]) == (255, 255, 255)
    assert tuple(picture.rgb[0, 0]) == (155, 155, 155)  # 255 - 25700 / 257


def test_grey_with_alpha_in_sixteen_bits(tmp_path):
    path = written(
        tmp_path / "a.tif", deep(25_700, 32_896), photometric="minisblack", planarconfig="contig", extrasamples=[2]
    )
    picture = load(path)
    assert picture.alpha[20, 20] == 128
    assert far(picture.rgb[20, 20], np.array([177] * 3)) <= 1  # 100 · 128 / 255 + 127


def test_two_extra_channels_of_which_one_is_alpha(tmp_path):
    path = written(tmp_path / "a.tif", deep(51_400, 25_700, 0, 9, 32_896), photometric="rgb", extrasamples=[0, 2])
    picture = load(path)
    assert picture.alpha[20, 20] == 128
    assert far(picture.rgb[20, 20], np.array([227, 177, 127])) <= 1


@pytest.mark.parametrize("bits", [8, 16])
def test_cmyk_with_alpha(tmp_path, bits):
    """No cyan, full magenta and yellow, no black: red by the plain formula; half of it over white."""
    scale = 257 if bits == 16 else 1
    array = np.full((HEIGHT, WIDTH, 5), (0, 255, 255, 0, 128), np.uint16) * scale
    path = written(
        tmp_path / "a.tif",
        array.astype(np.uint16 if bits == 16 else np.uint8),
        photometric="separated",
        extrasamples=[2],
    )
    picture = load(path)
    assert picture.info.mode == "CMYKA"
    assert picture.alpha[20, 20] == 128
    assert far(picture.rgb[20, 20], np.array([255, 127, 127])) <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_deep_tiff_is_turned_upright_once(tmp_path, orientation):
    array = np.zeros((HEIGHT, WIDTH, 3), np.uint16)
    array[0, 0] = 65_535  # the first pixel stored
    path = written(tmp_path / "a.tif", array, photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    picture = load(path)
    turned = orientation > 4
    assert picture.shape == ((WIDTH, HEIGHT) if turned else (HEIGHT, WIDTH))
    corner = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}[
        orientation
    ]
    assert tuple(picture.rgb[corner]) == (255, 255, 255)
    assert picture.rgb.astype(int).sum() == 3 * 255
    assert picture.info.orientation == orientation


def test_a_profile_of_a_deep_tiff_is_applied(tmp_path):
    path = written(
        tmp_path / "a.tif", deep(51_400, 41_120, 23_130), photometric="rgb", iccprofile=rgb_profile(ADOBE, 563 / 256)
    )
    picture = load(path)
    assert picture.rgb[20, 20].astype(float) == pytest.approx(through_xyz((200, 160, 90), ADOBE, 563 / 256), abs=1.5)
    assert picture.info.profile == "by hand"
    assert picture.info.metadata == ("icc",)


def test_the_first_of_several_pages_is_read(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as out:
        for level in (25_700, 0, 0):
            out.write(np.full((HEIGHT, WIDTH, 3), level, np.uint16), photometric="rgb")
    picture = load(tmp_path / "a.tif")
    assert tuple(picture.rgb[20, 20]) == (100, 100, 100)
    assert picture.info.frames == 3
    assert "only the first of 3 frames was read" in picture.info.notes


UNREAD = [
    ("floating-point RGB", np.zeros((64, 64, 3), np.float32), {"photometric": "rgb"}, "32-bit floating-point numbers"),
    ("32-bit whole numbers", np.zeros((64, 64, 3), np.uint32), {"photometric": "rgb"}, "32-bit numbers"),
    ("signed numbers", np.zeros((64, 64), np.int16), {"photometric": "minisblack"}, "16-bit signed numbers"),
    ("16-bit CIELAB", np.zeros((64, 64, 3), np.uint16), {"photometric": "cielab"}, "CIELAB colours with 16 bits"),
    (
        "inks that are not CMYK",
        np.zeros((64, 64, 4), np.uint8),
        {"photometric": "separated", "extratags": [(332, 3, 1, 2, True)]},
        "inks other than CMYK",
    ),
]


@pytest.mark.parametrize(("array", "options", "says"), [pytest.param(*row[1:], id=row[0]) for row in UNREAD])
def test_what_is_not_read_is_refused_by_its_name_and_never_called_damaged(tmp_path, array, options, says):
    path = written(tmp_path / "ring.tif", array, **options)
    with pytest.raises(InputError) as caught:
        load(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "damaged" not in str(caught.value)


def retagged(path, tag: int, value: int) -> None:
    """Overwrite a tag's first value in place."""
    with tifffile.TiffFile(path, mode="r+") as opened:
        opened.pages[0].tags[tag].overwrite(value)


@pytest.mark.parametrize(
    ("compression", "name"),
    [(50_001, "WebP"), (50_002, "JPEG XL"), (34_712, "JPEG 2000"), (34_887, "LERC"), (60_000, "method 60000")],
)
def test_an_unknown_compression_is_refused_by_its_name(tmp_path, monkeypatch, compression, name):
    monkeypatch.setattr(tiff, "has_codecs", lambda: False)
    path = written(tmp_path / "a.tif", np.zeros((64, 64, 3), np.uint8), photometric="rgb")
    retagged(path, 259, compression)
    with pytest.raises(InputError, match=f"{name} compression") as caught:
        load(path)
    assert "damaged" not in str(caught.value)


@needs_codecs
def test_webp_in_tiff_is_read_with_the_extra(tmp_path):
    array = np.full((64, 64, 3), (200, 100, 50), np.uint8)
    path = written(tmp_path / "a.tif", array, photometric="rgb", compression="webp", compressionargs={"lossless": True})
    assert far(load(path).rgb, array) == 0


def test_a_second_decoder_must_agree(tmp_path, monkeypatch):
    from fidelity.image import tiff_pixels

    path = written(tmp_path / "a.tif", deep(51_400, 25_700, 12_850), photometric="rgb")
    ours = tiff_pixels._decoded
    monkeypatch.setattr(tiff_pixels, "_decoded", lambda *given: ours(*given)[..., ::-1])
    with pytest.raises(InputError, match="read differently by two decoders"):
        load(path)


def test_a_missing_strip_is_damage_and_not_black(tmp_path):
    path = written(tmp_path / "a.tif", deep(51_400, 25_700, 12_850), photometric="rgb", rowsperstrip=8)
    with tifffile.TiffFile(path) as opened:
        tag = opened.pages[0].tags[273]
        second = tag.valueoffset + 4
    data = bytearray(path.read_bytes())
    data[second : second + 4] = struct.pack("<I", 0)
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged or incomplete"):
        load(path)


def test_eight_bit_planes_are_put_together(tmp_path):
    array = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    planes = np.ascontiguousarray(array.transpose(2, 0, 1))
    assert far(load(written(tmp_path / "a.tif", planes, photometric="rgb", planarconfig="separate")).rgb, array) == 0


@needs_codecs
@pytest.mark.parametrize("bits", [8, 16])
def test_what_only_the_extra_unpacks_is_refused_with_its_name(tmp_path, monkeypatch, bits):
    array = np.zeros((HEIGHT, WIDTH, 5), np.uint16 if bits == 16 else np.uint8)
    path = written(tmp_path / "a.tif", array, photometric="separated", extrasamples=[2], compression="lzw")
    monkeypatch.setattr(tiff, "has_codecs", lambda: False)
    with pytest.raises(InputError, match="install the extra 'tiff'") as caught:
        load(path)
    assert "damaged" not in str(caught.value)


def test_pillow_reads_the_common_eight_bit_ones_as_ever(tmp_path):
    array = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    Image.fromarray(array).save(tmp_path / "a.tif", compression="tiff_lzw")
    assert far(load(tmp_path / "a.tif").rgb, array) == 0
