"""Work in processes of its own, so that one that dies takes nothing with it but its own task."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

PEAK_BYTES = 1_500_000_000
"""Memory that one audit may take, from the design; there are no more workers than memory has room for."""

_AHEAD = 2  # tasks handed out per worker, so that none waits for the parent between two


class WorkerDied:
    """The result of a task whose process was killed, twice: once among others, once on its own."""


def default_workers(tasks: int) -> int:
    """One worker a core, fewer when memory or tasks are few."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not on this platform
        memory = cores * PEAK_BYTES
    return max(1, min(cores, memory // PEAK_BYTES, tasks))


def results(work: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[tuple[T, R | WorkerDied]]:
    """Yield each task with its result as they finish, in any order. `work` and tasks must pickle.

    One worker means this process. When a process is killed, nobody can say which of the tasks under way did
    it; each of these is tried again alone, and only one that kills its process again is given up.

    On Ctrl-C, tasks under way are finished and yielded before `KeyboardInterrupt` goes on; on a second one
    they are lost.
    """
    if workers == 1:
        for task in tasks:
            with one_thread():
                result = work(task)
            yield task, result
        return
    waiting = list(reversed(tasks))
    while waiting:
        suspects: list[T] = []
        yield from _until_broken(work, waiting, workers, suspects)
        for task in suspects:
            yield task, _alone(work, task)


def _until_broken(work: Callable[[T], R], waiting: list[T], workers: int, suspects: list[T]) -> Iterator[tuple[T, R]]:
    """Take tasks off the end of `waiting`; those under way when a process dies end in `suspects`."""
    pool, under_way = _pool(workers), dict[Future[R], T]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < workers * _AHEAD:
                under_way[pool.submit(work, waiting[-1])] = waiting[-1]
                waiting.pop()
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield under_way[future], future.result()
                del under_way[future]
    except BrokenProcessPool:
        finished, broken = _sorted_out(under_way)
        suspects.extend(broken)
        yield from finished
    except KeyboardInterrupt:
        pool.shutdown(wait=True, cancel_futures=True)
        yield from _sorted_out(under_way)[0]
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _sorted_out(under_way: dict[Future[R], T]) -> tuple[list[tuple[T, R]], list[T]]:
    """(tasks that did finish with their results, the others)."""
    finished, others = [], []
    for future, task in under_way.items():
        if future.done() and not future.cancelled() and future.exception() is None:
            finished.append((task, future.result()))
        else:
            others.append(task)
    return finished, others


def _alone(work: Callable[[T], R], task: T) -> R | WorkerDied:
    with _pool(1) as pool:
        try:
            return pool.submit(work, task).result()
        except BrokenProcessPool:
            return WorkerDied()


def _pool(workers: int) -> ProcessPoolExecutor:
    """Never `fork`: OpenCV's and BLAS's threads do not survive it."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start)


def _start() -> None:
    import cv2  # noqa: PLC0415 - in the worker, not in whoever imports this module

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    cv2.setNumThreads(1)  # as many processes as cores; threads on top would only get in their way


@contextmanager
def one_thread() -> Iterator[None]:
    """OpenCV as in a worker, so that the numbers are the same, bit for bit."""
    import cv2  # noqa: PLC0415

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
