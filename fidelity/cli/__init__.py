"""The command line: `fidelity check`, `batch`, `see`, `checks`, `delivery`, `policy`, `calibrate`.

Nothing heavy is imported before a command runs, so that `fidelity --help` answers at once. Exit codes: 0
pass, 1 fail, 2 usage, unreadable input or no checks, 3 review. A crash of fidelity itself is 2 as well: 1
means that a retouch was judged and failed, and nothing else.
"""

from __future__ import annotations

from typing import Annotated

import typer

from fidelity import __version__
from fidelity.cli import batch, calibrate, check, checks, delivery, policy, see
from fidelity.cli.exits import polite
from fidelity.cli.streams import prepare

__all__ = ["app", "main"]

app = typer.Typer(
    name="fidelity",
    help="Prove, close up, that a piece of jewellery survived its retouch.",
    epilog="Exit codes: 0 pass, 1 fail, 2 usage or unreadable input, 3 review (not all could be judged).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fidelity {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Prove, close up, that a piece of jewellery survived its retouch."""


app.command("check")(polite(check.command))
app.command("batch")(polite(batch.command))
app.command("see")(polite(see.command))
app.command("checks")(polite(checks.command))
app.command("delivery")(polite(delivery.command))
app.command("calibrate")(polite(calibrate.command))

_policy = typer.Typer(help="Write a policy, show the one in force, list profiles and permits.", no_args_is_help=True)
_policy.command("init")(polite(policy.init))
_policy.command("show")(polite(policy.show))
_policy.command("list")(polite(policy.names))
app.add_typer(_policy, name="policy", context_settings={"help_option_names": ["-h", "--help"]})


def main() -> None:
    """Run the command line."""
    prepare()
    app()
