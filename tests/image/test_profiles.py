"""Colour profiles: every picture is judged in sRGB, whatever space it was saved in."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from fidelity.image.decode import load
from tests.image.files import HEIGHT, LEVEL, WIDTH, far, saved, smooth

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
