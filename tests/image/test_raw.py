"""A camera's raw file is refused with what to do, whatever its suffix: what opens is a thumbnail."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import tifffile

from fidelity.errors import InputError
from fidelity.image.decode import load

THUMB = np.full((120, 160, 3), 90, np.uint8)


def dng(path):
    tifffile.imwrite(path, THUMB, photometric="rgb", extratags=[(50_706, 1, 4, b"\1\4\0\0", True)])


def nef(path):
    """A reduced first page whose sub-page holds the sensor."""
    with tifffile.TiffWriter(path) as out:
        out.write(
            THUMB, photometric="rgb", subifds=1, subfiletype=1, extratags=[(271, 2, 0, "NIKON CORPORATION", True)]
        )
        out.write(np.zeros((240, 320), np.uint16), photometric=32_803)


def unflagged(path):
    """The same without the first page's flag: the sub-page's colour filter array tells."""
    with tifffile.TiffWriter(path) as out:
        out.write(THUMB, photometric="rgb", subifds=1, extratags=[(271, 2, 0, "SONY", True)])
        out.write(np.zeros((240, 320), np.uint16), photometric=32_803)


def sensor_first(path):
    tifffile.imwrite(path, np.zeros((240, 320), np.uint16), photometric=32_803)


def linear_sensor(path):
    tifffile.imwrite(path, np.zeros((240, 320, 3), np.uint16), photometric=34_892)


def cr2(path):
    tifffile.imwrite(path, THUMB, photometric="rgb")
    data = bytearray(path.read_bytes())
    moved = data[8:]  # the marker stands where the first page was: write the pages again behind it
    path.write_bytes(bytes(data[:4]) + struct.pack("<I", 16) + b"CR\2\0" + bytes(4) + bytes(moved))


def begins(*parts):
    def make(path):
        path.write_bytes(b"".join(parts) + bytes(4000))

    return make


RAWS = [
    ("a DNG", dng),
    ("a NEF with its thumbnail first", nef),
    ("a sub-page of sensor values", unflagged),
    ("a first page of sensor values", sensor_first),
    ("linear sensor values", linear_sensor),
    ("a CR2", cr2),
    ("a CR3", begins(b"\0\0\0\x18ftypcrx ")),
    ("a RAF", begins(b"FUJIFILMCCD-RAW 0201")),
    ("an ORF", begins(b"IIRO\x08\0\0\0")),
    ("an RW2", begins(b"IIU\0\x18\0\0\0")),
    ("an X3F", begins(b"FOVb")),
]


@pytest.mark.parametrize("make", [pytest.param(row[1], id=row[0]) for row in RAWS])
@pytest.mark.parametrize("name", ["ring.dng", "ring.tif", "ring.jpg"])
def test_a_raw_file_is_refused_with_what_to_do(tmp_path, make, name):
    path = tmp_path / name
    make(path)
    with pytest.raises(InputError) as caught:
        load(path)
    sentence = str(caught.value)
    assert "is a camera raw file" in sentence
    assert "export it as TIFF or JPEG" in sentence
    assert str(path) in sentence


def test_a_tiff_with_reduced_copies_behind_it_is_no_raw_file(tmp_path):
    path = tmp_path / "pyramid.tif"
    with tifffile.TiffWriter(path) as out:
        out.write(THUMB, photometric="rgb", subifds=1, extratags=[(271, 2, 0, "NIKON CORPORATION", True)])
        out.write(THUMB[::2, ::2], photometric="rgb", subfiletype=1)
    assert load(path).shape == (120, 160)
