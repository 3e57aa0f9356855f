"""A check of somebody else's distribution is found, listed, run, configured and reported like ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """`fidelity`, in an environment into which the stranger's distribution was installed."""
    folder = tmp_path_factory.mktemp("acme")
    source, target = folder / "source", folder / "site"
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("__pycache__", "test_*"))
    quiet = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *quiet, "--target", str(target), str(source)],
        check=True,
    )
    path = os.pathsep.join(filter(None, [str(target), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "120"}

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fidelity", *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment,
            cwd=folder,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A piece of sorts on grey, and the same on white whose rim is five steps short of it."""
    folder = tmp_path_factory.mktemp("pictures")
    noise = np.random.default_rng(1).integers(40, 200, (240, 320, 3), dtype=np.uint8)
    paths = []
    for name, ground in (("original.png", 90), ("retouched.png", 250)):
        picture = np.full((240, 320, 3), ground, np.uint8)
        picture[60:180, 80:240] = noise[60:180, 80:240]
        paths.append(folder / name)
        Image.fromarray(picture).save(paths[-1])
    return paths[0], paths[1]


def test_it_is_listed_with_its_distribution(acme: Command) -> None:
    done = acme("checks")
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "white-ground" in line]
    assert line.split() == ["white-ground", "White", "ground", "yes", "acme-white-ground", "0.3.0"]
    assert done.stdout.index("prongs") < done.stdout.index("white-ground"), "ours come first"


def test_it_explains_itself(acme: Command) -> None:
    done = acme("checks", "white-ground")
    assert done.returncode == 0, done.stderr
    assert "a grey rim around a picture shows" in done.stdout
    assert "below_white_steps" in done.stdout


def test_it_is_run_and_reported(acme: Command, pictures: tuple[Path, Path], tmp_path: Path) -> None:
    report, file = tmp_path / "r.html", tmp_path / "a.json"
    done = acme("check", *pictures, "--only", "white-ground", "--report", report, "--json", file)
    assert done.returncode == 1, done.stderr
    audit = json.loads(file.read_text())
    (check,) = audit["checks"]
    assert (check["id"], check["status"], check["gating"]) == ("white-ground", "fail", True)
    assert check["findings"][0]["message"] == "The rim is 5 steps darker than white."
    page = report.read_text(encoding="utf-8")
    assert "White ground" in page
    assert "Set the white point of the ground to 255 before export." in page


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param("below_white_steps = 5", 0, id="a wider limit passes"),
        pytest.param("below_white_steps = 4", 1, id="a limit just too narrow fails"),
        pytest.param("below_white_step = 5", 2, id="a misspelt limit is refused"),
    ],
)
def test_a_policy_configures_it(
    acme: Command, pictures: tuple[Path, Path], tmp_path: Path, settings: str, code: int
) -> None:
    policy = tmp_path / "acme.toml"
    policy.write_text(f"[checks.white-ground]\n{settings}\n")
    done = acme("check", *pictures, "--only", "white-ground", "--policy", policy)
    assert done.returncode == code, done.stdout + done.stderr


def test_the_guide_shows_exactly_this_distribution() -> None:
    guide = (ROOT / "checks" / "README.md").read_text(encoding="utf-8")
    for file in (HERE / "pyproject.toml", HERE / "acme_white_ground" / "__init__.py"):
        assert file.read_text(encoding="utf-8").strip() in guide, f"checks/README.md does not show {file.name}"
