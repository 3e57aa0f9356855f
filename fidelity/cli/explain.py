"""Checks explain themselves: their own docstring, their own limits."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from fidelity.cli.render import table
from fidelity.registry import limits_of
from fidelity.toml_text import value_text
from fidelity.units import words_of

if TYPE_CHECKING:
    from fidelity.policy import Policy
    from fidelity.registry import Registered


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
    limits = limits_of(check)
    if not limits:
        return
    console.print()
    rows = table("limit", "default", "unit")
    rows.columns[0].no_wrap = True
    for name, default in limits.items():
        rows.add_row(Text(name), Text(_shown(default)), words_of(name))
    console.print(rows)
    name, default = next((item for item in limits.items() if item[1] is not None), ("gating", True))
    console.print()
    console.print(Text(f"Set in a policy:\n  [checks.{check.id}]\n  {name} = {_shown(default)}"))


def _shown(default: Any) -> str:
    return "not set" if default is None else value_text(default)


def help_text(check: type) -> str:
    """The class's own docstring; a dataclass without one gets a made-up signature, which is no help."""
    written = check.__doc__ or ""
    if not written or written.startswith(f"{check.__name__}("):
        return "This check has no help text."
    return inspect.cleandoc(written)
