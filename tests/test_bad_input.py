"""Odd and broken pictures through the whole command line: one sentence and exit code 2, or a fair verdict."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fidelity.cli import app

ORIGINAL = Path(__file__).parents[1] / "fixtures" / "first" / "faithful.jpg"
MISSING = ORIGINAL.with_name("prong_missing.jpg")


def missing(folder: Path) -> Path:
    return folder / "nowhere.jpg"


def empty(folder: Path) -> Path:
    (folder / "empty.jpg").write_bytes(b"")
    return folder / "empty.jpg"


def truncated(folder: Path) -> Path:
    data = ORIGINAL.read_bytes()
    (folder / "cut.jpg").write_bytes(data[: len(data) // 3])
    return folder / "cut.jpg"


def text(folder: Path) -> Path:
    (folder / "notes.jpg").write_text("not a picture")
    return folder / "notes.jpg"


def one_pixel(folder: Path) -> Path:
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    return folder / "dot.png"


def gigantic(folder: Path) -> Path:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (folder / "huge.png").write_bytes(data + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))
    return folder / "huge.png"


@pytest.mark.parametrize("make", [missing, empty, truncated, text, one_pixel, gigantic], ids=lambda f: f.__name__)
def test_what_cannot_be_read_is_one_sentence_and_exit_code_2(make: Callable[[Path], Path], tmp_path: Path) -> None:
    bad = make(tmp_path)
    result = CliRunner().invoke(app, ["check", str(ORIGINAL), str(bad)])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert bad.name in result.output.replace("\n", "")


def animated_webp(folder: Path) -> Path:
    picture = Image.open(ORIGINAL)
    path = folder / "moving.webp"
    picture.save(path, save_all=True, append_images=[Image.new("RGB", picture.size)], quality=92)
    return path


def cmyk_jpeg(folder: Path) -> Path:
    path = folder / "print.jpg"
    Image.open(ORIGINAL).convert("CMYK").save(path, quality=95)
    return path


def sixteen_bit_png(folder: Path) -> Path:
    import cv2

    path = folder / "deep.png"
    bgr = cv2.imread(str(ORIGINAL)).astype(np.uint16) * 257
    cv2.imwrite(str(path), bgr)
    return path


def same_file(folder: Path) -> Path:
    return ORIGINAL


@pytest.mark.parametrize("make", [animated_webp, cmyk_jpeg, sixteen_bit_png, same_file], ids=lambda f: f.__name__)
def test_a_readable_oddity_of_the_same_picture_does_not_fail(make: Callable[[Path], Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(ORIGINAL), str(make(tmp_path))])
    assert result.exit_code in (0, 3), result.output


def test_the_same_file_twice_passes() -> None:
    assert CliRunner().invoke(app, ["check", str(ORIGINAL), str(ORIGINAL)]).exit_code == 0


def test_a_difference_in_alpha_alone_is_seen(tmp_path: Path) -> None:
    """A hole cut through the stone by a cut-out changes no colour at all, only alpha."""
    picture = Image.open(ORIGINAL).convert("RGBA")
    holed = np.array(picture)
    height, width = holed.shape[:2]
    holed[int(0.2 * height) : int(0.27 * height), int(0.46 * width) : int(0.54 * width), 3] = 0
    Image.fromarray(holed).save(tmp_path / "holed.png")
    result = CliRunner().invoke(app, ["check", str(ORIGINAL), str(tmp_path / "holed.png")])
    assert result.exit_code in (1, 3), result.output


def test_original_and_retouched_swapped_is_judged_too() -> None:
    assert CliRunner().invoke(app, ["check", str(MISSING), str(ORIGINAL.with_name("original.jpg"))]).exit_code in (1, 3)
