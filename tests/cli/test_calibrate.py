"""`fidelity calibrate`: what it shows, what it writes, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fidelity.batch.outputs import run_of
from fidelity.policy import Policy
from fidelity.result import Audit, Measurement

from .conftest import an_audit, result

Run = Callable[..., Any]


def pair(number: int, size: float, ratio: float, **extra: str) -> Audit:
    measured = (
        Measurement(name="stone size", original=100, retouched=100 + size, limit=4.5, unit="%"),
        Measurement(name="stone proportion", original=100, retouched=100 + ratio, limit=6, unit="%"),
    )
    return an_audit(result("outline", measurements=measured), id=f"ring {number}", extra=extra)


@pytest.fixture
def accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of 200 pairs: sizes up to 2 %, proportions up to 9 %; one in ten was rejected, and is far off."""
    monkeypatch.chdir(tmp_path)
    audits = [pair(n, 0.01 * n, 0.045 * n, accepted="yes") for n in range(1, 201)]
    audits += [pair(1000 + n, 30, 1, accepted="no") for n in range(20)]
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "results.json").write_text(run_of(audits, ()).to_json())
    return tmp_path


ACCEPTED = ("calibrate", "run", "--where", "accepted=yes")


def limits(path: Path) -> dict[str, Any]:
    return Policy.load(path).checks["outline"].limits


def test_what_is_tighter_is_written_with_its_rates(run: Run, accepted: Path) -> None:
    done = run(*ACCEPTED)
    assert done.exit_code == 0, done.stderr
    assert limits(accepted / "calibrated.toml") == {"size_percent": 2.0}
    text = (accepted / "calibrated.toml").read_text(encoding="utf-8")
    assert "200 accepted pairs" in text and "on top of profile" in text
    assert "size_percent = 2  # alarms 0 of 200 (0.0–1.9 %); was 4.5, alarms 0 of 200 (0.0–1.9 %)\n" in text


def test_what_would_loosen_is_named_and_left_alone(run: Run, accepted: Path) -> None:
    done = run(*ACCEPTED)
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("outline.proportion_percent"))
    assert "looser" in line and "67/200" in line
    assert "unless --loosen names it" in done.stdout
    assert "proportion" not in (accepted / "calibrated.toml").read_text()


def test_it_is_written_when_it_is_named(run: Run, accepted: Path) -> None:
    done = run(*ACCEPTED, "--loosen", "outline.proportion_percent", "--out", "loose.toml")
    assert done.exit_code == 0, done.stderr
    assert limits(accepted / "loose.toml")["proportion_percent"] == pytest.approx(9.0, abs=0.2)
    assert "Pairs with any alarm: 67 of 200" in " ".join(done.stdout.split())


def test_rejected_pairs_count_unless_they_are_left_out(run: Run, accepted: Path) -> None:
    run("calibrate", "run", "--out", "all.toml")
    assert not (accepted / "all.toml").exists()


def test_a_policy_is_kept_and_only_its_limits_change(run: Run, accepted: Path) -> None:
    (accepted / "fidelity.toml").write_text(
        'profile = "precision"\npermits = ["remove-chain"]\n[expect]\nprongs = 6\n'
        "[checks.outline]\ngating = false\nsize_percent = 3\n[checks.geometry]\nstretch_percent = 2\n"
    )
    done = run(*ACCEPTED)
    assert done.exit_code == 0, done.stderr
    before, after = Policy.load(accepted / "fidelity.toml"), Policy.load(accepted / "calibrated.toml")
    assert after.profile == "precision + calibrated.toml"
    kept = Policy.named("precision").checks["outline"].limits
    assert limits(accepted / "calibrated.toml") == {**kept, "size_percent": 2.0}
    assert not after.gates("outline") and after.gates("texture")
    for name in ("permits", "expect", "required"):
        assert getattr(after, name) == getattr(before, name)
    assert after.checks["geometry"] == before.checks["geometry"]


def test_a_stricter_share_of_alarms_gives_a_higher_limit(run: Run, accepted: Path) -> None:
    run(*ACCEPTED, "--alarms", "10", "--out", "ten.toml")
    assert limits(accepted / "ten.toml")["size_percent"] == pytest.approx(1.8, abs=0.05)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), ["nowhere", "cannot be read", "fidelity batch"]),
        (("broken.json",), ["broken.json", "no results.json"]),
        (("run", "--where", "shelf=3"), ["no column 'shelf'", "accepted"]),
        (("run", "--where", "accepted"), ["--where", "accepted=yes"]),
        (("run", "--where", "accepted=maybe"), ["no pair"]),
        ((*ACCEPTED[1:], "--loosen", "outline.size_percent"), ["--loosen", "outline.proportion_percent"]),
        ((*ACCEPTED[1:], "--out", "run"), ["--out", "folder"]),
        ((*ACCEPTED[1:], "--out", "run/results.json"), ["--out", "--force"]),
        ((*ACCEPTED[1:], "--out", "run/results.json", "--force"), ["--out", "one of the files to read"]),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, accepted: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    (accepted / "broken.json").write_text("{}")
    before = (accepted / "run" / "results.json").read_bytes()
    done = run("calibrate", *arguments)
    assert done.exit_code == 2
    for word in words:
        assert word in done.stderr
    assert (accepted / "run" / "results.json").read_bytes() == before
    assert not (accepted / "calibrated.toml").exists()


def test_a_policy_that_is_there_is_kept(run: Run, accepted: Path) -> None:
    (accepted / "calibrated.toml").write_text("profile = 'precision'\n")
    assert run(*ACCEPTED).exit_code == 2
    assert (accepted / "calibrated.toml").read_text() == "profile = 'precision'\n"
    assert run(*ACCEPTED, "--force").exit_code == 0
