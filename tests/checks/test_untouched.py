"""Area masking and the hybrid workflow: the promise that the rest was left alone, kept and broken."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

import fidelity
from fidelity import InputError, PolicyError, Status
from fidelity.policy import CheckSettings, Policy

from .drawn_pairs import Rgb, band, band_mask, with_ground

HYBRID = Policy(checks={"untouched": CheckSettings(limits={"piece": True})})
SCRATCH = (slice(180, 210), slice(300, 420))


@pytest.fixture(scope="module")
def original() -> Rgb:
    return band()


def area(*, inverted: bool = False) -> Rgb:
    """White where the retouch may work: the ground, with a margin around the band."""
    kept = cv2.dilate(band_mask().astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    white = kept if inverted else ~kept
    return np.repeat(np.where(white, 255, 0).astype(np.uint8)[..., None], 3, axis=2)


def answer(before: Rgb, after: Rgb, mask: Rgb | None = None, policy: Policy | None = None) -> fidelity.CheckResult:
    return fidelity.audit(before, after, policy=policy, only=["untouched"], area_mask=mask).check("untouched")


def as_jpeg(rgb: Rgb, quality: int) -> Rgb:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


def scratched(rgb: Rgb) -> Rgb:
    out = rgb.copy()
    out[SCRATCH] = cv2.GaussianBlur(rgb, (0, 0), 9)[SCRATCH]
    return out


def noisy(rgb: Rgb) -> Rgb:
    noise = np.random.default_rng(1).normal(0, 2, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def shifted(rgb: Rgb) -> Rgb:
    matrix = np.array([[1, 0, 0.5], [0, 1, 3.5]])
    return np.asarray(
        cv2.warpAffine(rgb, matrix, rgb.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    )


def brighter(rgb: Rgb) -> Rgb:
    return np.clip(rgb * 1.08, 0, 255).astype(np.uint8)


KEPT = {
    "nothing was done": lambda rgb: rgb.copy(),
    "a new ground inside the mask": lambda rgb: with_ground(rgb, 255),
    "saved again as JPEG": lambda rgb: as_jpeg(rgb, 85),
    "a little noise": noisy,
    "moved by half a pixel": shifted,
}


@pytest.mark.parametrize("edit", KEPT.values(), ids=KEPT.keys())
def test_what_kept_the_promise_passes(original: Rgb, edit) -> None:  # type: ignore[no-untyped-def]
    result = answer(original, edit(original), area())
    assert result.status is Status.PASS, result.summary


BROKEN = {
    "a patch of metal smoothed": scratched,
    "exposure raised everywhere": brighter,
    "colour turned everywhere": lambda rgb: np.clip(rgb * np.array([1.06, 1.0, 0.9]), 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("edit", BROKEN.values(), ids=BROKEN.keys())
def test_what_broke_it_fails(original: Rgb, edit) -> None:  # type: ignore[no-untyped-def]
    assert answer(original, edit(original), area()).status is Status.FAIL


def test_the_place_is_named_in_pixels_of_the_original(original: Rgb) -> None:
    result = answer(original, scratched(original), area())
    x, y, width, height = result.findings[0].box or (0, 0, 0, 0)
    assert 290 < x < 430 and 170 < y < 220 and width < 140 and height < 50


def test_the_mask_says_where_not_whether(original: Rgb) -> None:
    """The same patch is fine where the mask is white."""
    assert answer(original, scratched(original), area(inverted=True)).status is Status.PASS
    assert answer(original, with_ground(original, 255), area(inverted=True)).status is Status.FAIL


def test_the_hybrid_workflow_needs_no_mask(original: Rgb) -> None:
    assert answer(original, with_ground(original, 255), policy=HYBRID).status is Status.PASS
    assert answer(original, scratched(with_ground(original, 255)), policy=HYBRID).status is Status.FAIL


def test_without_mask_and_promise_it_does_not_apply(original: Rgb) -> None:
    assert answer(original, scratched(original)).status is Status.NOT_APPLICABLE


def test_a_much_smaller_retouch_is_review(original: Rgb) -> None:
    small = cv2.resize(original, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert answer(original, np.asarray(small, np.uint8), area()).status is Status.REVIEW


def test_a_mask_of_another_size_is_refused(original: Rgb) -> None:
    with pytest.raises(InputError, match="draw the mask on the original"):
        answer(original, original, area()[:400])


def test_a_mask_that_nothing_looks_at_is_refused(original: Rgb) -> None:
    with pytest.raises(PolicyError, match="untouched"):
        fidelity.audit(original, original, skip=["untouched"], area_mask=area())


def test_alpha_of_a_mask_counts_before_its_colour(original: Rgb) -> None:
    light = area()[..., 0]
    mask = np.dstack([np.zeros_like(area()), np.where(light > 127, 255, 0).astype(np.uint8)])
    assert answer(original, with_ground(original, 255), mask).status is Status.PASS
