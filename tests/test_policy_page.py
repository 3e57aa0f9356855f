"""The page on policies says what the models say, today."""

from __future__ import annotations

from pathlib import Path

import pytest

from fidelity.policy import Policy, permits, profiles
from fidelity.policy.page import REFUSED, page, refusal

PAGE = Path(__file__).parents[1] / "docs" / "policy.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m fidelity.policy`"


def test_every_key_profile_and_permit_is_there() -> None:
    text = page()
    for name in (*Policy.model_fields, *profiles(), *permits()):
        assert f"| `{name}` | " in text


@pytest.mark.parametrize("text", [text for _, text in REFUSED], ids=[what for what, _ in REFUSED])
def test_what_is_refused_names_file_line_and_what_is_allowed(text: str) -> None:
    said = refusal(text)
    assert "fidelity.toml, line " in said and "\n" not in said
    assert any(word in said for word in ("allowed", "must be", "at least", "at most"))
