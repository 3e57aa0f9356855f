"""A batch from its sources to its outputs."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from fidelity import registry
from fidelity.apart import SECONDS, Limits, Lost, Stopping, default_workers, listening, results, sentence
from fidelity.batch.folder import INDEX, locked, prepare, refuse_overwriting, tidy
from fidelity.batch.journal import JOURNAL, Earlier, Entry, Journal, basis_of, digest_of, fingerprint, read
from fidelity.batch.outputs import run_of, unwritten, write_results
from fidelity.batch.pairs import Pair, file_names
from fidelity.batch.progress import progress_bar
from fidelity.batch.sources import Sources, opened
from fidelity.batch.work import Done, Files, Task, audit_pair, failed, prepared
from fidelity.brief import Expected
from fidelity.errors import InputError, PolicyError
from fidelity.expectations import checks_of, names
from fidelity.policy import Policy
from fidelity.report import write_index
from fidelity.result import Run


@dataclass
class _State:
    """What a run has so far: entries and fingerprints by the pair's id, and what could not be written."""

    done: dict[str, Entry] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


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
    timeout: float = SECONDS,
    memory: int | None = None,
    console: Console | None = None,
) -> Run:
    """Audit many pairs and write index.html, results.json, results.csv, junit.xml and a report for each.

    `sources` is one manifest CSV, or two folders or ZIPs (originals, retouched) matched by file name.
    `workers` is the number of processes; None takes one a core as far as memory goes. All pairs are audited in
    processes of their own, so a script needs `if __name__ == "__main__":` around this call. The audits come in
    the order of the manifest and are the same for any number of workers.
    `resume` keeps the audits in `out` whose files hold the same, with the same expectations, policy and versions
    of all that judges; pairs that ended in an error are tried again. `reports=False` leaves out HTML reports and
    thumbnails. `timeout` is in seconds a pair, `memory` in bytes a worker; 0 is no limit. Without `memory` each
    worker has an equal share of the machine's, and a pair that needs more is tried alone at the end.

    A pair that cannot be read, crashes, hangs, or takes its worker down is one audit with verdict `error`. What
    cannot be written is said in the summary's `problems` and does not stop the run.

    In the main thread Ctrl-C, SIGTERM and SIGHUP are heard (unless the program has handlers of its own): the
    outputs are written for what is done, then `Stopped`, a `KeyboardInterrupt`, is raised.

    Raises `InputError` for sources or an output folder that cannot be used, or that another run is using,
    `PolicyError` for an unknown check or expectation, `RegistryError` when no checks are installed; all before
    the first pair.
    """
    policy, out, given = policy or Policy.named("standard"), Path(out).absolute(), Path(out)
    console = console or Console(stderr=True)
    if workers is not None and workers < 1:
        raise InputError(f"workers is {workers}; give at least 1")
    if timeout < 0 or (memory or 0) < 0:
        raise InputError(f"timeout is {timeout} and memory is {memory}; give at least 0, which is no limit")
    with ExitStack() as stack:
        stopping = stack.enter_context(listening())
        found = stack.enter_context(opened(sources, out=out))
        expected = _expectations(found.pairs, policy, only, skip)
        prepare(given)
        stack.enter_context(locked(given))
        basis = basis_of(policy, only, skip, registry.versions())
        tasks = _tasks(
            found.pairs,
            expected,
            policy=policy,
            only=only,
            skip=skip,
            out=out,
            reports=reports,
            basis=basis,
        )
        pages = [name for task in tasks if task.files for name in task.files.names]
        refuse_overwriting(out, [Path(source) for source in sources], found.pairs, pages)
        earlier = read(out)
        state = _kept(tasks, earlier) if resume else _State()
        todo = [task for task in tasks if task.pair.id not in state.done]
        try:
            journal = Journal(out, [(key, state.done[id]) for id, key in state.keys.items()], earlier.files)
        except OSError as error:
            raise InputError(f"{given} cannot be written ({error.strerror or error}); make room there") from error
        stopping.patient = True  # from here on there is something to lose
        try:
            with journal:
                _audit(
                    todo,
                    state=state,
                    journal=journal,
                    workers=workers or default_workers(len(todo)),
                    limits=Limits(timeout, memory),
                    stopping=stopping,
                    console=console,
                )
        finally:
            if journal.problem:
                why = f"{given / JOURNAL} cannot be written ({journal.problem}); --resume will audit some pairs again"
                state.problems.append(why)
            wanted = {name for entry in state.done.values() for name in entry.files}
            tidy(out, earlier.files, wanted, pages)  # before writing: it makes room
            run = _written(tasks, state, found, given)
        if stopping():  # nobody gets the run, so all that it says is said here
            audited = f"{len(run.audits)} of {len(tasks)} pairs are audited, see {given / INDEX}"
            for line in (*run.summary.problems, f"stopped: {audited}; the same command with --resume goes on"):
                console.print(Text(line, style="yellow"), soft_wrap=True)
        stopping.raise_if_asked()
    return run


def _audit(
    tasks: Sequence[Task],
    *,
    state: _State,
    journal: Journal,
    workers: int,
    limits: Limits,
    stopping: Stopping,
    console: Console,
) -> None:
    """Add the audit of each task to `state` and to the journal."""
    finished_tasks = results(audit_pair, tasks, workers, limits=limits, stop=stopping, first=prepared)
    with closing(finished_tasks), progress_bar(console, len(tasks)) as advance:
        for task, result in finished_tasks:
            finished = Done(failed(task, sentence(result))) if isinstance(result, Lost) else result
            journal.add(finished.fingerprint, finished.audit, finished.files)
            state.done[task.pair.id] = Entry(finished.audit, finished.files)
            advance(finished.audit.verdict)
            if finished.problem:
                state.problems.append(finished.problem)


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


def _tasks(
    pairs: Sequence[Pair],
    expected: Sequence[dict[str, Expected]],
    *,
    policy: Policy,
    only: Collection[str] | None,
    skip: Collection[str],
    out: Path,
    reports: bool,
    basis: str,
) -> list[Task]:
    names = file_names([pair.id for pair in pairs])
    return [
        Task(
            # Absolute, so that nothing in a worker that changes its working folder moves them.
            pair=replace(
                pair,
                expect=expect,
                original=pair.original.absolute(),
                retouched=pair.retouched.absolute(),
                area_mask=pair.area_mask and pair.area_mask.absolute(),
            ),
            policy=policy,
            only=None if only is None else tuple(only),
            skip=tuple(skip),
            out=out,
            files=Files.named(names[pair.id]) if reports else None,
            basis=basis,
        )
        for pair, expect in zip(pairs, expected, strict=True)
    ]


def _kept(tasks: Sequence[Task], earlier: Earlier) -> _State:
    """The audits of an earlier run that still hold and whose pages are there as they were written."""
    state, known = _State(), earlier.ids
    digest = functools.cache(digest_of)  # one original may have several retouches
    for task in tasks:
        if task.pair.id not in known:
            continue
        key = fingerprint(task.pair, task.basis, digest)
        entry = earlier.entries.get(key)
        if entry is not None and entry.intact(task.out, task.files.names if task.files else ()):
            audit = entry.audit.model_copy(update={"extra": dict(task.pair.extra)})
            state.done[task.pair.id], state.keys[task.pair.id] = replace(entry, audit=audit), key
    return state


def _written(tasks: Sequence[Task], state: _State, found: Sources, out: Path) -> Run:
    """The run, after its files were written as far as that was possible."""
    audits = [state.done[task.pair.id].audit for task in tasks if task.pair.id in state.done]
    made = functools.partial(
        run_of, audits, found.unmatched, unread=found.unread, aside=found.aside, ambiguous=found.ambiguous
    )
    run = made(problems=state.problems)
    linked = {
        task.pair.id: task.files
        for task in tasks
        if task.files and task.pair.id in state.done and state.done[task.pair.id].files
    }
    links = {id: files.link for id, files in linked.items()}
    thumbnails = {id: files.thumbnail_links for id, files in linked.items()}
    problems = write_results(run, out)
    index = out / INDEX
    overview = unwritten(index, lambda: write_index(run, index, links=links, thumbnails=thumbnails))
    problems += [overview] if overview else []
    return made(problems=[*state.problems, *problems]) if problems else run
