"""Profiles: what each is for, on pairs that differ in nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import Reference, Status, Verdict
from fidelity.policy import Policy
from fidelity.registry import discover, limits_of

from ..evidence import drawn
from .drawn_pairs import Rgb, band, recoloured, with_ground

ROSE, GREEN, BARELY_ROSE = (206, 150, 122), (120, 170, 120), (206, 164, 101)
PLAIN = {"stones": False, "melee": False, "prongs": False, "hallmark": False}
"""The band is metal and nothing else."""


def audited(profile: str, before: Rgb, after: Rgb, **more: object) -> fidelity.Audit:
    policy = Policy.named(profile)
    references = more.pop("references", policy.references)
    return fidelity.audit(before, after, policy=policy.model_copy(update={"references": references}), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def gold() -> Rgb:
    return band()


def smoothed(rgb: Rgb) -> Rgb:
    """Plastic: a part of the metal without its grain."""
    out = rgb.copy()
    out[380:560, 110:330] = cv2.bilateralFilter(rgb, 15, 60, 15)[380:560, 110:330]
    return out


class TestHybrid:
    def test_only_the_ground_may_have_been_worked_on(self, gold: Rgb) -> None:
        done = audited("hybrid", gold, with_ground(gold, 255), expect=PLAIN)
        assert done.check("untouched").status is Status.PASS
        assert done.verdict is Verdict.PASS

    def test_a_touched_piece_fails_where_standard_lets_it_pass(self, gold: Rgb) -> None:
        brighter = np.clip(with_ground(gold, 255) * 1.1, 0, 255).astype(np.uint8)
        assert audited("hybrid", gold, brighter, expect=PLAIN).verdict is Verdict.FAIL
        assert audited("standard", gold, brighter, expect=PLAIN).verdict is Verdict.PASS


class TestVivid:
    def test_the_metal_is_held_to_the_order(self, gold: Rgb) -> None:
        rose = recoloured(gold, ROSE)
        ordered = (Reference(target="metal", colour="#" + "".join(f"{round(0.82 * v):02x}" for v in ROSE)),)
        done = audited("vivid", gold, rose, references=ordered, expect=PLAIN)
        assert done.verdict is Verdict.PASS and done.check("metal-tone").permitted == ("recolour-metal",)
        other = audited("vivid", gold, recoloured(gold, GREEN), references=ordered, expect=PLAIN)
        assert other.verdict is not Verdict.PASS

    def test_without_an_order_it_is_review(self, gold: Rgb) -> None:
        assert audited("vivid", gold, recoloured(gold, ROSE), expect=PLAIN).verdict is Verdict.REVIEW


class TestRescue:
    def test_the_colour_of_a_poor_original_is_no_witness(self, gold: Rgb) -> None:
        rose = recoloured(gold, ROSE)
        done = audited("rescue", gold, rose, expect=PLAIN)
        assert done.check("metal-tone").status is Status.FAIL and not done.check("metal-tone").gating
        assert done.verdict is Verdict.PASS
        assert audited("standard", gold, rose, expect=PLAIN).verdict is Verdict.FAIL

    def test_form_still_counts(self) -> None:
        ring = drawn.signet()
        assert audited("rescue", ring, drawn.softened_stone(ring)).verdict is Verdict.FAIL


@pytest.fixture(scope="module")
def stone() -> Rgb:
    """The drawn plate's stone by itself, on white."""
    return np.where(drawn.stone_mask()[..., None], drawn.signet(), 250).astype(np.uint8)


class TestLooseGemstone:
    def test_metal_prongs_stamps_and_chain_do_not_apply(self, stone: Rgb) -> None:
        done = audited("loose-gemstone", stone, stone)
        for name in ("prongs", "metal-tone", "hallmark", "chain"):
            assert done.check(name).status is Status.NOT_APPLICABLE, name
        for name in ("facets", "outline"):
            assert done.check(name).status is Status.PASS, name
        assert done.verdict is Verdict.PASS

    def test_the_cut_still_counts(self, stone: Rgb) -> None:
        assert audited("loose-gemstone", stone, drawn.softened_stone(stone)).verdict is Verdict.FAIL


def test_precision_fails_plastic_metal_that_standard_advises_on(gold: Rgb) -> None:
    plastic = smoothed(gold)
    for profile, verdict in (("standard", Verdict.PASS), ("precision", Verdict.FAIL)):
        done = audited(profile, gold, plastic, expect=PLAIN, only=["texture", "geometry"])
        assert done.check("texture").status is Status.FAIL
        assert done.verdict is verdict


def test_precision_tightens_what_it_names_and_loosens_nothing() -> None:
    named = Policy.named("precision").checks
    assert sum(len(settings.limits) for settings in named.values()) >= 15
    installed = discover()
    for check, settings in named.items():
        defaults = limits_of(installed[check])
        for limit, value in settings.limits.items():
            assert 0 < float(str(value)) < defaults[limit], (check, limit)


def test_precision_fails_a_tone_that_standard_lets_pass(gold: Rgb) -> None:
    warmer = recoloured(gold, BARELY_ROSE)
    for profile, status in (("standard", Status.PASS), ("precision", Status.FAIL)):
        assert audited(profile, gold, warmer, expect=PLAIN).check("metal-tone").status is status
