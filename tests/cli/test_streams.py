"""Nothing commands the terminal, nothing is lost where it can show only ASCII, and JSON stays JSON."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console
from rich.table import Table

from fidelity.cli import render, streams
from fidelity.cli.exits import say
from fidelity.texts import printable, visible

from ..checks.drawn_pairs import band


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("\x1b[31mred", r"\x1b[31mred", id="a colour"),
        pytest.param("\x1b]0;title\x07", r"\x1b]0;title\x07", id="a window's title"),
        pytest.param("a\x9bK", r"a\x9bK", id="the same in one byte of ISO 6429"),
        pytest.param("\u202egpj.exe", r"\u202egpj.exe", id="text that is turned round"),
        pytest.param("\u2066a\u2069", r"\u2066a\u2069", id="an isolate"),
        pytest.param("a\rb\x08", r"a\rb\x08", id="what overwrites the line"),
        pytest.param("a\u2028b", r"a\u2028b", id="a line break that is none here"),
        pytest.param("ring\udcff.jpg", r"ring\xff.jpg", id="a byte that is not UTF-8"),
        pytest.param("ring\ud800.jpg", r"ring\ud800.jpg", id="half a character, from Windows"),
        pytest.param("bagué 戒指 \U0001f48d\t\n", "bagué 戒指 \U0001f48d\t\n", id="what is harmless stays"),
    ],
)
def test_what_commands_a_terminal_is_spelled_out(text, told):
    assert visible(text) == told


@given(st.text(st.characters()))
def test_visible_text_can_be_written_and_is_done_once(text):
    seen = visible(text)
    assert visible(seen) == seen
    assert seen.encode("utf-8").decode("utf-8") == seen
    assert not any(ord(sign) < 32 and sign not in "\t\n" for sign in seen)


@given(st.text(st.characters()))
def test_text_in_ascii_has_no_question_mark_of_its_own(text):
    seen = streams.plain(text)
    assert seen.isascii()
    assert "?" in text or "?" not in seen or unicodedata.normalize("NFKD", text) != text  # as in ⁇


@given(st.text(st.characters(codec="utf-8")))
def test_printable_leaves_text_alone(text):
    assert printable(text) == text


def test_the_console_lets_no_command_through_whoever_prints():
    stream = io.StringIO()
    console = render._Console(file=stream, width=40)
    table = Table("a\x1bb")
    table.add_row("c\x9bd")
    for thing in ("e\x1b[2J", table):
        console.print(thing)
    assert stream.getvalue().startswith("e[2J\n")
    assert [line.split()[1] for line in stream.getvalue().splitlines()[2:5:2]] == ["ab", "cd"]
    assert isinstance(console, Console)


def test_a_sentence_on_stderr_commands_nothing(capsys):
    say("\x1b[2J is\nno picture")
    assert capsys.readouterr().err == "fidelity: \\x1b[2J is no picture\n"


# ------------------------------------------------------------------------------------- the program as it is run


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders with one pair each side, called by bytes that are no UTF-8, an escape and a heart."""
    folder = tmp_path_factory.mktemp("odd")
    for side in ("before", "after"):
        (folder / side).mkdir()
        Image.fromarray(band() if side == "before" else band()[:, ::-1]).save(folder / "x.png")
        (folder / "x.png").rename(folder / side / os.fsdecode(b"ri\xffng \x1b[2J\xe2\x99\xa5.png"))
    return folder


def ran(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    command = [sys.executable, "-m", "fidelity", *arguments]
    return subprocess.run(command, capture_output=True, env={**kept, **environment}, check=False)


PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A terminal of ASCII: what cron, a bare container and many a CI runner give."""


@pytest.mark.parametrize("environment", [{"PYTHONUTF8": "1"}, PLAIN], ids=["UTF-8", "ASCII"])
def test_check_of_odd_names_writes_json_and_ends_as_ever(odd: Path, environment: dict[str, str]) -> None:
    files = [next(os.scandir(os.fsencode(odd / side))).path for side in ("before", "after")]
    done = ran("check", *files, "--json", "-", "--only", "metal-tone", **environment)
    assert done.returncode in (0, 1, 3), done.stderr
    audit = json.loads(done.stdout.decode("utf-8"))
    assert audit["id"] == "ri\\xffng \x1b[2J\u2665"
    assert audit["original"]["path"] == f"{odd}/before/ri\\xffng \x1b[2J\u2665.png"
    assert b"\x1b" not in done.stderr
    assert b"Traceback" not in done.stderr
    heart = "\u2665".encode() if environment != PLAIN else rb"\u2665"
    assert rb"ri\xffng \x1b[2J" + heart in b" ".join(done.stderr.split())


def test_batch_of_odd_names_writes_all_its_files(odd: Path, tmp_path: Path) -> None:
    options = ("--out", str(tmp_path / "out"), "--only", "metal-tone", "--workers", "1")
    done = ran("batch", str(odd / "before"), str(odd / "after"), *options, **PLAIN)
    assert done.returncode in (0, 1, 3), done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    run = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert [audit["id"] for audit in run["audits"]] == ["ri\\xffng \x1b[2J\u2665"]
    for name in ("index.html", "results.csv", "junit.xml"):
        assert "ri\\xffng " in (tmp_path / "out" / name).read_text(encoding="utf-8")


def test_our_own_signs_have_a_likeness_in_ascii(odd: Path) -> None:
    files = [next(os.scandir(os.fsencode(odd / side))).path for side in ("before", "after")]
    done = ran("check", *files, "--only", "metal-tone", **PLAIN)
    lines = done.stdout.decode("ascii").splitlines()
    assert "->" in " ".join(lines[:3])
    (verdict,) = [line for line in lines if line.startswith("Verdict: ")]
    mark, word = verdict.removeprefix("Verdict: ").split()[:2]
    assert (mark, word) in {("+", "pass"), ("x", "fail"), ("?", "review")}
    assert " - profile standard" in " ".join(done.stdout.decode("ascii").split())
    assert done.stdout.count(b"?") == (0 if word != "review" else 2)  # in the verdict and in its one check
