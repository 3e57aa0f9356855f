"""`fidelity checks`: list the checks, or explain one from its own docstring."""

from __future__ import annotations

from typing import Annotated

import typer

from fidelity.cli.exits import Exit


def command(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The check to explain.")] = None,
) -> Exit:
    """List the checks, or explain one: what, why, how, limits, when it does not apply."""
    from fidelity.cli.explain import show_check, show_checks
    from fidelity.cli.render import console_for
    from fidelity.errors import PolicyError
    from fidelity.policy import Policy
    from fidelity.registry import catalogue

    found = catalogue()
    if id is None:
        show_checks(console_for(), found, Policy.named("standard"))
        return Exit.PASS
    if id not in found:
        raise PolicyError(f"there is no check '{id}'; the checks are {', '.join(found)}")
    show_check(console_for(), found[id], Policy.named("standard"))
    return Exit.PASS
