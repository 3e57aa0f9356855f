"""The outline of the whole piece: bites and thinned shanks are named in place, good retouching is left alone."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import Status

from .drawn_pairs import CENTRE, SIZE, Rgb, band, band_mask, bold_reflections, exposed, on_white, with_ground

Edit = Callable[[Rgb], Rgb]
EDGE = (CENTRE[0] + 246, CENTRE[1])
"""A point of the outer edge at 3 o'clock."""
BITE_PX = 22
PINCH_PX = 14


def answer(before: Rgb, after: Rgb) -> fidelity.CheckResult:
    return fidelity.audit(before, after, only=["silhouette"]).check("silhouette")


def bitten(rgb: Rgb, level: int = 235) -> Rgb:
    """The ground's colour over the edge, as a careless eraser leaves it."""
    spot = np.zeros(rgb.shape[:2], np.float32)
    cv2.circle(spot, EDGE, BITE_PX, (1,), -1)
    soft = cv2.GaussianBlur(spot, (0, 0), 0.8)[..., None]
    return np.clip(rgb * (1 - soft) + level * soft, 0, 255).astype(np.uint8)


def pinched(rgb: Rgb) -> Rgb:
    """Both edges of the band at 3 o'clock drawn towards its middle, as the liquify tool does."""
    rows, cols = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    across = cols - (CENTRE[0] + 200)
    near = np.exp(-(((rows - CENTRE[1]) / 60) ** 2)) * np.exp(-((across / 70) ** 2))
    return np.asarray(cv2.remap(rgb, cols + near * across * PINCH_PX / 50, rows, cv2.INTER_CUBIC), np.uint8)


def trimmed(rgb: Rgb) -> Rgb:
    """A new ground laid too far over the edge."""
    whole, bite = band_mask(), np.zeros(rgb.shape[:2], np.uint8)
    cv2.circle(bite, (EDGE[0] + 36, EDGE[1]), 42, (1,), -1)
    soft = cv2.GaussianBlur((whole & (bite == 0)).astype(np.float32), (0, 0), 1.0)[..., None]
    return np.clip(rgb * soft + 255 * (1 - soft), 0, 255).astype(np.uint8)


def beside_edge(rgb: Rgb, spot: np.ndarray, colour: Rgb | tuple[int, int, int]) -> Rgb:
    """A colour over what of a spot (0 to 1) lies off the band."""
    soft = cv2.GaussianBlur(np.where(band_mask(), 0, spot).astype(np.float32), (0, 0), 0.8)[..., None]
    return np.clip(rgb * (1 - soft) + np.asarray(colour, np.float32) * soft, 0, 255).astype(np.uint8)


def beaded(rgb: Rgb) -> Rgb:
    """A bead of the band's own metal set on its outer edge."""
    spot = np.zeros(rgb.shape[:2], np.float32)
    cv2.circle(spot, (EDGE[0] + 12, EDGE[1]), 20, (1,), -1)
    return beside_edge(rgb, spot, np.roll(band(), 50, axis=1))


def along_edge(rgb: Rgb, width: int, colour: Rgb | tuple[int, int, int]) -> Rgb:
    """A strip along a sixth of the outer edge."""
    arc = np.zeros(rgb.shape[:2], np.float32)
    cv2.ellipse(arc, CENTRE, (250 + width // 2, 250 + width // 2), 0, -12, 12, (1,), width)
    return beside_edge(rgb, arc, colour)


def tinted_shade(rgb: Rgb) -> Rgb:
    """The golden shade that polished metal throws on white."""
    shade = np.zeros(rgb.shape[:2], np.float32)
    cv2.circle(shade, (CENTRE[0] + 10, CENTRE[1] + 22), 250, (1,), -1)
    shade = cv2.GaussianBlur(shade, (0, 0), 12)
    shade[band_mask()] = 0
    return np.clip(rgb * (1 - np.array((0.30, 0.32, 0.36)) * shade[..., None]), 0, 255).astype(np.uint8)


def softened(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.8), np.uint8)


def shaded(rgb: Rgb) -> Rgb:
    """A soft shadow on the ground right of the band."""
    shade = np.zeros(rgb.shape[:2], np.float32)
    cv2.circle(shade, (CENTRE[0] + 40, CENTRE[1] + 10), 255, (1,), -1)
    shade = cv2.GaussianBlur(shade, (0, 0), 18)
    shade[band_mask()] = 0
    return np.clip(rgb * (1 - 0.35 * shade[..., None]), 0, 255).astype(np.uint8)


FREE: dict[str, tuple[Edit, Edit]] = {
    "nothing": (np.copy, np.copy),
    "more exposure": (np.copy, exposed),
    "a softer picture": (np.copy, softened),
    "a white ground": (np.copy, lambda p: with_ground(p, 255)),
    "a dark ground": (np.copy, lambda p: with_ground(p, 60)),
    "calmed reflections": (bold_reflections, np.copy),
    "a shadow taken away": (shaded, np.copy),
    "a shadow added": (np.copy, shaded),
    "a golden shade on a white ground": (np.copy, lambda p: tinted_shade(on_white(p))),
}


@pytest.mark.parametrize(("before", "after"), FREE.values(), ids=FREE)
def test_good_retouching_keeps_the_outline(before: Edit, after: Edit) -> None:
    outcome = answer(before(band()), after(band()))
    assert outcome.status is Status.PASS, outcome.summary
    assert not outcome.findings


FAULTS: dict[str, tuple[Edit, str]] = {
    "eaten": (bitten, "eaten"),
    "eaten and exposed": (lambda p: exposed(bitten(p)), "eaten"),
    "eaten under a new ground": (lambda p: with_ground(bitten(p), 255), "eaten"),
    "trimmed with its ground": (trimmed, "eaten"),
    "thinned": (pinched, "thinned"),
    "a part added": (beaded, "added"),
    "a part added under a new ground": (lambda p: beaded(on_white(p)), "added"),
    "a purple fringe on a new ground": (lambda p: along_edge(on_white(p), 7, (158, 82, 200)), "fringe"),
    "a green fringe on a new ground": (lambda p: along_edge(on_white(p), 7, (90, 200, 110)), "fringe"),
    "thickened on a new ground": (lambda p: along_edge(on_white(p), 7, (170, 138, 76)), "thickened"),
    "thinned and softened": (lambda p: softened(pinched(p)), "thinned"),
}


@pytest.mark.parametrize(("edit", "kind"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_outline_is_found_where_it_is(edit: Edit, kind: str) -> None:
    outcome = answer(band(), edit(band()))
    assert outcome.status is Status.FAIL, outcome.summary
    named = [f for f in outcome.findings if f.kind == kind]
    assert named, [f.kind for f in outcome.findings]
    for finding in outcome.findings:
        assert finding.box is not None
        x, y, width, height = finding.box
        reach = 70
        assert x < EDGE[0] + reach and x + width > EDGE[0] - 100 - reach
        assert y < EDGE[1] + reach and y + height > EDGE[1] - reach


def test_hammered_metal_filled_with_a_shade_of_the_old_ground_is_eaten() -> None:
    """White metal and the fill are nearly one colour: that the fill is even, as ground is, tells them apart."""
    smooth = band(metal=(170, 172, 176)).astype(np.float32)
    hammered = smooth + 1.5 * (smooth - cv2.GaussianBlur(smooth, (0, 0), 12))
    before = np.clip(np.where(band_mask()[..., None], hammered, smooth), 0, 255).astype(np.uint8)
    assert answer(before, with_ground(before, 255)).status is Status.PASS
    outcome = answer(before, with_ground(bitten(before, 200), 255))
    assert outcome.status is Status.FAIL, outcome.summary
    x, y, width, height = outcome.findings[0].box or (0, 0, 0, 0)
    assert x < EDGE[0] < x + width + BITE_PX and y < EDGE[1] < y + height


def test_the_size_of_a_bite_is_measured() -> None:
    eaten = next(m for m in answer(band(), bitten(band())).measurements if m.name == "eaten")
    # Half of the disc lies on the band: its area's root over the band's 500 px.
    expected = 100 * np.sqrt(0.5 * np.pi * BITE_PX**2) / 500
    assert eaten.retouched == pytest.approx(expected, rel=0.35)


def cut_thin(rgb: Rgb) -> Rgb:
    """A new ground laid over both edges of the band for a quarter of its round: a cut-out that made it thinner."""
    ring = np.zeros(rgb.shape[:2], np.uint8)
    cv2.circle(ring, CENTRE, 242, (1,), -1)
    cv2.circle(ring, CENTRE, 158, (0,), -1)
    wedge = np.zeros(rgb.shape[:2], np.uint8)
    cv2.ellipse(wedge, CENTRE, (300, 300), 0, -45, 45, (1,), -1)
    kept = np.where(wedge > 0, ring > 0, band_mask())
    soft = cv2.GaussianBlur(kept.astype(np.float32), (0, 0), 1.0)[..., None]
    return np.clip(rgb * soft + 255 * (1 - soft), 0, 255).astype(np.uint8)


def test_a_cut_out_that_made_the_band_thinner_is_found() -> None:
    before = np.asarray(band(ground=120) * 0.7, np.uint8)
    outcome = answer(before, cut_thin(before))
    assert outcome.status is Status.FAIL, outcome.summary
    thinned = [f for f in outcome.findings if f.kind == "thinned"]
    assert thinned
    deepest = fidelity.Evidence(fidelity.load(before), fidelity.load(cut_thin(before))).undercuts[0]
    assert deepest.deep_percent == pytest.approx(100 * 8 / 500, abs=0.4)
    assert all(f.box and f.box[0] > CENTRE[0] for f in thinned)


@pytest.mark.parametrize("level", [255, 60])
def test_a_cut_along_the_edge_is_not(level: int) -> None:
    before = np.asarray(band(ground=120) * 0.7, np.uint8)
    found = fidelity.Evidence(fidelity.load(before), fidelity.load(with_ground(before, level)))
    assert not found.undercuts
