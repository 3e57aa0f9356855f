"""Processes: all tasks come back, a killed one costs itself alone."""

from __future__ import annotations

import pytest

from fidelity.apart.machine import default_workers
from fidelity.apart.pool import WorkerDied, results

from .tasks import double, kill_once


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_comes_back_once(workers):
    assert sorted(results(double, range(10), workers)) == [(n, 2 * n) for n in range(10)]


def test_no_tasks_are_no_results():
    assert list(results(double, [], 2)) == []


def test_a_task_that_kills_its_process_is_given_up_and_no_other():
    found = dict(results(double, [1, 2, 13, 3, 4, 5], 2))
    assert isinstance(found.pop(13), WorkerDied)
    assert found == {n: 2 * n for n in (1, 2, 3, 4, 5)}


def test_a_task_whose_process_was_killed_by_chance_gets_a_second_go(tmp_path):
    flag = str(tmp_path / "killed")
    assert list(results(kill_once, [flag], 2)) == [(flag, "lived")]


def test_there_are_never_more_workers_than_tasks_and_always_one():
    assert default_workers(1) == 1
    assert default_workers(0) == 1
