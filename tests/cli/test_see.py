"""`fidelity see`: words, files and exit codes, with the real network on small drawn pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from fidelity.cli.see import output_names
from fidelity.schemas import path_of


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, size: tuple[int, int] = (96, 64)) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        width, height = size
        ramp = np.linspace(40, 220, width * height * 3).reshape(height, width, 3)
        Image.fromarray(ramp.astype(np.uint8)).save(path)
        return path

    return make


def test_one_photograph_is_one_document(run: Callable[..., Any], photo: Callable[..., Path], tmp_path: Path) -> None:
    done = run("see", photo("ring.png"), "--json", "-", "--out", tmp_path / "out")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    jsonschema.validate(said, json.loads(path_of("seen").read_text()))
    assert (said["schema"], said["width"], said["height"]) == ("fidelity.seen/1", 96, 64)
    assert json.loads((tmp_path / "out" / "ring.json").read_text()) == said
    with Image.open(tmp_path / "out" / "ring.png") as drawing:
        assert drawing.width == 900  # small photographs are enlarged for the person who looks


def test_several_are_a_list_in_their_order(run: Callable[..., Any], photo: Callable[..., Path], tmp_path: Path) -> None:
    file = tmp_path / "seen.json"
    done = run("see", photo("b.png"), photo("a.png", (64, 80)), "--json", file)
    assert done.exit_code == 0
    assert [Path(one["path"]).name for one in json.loads(file.read_text())] == ["b.png", "a.png"]


def test_a_bad_file_is_one_line_and_the_others_go_on(
    run: Callable[..., Any], photo: Callable[..., Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture at all")
    done = run("see", photo("a.png"), bad, tmp_path / "absent.png", photo("c.png"), "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.json", "a.png", "c.json", "c.png"]
    lines = [line for line in done.stderr.splitlines() if line.startswith("fidelity:")]
    assert len(lines) == 2
    assert str(bad) in lines[0]
    assert "absent.png does not exist" in lines[1]


def test_same_names_of_two_folders_are_kept_apart(
    run: Callable[..., Any], photo: Callable[..., Path], tmp_path: Path
) -> None:
    first, second = photo("a/ring.png"), photo("b/ring.png", (64, 96))
    done = run("see", first, second, "--out", tmp_path / "out")
    assert done.exit_code == 0
    documents = [json.loads((tmp_path / "out" / name).read_text()) for name in ("ring.json", "ring-2.json")]
    assert [Path(one["path"]) for one in documents] == [first, second]
    assert "ring-2" in "".join(done.stdout.split())  # a long path is wrapped


@pytest.mark.parametrize(
    ("photos", "out", "names"),
    [
        (["a/r.jpg", "b/r.jpg", "c/R.JPG"], "o", ["r", "r-2", "R-3"]),
        (["a/r.jpg", "a/r-2.jpg", "b/r.jpg"], "o", ["r", "r-2", "r-3"]),
        (["o/r.png"], "o", ["r-2"]),
        (["o/r.jpg"], "o", ["r"]),
    ],
    ids=["three of a name", "the next name is taken", "the drawing would overwrite the photograph", "it would not"],
)
def test_names_in_the_folder(photos: list[str], out: str, names: list[str]) -> None:
    assert output_names([Path(p) for p in photos], Path(out)) == names


def test_a_photograph_is_never_overwritten(run: Callable[..., Any], photo: Callable[..., Path]) -> None:
    path = photo("ring.png")
    before = path.read_bytes()
    assert run("see", path, "--out", path.parent).exit_code == 0
    assert path.read_bytes() == before
    assert (path.parent / "ring-2.json").exists()
    refused = run("see", path, "--json", path)
    assert (refused.exit_code, path.read_bytes()) == (2, before)


def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    run: Callable[..., Any], photo: Callable[..., Path]
) -> None:
    path = photo("ring.png")
    done = run("see", path, "--out", path / "out")
    assert done.exit_code == 2
    assert "--out" in done.stderr


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (400, 32), (32, 1500)], ids=str)
def test_odd_sizes(run: Callable[..., Any], photo: Callable[..., Path], size: tuple[int, int]) -> None:
    done = run("see", photo("odd.png", size), "--json", "-")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert (said["width"], said["height"]) == size


def test_a_picture_that_is_too_small_is_said(run: Callable[..., Any], photo: Callable[..., Path]) -> None:
    done = run("see", photo("tiny.png", (20, 20)))
    assert done.exit_code == 2
    assert "tiny.png" in done.stderr
