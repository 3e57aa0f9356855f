"""`fidelity --help` must answer at once: nothing heavy may be imported for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"cv2", "numpy", "scipy", "skimage", "pydantic", "pandas", "jinja2", "matplotlib", "PIL"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from fidelity.cli import app; "
        f"app({arguments!r}, standalone_mode=False); "
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rsplit("LOADED", 1)[1].split())
    assert "fidelity" in loaded
    # Typer itself may load pydantic for the parameters of a command; the first page goes without.
    assert not loaded & (HEAVY - {"pydantic"} if "check" in arguments else HEAVY)


def test_the_module_runs_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "fidelity", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("fidelity ")


def test_a_terminal_without_unicode_gets_plain_marks() -> None:
    script = (
        "from fidelity.cli.render import console_for, mark; "
        "c = console_for(); c.print(mark(c, 'pass'), mark(c, 'fail'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert done.stdout.split() == [b"+", b"pass", b"x", b"fail"]


def test_a_reader_that_leaves_early_does_not_change_the_exit_code() -> None:
    script = (
        "import typer\n"
        "from fidelity.cli.exits import Exit, polite\n"
        "from fidelity.cli.render import console_for\n"
        "def command() -> Exit:\n"
        "    for _ in range(20000): console_for().print('a line')\n"
        "    return Exit.REVIEW\n"
        "app = typer.Typer(); app.command()(polite(command)); app()"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), errors) == (3, b"")
