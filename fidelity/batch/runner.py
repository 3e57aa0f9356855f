"""A batch from its sources to its outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from fidelity import __version__
from fidelity.batch.journal import Journal, fingerprint, read
from fidelity.batch.outputs import run_of, write_results
from fidelity.batch.pairs import Pair, file_names
from fidelity.batch.pool import WorkerDied, default_workers, results
from fidelity.batch.progress import progress_bar
from fidelity.batch.sources import opened
from fidelity.batch.work import Done, Files, Task, audit_pair, failed
from fidelity.brief import Expected
from fidelity.errors import InputError, PolicyError
from fidelity.expectations import checks_of, names
from fidelity.policy import Policy
from fidelity.report import write_index
from fidelity.result import Audit, Run

_DIED = "the process that audited this pair was killed, twice (out of memory?); audit it on its own"


def run_batch(
    sources: Sequence[Path],
    out: Path,
    *,
    workers: int | None = None,
    resume: bool = False,
    policy: Policy | None = None,
    only: Collection[str] | None = None,
    skip: Collection[str] = (),
    reports: bool = True,
    console: Console | None = None,
) -> Run:
    """Audit many pairs and write index.html, results.json, results.csv, junit.xml and a report for each.

    `sources` is one manifest CSV, or two folders or ZIPs (originals, retouched) matched by file name.
    `workers` is the number of processes; None takes one a core as far as memory goes, 1 works in this
    process. The audits come in the order of the manifest and are the same for any number of workers.
    `resume` keeps the audits in `out` whose files, expectations, policy and fidelity version are the same;
    pairs that ended in an error are tried again. `reports=False` leaves out HTML reports and thumbnails.

    A pair that cannot be read, crashes a check's process or kills its worker is one audit with verdict
    `error`. On Ctrl-C the outputs are written for what is done before `KeyboardInterrupt` goes on.

    Raises `InputError` for sources or an output folder that cannot be used, `PolicyError` for an unknown
    check or expectation, `RegistryError` when no checks are installed; all before the first pair.
    """
    policy, out = policy or Policy.named("standard"), Path(out)
    console = console or Console(stderr=True)
    if workers is not None and workers < 1:
        raise InputError(f"workers is {workers}; give at least 1")
    with opened(sources, out=out) as found:
        expected = _expectations(found.pairs, policy, only, skip)
        _prepare(out)
        tasks = _tasks(found.pairs, expected, policy=policy, only=only, skip=skip, out=out, reports=reports)
        done = _kept(tasks, read(out)) if resume else {}
        todo = [task for task in tasks if task.pair.id not in done]
        try:
            with Journal(out, ((t.fingerprint, done[t.pair.id]) for t in tasks if t.pair.id in done)) as journal:
                _audit(todo, done, journal, workers or default_workers(len(todo)), console)
        finally:  # also on Ctrl-C
            run = run_of(
                [done[t.pair.id] for t in tasks if t.pair.id in done],
                found.unmatched,
                unread=found.unread,
                aside=found.aside,
                ambiguous=found.ambiguous,
            )
            _write(run, tasks, out)
    return run


def _audit(tasks: Sequence[Task], done: dict[str, Audit], journal: Journal, workers: int, console: Console) -> None:
    """Add the audit of each task to `done`, by id, and to the journal."""
    with progress_bar(console, len(tasks)) as advance:
        for task, result in results(audit_pair, tasks, workers):
            finished = Done(failed(task, _DIED)) if isinstance(result, WorkerDied) else result
            journal.add(task.fingerprint, finished.audit)
            done[task.pair.id] = finished.audit
            advance(finished.audit.verdict)
            if finished.problem:
                console.print(Text(finished.problem, style="yellow"), soft_wrap=True)


def _expectations(
    pairs: Sequence[Pair], policy: Policy, only: Collection[str] | None, skip: Collection[str]
) -> list[dict[str, Expected]]:
    """Each pair's expectations, without those of checks that `only` and `skip` leave out of this run."""
    run = {check.id for check in policy.configured(only=only, skip=skip)}
    known = names(check.id for check in policy.configured())
    for pair in pairs:
        unknown = sorted(set(pair.expect) - set(known))
        if unknown:
            raise PolicyError(
                f"manifest column 'expect.{unknown[0]}': there is no check '{unknown[0]}'; "
                f"expectations may name {', '.join(sorted(known))}"
            )
    return [{name: value for name, value in pair.expect.items() if set(checks_of(name)) & run} for pair in pairs]


def _prepare(out: Path) -> None:
    try:
        for folder in (out, out / "reports", out / "thumbs"):
            folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f"{error.filename} is a file, not a folder; name another output folder") from error
    except OSError as error:
        raise InputError(f"{out} cannot be made ({error.strerror}); name another output folder") from error


def _tasks(
    pairs: Sequence[Pair],
    expected: Sequence[dict[str, Expected]],
    *,
    policy: Policy,
    only: Collection[str] | None,
    skip: Collection[str],
    out: Path,
    reports: bool,
) -> list[Task]:
    names = file_names([pair.id for pair in pairs])
    return [
        Task(
            pair=replace(pair, expect=expect),
            policy=policy,
            only=None if only is None else tuple(only),
            skip=tuple(skip),
            out=out,
            files=Files.named(names[pair.id]) if reports else None,
            fingerprint=fingerprint(replace(pair, expect=expect), policy, only, skip, __version__),
        )
        for pair, expect in zip(pairs, expected, strict=True)
    ]


def _kept(tasks: Sequence[Task], earlier: Mapping[str, Audit]) -> dict[str, Audit]:
    """By id, the audits of an earlier run that still hold and whose pages are there."""
    return {
        task.pair.id: earlier[task.fingerprint].model_copy(update={"extra": dict(task.pair.extra)})
        for task in tasks
        if task.fingerprint in earlier and (task.files is None or task.files.exist(task.out))
    }


def _write(run: Run, tasks: Sequence[Task], out: Path) -> None:
    write_results(run, out)
    files = {task.pair.id: task.files for task in tasks if task.files is not None}
    written = {audit.id: files[audit.id] for audit in run.audits if audit.id in files and audit.error is None}
    there = {id: named for id, named in written.items() if named.exist(out)}
    write_index(
        run,
        out / "index.html",
        links={id: named.link for id, named in there.items()},
        thumbnails={id: named.thumbnail_links for id, named in there.items()},
    )
