"""Processes: all tasks come back, and one that is lost costs itself alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from fidelity.apart import pool
from fidelity.apart.pool import Limits, TimedOut, TookTooMuch, WorkerDied, results
from fidelity.errors import InputError

from .tasks import double, end, fail, kill_once, nap, swell, where_temporary_files_go

ROOT = Path(__file__).parents[2]
MIB = 1 << 20


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_comes_back_once(workers):
    assert sorted(results(double, range(10), workers)) == [(n, 2 * n) for n in range(10)]


def test_no_tasks_start_no_process():
    before = psutil.Process().children()
    assert list(results(double, [], 2)) == []
    assert psutil.Process().children() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_kills_its_process_is_given_up_and_no_other(workers):
    found = dict(results(double, [1, 2, 13, 3, 4, 5], workers))
    assert found.pop(13) == WorkerDied(-signal.SIGKILL)
    assert found == {n: 2 * n for n in (1, 2, 3, 4, 5)}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_whose_process_was_killed_by_chance_gets_a_second_go(tmp_path, workers):
    flag = str(tmp_path / "killed")
    assert list(results(kill_once, [flag], workers)) == [(flag, "lived")]


def test_a_task_that_takes_too_long_is_stopped_and_no_other():
    found = dict(results(nap, [60.0, 0.0, 0.1], 1, limits=Limits(seconds=4)))
    assert found == {60.0: TimedOut(4), 0.0: 0.0, 0.1: 0.1}


def test_no_limit_is_no_limit():
    assert dict(results(nap, [1.0], 1, limits=Limits(seconds=0, memory=0))) == {1.0: 1.0}


def test_a_task_that_takes_too_much_is_stopped_and_no_other():
    found = dict(results(swell, [1, 900], 2, limits=Limits(memory=400 * MIB)))
    assert found == {1: 1, 900: TookTooMuch(400 * MIB)}


def test_a_task_that_needs_more_than_its_share_gets_all_there_is_when_alone(monkeypatch):
    # Nine tenths of 1,000 MiB are 900: 300 for each of three. 500 fit alone; 1,100 do not.
    monkeypatch.setattr(pool, "memory_bytes", lambda: 1000 * MIB)
    found = dict(results(swell, [1, 500, 1100], 3))
    assert found == {1: 1, 500: 500, 1100: TookTooMuch(900 * MIB)}


def test_what_the_work_raises_is_raised_here_and_all_processes_end():
    before = psutil.Process().children(recursive=True)
    with pytest.raises(InputError, match="a shopping list"):
        list(results(fail, ["a shopping list"], 2))
    assert [p for p in psutil.Process().children(recursive=True) if p not in before and "spawn_main" in str(p)] == []


def test_processes_that_cannot_start_are_one_sentence():
    with pytest.raises(InputError, match=r"end as soon as they start \(exit code 7\)"):
        list(results(double, [1], 1, first=end))


def test_what_a_task_leaves_among_the_temporary_files_is_removed():
    names = [name for _, name in results(where_temporary_files_go, [1, 13], 1)]
    assert len(names) == 2
    assert not any(Path(name).exists() for name in names)


@pytest.mark.parametrize(("level", "found"), [(1, {0.5: 0.5}), (2, {})], ids=["finishing", "dropping"])
def test_asked_to_stop_it_hands_out_no_more(level, found):
    under_way = []
    give = pool.Worker.give

    def given(self, task):
        under_way.append(task)
        give(self, task)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool.Worker, "give", given)
        assert dict(results(nap, [0.5, 0.6, 0.7], 1, stop=lambda: level if under_way else 0)) == found


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_time_in_which_the_whole_run_was_stopped_does_not_count():
    script = (
        "from fidelity.apart import Limits, results\n"
        "from tests.apart.tasks import nap\n"
        "if __name__ == '__main__':\n"
        "    for _, result in results(nap, [0.0, 5.0], 1, limits=Limits(seconds=9)): print(result, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "0.0\n"  # the second is under way
    os.kill(process.pid, signal.SIGSTOP)  # as Ctrl-Z does, or a laptop that sleeps
    time.sleep(12)
    os.kill(process.pid, signal.SIGCONT)
    assert process.communicate(timeout=60)[0] == "5.0\n"
