"""A retouch that is the original's own file passes, and says so: its content tells, nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from fidelity import audit
from fidelity.cli import app
from fidelity.image.same import SAME_FILES, same_bytes

from ..checks.drawn_pairs import band


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """`copy` is a copy, `saved` has the same pixels in another file, of the same date."""
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    for name in ("copy", "saved"):
        Image.fromarray(band()).save(tmp_path / "before" / f"{name}.png")
    shutil.copy(tmp_path / "before/copy.png", tmp_path / "after/copy.png")
    Image.fromarray(band()).save(tmp_path / "after/saved.png", compress_level=1)
    os.utime(tmp_path / "before/saved.png", (1, 1))
    os.utime(tmp_path / "after/saved.png", (1, 1))
    return tmp_path


def test_the_label_is_in_the_audit_of_equal_files_and_of_no_others(pairs: Path) -> None:
    same, saved = (
        audit(pairs / "before" / f"{name}.png", pairs / "after" / f"{name}.png", only=("metal-tone",))
        for name in ("copy", "saved")
    )
    assert (same.verdict, same.same_files, same.retouched.notes) == ("pass", True, (SAME_FILES,))
    assert (saved.verdict, saved.same_files, saved.retouched.notes) == ("pass", False, ())
    assert not audit(band(), band(), only=("metal-tone",)).same_files


def test_check_says_it_in_the_terminal_in_the_json_and_in_the_report(pairs: Path) -> None:
    files = (str(pairs / "before/copy.png"), str(pairs / "after/copy.png"))
    out = pairs / "a.json", pairs / "a.html"
    options = ("--only", "metal-tone", "--json", str(out[0]), "--report", str(out[1]))
    done = CliRunner().invoke(app, ["check", *files, *options])
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    assert "Note: the two files are the same, byte for byte: nothing was retouched." in said
    assert "pass · the two files are the same · profile" in said
    assert json.loads(out[0].read_text())["retouched"]["notes"] == [SAME_FILES]
    assert SAME_FILES in out[1].read_text(encoding="utf-8")


def test_batch_names_such_pairs_in_the_terminal_and_in_the_overview(pairs: Path) -> None:
    options = ("--out", str(pairs / "out"), "--only", "metal-tone", "--workers", "1")
    done = CliRunner().invoke(app, ["batch", str(pairs / "before"), str(pairs / "after"), *options])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[lines.index("In these pairs the two files are the same, byte for byte:") + 1] == "  copy"
    assert "  saved" not in lines
    page = (pairs / "out/index.html").read_text(encoding="utf-8")
    assert page.count("the two files are the same, byte for byte") == 1


def test_a_folder_on_both_sides_ends_with_2_and_a_sentence(pairs: Path) -> None:
    done = CliRunner().invoke(app, ["batch", str(pairs / "before"), f"{pairs}/./before/", "--out", str(pairs / "out")])
    assert done.exit_code == 2
    assert "are the same folder, and would only be compared with themselves" in done.stderr
    assert not (pairs / "out").exists()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(b"", b"", True, id="two empty files"),
        pytest.param(b"a" * (1 << 20) + b"b", b"a" * (1 << 20) + b"c", False, id="a difference in the last byte"),
        pytest.param(b"a" * (1 << 20), b"a" * (1 << 20), True, id="exactly one chunk"),
        pytest.param(b"a", b"aa", False, id="a file that goes on"),
    ],
)
def test_bytes_are_compared_to_the_end(tmp_path: Path, one: bytes, other: bytes, same: bool) -> None:
    (tmp_path / "one").write_bytes(one)
    (tmp_path / "other").write_bytes(other)
    assert same_bytes(tmp_path / "one", str(tmp_path / "other")) is same


def test_a_file_that_is_gone_is_not_the_same(tmp_path: Path) -> None:
    assert not same_bytes(tmp_path / "gone", tmp_path / "gone")
