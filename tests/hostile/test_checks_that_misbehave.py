"""A check or decoder that breaks costs what it broke, and nothing else."""

from __future__ import annotations

import json
import time

import psutil
import pytest

from .conftest import LONG_SECONDS, Shoot

TIMEOUT_SECONDS = 20
"""What hangs costs this; what does not must be done by then, on a busy machine."""
MEMORY_GB = 1.2
ONLY = ("--only", "hostile,witness")

ORDER = (
    *("exits", "interrupts", "ends", "is killed", "crashes", "swells"),
    *("prints", "moves", "floods", "mumbles", "good"),
)
LOST = {  # what a person reads of a pair whose process was lost
    "ends": "the program ended in the middle of this pair, twice (a check or a decoder ended it with exit code 0); "
    "run again with --resume, and if it happens again report it",
    "is killed": "the program ended in the middle of this pair, twice (the system killed it; out of memory?); "
    "run again with --resume, and if it happens again report it",
    "crashes": "the program ended in the middle of this pair, twice (a check or a decoder crashed it; SIGSEGV); "
    "run again with --resume, and if it happens again report it",
    "swells": "the audit of this pair took more than 1.2 GB of memory, so it was stopped; give it more with --memory, "
    "or export the pictures smaller",
}
CRASHED = {  # what a person reads of a check that raised
    "exits": "the check crashed: SystemExit: 0",
    "interrupts": "the check crashed: KeyboardInterrupt",
    "mumbles": "the check crashed: UnsayableError: its message cannot be read",
}
VERDICTS = (
    dict.fromkeys(LOST, "error")
    | dict.fromkeys(CRASHED, "review")
    | dict.fromkeys(("prints", "moves", "good"), "pass")
    | {"floods": "fail"}
)


@pytest.fixture(scope="module", params=[1, 3], ids=["one worker", "three workers"])
def run(request, tmp_path_factory):
    shoot = Shoot(tmp_path_factory.mktemp("hostile"), ORDER)
    memory = ("--memory", MEMORY_GB)
    done = shoot.ran("batch", "pairs.csv", "--out", "out", "--workers", request.param, *memory, *ONLY)
    return shoot, done


def test_every_pair_has_its_row_and_its_verdict(run):
    shoot, done = run
    audits = shoot.audits()
    assert tuple(audits) == ORDER
    assert {id: audit["verdict"] for id, audit in audits.items()} == VERDICTS
    assert done.returncode == 1  # one of them fails, which outweighs those that could not be audited
    for name in ("index.html", "results.csv", "junit.xml"):
        assert (shoot.folder / "out" / name).stat().st_size


@pytest.mark.parametrize("act", LOST)
def test_a_process_that_is_lost_is_one_sentence(run, act):
    assert run[0].audits()[act]["error"] == LOST[act]


@pytest.mark.parametrize("act", CRASHED)
def test_a_check_that_raises_anything_at_all_is_that_check_s_error(run, act):
    hostile, witness = run[0].audits()[act]["checks"]
    assert (hostile["status"], hostile["summary"]) == ("error", CRASHED[act])
    assert witness["status"] == "pass"


def test_a_check_that_changes_the_folder_moves_no_other(run):
    shoot, _ = run
    for act in ("moves", "good"):
        assert shoot.audits()[act]["checks"][1]["summary"] == str(shoot.folder)


def test_what_a_check_prints_does_not_reach_stdout(run):
    _, done = run
    assert "HELLO" not in done.stdout
    for source in ("Python", "the file descriptor", "C"):
        assert f"HELLO from {source}" in done.stderr


def test_twenty_thousand_findings_are_five_hundred_with_the_worst_and_the_rest_is_counted(run):
    shoot, _ = run
    hostile, _ = shoot.audits()["floods"]["checks"]
    assert len(hostile["findings"]) == 500
    assert hostile["findings"][-1]["message"] == "the stone is gone"  # all 499 others come before it, as they came
    assert hostile["findings"][498]["message"] == "speck 498"
    assert hostile["summary"] == ("x" * 2000 + "… (998,000 more characters left out) (19,500 more findings left out)")
    assert (shoot.folder / "out" / "reports" / "floods.html").stat().st_size < 2_000_000


def test_no_process_and_no_temporary_file_is_left(run):
    shoot, _ = run
    assert list(shoot.temporary.iterdir()) == []


def test_what_hangs_is_stopped_and_the_others_go_on(shoot):
    made = shoot("hangs", "good", "holds the lock")
    done = made.ran("batch", "pairs.csv", "--out", "out", "--workers", 2, "--timeout", TIMEOUT_SECONDS, *ONLY)
    stopped = (
        "the audit of this pair was not done after 20 seconds, so it was stopped; give it more time with --timeout"
    )
    assert {id: audit.get("error") for id, audit in made.audits().items()} == {
        "hangs": stopped,
        "good": None,
        "holds the lock": stopped,
    }
    assert done.returncode == 2
    assert not [p for p in psutil.process_iter(["environ"]) if str(made.temporary) in str(p.info["environ"])]


def test_the_exit_code_of_pairs_that_could_not_be_audited_is_2(shoot):
    made = shoot("good", "ends")
    done = made.ran("batch", "pairs.csv", "--out", "out", "--workers", 1, *ONLY)
    assert done.returncode == 2
    assert {id: audit["verdict"] for id, audit in made.audits().items()} == {"good": "pass", "ends": "error"}


# -------------------------------------------------------------------------------------------- one pair


def checked(shoot, act, *more):
    return shoot(act).ran("check", f"before/{act}.png", f"after/{act}.png", *ONLY, *more)


@pytest.mark.parametrize("act", ["exits", "interrupts"])
def test_check_goes_on_after_a_check_that_raises_anything_at_all(shoot, act):
    done = checked(shoot, act, "--json", "-")
    hostile, witness = json.loads(done.stdout)["checks"]
    assert (hostile["status"], hostile["summary"], witness["status"]) == ("error", CRASHED[act], "pass")
    assert done.returncode == 3


@pytest.mark.parametrize("act", ["ends", "is killed", "crashes"])
def test_check_never_passes_a_pair_whose_process_was_lost(shoot, act):
    done = checked(shoot, act)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"fidelity: before/{act}.png → after/{act}.png: {LOST[act]}"


def test_check_stops_what_hangs(shoot):
    began = time.monotonic()
    done = checked(shoot, "hangs", "--timeout", 2)
    assert done.returncode == 2
    assert "not done after 2 seconds" in done.stderr
    assert time.monotonic() - began < LONG_SECONDS / 2


def test_nothing_but_json_is_on_stdout(shoot):
    done = checked(shoot, "prints", "--json", "-")
    assert json.loads(done.stdout)["verdict"] == "pass"
    assert done.returncode == 0
    for source in ("Python", "the file descriptor", "C"):
        assert f"HELLO from {source}" in done.stderr
