"""The checks on the bundled pair and on pictures made from it by code: what must pass, what must never pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import fidelity
from fidelity import Status, Verdict

FIRST = Path(__file__).parents[2] / "fixtures" / "first"
Rgb = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def ring() -> Rgb:
    """The clean retouch of the bundled pair: a six-prong ring on white, (h, w, 3)."""
    return np.array(fidelity.load(FIRST / "faithful.jpg").rgb)


def exposure(ring: Rgb) -> Rgb:
    return np.clip(ring.astype(float) * 1.06, 0, 255).astype(np.uint8)


def sharpened(ring: Rgb) -> Rgb:
    soft = cv2.GaussianBlur(ring, (0, 0), 1.2).astype(float)
    return np.clip(ring + 0.6 * (ring - soft), 0, 255).astype(np.uint8)


def reframed(ring: Rgb) -> Rgb:
    height, width = ring.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2.0, 0.9)
    return np.asarray(cv2.warpAffine(ring, matrix, (width, height), borderValue=(255, 255, 255)), np.uint8)


def stone_softened(ring: Rgb) -> Rgb:
    out = ring.copy()
    height, width = ring.shape[:2]
    rows, cols = slice(int(0.16 * height), int(0.3 * height)), slice(int(0.42 * width), int(0.58 * width))
    out[rows, cols] = cv2.GaussianBlur(ring, (0, 0), 7)[rows, cols]
    return out


def metal_turned_rose(ring: Rgb) -> Rgb:
    lab = cv2.cvtColor(ring, cv2.COLOR_RGB2LAB).astype(float)
    gold = lab[..., 2] > 138
    lab[gold, 1] += 12
    lab[gold, 2] -= 12
    return np.asarray(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


def mirrored(ring: Rgb) -> Rgb:
    return np.ascontiguousarray(ring[:, ::-1])


def stretched(ring: Rgb) -> Rgb:
    return np.asarray(cv2.resize(ring, None, fx=1.06, fy=1.0, interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize("edit", [exposure, sharpened, reframed], ids=lambda f: f"{f.__name__} is good retouching")
def test_good_retouching_does_not_fail(ring: Rgb, edit) -> None:  # type: ignore[no-untyped-def]
    audit = fidelity.audit(ring, edit(ring))
    assert audit.verdict is not Verdict.FAIL, [(c.id, c.summary) for c in audit.checks if c.status is Status.FAIL]


@pytest.mark.parametrize(
    ("edit", "check"),
    [(metal_turned_rose, "metal-tone"), (mirrored, "geometry"), (stretched, "geometry")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_check_that_must_notice_fails(ring: Rgb, edit, check: str) -> None:  # type: ignore[no-untyped-def]
    audit = fidelity.audit(ring, edit(ring))
    assert audit.check(check).status is Status.FAIL
    assert audit.check(check).findings[0].message.endswith(".")
    assert audit.verdict is Verdict.FAIL


def test_a_softened_stone_fails_at_its_place(ring: Rgb) -> None:
    audit = fidelity.audit(ring, stone_softened(ring))
    assert audit.verdict is Verdict.FAIL
    height, width = ring.shape[:2]
    boxes = [f.box for c in audit.checks for f in c.findings if f.box]
    assert any(
        x < 0.58 * width and x + w > 0.42 * width and y < 0.3 * height and y + h > 0.16 * height for x, y, w, h in boxes
    )


def test_the_same_picture_twice_passes_every_check_that_applies(ring: Rgb) -> None:
    audit = fidelity.audit(ring, ring.copy())
    assert audit.verdict is Verdict.PASS
    assert {c.status for c in audit.checks} <= {Status.PASS, Status.NOT_APPLICABLE}


def first_truth(name: str) -> dict[str, Any]:
    """The line of the first pair's truth file whose retouch has that name."""
    lines = json.loads((FIRST / "truth.json").read_text("utf-8"))["pairs"]
    return next(line for line in lines if line["retouched"] == name)


def test_a_missing_prong_fails_by_that_name_and_place_alone() -> None:
    """Its reflection deep inside the diamond went with it: that is no second prong, no facet and no small stone.

    Its tip stood out of the outline, so the silhouette lost that place as well, and no other.
    """
    audit = fidelity.audit(FIRST / "original.jpg", FIRST / "prong_missing.jpg")
    assert audit.verdict is Verdict.FAIL
    assert [check.id for check in audit.checks if check.status is Status.FAIL] == ["prongs", "silhouette"]
    left, top, width, height = first_truth("prong_missing.jpg")["where"]
    for finding in (audit.check("prongs").findings[0], *audit.check("silhouette").findings):
        x, y, w, h = finding.box or (0, 0, 0, 0)
        assert x < left + width and left < x + w and y < top + height and top < y + h


def test_the_same_change_deep_in_the_stone_counts_where_every_prong_is_kept() -> None:
    kept, lost = (cv2.imread(str(FIRST / name)) for name in ("faithful.jpg", "prong_missing.jpg"))
    corners = np.array([[405, 170, 1], [455, 215, 1]], float)  # of the reflection, in the original
    to_original = np.array(first_truth("faithful.jpg")["matrix"])
    (x0, y0), (x1, y1) = (corners @ np.linalg.inv(to_original).T)[:, :2].round().astype(int)
    kept[y0:y1, x0:x1] = lost[y0:y1, x0:x1]
    audit = fidelity.audit(FIRST / "original.jpg", np.ascontiguousarray(kept[..., ::-1]))
    assert audit.verdict is Verdict.FAIL


def test_a_faithful_retouch_does_not_fail() -> None:
    """The putty covered a part of the shank: that part cannot be proven, so review is allowed, fail is not."""
    assert fidelity.audit(FIRST / "original.jpg", FIRST / "faithful.jpg").verdict is not Verdict.FAIL


def test_two_different_pieces_never_pass(ring: Rgb) -> None:
    rng = np.random.default_rng(3)
    other = np.full_like(ring, 255)
    for _ in range(160):
        centre = tuple(int(v) for v in rng.integers(150, ring.shape[0] - 150, 2))
        cv2.circle(other, centre, int(rng.integers(4, 30)), tuple(int(v) for v in rng.integers(0, 255, 3)), -1)
    audit = fidelity.audit(ring, other)
    assert audit.verdict in (Verdict.FAIL, Verdict.REVIEW)
    assert audit.registration.status in ("different", "failed")


def test_an_expected_count_that_was_not_found_is_a_review_that_says_so(ring: Rgb) -> None:
    audit = fidelity.audit(ring, ring.copy(), expect={"prongs": 99})
    assert audit.check("prongs").status is Status.REVIEW
    assert "expected 99 prongs" in audit.check("prongs").summary
