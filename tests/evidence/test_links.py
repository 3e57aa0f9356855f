"""Links that run together are told from new grounds, blur of the whole picture and plain shanks."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from fidelity.evidence.links import find_smears

from .painted import Mask, Rgb, bench, clipped

SIZE = 600
SIDE = 560.0
FUSED = (240, 380)
"""First and last column of the stretch that is fused."""


def chain(seed: int = 2) -> tuple[Rgb, Mask]:
    """A row of gold links across the picture, every other one seen from its edge, and where they are."""
    rng = np.random.default_rng(seed)
    picture = np.full((SIZE, SIZE, 3), 205, np.float32) + rng.normal(0, 1.0, (SIZE, SIZE, 1))
    canvas = clipped(picture)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for step, x in enumerate(range(30, SIZE - 20, 22)):
        size = (15, 9) if step % 2 else (14, 3)
        for thick, colour in ((5, (96, 70, 24)), (3, (206, 166, 84)), (1, (250, 232, 180))):
            cv2.ellipse(canvas, (x, 300), size, 0, 0, 360, colour, thick, cv2.LINE_AA)
        cv2.ellipse(mask, (x, 300), size, 0, 0, 360, (1,), 6)
    return clipped(cv2.GaussianBlur(canvas, (0, 0), 0.6)), cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9))) > 0


def fused(picture: Rgb, mask: Mask) -> Rgb:
    """Metal of one even shade over the links of a stretch."""
    where = mask.copy()
    where[:, : FUSED[0]] = where[:, FUSED[1] :] = False
    soft = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 1.5)[..., None]
    smear = cv2.GaussianBlur(picture, (0, 0), 9).astype(np.float32)
    return clipped(picture * (1 - soft) + smear * soft)


def on_white(picture: Rgb, mask: Mask) -> Rgb:
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)[..., None]
    return clipped(picture * soft + 255 * (1 - soft))


FREE: dict[str, Callable[[Rgb, Mask], Rgb]] = {
    "nothing": lambda p, m: p.copy(),
    "a white ground": on_white,
    "a softer picture": lambda p, m: clipped(cv2.GaussianBlur(p, (0, 0), 1.0)),
    "more exposure": lambda p, m: clipped(p * 1.15),
    "less contrast": lambda p, m: clipped(128 + 0.8 * (p.astype(float) - 128)),
}


@pytest.mark.parametrize("edit", FREE.values(), ids=FREE)
def test_a_chain_that_was_left_alone_has_no_smear(edit: Callable[[Rgb, Mask], Rgb]) -> None:
    picture, mask = chain()
    assert find_smears(bench(picture, edit(picture, mask)), mask, SIDE) == ()


@pytest.mark.parametrize("edit", FREE.values(), ids=FREE)
def test_fused_links_are_found_where_they_are_whatever_else_was_done(edit: Callable[[Rgb, Mask], Rgb]) -> None:
    picture, mask = chain()
    found = find_smears(bench(picture, edit(fused(picture, mask), mask)), mask, SIDE)
    assert len(found) == 1 and found[0].lost_percent > 40
    x, _, width, _ = found[0].box
    assert abs(x - FUSED[0]) < 30 and abs(x + width - FUSED[1]) < 30


def test_a_plain_shank_that_lost_its_lines_is_no_chain() -> None:
    picture = np.full((SIZE, SIZE, 3), 205, np.uint8)
    mask = np.zeros((SIZE, SIZE), bool)
    mask[290:311] = True
    for row, shade in ((292, 90), (297, 240), (303, 130), (308, 225)):
        picture[row - 2 : row + 3] = shade
    soft = picture.copy()
    soft[290:311, 240:380] = 170
    assert find_smears(bench(picture, soft), mask, SIDE) == ()


def test_nothing_is_said_of_a_chain_of_a_few_pixels() -> None:
    picture, _ = chain()
    mask = np.zeros((SIZE, SIZE), bool)
    mask[300:306, 300:310] = True
    assert find_smears(bench(picture, picture), mask, SIDE) == ()
