"""Options that commands share, and how their texts are read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.errors import PolicyError

if TYPE_CHECKING:
    from fidelity.policy import Policy

PolicyFile = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="TOML file with limits and which checks gate.")
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="Limits to start from: standard (default) or precision."),
]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID,ID", help="Run these checks and no others.")]
Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="ID,ID", help="Leave these checks out.")]


def the_policy(path: Path | None, profile: str | None) -> Policy:
    """The policy that the two options ask for."""
    from fidelity.policy import DEFAULT_PROFILE, Policy

    if path is None:
        return Policy.named(profile or DEFAULT_PROFILE)
    return Policy.load(path, profile=profile)


def listed(values: Iterable[str] | None) -> tuple[str, ...]:
    """Items of an option that may be repeated and may hold commas."""
    return tuple(item.strip() for value in values or () for item in value.split(",") if item.strip())


def selected(values: list[str] | None) -> tuple[str, ...] | None:
    """As `listed`, but an option that was not given is `None`: not the same as one that names nothing."""
    return None if values is None else listed(values)


def expectations(values: list[str] | None) -> dict[str, float]:
    """`prongs=6,pave=24` as a mapping."""
    found: dict[str, float] = {}
    for item in listed(values):
        name, equals, number = (part.strip() for part in item.partition("="))
        try:
            count = float(number)
        except ValueError:
            count = math.nan
        if not name or not equals or not math.isfinite(count) or count < 0:
            raise PolicyError(f"--expect takes a check and a count of at least 0, as in prongs=6; got '{item}'")
        if found.get(name, count) != count:
            raise PolicyError(f"--expect names '{name}' twice, with {found[name]:g} and {count:g}")
        found[name] = count
    return found
