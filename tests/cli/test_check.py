"""`fidelity check`: options, what is printed where, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fidelity.errors import InputError

from .conftest import FAILED, an_audit, result


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        pytest.param([result()], 0, id="pass is 0"),
        pytest.param([result(), FAILED], 1, id="fail is 1"),
        pytest.param([result(), result("pave", "review")], 3, id="review is 3"),
        pytest.param([result(), result("pave", "error")], 3, id="a crashed gating check is 3"),
        pytest.param([FAILED, result("pave", "review")], 1, id="fail outweighs review"),
        pytest.param([result(), result("texture", "fail", gating=False)], 0, id="advice alone is 0"),
        pytest.param([result("pave", "not_applicable")], 3, id="nothing proven is 3"),
    ],
)
def test_exit_code_follows_the_verdict(run, audits, checks: list[Any], code: int) -> None:
    audits(an_audit(*checks))
    assert run("check", "a.jpg", "b.jpg").exit_code == code


def test_the_table_names_every_check_and_the_worst_finding(run, audits) -> None:
    audits(an_audit(FAILED, result("pave"), result("texture", "fail", gating=False)))
    out = run("check", "a.jpg", "b.jpg").stdout
    assert "ring [a].jpg" in out
    assert "✗ fail" in out
    assert "Texture (advice)" in out
    assert "The prong at 2 o'clock is missing." in out
    assert "critical, 5×6 px at 3, 4; and 1 more" in " ".join(out.split())
    assert "A prong moved." not in out
    assert "Verdict: ✗ fail" in out
    assert "\x1b" not in out


def test_a_narrow_terminal_still_shows_everything(run, audits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    audits(an_audit(result("prongs", "review")))
    out = run("check", "a.jpg", "b.jpg").stdout
    assert max(map(len, out.splitlines())) <= 40
    assert "? review" in out


def test_json_on_stdout_stands_alone(run, audits) -> None:
    audit = an_audit(FAILED)
    audits(audit)
    done = run("check", "a.jpg", "b.jpg", "--json", "-")
    assert json.loads(done.stdout) == json.loads(audit.to_json())
    assert "Verdict" in done.stderr
    assert done.exit_code == 1


def test_report_and_json_are_written_and_named(run, audits, tmp_path: Path) -> None:
    audits(an_audit(result()))
    report, file = tmp_path / "r.html", tmp_path / "a.json"
    done = run("check", "a.jpg", "b.jpg", "--report", report, "--json", file)
    assert done.exit_code == 0, done.stderr
    assert report.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert json.loads(file.read_text())["schema"] == "fidelity.audit/1"
    assert str(report) in done.stdout
    assert str(file) in done.stdout


def test_options_reach_the_audit(run, audits, tmp_path: Path) -> None:
    policy = tmp_path / "p.toml"
    policy.write_text("[checks]\n")
    calls = audits(an_audit(result()))
    run(
        "check", "a.jpg", "b.jpg", "--only", "prongs,pave", "--only", "chain", "--skip", "pave",
        "--expect", "prongs=6,pave=24", "--expect", "chain=0", "--profile", "precision",
    )  # fmt: skip
    (call,) = calls
    assert call["only"] == ("prongs", "pave", "chain")
    assert call["skip"] == ("pave",)
    assert call["expect"] == {"prongs": 6, "pave": 24, "chain": 0}
    assert call["policy"].profile == "precision"


def test_without_options_all_checks_run_under_standard(run, audits) -> None:
    calls = audits(an_audit(result()))
    run("check", "a.jpg", "b.jpg")
    assert calls[0]["only"] is None
    assert calls[0]["policy"].profile == "standard"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--report", "nowhere/r.html"], "folder nowhere does not exist"),
        (["--report", "."], "is a folder"),
        (["--json", "nowhere/a.json"], "folder nowhere does not exist"),
        (["--report", "a.jpg"], "one of the files to read"),
        (["--json", "./b.jpg"], "one of the files to read"),
        (["--report", "x.html", "--json", "x.html"], "one of the files to read"),
        (["--report", "/proc/nowhere.html"], "cannot be written"),
        (["--policy", "nowhere.toml"], "does not exist"),
        (["--profile", "loose"], "no profile 'loose'"),
        (["--expect", "prongs"], "as in prongs=6"),
        (["--expect", "prongs=six"], "as in prongs=6"),
        (["--expect", "prongs=-1"], "at least 0"),
        (["--expect", "prongs=nan"], "at least 0"),
        (["--expect", "prongs=6,prongs=4"], "twice"),
    ],
)
def test_a_wrong_option_is_one_sentence_before_the_audit(  # noqa: PLR0917
    run, audits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "b.jpg"):
        Path(name).touch()
    calls = audits(an_audit(result()))
    done = run("check", "a.jpg", "b.jpg", *options)
    assert done.exit_code == 2
    assert done.stderr.startswith("fidelity: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert not calls
    assert not Path("x.html").exists()


@pytest.mark.parametrize("arguments", [["check"], ["check", "a.jpg"], ["check", "a", "b", "--nope"], ["chek"]])
def test_usage_errors_exit_with_2(run, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_unreadable_input_is_one_sentence(run, audits) -> None:
    audits(InputError("a.jpg:\nis not a picture"))
    done = run("check", "a.jpg", "b.jpg")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "fidelity: a.jpg: is not a picture\n"


def test_interruption_is_quiet(run, audits) -> None:
    audits(KeyboardInterrupt())
    done = run("check", "a.jpg", "b.jpg")
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", "")


def test_a_fault_of_ours_is_never_taken_for_a_failed_retouch(run, audits) -> None:
    audits(ZeroDivisionError("oops"))
    done = run("check", "a.jpg", "b.jpg")
    assert done.exit_code == 2
    assert "ZeroDivisionError" in done.stderr
    assert "nothing was judged" in done.stderr


def test_a_full_disk_is_no_fault_of_ours(run, audits) -> None:
    audits(OSError(28, "No space left on device"))
    done = run("check", "a.jpg", "b.jpg")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "No space left" in done.stderr
