"""`fidelity delivery`: one file against a marketplace's or a contract's rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.cli.exits import Exit
from fidelity.cli.streams import write_json
from fidelity.errors import PolicyError
from fidelity.texts import visible

if TYPE_CHECKING:
    from rich.console import Console

    from fidelity.delivery import DeliveryReport, Preset


def command(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The picture as it would be delivered.")] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="NAME", help="Rules to hold it against; without FILE, show them.")
    ] = None,
    original: Annotated[
        Path | None, typer.Option("--original", metavar="FILE", help="To tell which metadata was dropped.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to stdout and nothing else there.")] = False,
) -> Exit:
    """Check one file for delivery: size, format, colour space, ground, frame, metadata. No retouch is judged.

    Without FILE it lists the presets, or one preset's rules with their sources. Exit code: 0 if every official
    or agreed rule is met, 1 if one is broken, 3 if one cannot be told. Missed recommendations are only told.
    """
    from fidelity.cli.render import console_for
    from fidelity.delivery import preset_names, preset_of, report_on

    if file is None:
        if preset is None:
            _show_presets(console_for(), [preset_of(name) for name in preset_names()])
        else:
            _show_rules(console_for(), preset_of(preset))
        return Exit.PASS
    if preset is None:
        raise PolicyError(f"--preset is missing; the presets are {', '.join(preset_names())}")
    rules = preset_of(preset)

    from fidelity.image.decode import load

    report = report_on(load(file), rules, None if original is None else load(original).info)
    if json:
        write_json(report.to_json())
    _show_report(console_for(stderr=json), report, rules)
    return Exit[report.verdict.name]


def _show_report(console: Console, report: DeliveryReport, preset: Preset) -> None:
    from rich.text import Text

    from fidelity.cli.render import mark, table

    looks = {"met": "pass", "broken": "fail", "unknown": "review", "not_judged": "not_applicable"}
    rows = table("rule", "asked", "found", "basis")
    rows.columns[0].no_wrap = True
    for result in report.rules:
        look = looks[result.status]
        if result.status == "broken" and result.rule.basis == "recommended":
            look = "review"  # a missed recommendation is worth a look and fails nothing
        symbol = mark(console, look).plain.split()[0]
        rows.add_row(
            Text(f"{symbol} {result.rule.rule}", style=mark(console, look).style),
            Text(result.wanted),
            Text(result.found),
            Text(result.rule.basis, style="dim"),
        )
    console.print(Text(visible(f"{report.picture.path} for {preset.title}")))
    console.print()
    console.print(rows)
    console.print()
    console.print(Text.assemble(("Verdict: ", "bold"), mark(console, report.verdict)))


def _show_presets(console: Console, presets: list[Preset]) -> None:
    from rich.text import Text

    from fidelity.cli.render import table

    rows = table("preset", "for", "official", "contract", "recommended")
    rows.columns[0].no_wrap = True
    for preset in presets:
        counts = [sum(r.basis == basis for r in preset.rules) for basis in ("official", "contract", "recommended")]
        rows.add_row(Text(preset.name, style="bold"), Text(preset.title), *(str(n or "·") for n in counts))
    console.print(rows)
    console.print()
    console.print(Text("fidelity delivery --preset NAME shows its rules and their sources.", style="dim"))


def _show_rules(console: Console, preset: Preset) -> None:
    from rich.text import Text

    from fidelity.cli.render import table

    rows = table("rule", "value", "basis", "read", "source")
    rows.columns[0].no_wrap = True
    for rule in preset.rules:
        value = rule.value if isinstance(rule.value, str) else _plain(rule.value)
        source = rule.source + (f" ({rule.note})" if rule.note else "")
        rows.add_row(
            Text(rule.rule, style="bold"), Text(value), Text(rule.basis), Text(str(rule.date or "")), Text(source)
        )
    console.print(Text(preset.title, style="bold"))
    console.print()
    console.print(rows)


def _plain(value: float | tuple[str, ...]) -> str:
    return ", ".join(value) if isinstance(value, tuple) else f"{value:g}"
