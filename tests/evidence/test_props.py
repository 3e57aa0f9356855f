"""Putty that went is told from parts that changed, also where it is as light as metal or ground."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import Evidence
from fidelity.evidence import belongs
from fidelity.evidence.belongs import Part, zones_of
from fidelity.evidence.bench import Bench
from fidelity.evidence.props import find_props
from fidelity.image.picture import U8, Mask

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"


def evidence(original: str, retouched: str) -> Evidence:
    return Evidence(fidelity.load(PAIRS / original), fidelity.load(PAIRS / retouched))


@pytest.mark.parametrize(
    ("piece", "edit", "putty"),
    [
        ("solitaire6-2", "ok_white_ground.jpg", (430, 690)),
        ("halo-2", "ok_grey_ground_full_shadow.jpg", (415, 575)),
        ("emerald-1", "ok_studio.jpg", (430, 650)),
    ],
    ids=["inside the ring", "as light as the cloth", "on wood"],
)
def test_putty_that_went_is_found(piece: str, edit: str, putty: tuple[int, int]) -> None:
    found = evidence(f"{piece}__original.jpg", f"{piece}__{edit}")
    x, y = (
        (at - origin) * found.bench.scale for at, origin in zip(putty, (found.bench.left, found.bench.top), strict=True)
    )
    assert found.props[round(y), round(x)]
    assert (found.props & found.mask).sum() < 0.2 * found.mask.sum(), "what it touched, not the piece"


@pytest.mark.parametrize("piece", ["eternity-1", "oval-1", "cable-2"])
def test_a_new_ground_alone_hides_no_prop(piece: str) -> None:
    assert not evidence(f"{piece}__original.jpg", f"{piece}__ok_white_ground.jpg").props.any()


def test_a_strip_of_the_ground_in_the_ring_is_no_prop() -> None:
    """A stripe of the wood seen through the ring stands out of it; putty, fingers and tweezers are thicker."""
    found = evidence("emerald-1__original.jpg", "emerald-1__ok_cut_out.webp")
    x, y = ((at - origin) * found.bench.scale for at, origin in ((522, found.bench.left), (545, found.bench.top)))
    assert not found.props[round(y), round(x)]


PUTTY, STEEL = (150, 172, 200), (150, 150, 154)


def plate_on_wood(body: tuple[int, int, int] | None) -> tuple[U8, Mask, Mask]:
    """A steel plate on striped wood with a disc over its lower edge: picture, mask of both, mask of the disc."""
    rng = np.random.default_rng(7)
    wood = 120 + 24 * np.sin(np.arange(400) / 9)
    picture = np.repeat(wood[:, None, None], 400, axis=1) * np.array([1.0, 0.8, 0.6])
    plate, disc = np.zeros((400, 400), np.uint8), np.zeros((400, 400), np.uint8)
    cv2.rectangle(plate, (80, 90), (320, 270), (1,), -1)
    cv2.circle(disc, (200, 276), 26, (1,), -1)
    brushed = cv2.GaussianBlur(rng.normal(0, 1, (400, 400)), (0, 0), 2)
    picture[plate > 0] = (np.array(STEEL) + 40 * brushed[..., None] / brushed.std())[plate > 0]
    if body is not None:
        picture[disc > 0] = body
    shown = np.clip(picture + rng.normal(0, 0.8, picture.shape), 0, 255).astype(np.uint8)
    return shown, (plate | disc) > 0, disc > 0


def props_between(before: U8, after: U8, mask: Mask, *, left: bool, rough: bool) -> Mask:
    bench = Bench(before, after, np.ones(mask.shape, bool), None, 0, 0, 1.0)
    return find_props(bench, mask, 240.0, ground_left=left, rough=rough)


def test_putty_that_a_rough_mask_holds_is_found_by_its_tint() -> None:
    (before, mask, disc), (after, *_) = plate_on_wood(PUTTY), plate_on_wood(None)
    assert props_between(before, after, mask, left=True, rough=True)[disc].all()
    assert not props_between(after, before, mask, left=True, rough=True).any(), "what was added is none"


def test_a_bite_out_of_even_metal_is_no_prop() -> None:
    (before, mask, _), (after, *_) = plate_on_wood(STEEL), plate_on_wood(None)
    assert not props_between(before, after, mask, left=True, rough=True).any()


def test_putty_beside_the_piece_is_found_and_stripes_of_the_wood_are_not() -> None:
    before, mask, disc = plate_on_wood(PUTTY)
    plate = mask & ~disc
    plate[246:] = False  # the putty stands a little away from what is left
    after = np.where(plate[..., None], before, 255).astype(np.uint8)
    assert props_between(before, after, plate, left=False, rough=False)[disc & ~plate].mean() > 0.9
    bare, *_ = plate_on_wood(None)
    assert not props_between(
        bare, np.where(plate[..., None], bare, 255).astype(np.uint8), plate, left=False, rough=False
    ).any()


@pytest.mark.parametrize(
    ("left", "hidden"), [((0.5, 0.43, 0.355), False), ((0.5, 0.62, 0.8), True)], ids=["golden shade", "blue putty"]
)
def test_a_hard_shadow_hides_no_more_of_the_piece_than_it_covers(
    left: tuple[float, float, float], hidden: bool
) -> None:
    before, mask, disc = plate_on_wood(None)
    plate = mask & ~disc
    plate[246:] = False
    rng = np.random.default_rng(3)
    linen = np.array([206, 200, 192]) + rng.normal(0, 0.8, before.shape)
    beside = disc & ~plate
    ground = np.where(beside[..., None], linen * np.array(left) ** 0.45, linen)
    before = np.where(plate[..., None], before, ground).astype(np.uint8)
    after = np.where(plate[..., None], before, 250).astype(np.uint8)
    found = props_between(before, after, plate, left=False, rough=False)
    assert found[beside].mean() > 0.9, "neither is ground"
    assert (found & plate).any() == hidden


def test_a_stone_that_was_cut_anew_is_no_prop() -> None:
    found = evidence("oval-1__original.jpg", "oval-1__bad_facets_re_cut.jpg")
    assert not found.props.any()
    assert any(c.kind != "completed" and c.score > 0.6 for c in found.changes)


def test_metal_of_another_colour_is_no_prop() -> None:
    found = evidence("solitaire4-1__original.jpg", "solitaire4-1__bad_rose_to_grey.jpg")
    assert (found.props & found.mask).sum() < 0.2 * found.mask.sum()
    assert fidelity.audit(found.original, found.retouched).check("metal-tone").status is fidelity.Status.FAIL


def test_in_a_piece_repainted_all_over_a_compact_change_is_no_prong() -> None:
    """The same compact places: alone they may be prongs, among many in several parts of the piece they say nothing."""
    found = evidence("solitaire6-1__original.jpg", "solitaire6-1__original.jpg")
    side = found.side_px

    def place(x: int, y: int, hidden: bool = False) -> Part:
        rows, cols = np.nonzero(cv2.circle(np.zeros(found.bench.shape, np.uint8), (x, y), 9, (1,), -1))
        box = ((x - 9) / side, (y - 9) / side, (x + 9) / side, (y + 9) / side)
        return Part(rows, cols, box, 1.0, 0.03, 0.8, 0.0, False, 0.03, 0.03, hidden)

    stone = found.features.stones[0]
    edge = (round(stone.centre[0]), stone.box[1] + 2)
    one = zones_of([place(*edge)], found.features, found.bench.shape, side)
    assert one[0][0] == "girdle"
    spread = [(120 + 60 * i, 560 if i % 2 else 120) for i in range(belongs.REPAINTED + 1)]
    many = [place(*edge), *(place(x, y) for x, y in spread)]
    assert "girdle" not in zones_of(many, found.features, found.bench.shape, side)[0]
    covered = [place(*edge), *(place(x, y, hidden=True) for x, y in spread)]
    assert zones_of(covered, found.features, found.bench.shape, side)[0][0] == "girdle"
