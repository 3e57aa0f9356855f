"""The progress bar: how many, how fast, how long yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from fidelity.result import Verdict


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Pairs per second, or seconds per pair where that is the larger number."""
        if not task.speed:
            return Text("")
        return Text(f"{task.speed:.1f} pairs/s" if task.speed >= 1 else f"{1 / task.speed:.1f} s/pair")


@contextmanager
def progress_bar(console: Console, total: int) -> Iterator[Callable[[Verdict], None]]:
    """A bar on `console`, to be told each verdict; nothing where nobody watches (a CI log, a pipe)."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    counts: dict[str, int] = {}
    with bar:
        task = bar.add_task("auditing", total=total)

        def advance(verdict: Verdict) -> None:
            counts[verdict.value] = counts.get(verdict.value, 0) + 1
            shown = ", ".join(f"{number} {name}" for name, number in counts.items() if name != Verdict.PASS)
            bar.update(task, advance=1, description=shown or "auditing")

        yield advance
