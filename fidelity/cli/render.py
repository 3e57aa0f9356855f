"""What people read in a terminal. Texts from outside (file names, summaries) are never taken for markup."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from fidelity.cli.exits import go_silent
from fidelity.image.same import SAME_FILES
from fidelity.texts import harmless, visible

if TYPE_CHECKING:
    from fidelity.result import Audit, CheckResult, Finding, Run

_LOOK = {  # word → symbol, symbol where the terminal knows only ASCII, style
    "pass": ("✓", "+", "green"),
    "fail": ("✗", "x", "bold red"),
    "review": ("?", "?", "yellow"),
    "not_applicable": ("–", "-", "dim"),
    "error": ("!", "!", "bold magenta"),
}
_MEANING = {
    "pass": "the piece survived",
    "fail": "the piece changed",
    "review": "nothing failed, but something could not be judged: look at it",
    "error": "this pair could not be audited",
}
MOST_FAILURES = 10
"""Pairs that the summary of a run spells out."""
MOST_LISTED = 20
"""Files of each kind that the summary of a run names."""
_SEVERITIES = ("minor", "major", "critical")


class _Console(Console):
    def on_broken_pipe(self) -> None:
        go_silent()  # rich would end the process with 1, which here means that a retouch failed

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich does, but no text commands the terminal, whoever wrote it and wherever it is printed."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=harmless(segment.text))


def console_for(*, stderr: bool = False) -> Console:
    """A console that obeys NO_COLOR, pipes and narrow terminals."""
    return _Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def shown(text: str, style: str = "") -> Text:
    """Text from outside, with what commands a terminal spelled out before lines are broken."""
    return Text(visible(text), style=style)


def mark(console: Console, status: str) -> Text:
    """Symbol and word: the word alone must do where colours and symbols are missing."""
    symbol, plain, style = _LOOK[status]
    utf8 = (console.encoding or "").lower().replace("-", "").startswith("utf")
    return Text(f"{symbol if utf8 else plain} {status.replace('_', ' ')}", style=style)


def table(*columns: str) -> Table:
    """A table without a frame: narrow terminals need the room."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        made.add_column(Text(column), overflow="fold")
    return made


def show_audit(console: Console, audit: Audit, *, report: Path | None, json: Path | None) -> None:
    """Checks, the worst finding of each that needs a look, the verdict, and where the files are."""
    console.print(shown(f"{audit.original.path or 'original'}  →  {audit.retouched.path or 'retouched'}"))
    if audit.registration.message:
        console.print(shown(audit.registration.message, "dim"))
    if audit.same_files:
        console.print(Text(f"Note: {SAME_FILES}, byte for byte: nothing was retouched.", style="yellow"))
    console.print()
    rows = table("status", "check", "what was seen")
    rows.columns[0].no_wrap = True
    for result in audit.checks:
        name = result.title or result.id
        label = Text(name) if result.gating else Text.assemble(name, (" (advice)", "dim"))
        rows.add_row(mark(console, result.status), label, shown(result.summary))
    console.print(rows)
    _show_worst(console, audit.checks)
    console.print()
    line = Text("Verdict: ", style="bold")
    line.append_text(mark(console, audit.verdict))
    line.append(f" · {visible(audit.error or _meaning(audit))} · profile {audit.profile}")
    console.print(line)
    for name, path in (("Report", report), ("JSON", json)):
        if path is not None:
            console.print(shown(f"{name}: {path}"), soft_wrap=True)


def _meaning(audit: Audit) -> str:
    return SAME_FILES if audit.same_files and audit.verdict == "pass" else _MEANING[audit.verdict]


def _show_worst(console: Console, results: Iterable[CheckResult]) -> None:
    for result in results:
        if result.status not in {"fail", "review"} or not result.findings:
            continue
        worst = worst_of(result.findings)
        more = len(result.findings) - 1
        text = Text.assemble(
            (f"{result.title or result.id}: ", "bold"),
            visible(worst.message),
            (f" ({worst.severity}{_place(worst)}{f'; and {more} more' if more else ''})", "dim"),
        )
        console.print()
        console.print(text)


def worst_of(findings: tuple[Finding, ...]) -> Finding:
    """The first of the most severe."""
    return max(findings, key=lambda finding: _SEVERITIES.index(finding.severity))


def _place(finding: Finding) -> str:
    if finding.box is None:
        return ""
    x, y, width, height = finding.box
    return f", {width}×{height} px at {x}, {y}"


def _show_failures(console: Console, run: Run) -> None:
    """The first pairs that failed or broke, for whoever reads a CI log; index.html has them all."""
    bad = [audit for wanted in ("fail", "error") for audit in run.audits if audit.verdict == wanted]
    if bad:
        console.print()
    for audit in bad[:MOST_FAILURES]:
        failed = [f"{c.id}: {c.summary}" for c in audit.checks if c.gating and c.status == "fail"]
        why = audit.error or "; ".join(failed)
        console.print(
            Text.assemble(mark(console, audit.verdict), "  ", (visible(audit.id), "bold"), f"  {visible(why)}")
        )
    if len(bad) > MOST_FAILURES:
        console.print(Text(f"and {len(bad) - MOST_FAILURES} more", style="dim"))


def _show_rest(console: Console, run: Run) -> None:
    """What was not audited, or only seems to have been."""
    same = [audit.id for audit in run.audits if audit.same_files]
    summary = run.summary
    for title, names in (
        ("In these pairs the two files are the same, byte for byte:", same),
        ("Without a partner, not audited:", summary.unmatched),
        ("Not clear which original they belong to, not audited:", summary.ambiguous),
        ("Not read, not audited:", summary.unread),
    ):
        if names:
            console.print()
            console.print(Text(title, style="yellow"))
        for name in names[:MOST_LISTED]:
            console.print(shown(f"  {name}"), soft_wrap=True)
        if len(names) > MOST_LISTED:
            console.print(Text(f"  and {len(names) - MOST_LISTED} more, in results.json", style="dim"))
    if summary.aside:
        console.print()
        files = f"{len(summary.aside)} file" + (
            "s that are no photographs" if len(summary.aside) > 1 else " that is no photograph"
        )
        console.print(Text(f"Left aside: {files}.", style="dim"))


def _problems(problems: tuple[str, ...]) -> str:
    more = f"\n  and {len(problems) - MOST_FAILURES} more" if len(problems) > MOST_FAILURES else ""
    return "Not everything was written:" + "".join(f"\n  {visible(line)}" for line in problems[:MOST_FAILURES]) + more


def show_run(console: Console, run: Run, out: Path) -> None:
    """Verdicts, statuses by check, what was left out, and where the files are."""
    counts = run.summary.verdicts
    rows = table("verdict", "pairs")
    rows.columns[1].justify = "right"
    for verdict in ("fail", "error", "review", "pass"):
        rows.add_row(mark(console, verdict), str(counts.get(verdict, 0)))
    console.print(rows)
    if run.summary.checks:
        statuses = tuple(_LOOK)
        by_check = table("check", *(status.replace("_", " ") for status in statuses))
        for name, seen in run.summary.checks.items():
            by_check.add_row(Text(name), *(str(seen.get(status, 0) or "·") for status in statuses))
        for column in by_check.columns[1:]:
            column.justify = "right"
        console.print()
        console.print(by_check)
    _show_failures(console, run)
    _show_rest(console, run)
    if run.summary.problems:
        console.print()
        console.print(Text(_problems(run.summary.problems), style="yellow"), soft_wrap=True)
    console.print()
    for name in ("index.html", "results.json", "results.csv", "junit.xml"):
        if (out / name).exists():
            console.print(shown(str(out / name)), soft_wrap=True)
