"""`fidelity check`: one pair."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.cli.exits import Exit, go_silent
from fidelity.cli.options import (
    SECONDS,
    Memory,
    Only,
    PolicyFile,
    Profile,
    Skip,
    Timeout,
    expectations,
    in_bytes,
    listed,
    selected,
    the_policy,
)
from fidelity.cli.outputs import writable, write_overlays, write_text
from fidelity.cli.streams import write_json
from fidelity.errors import InputError

if TYPE_CHECKING:
    from fidelity.brief import Expected
    from fidelity.result import Audit


@dataclass(frozen=True)
class Request:
    """What to audit, and what to write where. Pickled."""

    original: Path
    retouched: Path
    policy: Path | None
    profile: str | None
    only: tuple[str, ...] | None
    skip: tuple[str, ...]
    expect: Mapping[str, Expected]
    area_mask: Path | None
    report: Path | None
    evidence: Path | None


def command(  # noqa: PLR0917 - typer names every one of them; nobody calls this by position
    original: Annotated[Path, typer.Argument(metavar="ORIGINAL", help="The photograph as it was taken.")],
    retouched: Annotated[Path, typer.Argument(metavar="RETOUCHED", help="The same piece, retouched.")],
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.html", help="Write a self-contained HTML report.")
    ] = None,
    json: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="Write the audit as JSON; '-' is stdout.")
    ] = None,
    policy: PolicyFile = None,
    profile: Profile = None,
    only: Only = None,
    skip: Skip = None,
    expect: Annotated[
        list[str] | None,
        typer.Option("--expect", metavar="ID=VALUE", help="What the original shows: prongs=6, chain=yes, metal=rose."),
    ] = None,
    area_mask: Annotated[
        Path | None,
        typer.Option("--area-mask", metavar="FILE", help="Picture, white where the retouch may change."),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="DIR", help="Write pictures of what was seen: stones, prongs, changes."),
    ] = None,
    timeout: Timeout = SECONDS,
    memory: Memory = None,
) -> Exit:
    """Audit one pair: did the piece survive its retouch?"""
    inputs = [path for path in (original, retouched, policy, area_mask) if path is not None]
    json_file = Path(json) if json not in (None, "-") else None
    if report is not None:
        writable("--report", report, inputs=inputs)
    if json_file is not None:
        writable("--json", json_file, inputs=inputs if report is None else [*inputs, report])
    request = Request(
        original=original,
        retouched=retouched,
        policy=policy,
        profile=profile,
        only=selected(only),
        skip=listed(skip),
        expect=expectations(expect),
        area_mask=area_mask,
        report=report,
        evidence=evidence,
    )
    audit = _apart(request, timeout, in_bytes(memory))
    if json_file is not None:
        write_text("--json", json_file, audit.to_json())
    if json == "-":
        try:
            write_json(audit.to_json())
        except BrokenPipeError:
            go_silent()

    from fidelity.cli.render import console_for, show_audit

    show_audit(console_for(stderr=json == "-"), audit, report=report, json=json_file)
    return Exit[audit.verdict.name]


def prepared() -> None:
    """Import what is heavy before the time of the pair begins."""
    import fidelity.auditing  # noqa: F401


def examined(request: Request) -> Audit:
    """Audit, and write report and evidence."""
    from fidelity.auditing import examine

    examination = examine(
        request.original,
        request.retouched,
        policy=the_policy(request.policy, request.profile),
        only=request.only,
        skip=request.skip,
        expect=request.expect,
        area_mask=request.area_mask,
    )
    if request.report is not None:
        from fidelity.report import write_report

        try:
            write_report(examination.audit, examination.exhibit, request.report)
        except OSError as error:
            raise InputError(f"--report: {request.report} cannot be written: {error.strerror or error}") from error
    if request.evidence is not None:
        write_overlays(request.evidence, examination.evidence)
    return examination.audit


def _apart(request: Request, timeout: float, memory: int | None) -> Audit:
    """`examined` in a process of its own: a check that ends, hangs or prints must not do so to the command."""
    from fidelity.apart import Limits, Lost, listening, results, sentence

    limits = Limits(timeout, memory)
    with listening(), closing(results(examined, [request], 1, limits=limits, first=prepared)) as finished:
        _, result = next(finished)
    if isinstance(result, Lost):
        raise InputError(f"{request.original} → {request.retouched}: {sentence(result)}")
    return result
