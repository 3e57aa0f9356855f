"""New grounds with a life of their own, wood and mirrors; and what stood out of the piece and was cut off there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fidelity_checks.prongs import Prongs
from fidelity_checks.silhouette import Silhouette

import fidelity
from fidelity import Evidence, Picture, Status, Verdict
from fidelity.evidence.mirror_image import find_mirror_image
from fidelity.evidence.stayed import piece_that_stayed
from fidelity.image.colour import srgb_to_lab
from fidelity.image.ground import piece_on_plain_ground
from tests.evidence.composed import PAIRS, composed, cut_out, laid, original


def on_wood(piece: str) -> Picture:
    own, matte = cut_out(piece)
    height, width = matte.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    grain = np.random.default_rng(5).normal(0, 6, (height, width))
    rings = 150 + 18 * np.sin(y / height * 60 + 3 * np.sin(x / width * 5 + y / height * 2))
    wood = (rings + cv2.GaussianBlur(grain, (0, 0), 1.2))[..., None] * np.array([1, 0.78, 0.58])
    return laid(own, matte, wood)


def on_glass(piece: str, strength: float = 0.4) -> Picture:
    """On white, a copy of the piece below it, upside down and fading."""
    own, matte = cut_out(piece)
    height, width = matte.shape
    foot = int(np.flatnonzero((matte > 0.5).any(axis=1)).max())
    room = height // 3
    ground = np.full((height + room, width, 3), 250.0)
    rows = np.arange(foot + 1, min(2 * foot, height + room))
    fade = np.clip(strength * (1 - (rows - foot) / (0.3 * height)), 0, None)[:, None, None]
    up = 2 * foot + 1 - rows
    ground[rows] = ground[rows] * (1 - fade * matte[up][..., None]) + fade * own[up]
    padded = np.pad(own, ((0, room), (0, 0), (0, 0))), np.pad(matte, ((0, room), (0, 0)))
    return laid(*padded, ground)


@pytest.mark.parametrize("piece", ["eternity-1", "solitaire4-1", "halo-2"])
def test_a_mirror_image_is_no_part_of_the_piece(piece: str) -> None:
    mirrored, plain = (Evidence(original(piece), p) for p in (on_glass(piece), composed(piece)[0]))
    assert mirrored.piece and plain.piece
    extra = mirrored.piece.mask & ~plain.piece.mask
    assert extra.sum() < 0.02 * plain.piece.mask.sum()


def test_a_piece_as_strong_below_as_above_is_no_mirror_image() -> None:
    """A disc is its own mirror image."""
    rgb = np.full((400, 400, 3), 245, np.uint8)
    for radius in range(120, 10, -18):
        shade = 60 + radius % 36 * 4
        cv2.circle(rgb, (200, 200), radius, (shade, shade, shade), -1, cv2.LINE_AA)
    silhouette = piece_on_plain_ground(rgb, None)
    assert silhouette is not None
    assert find_mirror_image(rgb, silhouette) is None


@pytest.mark.parametrize("piece", ["eternity-1", "solitaire6-2", "halo-2"])
def test_a_piece_on_wood_is_what_stayed(piece: str) -> None:
    before, after = original(piece), on_wood(piece)
    evidence = Evidence(before, after)
    assert evidence.piece is not None
    shape = evidence.piece.mask.shape
    true = cv2.resize(cut_out(piece)[1], shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    assert (evidence.piece.mask & true).sum() > 0.85 * (evidence.piece.mask | true).sum()
    result = fidelity.audit(before, after)
    assert result.verdict is not Verdict.FAIL, [f.message for c in result.checks for f in c.findings]


def test_a_stone_drawn_anew_is_found_on_wood() -> None:
    before, after = original("solitaire6-2"), on_wood("solitaire6-2").rgb.copy()
    evidence = Evidence(before, on_wood("solitaire6-2"))
    x, y, w, h = evidence.bench.box(*evidence.features.stones[0].box)
    inner = np.s_[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4]
    after[inner] = after[inner][::-1, ::-1]
    result = fidelity.audit(before, fidelity.load(after))
    assert result.verdict is Verdict.FAIL


def test_nothing_is_said_of_a_ground_that_was_kept() -> None:
    before = srgb_to_lab(cv2.resize(original("eternity-1").rgb, (400, 400), interpolation=cv2.INTER_AREA))
    everywhere = np.ones((400, 400), bool)
    assert piece_that_stayed(before, before, everywhere) is None
    part = everywhere.copy()
    part[:, 300:] = False  # what the retouch's frame does not reach was not exchanged
    assert piece_that_stayed(before, before * part[..., None], part) is None


@pytest.mark.parametrize("piece", ["solitaire6-1", "emerald-1"])
def test_a_prong_that_stood_out_of_the_outline_is_missed(piece: str) -> None:
    evidence = Evidence(original(piece), fidelity.load(PAIRS / f"{piece}__bad_prong_absent_2.jpg"))
    for check in (Prongs(), Silhouette()):
        assert check.judge(evidence).status is Status.FAIL
    (prongs,) = [m for m in Prongs().judge(evidence).measurements if m.name == "prongs"]
    assert prongs.original is not None and prongs.retouched is not None and prongs.retouched < prongs.original


@pytest.mark.parametrize("edit", ["ok_white_ground.jpg", "ok_cut_out.webp", "ok_grey_ground_full_shadow.jpg"])
def test_a_cut_out_that_follows_the_prongs_cuts_none_off(edit: str) -> None:
    for piece in ("solitaire6-1", "emerald-1"):
        evidence = Evidence(original(piece), fidelity.load(PAIRS / f"{piece}__{edit}"))
        assert not evidence.outline_changes.bites


def test_an_opening_that_was_filled_is_named_in_its_place() -> None:
    evidence = Evidence(original("cable-2"), fidelity.load(PAIRS / "cable-2__bad_opening_filled.jpg"))
    outcome = Silhouette().judge(evidence)
    (finding,) = [f for f in outcome.findings if f.kind == "filled"]
    assert finding.box is not None
    x, y, w, h = finding.box
    assert x < 390 < x + w and y < 485 < y + h


@pytest.mark.parametrize("edit", ["ok_white_ground.jpg", "ok_grey_ground_full_shadow.jpg", "ok_mirror_reflection.jpg"])
def test_an_opening_that_shows_the_new_ground_is_not_filled(edit: str) -> None:
    evidence = Evidence(original("oval-1"), fidelity.load(PAIRS / f"oval-1__{edit}"))
    assert not evidence.outline_changes.fillings
