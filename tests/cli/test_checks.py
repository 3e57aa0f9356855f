"""`fidelity checks`: the list and the help page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from fidelity import registry
from fidelity.cli.explain import help_text
from fidelity.registry import Registered


@dataclass(frozen=True)
class Shine:
    """Is the shine still there?

    Why: a dull ring does not sell.

    - How: `highlights` are counted.
    """

    id: ClassVar[str] = "texture"
    title: ClassVar[str] = "Shine"
    question: ClassVar[str] = "Is it shiny?"
    advice: ClassVar[str] = "Polish it."
    dull_px: float = 2.5
    reference_e00: tuple[float, ...] = (1.0, 2.0)

    def judge(self, evidence: Any) -> Any: ...


@dataclass(frozen=True)
class Mute(Shine):
    id: ClassVar[str] = "mute"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"texture": Registered(Shine, "acme-shine", "1.2"), "mute": Registered(Mute, "acme-shine", "1.2")}
    monkeypatch.setattr(registry, "catalogue", lambda: found)


def test_the_list_names_id_title_gating_and_source(run) -> None:
    done = run("checks")
    assert done.exit_code == 0
    lines = [line.split() for line in done.stdout.splitlines() if "acme-shine" in line]
    assert lines == [
        ["texture", "Shine", "advises", "acme-shine", "1.2"],
        ["mute", "Shine", "yes", "acme-shine", "1.2"],
    ]


def test_a_check_explains_itself_from_its_docstring_and_fields(run) -> None:
    done = run("checks", "texture")
    assert done.exit_code == 0
    for words in (
        "Why: a dull ring does not sell.",
        "highlights",
        "Polish it.",
        "pixels",
        "[1, 2]",
        "[checks.texture]",
        "dull_px = 2.5",
    ):
        assert words in done.stdout


def test_an_unknown_check_lists_the_known_ones(run) -> None:
    done = run("checks", "shine")
    assert done.exit_code == 2
    assert done.stderr == "fidelity: there is no check 'shine'; the checks are texture, mute\n"


def test_a_signature_made_by_dataclass_is_no_help_text() -> None:
    assert help_text(Mute) == "This check has no help text."
