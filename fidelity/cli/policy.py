"""`fidelity policy`: write a policy, show the one that is in force, list what it may name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.cli.exits import Exit
from fidelity.cli.options import Only, PolicyFile, Profile, Skip, expectations, listed, selected, the_file, the_policy
from fidelity.cli.outputs import writable, write_text
from fidelity.errors import PolicyError

if TYPE_CHECKING:
    from rich.console import Console

    from fidelity.policy.effective import Section


def init(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The file to write; default: fidelity.toml here.")
    ] = None,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="Profile to start from.")] = "standard",
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE if it exists.")] = False,
) -> Exit:
    """Write a commented policy with every setting that there is, all of them switched off."""
    from fidelity.cli.render import console_for
    from fidelity.policy import FILE, template
    from fidelity.registry import discover

    path = file or Path(FILE)
    if path.is_file() and not force:
        raise PolicyError(f"{path} exists; --force overwrites it")
    text = template(profile, discover())
    writable("FILE", path)
    write_text("FILE", path, text.rstrip("\n"))
    console = console_for()
    console.print(f"Wrote {path}, on top of profile {profile}.", soft_wrap=True)
    if path.name != FILE:
        console.print(f"It is used where it is named: --policy {path}", soft_wrap=True)
    return Exit.PASS


def show(
    policy: PolicyFile = None,
    profile: Profile = None,
    only: Only = None,
    skip: Skip = None,
    expect: Annotated[
        list[str] | None, typer.Option("--expect", metavar="ID=VALUE", help="As for `fidelity check`.")
    ] = None,
) -> Exit:
    """Print the policy that is in force, as TOML, and behind each value where it comes from."""
    from fidelity.cli.render import console_for
    from fidelity.policy import effective

    path, asked = the_file(policy), expectations(expect)
    rules = the_policy(policy, profile)
    # A brief of one piece goes over the policy's own, as it does in an audit.
    rules = rules.model_copy(update={"expect": {**rules.expect, **asked}})
    checks = rules.configured(only=selected(only), skip=listed(skip))
    said = effective.layers(path, profile, asked)
    console = console_for()
    where = f"{path} on top of {said[0].name}" if path else f"{said[0].name}; no fidelity.toml here or above"
    console.print(f"# {where}", style="bold", soft_wrap=True)
    for section in effective.sections(rules, checks, said):
        _print(console, section)
    return Exit.PASS


def _print(console: Console, section: Section) -> None:
    from rich.text import Text

    from fidelity.policy.effective import DEFAULT
    from fidelity.toml_text import value_text

    if section.header:
        console.print()
        console.print(Text(section.header, style="bold"))
    settings = [f"{entry.name} = {value_text(entry.value)}" for entry in section.entries]
    width = max((len(setting) for setting in settings if len(setting) <= COLUMN), default=0)
    for entry, setting in zip(section.entries, settings, strict=True):
        style = "dim" if entry.origin == DEFAULT else ""
        line = Text.assemble((f"{setting:{width}}", style), (f"  # {entry.origin}", "dim"))
        console.print(line, soft_wrap=True)
    if section.unset:
        console.print(Text(f"# not set: {', '.join(section.unset)}", style="dim"), soft_wrap=True)


COLUMN = 40
"""Longest setting whose origin is set in a column with the others', characters."""


def names() -> Exit:
    """List the profiles to start from and the permits that a brief may give."""
    from rich.text import Text

    from fidelity.cli.render import console_for, table
    from fidelity.policy import permits, profile_about, profiles

    console = console_for()
    rows = table("profile", "for")
    for name in profiles():
        rows.add_row(Text(name, style="bold"), Text(profile_about(name)))
    given = table("permit", "allows", "still not")
    for name, permit in permits().items():
        given.add_row(Text(name, style="bold"), Text(permit.allows), Text(permit.not_allows))
    for one in (rows, given):
        one.columns[0].no_wrap = True
        console.print(one)
        console.print()
    console.print(Text("fidelity policy init writes a policy with all of them explained.", style="dim"))
    return Exit.PASS
