"""`fidelity check`: one pair."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fidelity.cli.exits import Exit, go_silent
from fidelity.cli.options import Only, PolicyFile, Profile, Skip, expectations, listed, selected, the_policy
from fidelity.cli.outputs import writable, write_overlays, write_text
from fidelity.cli.streams import write_json
from fidelity.errors import InputError


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
) -> Exit:
    """Audit one pair: did the piece survive its retouch?"""
    inputs = [path for path in (original, retouched, policy, area_mask) if path is not None]
    json_file = Path(json) if json not in (None, "-") else None
    if report is not None:
        writable("--report", report, inputs=inputs)
    if json_file is not None:
        writable("--json", json_file, inputs=inputs if report is None else [*inputs, report])
    rules = the_policy(policy, profile)
    counts = expectations(expect)

    from fidelity.auditing import examine

    examination = examine(
        original,
        retouched,
        policy=rules,
        only=selected(only),
        skip=listed(skip),
        expect=counts,
        area_mask=area_mask,
    )
    audit = examination.audit
    if report is not None:
        from fidelity.report import write_report

        try:
            write_report(audit, examination.exhibit, report)
        except OSError as error:
            raise InputError(f"--report: {report} cannot be written: {error.strerror or error}") from error
    if evidence is not None:
        write_overlays(evidence, examination.evidence)
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
