"""`fidelity check --evidence DIR` writes what was seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from typer.testing import CliRunner

import fidelity
from fidelity import Evidence
from fidelity.cli import app
from fidelity.evidence.drawing import COLOURS, LEGEND_PX, overlays

FIRST = Path(__file__).parents[2] / "fixtures" / "first"


def test_overlays_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "seen"
    arguments = ["check", str(FIRST / "original.jpg"), str(FIRST / "prong_missing.jpg"), "--evidence", str(folder)]
    CliRunner().invoke(app, arguments)
    names = {path.name for path in folder.iterdir()}
    assert names == {"features.png", "retouched.png", "disagreement.png"}
    with Image.open(folder / "disagreement.png") as heat:
        assert max(high for _, high in heat.getextrema()) > 200, "the lost prong glows"


def test_the_legend_wraps_under_a_narrow_picture() -> None:
    picture = fidelity.load(np.full((90, 200, 3), 200, np.uint8))
    drawn = overlays(Evidence(picture, picture))
    seen = drawn["retouched"]
    legend = drawn["features"][len(seen) :]
    for name, colour in COLOURS.items():
        assert (legend == colour).all(axis=2).any(), f"the colour of {name} is shown"
    assert legend.shape[1] == seen.shape[1]
    assert len(legend) >= 3 * LEGEND_PX, "one row would be 550 pixels wide"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    arguments = ["check", str(FIRST / "original.jpg"), str(FIRST / "faithful.jpg"), "--evidence", str(blocked)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
