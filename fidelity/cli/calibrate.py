"""`fidelity calibrate`: limits from runs that people have accepted."""

from __future__ import annotations

import datetime
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.cli.exits import Exit
from fidelity.cli.options import PolicyFile, Profile, listed, the_file, the_policy
from fidelity.cli.outputs import writable, write_text
from fidelity.errors import InputError, PolicyError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import Console

    from fidelity.policy.calibrating import Proposal, Rate
    from fidelity.result import Audit

RESULTS = "results.json"


def command(  # noqa: PLR0917 - typer names every one of them; nobody calls this by position
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of `fidelity batch`, or their results.json.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The policy to write.")] = Path("calibrated.toml"),
    percent: Annotated[
        float,
        typer.Option("--alarms", metavar="PERCENT", min=0, max=50, help="False alarms that a limit may cost."),
    ] = 1.0,
    loosen: Annotated[
        list[str] | None,
        typer.Option("--loosen", metavar="CHECK.LIMIT", help="Also write this limit although it would be looser."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="COLUMN=VALUE", help="Only pairs with this in their manifest column."),
    ] = None,
    policy: PolicyFile = None,
    profile: Profile = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE if it exists.")] = False,
) -> Exit:
    """Propose limits from runs that people have accepted, and write them as a policy.

    Every pair of these runs counts as faithful: leave out what was rejected, with --where accepted=yes. A limit is
    only ever tightened; one that the runs would loosen is named and left alone unless --loosen names it, too.
    """
    from fidelity.cli.render import console_for
    from fidelity.policy.calibrating import accepted, chosen, proposals

    path = the_file(policy)
    rules = the_policy(policy, profile)
    checks = rules.configured()
    columns = _columns(where)
    pairs = accepted([_audits(run, columns) for run in runs], checks)
    if not pairs:
        raise InputError("no pair of these runs was judged by a limit that can be calibrated; nothing was written")
    found = proposals(pairs, checks, percent / 100)
    loosened = listed(loosen)
    _known(loosened, found)
    if out.is_file() and not force:
        raise PolicyError(f"--out: {out} exists; --force overwrites it")
    writable("--out", out, inputs=[*map(_results, runs), *([path] if path else [])])

    console = console_for()
    limits = chosen(found, loosened)
    _show(console, found, limits)
    console.print()
    if not limits:
        console.print(f"No limit changes: {out} was not written.", soft_wrap=True)
        return Exit.PASS

    from fidelity.policy import effective, writing
    from fidelity.policy.calibrating import together

    after = writing.with_limits(rules, limits)
    said = effective.layers(path, profile, {})
    told = {p.name: f"alarms {p.then}; was {p.current:g}, alarms {p.now}" for p in found}
    today = datetime.datetime.now().astimezone().date()
    source = (
        f"Proposed by `fidelity calibrate` on {today} from {len(pairs)} accepted pairs of "
        f"{len({p.piece for p in pairs})} pieces, on top of {path or said[0].name}. Alarms are told on pieces that the "
        "limit was not set on, with Wilson's interval at 95 %; they hold for pairs like these."
    )
    head = textwrap.wrap(source, 110)
    notes = {name: told[name] for name in (f"{c}.{limit}" for c, changed in limits.items() for limit in changed)}
    write_text("--out", out, writing.written(after, after.configured(), said, head=head, notes=notes).rstrip("\n"))
    whole = {(p.check, p.limit): limits.get(p.check, {}).get(p.limit, p.current) for p in found}
    before = {(p.check, p.limit): p.current for p in found}
    console.print(f"Pairs with any alarm: {together(pairs, before)}; with the new limits {together(pairs, whole)}.")
    console.print(f"Policy: {out}", soft_wrap=True)
    return Exit.PASS


def _results(run: Path) -> Path:
    return run / RESULTS if run.is_dir() else run


def _audits(path: Path, columns: dict[str, str]) -> list[Audit]:
    """The audits of a run that have these values in their manifest columns; a pair that broke is none."""
    from pydantic import ValidationError

    from fidelity.result import Run

    file = _results(path)
    try:
        run = Run.model_validate_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{file} cannot be read: {error.strerror or error}; name a folder of fidelity batch"
        ) from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is no {RESULTS} of this version of fidelity batch") from error
    missing = [name for name in columns if not any(name in audit.extra for audit in run.audits)]
    if missing:
        known = sorted({name for audit in run.audits for name in audit.extra})
        raise PolicyError(f"--where: {file} has no column '{missing[0]}'; its columns are {', '.join(known) or 'none'}")
    return [audit for audit in run.audits if all(audit.extra.get(k) == v for k, v in columns.items())]


def _columns(where: list[str] | None) -> dict[str, str]:
    found = {}
    for item in where or ():
        name, equals, value = item.partition("=")
        if not name or not equals:
            raise PolicyError(f"--where takes a column and its value, as in accepted=yes; got '{item}'")
        found[name.strip()] = value.strip()
    return found


def _known(loosened: Collection[str], found: Sequence[Proposal]) -> None:
    loose = [p.name for p in found if p.answer == "loosens"]
    for name in loosened:
        if name not in loose:
            raise PolicyError(f"--loosen: the runs would not loosen '{name}'; they would {', '.join(loose) or 'none'}")


def _show(console: Console, found: Sequence[Proposal], limits: dict[str, dict[str, float]]) -> None:
    from rich.text import Text

    from fidelity.cli.render import table
    from fidelity.policy.calibrating import MIN_PAIRS

    rows = table("limit", "now", "alarms ≤ %", "new", "alarms ≤ %", "")
    rows.columns[0].no_wrap = True
    words = {"keeps": "kept", "too few": "few", "unproven": "unsure", "tightens": "tighter"}
    for one in found:
        taken = one.limit in limits.get(one.check, {})
        word = words.get(one.answer, "loosened" if taken else "looser")
        style = "bold" if taken else "yellow" if one.answer == "loosens" else "dim"
        changed = one.proposed != one.current
        rows.add_row(
            Text(one.name, style="bold" if taken else ""),
            f"{one.current:g}",
            _counted(one.now),
            f"{one.proposed:g}" if changed else "",
            _counted(one.then) if changed else "",
            Text(word, style=style),
        )
    console.print(rows)
    console.print()
    seen = {
        "loosens": "looser: the runs would loosen it; it stays as it is unless --loosen names it",
        "unproven": "unsure: the new one costs too many alarms on pieces that it was not set on; it stays",
        "too few": f"few: fewer than {MIN_PAIRS} pairs were judged by it; it stays",
    }
    for answer, sentence in seen.items():
        if any(p.answer == answer and p.limit not in limits.get(p.check, {}) for p in found):
            console.print(Text(sentence, style="dim"))
    console.print(
        Text("new: alarms on pieces that the limit was not set on; ≤: Wilson's upper bound, 95 %", style="dim")
    )


def _counted(rate: Rate) -> str:
    return f"{rate.alarms}/{rate.pairs} ≤{100 * rate.high:.1f}"
