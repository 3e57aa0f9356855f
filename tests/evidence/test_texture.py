"""Grain of metal: lost and invented are told, and dust, scratches, noise and a softer picture are left alone."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from fidelity_checks.texture import Texture

from fidelity import Outcome, Policy, Status
from fidelity.evidence.fineness import fine_detail
from fidelity.evidence.texture import look_at_grain, measure_texture
from tests.evidence import painted
from tests.evidence.painted import Mask, Rgb

Edit = Callable[[Rgb], Rgb]
BRUSHED = 0.14


def judged(before: Rgb, after: Rgb, piece: Mask | None = None) -> Outcome:
    whole = painted.piece() if piece is None else piece
    inside = np.asarray(cv2.erode(whole.astype(np.uint8), np.ones((9, 9))) > 0)
    bench = painted.bench(before, after)
    laid = SimpleNamespace(matrix=np.eye(3))
    fineness = fine_detail(bench, inside, laid)  # type: ignore[arg-type]
    found = measure_texture(bench, look_at_grain(bench, painted.SIDE), inside, inside, painted.gem(), fineness=fineness)
    return Texture().judge(SimpleNamespace(unusable=None, gone=(), texture=found, changes=()))  # type: ignore[arg-type]


def patch() -> Mask:
    canvas = np.zeros((painted.SIZE, painted.SIZE), np.uint8)
    cv2.rectangle(canvas, (55, 130), (95, 180), (1,), -1)
    return np.asarray(canvas > 0)


def smoothed(picture: Rgb) -> Rgb:
    """Plastic: the upper layer gone in one patch, the lower one kept."""
    soft = cv2.GaussianBlur(picture, (0, 0), 3)
    return np.where(patch()[..., None], soft, picture)


def with_scratch(picture: Rgb) -> Rgb:
    out = picture.copy()
    cv2.line(out, (60, 120), (90, 190), (120, 100, 70), 1, cv2.LINE_AA)
    cv2.circle(out, (200, 220), 3, (60, 55, 50), -1, cv2.LINE_AA)
    return out


def repainted(picture: Rgb) -> Rgb:
    """What an upscaler does: clear edges stay and are sharpened, between them lies another grain of the same size."""
    clear = cv2.bilateralFilter(picture, 9, 60, 3).astype(float)
    sharp = clear + 0.6 * (clear - cv2.GaussianBlur(clear, (0, 0), 1.5))
    grain = painted.ring(brushed=BRUSHED).astype(float) - painted.ring(brushed=0.0)
    other = np.roll(grain, (7, 11), axis=(0, 1))
    return painted.clipped(sharp + np.where(painted.band()[..., None], other, 0.0))


FREE: dict[str, Edit] = {
    "nothing": lambda p: p.copy(),
    "more exposure": painted.exposed,
    "more contrast": painted.contrasted,
    "sharpening": lambda p: painted.clipped(p + 0.7 * (p.astype(float) - cv2.GaussianBlur(p, (0, 0), 1.2))),
    "a softer picture": lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 0.6), np.uint8),
    "another ground": painted.on_white,
}


@pytest.mark.parametrize("edit", FREE.values(), ids=FREE)
def test_good_retouching_keeps_the_grain(edit: Edit) -> None:
    picture = painted.ring(brushed=BRUSHED)
    outcome = judged(picture, edit(picture))
    assert outcome.status is Status.PASS, outcome.summary


def test_dust_and_scratches_may_go() -> None:
    clean = painted.ring(brushed=BRUSHED)
    assert judged(with_scratch(clean), clean).status is Status.PASS


def test_metal_smoothed_to_plastic_fails_in_its_place() -> None:
    picture = painted.ring(brushed=BRUSHED)
    outcome = judged(picture, smoothed(picture))
    assert outcome.status is Status.FAIL
    assert outcome.findings[0].kind == "smoothed"
    x, y, width, height = outcome.findings[0].box or (0, 0, 0, 0)
    assert x >= 50 and x + width <= 101
    assert y >= 125 and y + height <= 186


def test_a_polish_turned_matte_is_invented_grain() -> None:
    picture = painted.ring(brushed=BRUSHED)
    outcome = judged(smoothed(picture), picture)
    assert outcome.status is Status.FAIL
    assert {f.kind for f in outcome.findings} == {"grain"}


def test_metal_painted_anew_with_another_grain_fails() -> None:
    picture = painted.ring(brushed=BRUSHED)
    outcome = judged(picture, repainted(picture))
    assert outcome.status is Status.FAIL, outcome.summary
    assert outcome.findings[0].kind == "redrawn" and "painted anew" in outcome.summary


def test_pictures_that_do_not_lie_on_each_other_say_nothing_of_a_surface() -> None:
    picture = painted.ring(brushed=BRUSHED)
    lost = {m.name: m for m in judged(picture, np.rot90(picture, 2).copy()).measurements}["faint edges lost"]
    assert lost.retouched == 0


def test_texture_beyond_the_piece_does_not_count_as_the_pieces() -> None:
    picture = painted.ring(brushed=BRUSHED)
    everywhere = np.ones(picture.shape[:2], bool)
    core = painted.band()
    bench = painted.bench(picture, picture)
    found = measure_texture(bench, look_at_grain(bench, painted.SIDE), everywhere, core, painted.gem())
    assert found and 0 < found.textured_percent <= 100


def test_a_mirror_polish_has_no_texture_to_lose() -> None:
    picture = painted.ring(brushed=0.0)
    plain = np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), np.uint8)
    away_from_facets = np.asarray(cv2.erode(painted.band().astype(np.uint8), np.ones((17, 17))) > 0)
    assert judged(plain, plain, away_from_facets).status is Status.NOT_APPLICABLE


def test_texture_advises_by_default_and_gates_where_the_profile_is_strict() -> None:
    assert not Policy.named("standard").gates("texture")
    assert Policy.named("precision").gates("texture")
