"""Colour of metal and stones: what the whole picture did is free, what one material did is told."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from fidelity_checks.metal_tone import MetalTone
from fidelity_checks.stone_colour import StoneColour

from fidelity import Outcome, Status
from fidelity.evidence.colours import Colours, lay_colours
from fidelity.evidence.gems import measure_gems
from fidelity.evidence.recoloured import find_recoloured
from fidelity.evidence.tone import measure_tone
from tests.evidence import painted
from tests.evidence.painted import GOLD, GREY, ROSE, RUBY, TEAL, WHITE, Rgb

Edit = Callable[[Rgb], Rgb]


def judged(before: Rgb, after: Rgb) -> dict[str, Outcome]:
    """Both checks' answers, with no stone found by structure."""
    bench = painted.bench(before, after)
    colours = lay_colours(bench, painted.piece(), painted.SIDE)
    bodies = find_recoloured(colours)
    none = np.zeros(bench.shape, bool)
    evidence = SimpleNamespace(
        unusable=None,
        gone=(),
        tone=measure_tone(colours, bench, stones=none, melee=none, recoloured=bodies),
        gem_colours=measure_gems(colours, bench, recoloured=bodies, set_zone=none),
    )
    return {check.id: check.judge(evidence) for check in (MetalTone(), StoneColour())}  # type: ignore[arg-type]


FREE: dict[str, Edit] = {
    "nothing": lambda p: p.copy(),
    "more exposure": painted.exposed,
    "more contrast": painted.contrasted,
    "a mild white balance": painted.warmed,
    "a white ground": painted.on_white,
    "all of these": lambda p: painted.on_white(painted.warmed(painted.contrasted(painted.exposed(p)))),
}


@pytest.mark.parametrize("metal", [GOLD, ROSE, WHITE], ids=["yellow", "rose", "white"])
@pytest.mark.parametrize("edit", FREE.values(), ids=FREE)
def test_what_the_whole_picture_did_is_free(edit: Edit, metal: tuple[int, int, int]) -> None:
    picture = painted.ring(metal)
    answers = judged(picture, edit(picture))
    assert {a.status for a in answers.values()} == {Status.PASS}, [a.summary for a in answers.values()]


@pytest.mark.parametrize("metal", [GOLD, ROSE], ids=["yellow", "rose"])
def test_light_painted_on_the_channels_takes_the_chroma_with_it(metal: tuple[int, int, int]) -> None:
    """Dodged and burned in turns about the ring, by a half: bright gold is more saturated gold, no other alloy."""
    picture = painted.ring(metal)
    y, x = np.mgrid[: painted.SIZE, : painted.SIZE]
    turns = np.sin(2 * np.arctan2(y - painted.CENTRE[1], x - painted.CENTRE[0]))
    brush = 1 + 0.5 * (turns * painted.band())[..., None]
    dodged = painted.clipped(picture * brush)
    recoloured = painted.moved(dodged, painted.band(), da=-7, db=8)
    for after, beyond in ((dodged, False), (recoloured, True)):
        shift = judged(picture, after)["metal-tone"].measurements[0]
        assert shift.name == "colour shift" and shift.exceeded is beyond, shift


RECOLOURED = {
    "white metal made grey": (WHITE, {"dL": -13}),
    "white metal made warm": (WHITE, {"db": 8}),
    "white metal made blue": (WHITE, {"db": -7}),
    "yellow gold made pale": (GOLD, {"db": -16}),
    "yellow gold made brassy green": (GOLD, {"da": -7}),
    "rose gold made yellow": (ROSE, {"da": -9, "db": 8}),
}


@pytest.mark.parametrize("studio", [False, True], ids=["alone", "under a studio retouch"])
@pytest.mark.parametrize(("metal", "shift"), RECOLOURED.values(), ids=RECOLOURED)
def test_recoloured_metal_fails_its_check_alone(
    metal: tuple[int, int, int], shift: dict[str, float], studio: bool
) -> None:
    picture = painted.ring(metal)
    after = painted.moved(picture, painted.band(), **shift)
    if studio:
        after = painted.on_white(painted.exposed(after, 1.06))
    answers = judged(picture, after)
    assert answers["metal-tone"].status is Status.FAIL
    assert answers["metal-tone"].findings[0].box is not None
    assert answers["stone-colour"].status is Status.PASS


STONES = {
    "a ruby made violet": (GOLD, RUBY, {"db": -18}),
    "teal made blue": (WHITE, TEAL, {"da": 4, "db": -12}),
    "a morganite in rose gold made pinker": (ROSE, (222, 178, 158), {"da": 5, "db": -7}),
    "a colourless stone in platinum made icy": (WHITE, GREY, {"da": -1, "db": -7}),
}


@pytest.mark.parametrize(("metal", "stone", "shift"), STONES.values(), ids=STONES)
def test_a_recoloured_stone_fails_its_check_alone_and_in_its_place(
    metal: tuple[int, int, int], stone: tuple[int, int, int], shift: dict[str, float]
) -> None:
    picture = painted.ring(metal, stone)
    answers = judged(picture, painted.moved(picture, painted.gem(), **shift))
    assert answers["metal-tone"].status is Status.PASS
    outcome = answers["stone-colour"]
    assert outcome.status is Status.FAIL
    x, y, width, height = outcome.findings[0].box or (0, 0, 0, 0)
    assert (x, y) == pytest.approx((105, 105), abs=12)
    assert (width, height) == pytest.approx((90, 90), abs=16)


def test_a_darker_picture_darkens_the_ground_too_and_is_free() -> None:
    picture = painted.ring(GOLD)
    answers = judged(picture, painted.exposed(picture, 0.72))
    assert answers["metal-tone"].status is Status.PASS


def test_half_of_the_metal_is_enough() -> None:
    picture = painted.ring(GOLD)
    half = painted.band()
    half[:, : painted.SIZE // 2] = False
    answer = judged(picture, painted.moved(picture, half, db=-16))["metal-tone"]
    assert answer.status is Status.FAIL
    assert answer.findings[0].box is not None
    assert answer.findings[0].box[0] > 110


def test_a_part_that_was_darkened_is_named_as_such() -> None:
    picture = painted.ring(WHITE)
    lower = painted.band()
    lower[: painted.SIZE // 2] = False
    answer = judged(picture, painted.moved(picture, lower, dL=-13))["metal-tone"]
    assert answer.status is Status.FAIL
    assert answer.findings[0].kind == "darkened"


def test_a_piece_without_metal_or_stones_is_not_judged() -> None:
    black = np.full((painted.SIZE, painted.SIZE, 3), 4, np.uint8)
    assert {a.status for a in judged(black, black).values()} == {Status.NOT_APPLICABLE}


def test_the_grid_keeps_a_large_bench_small() -> None:
    large = np.full((1200, 900, 3), 120, np.uint8)
    colours: Colours = lay_colours(painted.bench(large, large), np.ones((1200, 900), bool), 1200.0)
    assert colours.before.shape == (400, 300, 3)
    assert colours.reduced(np.ones((1200, 900), bool)).all()
