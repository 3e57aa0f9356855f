"""What a real policy may hold: permits, references, regions, expectations, rules of delivery; and zero means zero."""

from __future__ import annotations

from pathlib import Path

import pytest

from fidelity import Status
from fidelity.errors import PolicyError
from fidelity.policy import Policy
from fidelity.policy.page import refusal
from fidelity.result import Measurement


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("permits = 'polish-gems'", ["line 1", "a list of permits", "remove-chain"]),
        ("permits = [\n 'polish-gems',\n 'all']", ["line 1", "permits[2]", "remove-chain"]),
        ("[references]\nfor = 'metal'", ["line 1", "[[references]]"]),
        ("[[references]]\nfor = 'metal'\ncolor = '#aabbcc'", ["line 3", "for, name, colour, lab, delta_e00"]),
        ("[[references]]\nfor = 'metal'\nlab = [150, 0, 0]", ["line 3", "L from 0 to 100"]),
        ("[[references]]\nfor = 'gem'\nlab = [50, 0]", ["line 3", "lab[3]", "missing"]),
        ("[[references]]\nfor = 'gem'", ["line 1", "either 'colour' (hex) or 'lab'"]),
        ("[[references]]\nfor = 'gem'\ncolour = '#aabbcc'\ndelta_e00 = -1", ["line 4", "at least 0"]),
        ("[[references]]\nfor = 'gem'\ncolour = '#aabbcc'\ndelta_e00 = 101", ["line 4", "at most 100"]),
        (
            "[[references]]\nfor = 'gem'\ncolour = '#aabbcc'\n[[references]]\nfor = 'gem'\ncolour = '#abc'",
            ["line 6", "references[2].colour", "#e0b8a0"],
        ),
        ("[regions]\nring = []", ["line 2", "ignore, focus, hallmark, stone, metal, chain"]),
        ("[regions]\nfocus = [[[0, 0], [1, 1], [-1, 2]]]", ["line 2", "focus[1][3][1]", "at least 0"]),
        ("[regions]\nchain = 'all of it'", ["line 2", "list"]),
        ("[expect]\nprongs = 5.5", ["line 2", "a count of at least 0"]),
        ("[expect]\nmelee = 'many'", ["line 2", "a count of at least 0, true or false"]),
        ("[expect]\nhallmark = ''", ["line 2", "a text"]),
        ("[expect]\nstone = 1", ["line 2", "prongs, pave", "stones"]),
        ("[checks.delivery]\npreset = 'amazon'", ["line 1", "amazon-jewellery, catalogue-4k, ebay"]),
        ("[checks.delivery]\nfill_min_percent = 130", ["line 1", "fill_min_percent must be at most 100 %"]),
        ("[checks.delivery]\nformats = 'JPEG'", ["line 2", "a list, each a text"]),
        ("[checks.delivery]\nwidth_min_px = 'wide'", ["line 2", "a whole number (pixels)"]),
        ("[checks.metal-tone]\nshift_e00 = 3", ["line 2", "shift_de00 is set in CIEDE2000"]),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_is_allowed(text: str, words: list[str]) -> None:
    said = refusal(text)
    for word in words:
        assert word in said


def load(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "fidelity.toml"
    path.write_text(text)
    return Policy.load(path)


def test_five_references_are_fine_and_six_are_not(tmp_path: Path) -> None:
    one = "[[references]]\nfor = 'gem'\ncolour = '#aa0022'\n"
    assert len(load(tmp_path, 5 * one).references) == 5
    with pytest.raises(PolicyError, match="at most 5"):
        load(tmp_path, 6 * one)


def test_zero_means_zero(tmp_path: Path) -> None:
    text = "[checks.outline]\nsize_percent = 0\n[[references]]\nfor = 'metal'\ncolour = '#c0a060'\ndelta_e00 = 0\n"
    policy = load(tmp_path, text + "[expect]\nprongs = 0\n")
    (outline,) = policy.configured(only=["outline"])
    assert outline.size_percent == 0  # type: ignore[attr-defined]
    assert policy.references[0].delta_e00 == 0 and policy.expect == {"prongs": 0}
    assert Measurement(name="size", original=100, retouched=100.01, limit=0).exceeded
    assert not Measurement(name="size", original=100, retouched=100, limit=0).exceeded


def test_an_expectation_for_a_check_that_is_not_run_is_no_mistake() -> None:
    import fidelity

    from .checks.drawn_pairs import band

    gold = band()
    audit = fidelity.audit(gold, gold, only=["geometry"], expect={"prongs": 6})
    assert [check.id for check in audit.checks] == ["geometry"] and audit.check("geometry").status is Status.PASS
    with pytest.raises(PolicyError, match="pongs: there is no such check"):
        fidelity.audit(gold, gold, only=["geometry"], expect={"pongs": 6})
