"""`fidelity policy`: a file to start from, what is in force and why, and what may be named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fidelity.policy import Policy, permits, profiles
from fidelity.registry import discover, limits_of

Run = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder two levels below one where a policy may stand."""
    folder = tmp_path / "shoot" / "rings"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def switched_on(text: str) -> str:
    """Every setting that is behind a '#'."""
    return re.sub(r"^#(?=[^ #\n])", "", text, flags=re.MULTILINE)


class TestInit:
    @pytest.mark.parametrize("profile", profiles())
    def test_what_it_writes_changes_nothing(self, run: Run, here: Path, profile: str) -> None:
        assert run("policy", "init", "--profile", profile).exit_code == 0
        policy = Policy.load(here / "fidelity.toml")
        assert policy.model_copy(update={"profile": profile, "checks": {}}) == Policy.named(profile).model_copy(
            update={"checks": {}}
        )
        assert policy.configured() == Policy.named(profile).configured()
        assert all(policy.gates(name) == Policy.named(profile).gates(name) for name in discover())

    @pytest.mark.parametrize("profile", profiles())
    def test_every_setting_is_right_when_it_is_switched_on(self, run: Run, here: Path, profile: str) -> None:
        run("policy", "init", "studio.toml", "--profile", profile)
        path = here / "studio.toml"
        path.write_text(switched_on(path.read_text(encoding="utf-8")), encoding="utf-8")
        policy = Policy.load(path)
        assert policy.configured() == Policy.named(profile).configured()
        assert policy.permits and policy.expect["hallmark"] == "750" and policy.references and policy.regions.ignore
        for name, check in discover().items():
            set_there = policy.checks[name].limits
            assert {k for k, v in limits_of(check).items() if v is not None} <= set(set_there)

    def test_it_explains_permits_and_profiles(self, run: Run, here: Path) -> None:
        run("policy", "init")
        text = (here / "fidelity.toml").read_text(encoding="utf-8")
        for name in (*profiles(), *permits()):
            assert re.search(rf"^#   {name} +\S", text, re.MULTILINE)

    def test_a_file_that_is_there_is_kept(self, run: Run, here: Path) -> None:
        (here / "fidelity.toml").write_text("profile = 'precision'\n")
        done = run("policy", "init")
        assert done.exit_code == 2
        assert done.stderr == "fidelity: fidelity.toml exists; --force overwrites it\n"
        assert (here / "fidelity.toml").read_text() == "profile = 'precision'\n"
        assert run("policy", "init", "--force").exit_code == 0
        assert 'profile = "standard"' in (here / "fidelity.toml").read_text()

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [(["--profile", "strict"], ["no profile 'strict'", "standard"]), (["nowhere/x.toml"], ["nowhere"])],
    )
    def test_what_cannot_be_written_is_said(self, run: Run, here: Path, arguments: list[str], words: list[str]) -> None:
        done = run("policy", "init", *arguments)
        assert done.exit_code == 2 and all(word in done.stderr for word in words)
        assert not list(here.iterdir())


POLICY = """\
profile = "vivid"
permits = ["remove-chain"]

[expect]
prongs = 6

[[references]]
for = "metal"
colour = "#e0b8a0"

[regions]
ignore = [[[0, 0], [9, 0], [9, 9]]]

[checks.outline]
size_percent = 0
gating = false
"""


class TestShow:
    @pytest.fixture
    def above(self, here: Path) -> Path:
        """A policy one folder further up."""
        path = here.parent / "fidelity.toml"
        path.write_text(POLICY)
        return path

    def line(self, stdout: str, setting: str) -> str:
        (found,) = (line for line in stdout.splitlines() if re.match(rf"{re.escape(setting)} *(#|$)", line))
        return str(found)

    def test_each_value_says_where_it_comes_from(self, run: Run, above: Path) -> None:
        done = run("policy", "show", "--expect", "chain=yes")
        assert done.exit_code == 0, done.stderr
        for setting, origin in {
            'profile = "vivid"': f"{above}, line 1",
            'permits = ["remove-chain"]': f"{above}, line 2",
            "prongs = 6": f"{above}, line 5",
            "chain = true": "command line",
            'colour = "#e0b8a0"': f"{above}, line 9",
            "delta_e00 = 3": "default",
            "ignore = [[[0, 0], [9, 0], [9, 9]]]": f"{above}, line 12",
            "size_percent = 0": f"{above}, line 15",
            "stretch_percent = 1.2": "default",
        }.items():
            assert self.line(done.stdout, setting).endswith(f"# {origin}"), setting
        assert "profile vivid, line" in next(x for x in done.stdout.splitlines() if x.startswith("required"))

    def test_gating_of_a_profile_and_of_a_file(self, run: Run, above: Path) -> None:
        shown = run("policy", "show", "--only", "outline,texture").stdout
        gating = [line.split("# ")[1] for line in shown.splitlines() if line.startswith("gating")]
        assert gating[0] == f"{above}, line 16"
        assert gating[1].startswith("profile vivid, line ")
        assert "[checks.prongs]" not in shown

    def test_what_is_shown_is_a_policy_that_does_the_same(self, run: Run, above: Path, here: Path) -> None:
        shown = run("policy", "show").stdout
        (here / "copy.toml").write_text(shown)
        copy, policy = Policy.load(here / "copy.toml"), Policy.load(above)
        assert copy.configured() == policy.configured()
        for name in ("required", "permits", "expect", "references", "regions"):
            assert getattr(copy, name) == getattr(policy, name)
        assert all(copy.gates(name) == policy.gates(name) for name in discover())

    def test_the_command_line_overrules_the_file(self, run: Run, above: Path) -> None:
        shown = run("policy", "show", "--profile", "precision", "--expect", "prongs=4").stdout
        assert self.line(shown, 'profile = "precision"').endswith("# command line")
        assert self.line(shown, "prongs = 4").endswith("# command line")
        assert tomllib.loads(shown)["checks"]["texture"]["gating"] is True

    def test_without_a_file_the_profile_is_all(self, run: Run, here: Path) -> None:
        shown = run("policy", "show").stdout
        assert shown.startswith("# profile standard; no fidelity.toml here or above\n")
        assert self.line(shown, 'profile = "standard"').endswith("# default")

    def test_what_is_wrong_is_said_and_nothing_shown(self, run: Run, above: Path) -> None:
        above.write_text("[checks.outline]\nsize_px = 3\n")
        done = run("policy", "show")
        assert done.exit_code == 2 and done.stdout == ""
        assert "line 2" in done.stderr and "size_percent is set in %" in done.stderr


def test_the_list_names_profiles_and_permits(run: Run) -> None:
    done = run("policy", "list")
    assert done.exit_code == 0
    for name in (*profiles(), *permits()):
        assert re.search(rf"^{name} +\S", done.stdout, re.MULTILINE), name


def test_check_takes_the_policy_that_stands_above(run: Run, here: Path) -> None:
    (here.parent / "fidelity.toml").write_text("[checks.outline]\nsize = 3\n")
    done = run("check", "a.jpg", "b.jpg")
    assert done.exit_code == 2 and "fidelity.toml, line 2: 'checks.outline.size'" in done.stderr
