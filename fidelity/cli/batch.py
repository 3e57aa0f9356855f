"""`fidelity batch`: many pairs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.cli.exits import Exit
from fidelity.cli.options import (
    SECONDS,
    Memory,
    Only,
    PolicyFile,
    Profile,
    Skip,
    Timeout,
    in_bytes,
    listed,
    selected,
    the_policy,
)

if TYPE_CHECKING:
    from fidelity.result import Run


def command(  # noqa: PLR0917 - typer names every one of them; nobody calls this by position
    source: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...", help="A manifest CSV, or a folder or ZIP of originals and one of retouched."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where reports and results go.")],
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=1, help="Processes; default: one per core.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep the audits that DIR already holds.")] = False,
    allow_unmatched: Annotated[
        bool, typer.Option("--allow-unmatched", help="Exit code 0 though files had no partner or are not read.")
    ] = False,
    policy: PolicyFile = None,
    profile: Profile = None,
    only: Only = None,
    skip: Skip = None,
    timeout: Timeout = SECONDS,
    memory: Memory = None,
) -> Exit:
    """Audit many pairs: an overview page, a report for each, JSON, CSV and JUnit.

    Every file of the two folders or ZIPs is audited or listed; hidden ones are neither. A picture without a
    partner, a photograph of a kind that is not read, or an unknown file makes the exit code 3 where it would be 0.
    Sidecars, lists and notes (.xmp, .csv, .txt, .pdf, Thumbs.db, …) do not.

    Exit code: 1 if any pair fails, else 2 if any could not be audited or any file not written, else 3 if any
    needs a look, else 0. Stopped by Ctrl-C it is 130, by SIGTERM 143; what is done by then is written.
    """
    rules = the_policy(policy, profile)

    from fidelity.batch import run_batch
    from fidelity.cli.render import console_for, show_run

    run = run_batch(
        tuple(source),
        out,
        workers=workers,
        resume=resume,
        policy=rules,
        only=selected(only),
        skip=listed(skip),
        timeout=timeout,
        memory=in_bytes(memory),
        console=console_for(stderr=True),
    )
    show_run(console_for(), run, out)
    return exit_of(run, allow_unmatched=allow_unmatched)


def exit_of(run: Run, *, allow_unmatched: bool = False) -> Exit:
    """The worst verdict of a run. A run of no pairs proved nothing and is an error; so is one that lost a file.

    Files that nobody audited make a pass a review, unless they are allowed: they prove nothing.
    """
    verdicts = {audit.verdict.name for audit in run.audits}
    if run.summary.problems:
        verdicts.add("ERROR")
    for name in ("FAIL", "ERROR", "REVIEW"):
        if name in verdicts:
            return Exit[name]
    if verdicts and (run.summary.unmatched or run.summary.unread) and not allow_unmatched:
        return Exit.REVIEW
    return Exit.PASS if verdicts else Exit.ERROR
