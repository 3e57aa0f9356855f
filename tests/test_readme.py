"""The README keeps its word: its Python runs, its policy loads, its links lead somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from fidelity.cli import app
from fidelity.policy import Policy
from fidelity.schemas import generate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "checks" / "README.md", ROOT / "CHANGELOG.md", ROOT / "docs" / "policy.md"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("source", blocks("python"), ids=["audit", "report"])
def test_the_python_examples_run(source: str, tmp_path: Path) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    if "print(audit.verdict)" in source:
        assert done.stdout.startswith("fail\n")
        assert "prongs" in done.stdout
    else:
        assert (tmp_path / "first-report.html").stat().st_size > 10_000


def test_the_policy_example_loads(tmp_path: Path) -> None:
    (source,) = blocks("toml")
    (tmp_path / "studio.toml").write_text(source)
    policy = Policy.load(tmp_path / "studio.toml")
    assert not policy.gates("hallmark")
    assert policy.permits == ("polish-gems",) and policy.references[0].target == "metal"
    assert policy.expect == {"prongs": 6}


def test_the_json_example_has_the_shape_of_the_schema() -> None:
    (source,) = blocks("json")
    schema = generate("audit")
    for part in (schema, *schema["$defs"].values()):
        part.pop("required", None)  # the example is shortened; what it shows must be right
    jsonschema.validate(json.loads(source), schema)


def test_every_option_in_the_readme_exists() -> None:
    commands = "\n".join(blocks("sh"))
    for command in ("check", "batch", "checks", "policy init", "policy show", "calibrate"):
        shown = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
        for line in re.findall(rf"fidelity {command} .*", commands):
            for option in re.findall(r"--[a-z-]+", line):
                assert option in shown, f"fidelity {command} has no {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which does not exist"


def test_every_check_of_ours_is_in_the_table() -> None:
    from fidelity.registry import catalogue

    ours = [name for name, found in catalogue().items() if found.distribution == "fidelity-qa"]
    assert ours
    for name in ours:
        assert f"| `{name}` |" in README, f"README's table lacks {name}"
