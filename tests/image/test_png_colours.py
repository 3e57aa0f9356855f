"""PNG colours without a profile: cICP before iCCP before sRGB before gAMA and cHRM, with levels worked out by hand."""

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
from tests.image.files import HEIGHT, WIDTH, far, smooth
from tests.image.test_profiles import ADOBE, rgb_profile

SRGB_XY = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
ADOBE_XY = (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def chrm(xy) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *xy))


def read(tmp_path, array: np.ndarray, *chunks: bytes, mode: str | None = None, **options):
    buffer = BytesIO()
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(buffer, "PNG", **options)
    return read_bytes(tmp_path, buffer.getvalue(), *chunks)


def read_bytes(tmp_path, png: bytes, *chunks: bytes):
    (tmp_path / "a.png").write_bytes(png[:33] + b"".join(chunks) + png[33:])
    return load(tmp_path / "a.png")


def flat(*colour: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, len(colour)), colour, np.uint8)


def test_linear_light_becomes_srgb(tmp_path):
    """0.5 (level 128) is sRGB 1.055 · 0.50196^(1/2.4) − 0.055 = 0.7366, level 188; 0.0118 (3) is level 29."""
    picture = read(tmp_path, flat(128, 3, 255), gama(100_000))
    assert far(picture.rgb[20, 20], np.array([188, 28, 255])) <= 1
    assert "converted to sRGB from the colours that its gAMA declares" in picture.info.notes


def test_sixteen_bits_of_linear_light_keep_their_shadows(tmp_path):
    """13107 of 65535 is 0.2: level 124. 200 is 0.00305, on sRGB's straight part: 12.92 · 0.00305 · 255 = 10.05."""
    deep = np.full((HEIGHT, WIDTH, 3), 13_107, np.uint16)
    deep[:, 32:] = 200
    done, data = cv2.imencode(".png", deep)
    assert done
    picture = read_bytes(tmp_path, data.tobytes(), gama(100_000))
    assert tuple(picture.rgb[0, 0]) == (124, 124, 124)
    assert tuple(picture.rgb[0, -1]) == (10, 10, 10)


def test_gamma_leaves_alpha_alone(tmp_path):
    picture = read(tmp_path, flat(255, 255, 255, 128), gama(100_000))
    assert picture.alpha[20, 20] == 128


@pytest.mark.parametrize("value", [45_455, 45_454, 45_500])
def test_the_gamma_of_srgb_changes_nothing(tmp_path, value):
    picture = read(tmp_path, smooth(), gama(value), chrm(SRGB_XY))
    assert far(picture.rgb, smooth()) == 0
    assert picture.info.notes == ()


def test_primaries_are_adapted(tmp_path):
    """Adobe RGB's primaries with sRGB's curve: (200, 160, 90) is linear (0.578, 0.352, 0.102).

    R' = 1.398 · 0.578 − 0.398 · 0.352 = 0.668, G' = 0.352, B' = 1.043 · 0.102 − 0.043 · 0.352 = 0.091.
    """
    picture = read(tmp_path, flat(200, 160, 90), gama(45_455), chrm(ADOBE_XY))
    assert far(picture.rgb[20, 20], np.array([213, 160, 85])) <= 1
    assert far(read(tmp_path, flat(128, 128, 128), chrm(ADOBE_XY)).rgb[20, 20], np.array([128] * 3)) <= 1


def test_another_white_is_adapted_to_white(tmp_path):
    d50 = (34_570, 35_850, *ADOBE_XY[2:])
    assert far(read(tmp_path, flat(255, 255, 255), chrm(d50)).rgb[20, 20], np.array([255] * 3)) <= 1


def test_srgb_overrules_gamma(tmp_path):
    picture = read(tmp_path, smooth(), chunk(b"sRGB", b"\0"), gama(100_000))
    assert far(picture.rgb, smooth()) == 0


def test_a_profile_overrules_gamma(tmp_path):
    with_both = read(tmp_path, smooth(), gama(100_000), icc_profile=rgb_profile(ADOBE, 563 / 256))
    without = read(tmp_path, smooth(), icc_profile=rgb_profile(ADOBE, 563 / 256))
    assert far(with_both.rgb, without.rgb) == 0


def test_code_points_overrule_a_profile(tmp_path):
    picture = read(tmp_path, smooth(), chunk(b"cICP", bytes((1, 13, 0, 1))), icc_profile=rgb_profile(ADOBE, 563 / 256))
    assert far(picture.rgb, smooth()) == 0


def test_display_p3_by_code_points(tmp_path):
    """(200, 160, 90) in P3 is linear (0.578, 0.352, 0.102); R' = 1.2249 R − 0.2247 G, G' = −0.0420 R + 1.0419 G,
    B' = −0.0197 R − 0.0786 G + 1.0979 B: 0.629, 0.343, 0.073.
    """
    picture = read(tmp_path, flat(200, 160, 90), chunk(b"cICP", bytes((12, 13, 0, 1))))
    assert far(picture.rgb[20, 20], np.array([207, 158, 77])) <= 1


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_high_dynamic_range_is_refused_by_its_name(tmp_path, transfer, name):
    with pytest.raises(InputError, match=rf"high-dynamic-range colours \({name}\)") as caught:
        read(tmp_path, smooth(), chunk(b"cICP", bytes((9, transfer, 0, 1))))
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize(
    "data", [bytes((22, 13, 0, 1)), bytes((1, 13, 1, 1)), bytes((1, 13, 0, 0)), b"abc"], ids=lambda d: d.hex()
)
def test_unknown_code_points_are_said(tmp_path, data):
    picture = read(tmp_path, smooth(), chunk(b"cICP", data))
    assert far(picture.rgb, smooth()) == 0
    assert any("cICP" in note for note in picture.info.notes)


@pytest.mark.parametrize("bad", [gama(0), chrm((0,) * 8), chrm((31_270, 32_900) * 4)])
def test_senseless_colours_are_left_out_and_said(tmp_path, bad):
    picture = read(tmp_path, smooth(), bad)
    assert far(picture.rgb, smooth()) == 0
    assert any("make no sense" in note for note in picture.info.notes)


@pytest.mark.parametrize(("mode", "level"), [("L", 188), ("LA", 188), ("P", 203)])
def test_other_modes_are_converted_too(tmp_path, mode, level):
    """A palette of web colours has 153 next to 128: 0.6, level 203."""
    picture = read(tmp_path, flat(128, 128, 128), gama(100_000), mode=mode)
    assert far(picture.rgb[20, 20], np.array([level] * 3)) <= 1
