"""Permits: the same pair fails without and passes with; what a permit does not allow still fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import CheckResult, Reference, Regions, Status, Verdict
from fidelity.policy import Policy, permits

from ..evidence import drawn
from .drawn_pairs import CHAIN, SIZE, Rgb, band, bold_reflections, mirrored_below, pendant, recoloured

FIRST = Path(__file__).parents[2] / "fixtures" / "first"
ROSE = (206, 150, 122)
MIDTONE = 0.82
STAMP = ((265, 460), (440, 460), (440, 540), (265, 540))

RIM = tuple(
    (x + a * float(np.cos(t)), y + b * float(np.sin(t)))
    for (x, y), (a, b) in [drawn.STONE]
    for t in np.linspace(0, 2 * np.pi, 40)
)
"""The stone's outline as somebody would draw it: what is in it is in the stone, whatever a detector makes of it."""


def hex_of(rgb: tuple[int, ...]) -> str:
    return "#" + "".join(f"{round(v):02x}" for v in rgb)


def with_inclusions(picture: Rgb) -> Rgb:
    out = picture.copy()
    for centre in ((330, 210), (400, 250), (380, 190)):
        cv2.circle(out, centre, 6, (12, 14, 30), -1, cv2.LINE_AA)
    return out


def hammered(picture: Rgb) -> Rgb:
    """A hammered plate, and a sensor's noise: what is perfectly even exists in drawings only, and shows no place."""
    rng = np.random.default_rng(5)
    dents = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]), (0, 0), 4)
    dents *= 9 / dents.std() * (drawn.piece_mask() & ~drawn.stone_mask())
    return np.clip(picture + dents[..., None] + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def green_stone(picture: Rgb) -> Rgb:
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(float)
    inside = drawn.stone_mask()
    lab[inside, 1] -= 22
    lab[inside, 2] += 50
    return np.asarray(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


def stone_shifted(picture: Rgb, pixels: int = 14) -> Rgb:
    """The stone moved to the right as it is, the metal behind it filled in."""
    inside = drawn.stone_mask().astype(np.uint8)
    matrix = np.array([[1, 0, pixels], [0, 1, 0]], np.float32)
    size = (SIZE, SIZE)
    moved = cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    where = cv2.GaussianBlur(cv2.warpAffine(inside, matrix, size).astype(np.float32), (0, 0), 1) > 0.5
    behind = cv2.inpaint(picture, cv2.dilate(inside, np.ones((7, 7), np.uint8)), 3, cv2.INPAINT_TELEA)
    return np.where(where[..., None], moved, behind).astype(np.uint8)


def other_letters(picture: Rgb) -> Rgb:
    out = drawn.without_stamp(picture)
    cv2.putText(out, "914", (280, 520), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (120, 92, 40), 4, cv2.LINE_AA)
    return out


def gem_green() -> Reference:
    """The green stone's own midtone."""
    lab = cv2.cvtColor(green_stone(drawn.signet()).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[drawn.stone_mask()]
    light = float(np.median(lab[:, 0]))
    L, a, b = (float(v) for v in np.median(lab[np.abs(lab[:, 0] - light) < 8], axis=0))
    return Reference(target="gem", lab=(L, a, b), delta_e00=6)


@dataclass(frozen=True)
class Case:
    """`good` is what the permit allows, `bad` what it does not; `check` judges both, None for whichever sees it."""

    check: str | None
    original: Callable[[], Any]
    good: Callable[[], Any]
    bad: Callable[[], Any] | None = None
    references: tuple[Reference, ...] = ()
    regions: Regions = field(default_factory=Regions)
    expect: dict[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    without: Status = Status.FAIL


def above() -> Rgb:
    """An area mask that permits work above the band only."""
    mask = np.zeros((SIZE, SIZE, 3), np.uint8)
    mask[:100] = 255
    return mask


CASES = {
    "polish-gems": Case(
        None,
        lambda: with_inclusions(drawn.signet()),
        drawn.signet,
        lambda: drawn.softened_stone(drawn.signet()),
        regions=Regions(stone=(RIM,)),
    ),
    "calm-reflections": Case(
        "texture",
        lambda: bold_reflections(band()),
        band,
        lambda: recoloured(bold_reflections(band()), ROSE),
        expect={"hallmark": False, "melee": False, "stones": False},
    ),
    "recolour-metal": Case(
        "metal-tone",
        band,
        lambda: recoloured(band(), ROSE),
        lambda: recoloured(band(), (120, 170, 120)),
        references=(Reference(target="metal", colour=hex_of(tuple(MIDTONE * v for v in ROSE))),),
    ),
    "recolour-stones": Case(
        "stone-colour",
        drawn.signet,
        lambda: green_stone(drawn.signet()),
        lambda: green_stone(drawn.softened_stone(drawn.signet())),
        references=(gem_green(),),
    ),
    "symmetry-fix": Case(
        "outline",
        lambda: hammered(drawn.signet()),
        lambda: stone_shifted(hammered(drawn.signet())),
        lambda: stone_shifted(drawn.softened_stone(hammered(drawn.signet()))),
    ),
    "remove-hallmark": Case(
        "hallmark",
        drawn.signet,
        lambda: drawn.without_stamp(drawn.signet()),
        lambda: other_letters(drawn.signet()),
    ),
    "complete-hidden-parts": Case(
        "geometry",
        lambda: FIRST / "original.jpg",
        lambda: FIRST / "faithful.jpg",
        lambda: FIRST / "prong_missing.jpg",
        only=("geometry", "prongs", "facets", "pave"),
        without=Status.REVIEW,
    ),
    "add-reflection": Case(
        "untouched", band, lambda: mirrored_below(band()), lambda: mirrored_below(recoloured(band(), ROSE))
    ),
    "remove-chain": Case(
        "chain",
        pendant,
        lambda: pendant(bare=True),
        lambda: pendant(lost=2),
        regions=Regions(chain=(CHAIN,)),
    ),
}


def audited(name: str, retouched: Any, *, permitted: bool, references: bool = True) -> fidelity.Audit:
    case = CASES[name]
    policy = Policy.named("standard").model_copy(
        update={
            "permits": (name,) if permitted else (),
            # A reference colour is an order and brings its permit along.
            "references": case.references if permitted and references else (),
            "regions": case.regions,
        }
    )
    mask = above() if name == "add-reflection" else None
    return fidelity.audit(case.original(), retouched, policy=policy, area_mask=mask, only=case.only, expect=case.expect)


def test_every_permit_has_a_case() -> None:
    assert set(CASES) == set(permits())


def seen_by(audit: fidelity.Audit, name: str, status: Status) -> list[CheckResult]:
    """What the case's check says, or whichever checks have this status."""
    check = CASES[name].check
    return [audit.check(check)] if check else [c for c in audit.checks if c.gating and c.status is status]


@pytest.mark.parametrize("name", CASES)
def test_without_the_permit_the_pair_does_not_pass(name: str) -> None:
    case = CASES[name]
    audit = audited(name, case.good(), permitted=False)
    assert {result.status for result in seen_by(audit, name, case.without)} == {case.without}
    assert audit.verdict is (Verdict.FAIL if case.without is Status.FAIL else Verdict.REVIEW)


@pytest.mark.parametrize("name", CASES)
def test_with_the_permit_the_same_pair_passes_and_is_still_reported(name: str) -> None:
    audit = audited(name, CASES[name].good(), permitted=True)
    assert audit.verdict is Verdict.PASS, [(c.id, c.summary) for c in audit.checks if c.status in ("fail", "review")]
    results = [result for result in audit.checks if result.permitted]
    assert results and CASES[name].check in {None, *(result.id for result in results)}
    for result in results:
        assert result.status is Status.PASS, result.summary
        assert result.permitted == (name,) and name in result.summary
        assert result.findings and all(finding.permitted == name for finding in result.findings)
        assert result.measurements, "the number stays"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.bad is not None])
def test_what_the_permit_does_not_allow_still_fails(name: str) -> None:
    bad = CASES[name].bad
    assert bad is not None
    assert audited(name, bad(), permitted=True).verdict is Verdict.FAIL


@pytest.mark.parametrize("name", [name for name, permit in permits().items() if permit.reference])
def test_a_colour_without_a_reference_is_review(name: str) -> None:
    case = CASES[name]
    assert case.check
    result = audited(name, case.good(), permitted=True, references=False).check(case.check)
    assert result.status is Status.REVIEW and "no reference colour" in result.summary


@pytest.mark.parametrize("name", [name for name, permit in permits().items() if permit.reference])
def test_a_reference_colour_is_permit_enough(name: str) -> None:
    case = CASES[name]
    policy = Policy.named("standard").model_copy(update={"references": case.references})
    audit = fidelity.audit(case.original(), case.good(), policy=policy)
    assert case.check and audit.check(case.check).permitted == (name,)
    assert audit.check("reference-colour").status is Status.PASS
    assert audit.verdict is Verdict.PASS
    wrong = (case.references[0].model_copy(update={"colour": None, "lab": (60.0, -40.0, 0.0)}),)
    policy = policy.model_copy(update={"references": wrong})
    missed = fidelity.audit(case.original(), case.good(), policy=policy)
    assert missed.verdict is not Verdict.PASS and missed.check("reference-colour").status is not Status.PASS


@pytest.mark.parametrize("name", [name for name, permit in permits().items() if permit.reference])
def test_an_ordered_colour_that_nothing_holds_the_retouch_against_is_review(name: str) -> None:
    case = CASES[name]
    assert case.check
    for reference in (case.references[0], case.references[0].model_copy(update={"colour": None, "lab": (60, -40, 0)})):
        policy = Policy.named("standard").model_copy(update={"references": (reference,)})
        alone = fidelity.audit(case.original(), case.good(), policy=policy, only=[case.check])
        assert alone.verdict is Verdict.REVIEW and "reference-colour, is not run" in alone.check(case.check).summary


def test_a_full_list_of_permitted_places_is_no_proof_for_the_rest() -> None:
    from fidelity.permitting import MOST_LISTED, settled
    from fidelity.result import Finding, Outcome

    found = fidelity.Evidence(fidelity.load(FIRST / "original.jpg"), fidelity.load(FIRST / "faithful.jpg"))
    finding = Finding(kind="completed", box=(400, 600, 60, 30), message="Completed.")
    policy = Policy(permits=("complete-hidden-parts",))
    few = Outcome(status=Status.FAIL, summary="some", findings=(finding,) * (MOST_LISTED - 1))
    many = Outcome(status=Status.FAIL, summary="many", findings=(finding,) * MOST_LISTED)
    assert settled(few, "geometry", policy, found)[0].status is Status.PASS
    assert settled(many, "geometry", policy, found)[0].status is Status.REVIEW
