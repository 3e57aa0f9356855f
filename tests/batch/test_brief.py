"""What a manifest says of a piece reaches the checks: real ones, on small pictures."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fidelity.batch import run_batch
from fidelity.cli.render import console_for
from fidelity.errors import PolicyError
from fidelity.policy import Policy
from fidelity.result import Run, Status

from ..checks.drawn_pairs import band, band_mask, with_ground


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A band, its retouch on white, the mask of the ground, and a sidecar for a copy of the band."""
    folder = tmp_path_factory.mktemp("shoot")
    gold = band()
    ground = cv2.dilate(band_mask().astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    for name, picture in {
        "band.png": gold,
        "copy.png": gold,
        "done.png": with_ground(gold, 255),
        "ground.png": (255 * ground).astype(np.uint8),
        "nothing.png": np.zeros_like(ground, dtype=np.uint8),
    }.items():
        Image.fromarray(picture).save(folder / name)
    (folder / "copy.fidelity.toml").write_text("[expect]\nchain = true\nmetal = 'rose'\n")
    return folder


def ran(shoot: Path, rows: str, out: Path, only: tuple[str, ...]) -> Run:
    manifest = shoot / f"{out.name}.csv"
    manifest.write_text(rows)
    policy = Policy.named("standard")
    return run_batch((manifest,), out, workers=1, policy=policy, only=only, console=console_for(stderr=True))


def test_masks_expectations_and_sidecars_are_each_pair_s_own(shoot: Path, tmp_path: Path) -> None:
    rows = (
        "original,retouched,id,area_mask,expect.chain,expect.metal,expect.prongs\n"
        "band.png,done.png,kept,ground.png,,yellow,6\n"
        "band.png,done.png,touched,nothing.png,yes,,\n"
        "copy.png,done.png,sidecar,,,,\n"
        "copy.png,done.png,overruled,,no,yellow,\n"
    )
    run = ran(shoot, rows, tmp_path / "run", ("untouched", "chain", "metal-tone"))
    said = {audit.id: {result.id: result for result in audit.checks} for audit in run.audits}
    assert [audit.error for audit in run.audits] == [None] * 4

    untouched = {id: results["untouched"].status for id, results in said.items()}
    assert (untouched["kept"], untouched["touched"]) == (Status.PASS, Status.FAIL)
    assert untouched["sidecar"] is Status.NOT_APPLICABLE

    assert said["touched"]["chain"].summary.startswith("expected chain, found none")
    assert said["kept"]["chain"].status is Status.NOT_APPLICABLE
    assert said["sidecar"]["chain"].status is Status.REVIEW
    assert said["overruled"]["chain"].status is Status.NOT_APPLICABLE

    assert said["kept"]["metal-tone"].status is Status.PASS
    assert "expected metal rose, found yellow" in said["sidecar"]["metal-tone"].summary
    assert said["overruled"]["metal-tone"].status is Status.PASS


def test_an_expectation_that_no_check_answers_is_refused_before_the_run(shoot: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"'expect\.pongs': there is no check 'pongs'.*prongs"):
        ran(shoot, "original,retouched,expect.pongs\nband.png,done.png,6\n", tmp_path / "run", ("chain",))
    assert not (tmp_path / "run" / "results.json").exists()


def test_a_sidecar_counts_in_a_zip_as_well(shoot: Path, tmp_path: Path) -> None:
    run = zipped(shoot, tmp_path, (shoot / "copy.fidelity.toml").read_text())
    (audit,) = run.audits
    assert audit.check("chain").summary.startswith("expected chain, found none")
    assert run.summary.unmatched == ()


def test_a_wrong_sidecar_is_called_by_its_name_in_the_zip(shoot: Path, tmp_path: Path) -> None:
    (audit,) = zipped(shoot, tmp_path, "[expect]\npongs = 6\n").audits
    assert audit.error is not None
    assert f"{tmp_path}/before.zip/rings/copy.fidelity.toml, line 2: 'expect.pongs'" in audit.error


def zipped(shoot: Path, tmp_path: Path, sidecar: str) -> Run:
    with zipfile.ZipFile(tmp_path / "before.zip", "w") as packed:
        packed.write(shoot / "copy.png", "rings/copy.png")
        packed.writestr("rings/copy.fidelity.toml", sidecar)
    with zipfile.ZipFile(tmp_path / "after.zip", "w") as packed:
        packed.write(shoot / "done.png", "rings/copy.png")
    return run_batch(
        (tmp_path / "before.zip", tmp_path / "after.zip"),
        tmp_path / "run",
        workers=1,
        policy=Policy.named("standard"),
        only=("chain",),
        console=console_for(stderr=True),
    )
