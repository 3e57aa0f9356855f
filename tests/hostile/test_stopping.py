"""Ctrl-C, SIGTERM, SIGKILL: what is done is written, nothing is left running, and `--resume` goes on."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest

from .conftest import LONG_SECONDS, all_gone, family, until
from .test_checks_that_misbehave import ONLY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

RESULTS = {"index.html", "results.json", "results.csv", "junit.xml", "audits.jsonl"}


def begun(made, workers=1, *more):
    """A batch whose first pair is done, and whose second is under way."""
    process = made.started("batch", "pairs.csv", "--out", "out", "--workers", workers, *ONLY, *more)
    until(lambda: process.poll() is not None or "good" in made.journal(), "the first pair is done")
    assert process.poll() is None, process.communicate()
    return process


def ended(process):
    out, err = process.communicate(timeout=LONG_SECONDS)
    return process.returncode, out, err


def test_sigterm_writes_what_is_done_at_once(shoot):
    made = shoot("good", "hangs", "moves")
    process = begun(made)
    children = family(process)
    process.send_signal(signal.SIGTERM)
    code, _, err = ended(process)
    assert code == 143
    assert err.splitlines()[-1] == (
        "stopped: 1 of 3 pairs are audited, see out/index.html; the same command with --resume goes on"
    )
    assert list(made.audits()) == ["good"]
    assert {path.name for path in (made.folder / "out").iterdir()} >= RESULTS
    until(lambda: all_gone(children), "all children ended", 10)
    assert list(made.temporary.iterdir()) == []


def test_ctrl_c_finishes_what_is_under_way(shoot):
    made = shoot("good", "is slow", "moves")
    process = begun(made)
    process.send_signal(signal.SIGINT)
    code, _, err = ended(process)
    assert code == 130
    assert "fidelity: stopping when the pairs under way are done; Ctrl-C again drops them" in err
    assert list(made.audits()) == ["good", "is slow"]


def test_ctrl_c_twice_drops_what_is_under_way(shoot):
    made = shoot("good", "hangs", "moves")
    process = begun(made)
    children = family(process)
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline() == "\n"
    assert "Ctrl-C again" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    code, _, err = ended(process)
    assert code == 130
    assert "1 of 3 pairs are audited" in err
    assert list(made.audits()) == ["good"]
    until(lambda: all_gone(children), "all children ended", 10)
    assert list(made.temporary.iterdir()) == []


def test_ctrl_c_reaches_the_whole_group_as_in_a_terminal_and_all_is_the_same(shoot):
    made = shoot("good", "is slow", "moves")
    process = made.started("batch", "pairs.csv", "--out", "out", "--workers", 1, *ONLY, start_new_session=True)
    until(lambda: "good" in made.journal(), "the first pair is done")
    os.killpg(process.pid, signal.SIGINT)
    code, _, _ = ended(process)
    assert code == 130
    assert list(made.audits()) == ["good", "is slow"]


@pytest.mark.parametrize("act", ["hangs", "holds the lock"])
def test_workers_end_when_the_run_is_killed_and_resume_goes_on(shoot, act):
    made = shoot("good", act, "moves")
    process = begun(made, 2)
    workers = [p for p in family(process) if "spawn_main" in " ".join(p.cmdline())]
    assert len(workers) == 2
    process.kill()
    ended(process)
    until(lambda: all_gone(workers), "all workers ended", 10)
    before = set(made.journal())
    assert "good" in before
    # What hung hangs no more; of the rest only what is not written down is audited again.
    (made.folder / "after" / f"{act}.png").write_bytes((made.folder / "after" / "good.png").read_bytes())
    done = made.ran("batch", "pairs.csv", "--out", "out", "--workers", 1, "--resume", *ONLY)
    assert done.returncode == 0
    assert {id: audit["verdict"] for id, audit in made.audits().items()} == dict.fromkeys(
        ("good", act, "moves"), "pass"
    )
    assert made.journal()[: len(before)] == [id for id in ("good", act, "moves") if id in before]


def test_two_runs_do_not_write_to_one_folder(shoot):
    made = shoot("good", "hangs")
    process = begun(made)
    second = made.ran("batch", "pairs.csv", "--out", "out", "--workers", 1, *ONLY)
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr == (
        "fidelity: another run of fidelity is writing to out; wait until it has ended, or name another output folder\n"
    )
    process.kill()
    ended(process)
    (made.folder / "after" / "hangs.png").write_bytes((made.folder / "after" / "good.png").read_bytes())
    third = made.ran("batch", "pairs.csv", "--out", "out", "--workers", 1, *ONLY)  # no stale lock is in its way
    assert third.returncode == 0


def test_a_worker_that_the_system_kills_once_costs_nothing(shoot):
    made = shoot("good", "is slow", "moves")
    process = begun(made)
    (worker,) = [p for p in family(process) if "spawn_main" in " ".join(p.cmdline())]
    psutil.Process(worker.pid).kill()
    code, _, err = ended(process)
    assert code == 0, err
    assert [audit["verdict"] for audit in made.audits().values()] == ["pass"] * 3
