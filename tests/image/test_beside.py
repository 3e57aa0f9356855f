"""A second thread does its work in turn, and none is started where one thread was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import cv2
import pytest

from fidelity.image.beside import Beside


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(request.param)
    yield request.param
    cv2.setNumThreads(before)


def test_each_work_has_its_own_result(threads: int) -> None:
    beside = Beside()
    coming = [beside.start(lambda n=n: (n, threading.current_thread())) for n in range(3)]
    del beside  # what was started is done all the same
    results = [result() for result in coming]
    assert [n for n, _ in results] == [0, 1, 2]
    assert all((thread is threading.main_thread()) == (threads == 1) for _, thread in results)


def test_what_was_raised_is_raised_where_it_is_asked_for(threads: int) -> None:
    failing = Beside().start(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failing()
