"""Reference colours: the order is met, missed, or cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

import fidelity
from fidelity import Reference, Status
from fidelity.image.colour import srgb_to_lab
from fidelity.policy import Policy

from .drawn_pairs import GOLD, Rgb, band, band_mask, recoloured

ROSE = (206, 150, 122)
WHITE = (176, 177, 180)


@pytest.fixture(scope="module")
def original() -> Rgb:
    return band()


def hex_of(rgb: tuple[int, ...], light: float = 0.82) -> str:
    """The band's midtone of this metal: what somebody would pick from a good picture."""
    return "#" + "".join(f"{round(light * v):02x}" for v in rgb)


def answer(before: Rgb, after: Rgb, *references: Reference) -> fidelity.CheckResult:
    policy = Policy(references=references)
    return fidelity.audit(before, after, policy=policy, only=["reference-colour"]).check("reference-colour")


def metal(colour: str, **more: object) -> Reference:
    return Reference(target="metal", colour=colour, **more)  # type: ignore[arg-type]


def test_without_a_reference_it_does_not_apply(original: Rgb) -> None:
    assert answer(original, original).status is Status.NOT_APPLICABLE


def test_the_retouch_is_judged_not_the_original(original: Rgb) -> None:
    rose = recoloured(original, ROSE)
    assert answer(original, rose, metal(hex_of(ROSE))).status is Status.PASS
    assert answer(original, original, metal(hex_of(ROSE))).status is Status.FAIL
    missed = answer(original, rose, metal(hex_of(GOLD), name="18 ct yellow"))
    assert missed.status is Status.FAIL and "18 ct yellow" in missed.summary


def test_the_limit_is_the_references_own(original: Rgb) -> None:
    loose, tight = metal(hex_of(GOLD), delta_e00=40), metal(hex_of(GOLD), delta_e00=0)
    rose = recoloured(original, ROSE)
    assert answer(original, rose, loose).status is Status.PASS
    exact = answer(original, original, tight)
    assert exact.status is Status.FAIL and exact.measurements[0].limit == 0


def test_lab_and_hex_are_the_same_colour(original: Rgb) -> None:
    value = hex_of(GOLD)
    rgb = np.array([[[int(value[i : i + 2], 16) for i in (1, 3, 5)]]], np.uint8)
    L, a, b = (float(v) for v in srgb_to_lab(rgb)[0, 0])
    by_lab = answer(original, original, Reference(target="metal", lab=(L, a, b)))
    by_hex = answer(original, original, metal(value))
    assert by_lab.measurements[0].retouched == pytest.approx(float(by_hex.measurements[0].retouched or 0), abs=0.01)


def test_two_metals_are_told_apart(original: Rgb) -> None:
    half = recoloured(original, WHITE)
    half[:, 360:] = original[:, 360:]
    both = (metal(hex_of(WHITE), name="white"), metal(hex_of(GOLD), name="yellow"))
    assert answer(half, half, *both).status is Status.PASS
    one_only = answer(original, original, *both)
    assert one_only.status is Status.REVIEW and "white" in one_only.summary


def test_a_reference_lighter_than_anything_is_review(original: Rgb) -> None:
    assert answer(original, original, Reference(target="metal", lab=(99.0, 0.0, 0.0))).status is Status.REVIEW
    assert band_mask().any()
