"""Work in processes of its own, so that one that dies, hangs or swells takes nothing with it but its own task.

Neither `concurrent.futures` nor `loky` can end the one worker that hangs (when a worker dies, both give up every
task under way), and `pebble`, which can, is under the LGPL; hence this small one, around `multiprocessing`.
"""

from __future__ import annotations

import functools
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from fidelity.apart.machine import USABLE, memory_bytes
from fidelity.apart.worker import Answer, Ready, Worker
from fidelity.errors import InputError

T = TypeVar("T")
R = TypeVar("R")

SECONDS = 1200.0
"""Default time limit for one pair: the slowest legal pair that is known, of 50 megapixels, takes 704 s of CPU."""

_START_SECONDS = 300.0  # for a worker to import what it needs; a network drive in the morning takes a minute
_START_TRIES = 3  # workers in a row that end before they are ready: then none ever will
_POLL_SECONDS = 0.1  # how often limits and requests to stop are looked at
_LONGEST_TICK_SECONDS = 1.0  # a laptop that slept, or Ctrl-Z, is no work of a pair


@dataclass(frozen=True)
class Limits:
    """What one task may take."""

    seconds: float = SECONDS
    """0: as long as it likes."""
    memory: int | None = None
    """Bytes a worker. 0: as much as it likes. None: an equal share of what the machine has; a task that needs
    more than its share is tried once more on its own, with all of it."""


@dataclass(frozen=True)
class WorkerDied:
    """The result of a task whose process ended without an answer, twice: once among others, once on its own."""

    exitcode: int | None = None
    """As of `multiprocessing.Process`: negative for a signal."""


@dataclass(frozen=True)
class TimedOut:
    """The result of a task that was not done in time."""

    seconds: float


@dataclass(frozen=True)
class TookTooMuch:
    """The result of a task that took more memory than it may."""

    limit: int


Lost = WorkerDied | TimedOut | TookTooMuch


def results(
    work: Callable[[T], R],
    tasks: Sequence[T],
    workers: int,
    *,
    limits: Limits | None = None,
    stop: Callable[[], int] = lambda: 0,
    first: Callable[[], None] | None = None,
) -> Generator[tuple[T, R | Lost], None, None]:
    """Yield each task with its result as they finish, in any order. `work`, `first`, tasks and results must pickle.

    All work is done in other processes, also with one worker; each calls `first` once. A task that ended its
    process may have been the victim of another (out of memory), so it is tried again alone at the end, and given
    up when it ends that one too. What `work` raises is raised here.

    `stop()` is asked all the time: 0 goes on, 1 hands out nothing more and yields what is under way, 2 ends what
    is under way as well. Raises `InputError` when no process can be started.
    """
    limits = limits or Limits()
    most = int(USABLE * memory_bytes())
    share = most // max(1, workers) if limits.memory is None else limits.memory
    again: list[T] = []
    with tempfile.TemporaryDirectory(prefix="fidelity-work-", ignore_cleanup_errors=True) as temporary:
        start = functools.partial(Worker[T, R], work, first, Path(temporary))
        for task, result in _Round(start, tasks, workers, Limits(limits.seconds, share), stop).run():
            small = isinstance(result, TookTooMuch) and limits.memory is None and workers > 1
            if isinstance(result, WorkerDied) or small:
                again.append(task)
            else:
                yield task, result
        alone = most if limits.memory is None else limits.memory
        yield from _Round(start, again, 1, Limits(limits.seconds, alone), stop).run()


class _Round(Generic[T, R]):
    """Some workers, some tasks, and who has which."""

    def __init__(
        self,
        start: Callable[[], Worker[T, R]],
        tasks: Sequence[T],
        workers: int,
        limits: Limits,
        stop: Callable[[], int],
    ) -> None:
        self._start = start
        self._waiting = deque(tasks)
        self._most = workers
        self._limits = limits
        self._stop = stop
        self._crew: list[Worker[T, R]] = []
        self._failed = 0
        self._looked = time.monotonic()

    def run(self) -> Iterator[tuple[T, R | Lost]]:
        """Every task with its result, unless it is told to stop."""
        try:
            while self._goes_on():
                self._hand_out()
                wait([worker.connection for worker in self._crew], timeout=_POLL_SECONDS)
                passed, self._looked = self._passed(), time.monotonic()
                for worker in tuple(self._crew):
                    worker.spent += passed
                    task = worker.task
                    result = self._looked_at(worker)
                    if task is not None and result is not None:
                        yield task, result[0]
        finally:
            # Those that work are ended at once; only then are the idle ones waited for.
            for worker in sorted(self._crew, key=lambda worker: worker.task is None):
                worker.dismiss()

    def _goes_on(self) -> bool:
        level = self._stop()
        busy = any(worker.task is not None for worker in self._crew)
        return level < 2 and (busy or (level == 0 and bool(self._waiting)))

    def _passed(self) -> float:
        return min(time.monotonic() - self._looked, _LONGEST_TICK_SECONDS)

    def _hand_out(self) -> None:
        if self._stop():
            return
        busy = sum(worker.task is not None for worker in self._crew)
        while len(self._crew) < min(self._most, busy + len(self._waiting)):
            try:
                self._crew.append(self._start())
            except OSError as error:  # no more processes, or no memory for one
                if not self._crew:
                    raise InputError(
                        f"no process can be started to audit in ({error}); close other programs"
                    ) from error
                self._most = len(self._crew)
        for worker in self._crew:
            if worker.ready and worker.task is None and self._waiting:
                worker.give(self._waiting.popleft())

    def _looked_at(self, worker: Worker[T, R]) -> tuple[Any] | None:
        """The result of its task in a tuple, if it came to an end by now, one way or another."""
        try:
            said = worker.heard()
        except EOFError:
            return self._buried(worker)
        if isinstance(said, Answer):
            worker.task = None
            if said.error is not None:
                raise said.error
            return (said.result,)
        if isinstance(said, Ready):
            worker.ready, self._failed = True, 0
            return None
        lost = self._beyond(worker)
        if lost is not None:
            self._crew.remove(worker)
            worker.kill()
        elif not worker.ready and worker.spent > _START_SECONDS:
            self._buried(worker)
        return None if lost is None else (lost,)

    def _beyond(self, worker: Worker[T, R]) -> Lost | None:
        if worker.task is None:
            return None
        if self._limits.seconds and worker.spent > self._limits.seconds:
            return TimedOut(self._limits.seconds)
        if self._limits.memory and worker.memory_bytes() > self._limits.memory:
            return TookTooMuch(self._limits.memory)
        return None

    def _buried(self, worker: Worker[T, R]) -> tuple[Any] | None:
        self._crew.remove(worker)
        worker.bury()
        if worker.task is not None:
            return (WorkerDied(worker.exitcode),)
        if not worker.ready:
            self._failed += 1
            if self._failed >= _START_TRIES:
                raise InputError(
                    f"the processes to audit in end as soon as they start (exit code {worker.exitcode}); a script "
                    'that calls run_batch needs `if __name__ == "__main__":` around it, else reinstall fidelity-qa'
                )
        return None
