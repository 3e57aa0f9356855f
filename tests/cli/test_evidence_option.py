"""`fidelity check --evidence DIR` writes what was seen."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from fidelity.cli import app

FIRST = Path(__file__).parents[2] / "fixtures" / "first"


def test_overlays_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "seen"
    arguments = ["check", str(FIRST / "original.jpg"), str(FIRST / "prong_missing.jpg"), "--evidence", str(folder)]
    CliRunner().invoke(app, arguments)
    names = {path.name for path in folder.iterdir()}
    assert names == {"features.png", "retouched.png", "disagreement.png"}
    with Image.open(folder / "disagreement.png") as heat:
        assert max(high for _, high in heat.getextrema()) > 200, "the lost prong glows"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    arguments = ["check", str(FIRST / "original.jpg"), str(FIRST / "faithful.jpg"), "--evidence", str(blocked)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
