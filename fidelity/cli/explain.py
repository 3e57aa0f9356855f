"""Checks explain themselves: their own docstring, their own limits."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from fidelity.cli.render import table

if TYPE_CHECKING:
    from fidelity.policy import Policy
    from fidelity.registry import Registered

UNITS = (  # ending of a limit's name → its unit
    ("_px", "pixels of the original"),
    ("_px2", "square pixels of the original"),
    ("_e00", "CIEDE2000"),
    ("_deg", "degrees"),
    ("_percent", "%"),
    ("_share", "share, 0 to 1"),
    ("_fraction", "share, 0 to 1"),
    ("_ratio", "ratio"),
    ("_iou", "overlap, 0 to 1"),
    ("_count", "count"),
    ("_db", "dB"),
    ("_dpi", "dots per inch"),
    ("_mm", "mm"),
)


def show_checks(console: Console, found: Mapping[str, Registered], policy: Policy) -> None:
    """One line a check."""
    rows = table("id", "title", "gates", "from")
    rows.columns[0].no_wrap = True
    for name, registered in found.items():
        gates = "yes" if policy.gates(name) else "advises"
        rows.add_row(
            Text(name, style="bold"),
            Text(registered.check.title),
            gates,
            Text(registered.source, style="dim"),
        )
    console.print(rows)
    console.print()
    console.print(Text("fidelity checks ID explains one.", style="dim"))


def show_check(console: Console, registered: Registered, policy: Policy) -> None:
    """What a check asks, why and how, and the limits that a policy may set."""
    check = registered.check
    gates = "gates" if policy.gates(check.id) else "advises"
    console.print(Text.assemble((check.title, "bold"), (f"  {check.id}, {gates}, from {registered.source}", "dim")))
    text = help_text(check)
    if not text.startswith(check.question):
        console.print(Text(check.question, style="italic"))
    console.print()
    console.print(Markdown(text))
    console.print()
    console.print(Text.assemble(("When it fails: ", "bold"), check.advice))
    limits = dataclasses.fields(cast(Any, check))
    if not limits:
        return
    console.print()
    rows = table("limit", "default", "unit")
    rows.columns[0].no_wrap = True
    for field in limits:
        rows.add_row(Text(field.name), Text(_shown(_default(field))), unit_of(field.name))
    console.print(rows)
    first = limits[0]
    console.print()
    console.print(Text(f"Set in a policy:\n  [checks.{check.id}]\n  {first.name} = {_shown(_default(first))}"))


def help_text(check: type) -> str:
    """The class's own docstring; a dataclass without one gets a made-up signature, which is no help."""
    written = check.__doc__ or ""
    if not written or written.startswith(f"{check.__name__}("):
        return "This check has no help text."
    return inspect.cleandoc(written)


def unit_of(name: str) -> str:
    """The unit that a limit's name ends in; empty where it has none."""
    return next((unit for ending, unit in UNITS if name.endswith(ending)), "")


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _shown(value: Any) -> str:
    """As TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return f'"{value}"'
