"""`fidelity batch`: what is handed on, what is printed, exit codes."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fidelity.errors import InputError
from fidelity.result import Audit, Run, RunSummary

from .conftest import FAILED, an_audit, result

PASSED = an_audit(result())
FAIL = an_audit(FAILED)
REVIEW = an_audit(result(status="review"))
BROKEN = an_audit(verdict="error", error="b.jpg is truncated")


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch):
    def stand_in(*audits: Audit, error: Exception | None = None, **left: tuple[str, ...]) -> list[Any]:
        calls: list[Any] = []

        def run_batch(sources: Any, out: Path, **options: Any) -> Run:
            calls.append((sources, out, options))
            if error:
                raise error
            verdicts: dict[str, int] = {}
            for audit in audits:
                verdicts[audit.verdict] = verdicts.get(audit.verdict, 0) + 1
            checks = {"prongs": {"pass": len(audits)}}
            summary = RunSummary(pairs=len(audits), verdicts=verdicts, checks=checks, **left)
            return Run(audits=audits, summary=summary)

        module = ModuleType("fidelity.batch")
        module.run_batch = run_batch  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "fidelity.batch", module)
        return calls

    return stand_in


@pytest.mark.parametrize(
    ("audits", "code"),
    [
        pytest.param([PASSED, PASSED], 0, id="all pass is 0"),
        pytest.param([PASSED, REVIEW], 3, id="a review is 3"),
        pytest.param([PASSED, REVIEW, BROKEN], 2, id="an unreadable pair is 2"),
        pytest.param([PASSED, REVIEW, BROKEN, FAIL], 1, id="a fail outweighs all"),
        pytest.param([], 2, id="no pairs prove nothing"),
    ],
)
def test_exit_code_is_the_worst_verdict(run, batches, audits: list[Audit], code: int) -> None:
    batches(*audits)
    assert run("batch", "m.csv", "--out", "o").exit_code == code


@pytest.mark.parametrize(
    ("left", "code"),
    [
        pytest.param({"unmatched": ("a.jpg",)}, 3, id="a picture without a partner"),
        pytest.param({"unread": ("a.heic",)}, 3, id="a photograph that is not read"),
        pytest.param(
            {"unmatched": ("a.jpg",), "ambiguous": ("a.jpg could be b.jpg or c.jpg",)}, 3, id="a doubtful name"
        ),
        pytest.param({"aside": ("Thumbs.db", "list.csv")}, 0, id="what is no photograph is no reason"),
    ],
)
def test_what_was_not_audited_makes_a_pass_a_review_unless_it_is_allowed(run, batches, left: Any, code: int) -> None:
    batches(PASSED, **left)
    assert run("batch", "a", "b", "--out", "o").exit_code == code
    assert run("batch", "a", "b", "--out", "o", "--allow-unmatched").exit_code == 0
    for audits, worse in (([PASSED, BROKEN], 2), ([PASSED, FAIL], 1), ([PASSED, REVIEW], 3)):
        batches(*audits, **left)
        assert run("batch", "a", "b", "--out", "o").exit_code == worse
        assert run("batch", "a", "b", "--out", "o", "--allow-unmatched").exit_code == worse


def test_long_lists_of_files_are_cut_in_the_terminal(run, batches) -> None:
    names = tuple(f"{n}.jpg" for n in range(10_000))
    batches(PASSED, unmatched=names, unread=names, aside=names, ambiguous=("x.jpg could belong to y.jpg or z.jpg",))
    lines = run("batch", "a", "b", "--out", "o").stdout.splitlines()
    assert len(lines) < 80
    assert lines.count("  19.jpg") == 2
    assert "  20.jpg" not in lines
    assert lines.count("  and 9980 more, in results.json") == 2
    assert "  x.jpg could belong to y.jpg or z.jpg" in lines
    assert "Left aside: 10000 files that are no photographs." in lines


def test_names_with_terminal_commands_are_spelled_out(run, batches) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egpj.\udcff\r"
    told = r"\x1b]0;owned\x07\x1b[2J\x9b31m\u202egpj.\xff\r"
    broken = an_audit(verdict="error", error=evil, id=f"i{evil}")
    batches(PASSED, broken, unmatched=(f"u{evil}",), unread=(f"r{evil}",), ambiguous=(f"a{evil}",))
    done = run("batch", "a", "b", "--out", f"o{evil}")
    assert not set(done.output) & set("\x1b\x07\x9b\u202e\r\udcff")
    said = "".join(done.output.split())
    for start in "iura":
        assert f"{start}{told}" in said


def test_options_are_handed_on(run, batches) -> None:
    calls = batches(PASSED)
    run(
        "batch",
        "a",
        "b.zip",
        "--out",
        "o",
        "--workers",
        "3",
        "--resume",
        "--only",
        "prongs",
        "--skip",
        "pave",
    )
    ((sources, out, options),) = calls
    assert (sources, out) == ((Path("a"), Path("b.zip")), Path("o"))
    assert options["workers"] == 3
    assert options["resume"] is True
    assert options["only"] == ("prongs",)
    assert options["skip"] == ("pave",)
    assert options["policy"].profile == "standard"


def test_the_summary_counts_and_names_what_was_left_out(run, batches, tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    batches(PASSED, FAIL, unmatched=("lonely [1].jpg",))
    out = run("batch", "a", "b", "--out", tmp_path).stdout
    assert "✗ fail" in out
    assert "lonely [1].jpg" in out
    assert str(tmp_path / "index.html") in out
    assert "results.csv" not in out


def test_a_manifest_that_cannot_be_read_is_one_sentence(run, batches) -> None:
    batches(error=InputError("m.csv has no column 'retouched'"))
    done = run("batch", "m.csv", "--out", "o")
    assert (done.exit_code, done.stderr) == (2, "fidelity: m.csv has no column 'retouched'\n")


@pytest.mark.parametrize("arguments", [["m.csv"], ["--out", "o"], ["m.csv", "--out", "o", "--workers", "0"]])
def test_usage_errors_exit_with_2(run, arguments: list[str]) -> None:
    assert run("batch", *arguments).exit_code == 2


def test_failures_are_spelled_out_up_to_a_point(run, batches) -> None:
    batches(PASSED, BROKEN, *[FAIL] * 11)
    out = run("batch", "a", "b", "--out", "o").stdout
    assert out.count("prongs: prongs seen") == 10
    assert "and 2 more" in out
    batches(PASSED, BROKEN)
    assert "b.jpg is truncated" in run("batch", "a", "b", "--out", "o").stdout
