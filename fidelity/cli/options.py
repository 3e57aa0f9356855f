"""Options that commands share, and how their texts are read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.errors import PolicyError

if TYPE_CHECKING:
    from fidelity.brief import Expected
    from fidelity.policy import Policy

PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="Policy; default: fidelity.toml here or in a folder above."),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="Profile to start from; `fidelity policy list` lists them."),
]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID,ID", help="Run these checks and no others.")]
Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="ID,ID", help="Leave these checks out.")]

SECONDS = 1200.0
"""Default of `--timeout`; as `fidelity.apart.SECONDS`, which is not imported for `--help`."""

Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", min=0, help="Stop a pair that takes longer; 0: never."),
]
Memory = Annotated[
    float | None,
    typer.Option(
        "--memory", metavar="GB", min=0, help="Stop a pair that takes more; 0: never; default: what the machine has."
    ),
]


def in_bytes(gigabytes: float | None) -> int | None:
    """As `--memory` gives it, in bytes."""
    return None if gigabytes is None else round(gigabytes * 1e9)


def the_policy(path: Path | None, profile: str | None) -> Policy:
    """The policy that the two options ask for; without `--policy`, a `fidelity.toml` found upward from here."""
    from fidelity.policy import DEFAULT_PROFILE, Policy

    path = the_file(path)
    if path is None:
        return Policy.named(profile or DEFAULT_PROFILE)
    return Policy.load(path, profile=profile)


def the_file(path: Path | None) -> Path | None:
    """`path`, else the nearest `fidelity.toml` from here upward; None where there is none."""
    from fidelity.policy import found_upward

    if path is not None or (found := found_upward(Path.cwd())) is None:
        return path
    return found.relative_to(Path.cwd()) if found.parent == Path.cwd() else found


def listed(values: Iterable[str] | None) -> tuple[str, ...]:
    """Items of an option that may be repeated and may hold commas."""
    return tuple(item.strip() for value in values or () for item in value.split(",") if item.strip())


def selected(values: list[str] | None) -> tuple[str, ...] | None:
    """As `listed`, but an option that was not given is `None`: not the same as one that names nothing."""
    return None if values is None else listed(values)


def expectations(values: list[str] | None) -> dict[str, Expected]:
    """`prongs=6,chain=yes,metal=rose` as a mapping."""
    from fidelity.expectations import allowed, parsed

    found: dict[str, Expected] = {}
    for item in listed(values):
        name, equals, text = (part.strip() for part in item.partition("="))
        try:
            value = parsed(name, text) if name and equals else None
        except ValueError:
            value = None
        if value is None:
            what = f"; {name} {allowed(name)}" if name and equals else ""
            raise PolicyError(f"--expect takes a feature and what it is, as in prongs=6; got '{item}'{what}")
        if found.get(name, value) != value:
            raise PolicyError(f"--expect names '{name}' twice, with {_shown(found[name])} and {_shown(value)}")
        found[name] = value
    return found


def _shown(value: Expected) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
