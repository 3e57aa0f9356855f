"""The output folder: one run at a time, nothing of the user's overwritten, nothing of ours left behind."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fidelity.batch.journal import FOLDERS, JOURNAL, digest_of
from fidelity.batch.outputs import RESULTS
from fidelity.batch.pairs import Pair
from fidelity.errors import InputError
from fidelity.writing import unfinished_of

INDEX = "index.html"
"""The overview."""

_LOCK = ".fidelity.lock"


def prepare(out: Path) -> None:
    """Make the folder. Raises `InputError` when that cannot be."""
    try:
        for folder in (out, *(out / name for name in FOLDERS)):
            folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f"{error.filename} is a file, not a folder; name another output folder") from error
    except OSError as error:
        raise InputError(f"{out} cannot be made ({error.strerror}); name another output folder") from error


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep other runs out of `out`. The system lifts the lock when this process ends, however it ends."""
    lock = FileLock(out / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(
            f"another run of fidelity is writing to {out}; wait until it has ended, or name another output folder"
        ) from error
    except (OSError, NotImplementedError) as error:
        raise InputError(f"{out} cannot be written ({error}); name another output folder") from error
    try:
        yield
    finally:
        lock.release()


def refuse_overwriting(out: Path, sources: Iterable[Path], pairs: Sequence[Pair], pages: Collection[str]) -> None:
    """Raise `InputError` when a file that is read lies where one is going to be written.

    `pages` are the names of reports and thumbnails, relative to `out`.
    """
    written = {(out / name).resolve() for name in (*RESULTS, INDEX, JOURNAL, *pages)}
    written |= {unfinished_of(path) for path in written}
    files = [*sources, *(path for pair in pairs for path in (pair.original, pair.retouched, pair.area_mask) if path)]
    for file in files:
        if file.resolve() in written:
            raise InputError(
                f"{file} would be overwritten, because results go to {out}; move it, or name another output folder"
            )


def tidy(out: Path, earlier: Mapping[str, str], wanted: Collection[str], pages: Collection[str]) -> None:
    """Remove what runs wrote and this one does not link to: pages of pairs that are gone or could not be judged.

    `earlier` maps names of pages to their digests; a page that somebody changed since is theirs and stays.
    `pages` are the names that this run may have begun to write when a worker was killed.
    """
    for name in pages:
        with contextlib.suppress(OSError):
            unfinished_of(out / name).unlink()
    for name, digest in earlier.items():
        if name not in wanted and digest_of(out / name) == digest:
            with contextlib.suppress(OSError):
                (out / name).unlink()
