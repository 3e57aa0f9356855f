"""A piece drawn anew in the same view: no detail agrees, and the edges still run where they ran."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fidelity
from fidelity.registration import register
from fidelity.registration.layout import align_layouts

SIZE = 640
GOLD, SILVER = (200, 160, 80), (176, 178, 182)


def ring(cut: int, metal: tuple[int, int, int]) -> np.ndarray:
    """(SIZE, SIZE, 3): a ring with a round stone; another `cut` has other facets and other reflections."""
    rng = np.random.default_rng(cut)
    out = np.full((SIZE, SIZE, 3), 235, np.uint8)
    cv2.ellipse(out, (320, 420), (190, 150), 0, 0, 360, metal, 34, cv2.LINE_AA)
    for start in rng.uniform(0, 360, 14):
        shine = tuple(int(v) for v in np.clip(np.array(metal) * rng.uniform(0.4, 1.35), 0, 255))
        radius = int(rng.integers(180, 200))
        cv2.ellipse(out, (320, 420), (radius, radius - 40), 0, start, start + rng.uniform(5, 30), shine, 5, cv2.LINE_AA)
    cv2.circle(out, (320, 220), 92, metal, -1, cv2.LINE_AA)
    cv2.circle(out, (320, 220), 84, (150, 160, 190), -1, cv2.LINE_AA)
    for _ in range(70):
        corners = np.array([320, 220]) + rng.uniform(-56, 56, (3, 2))
        cv2.fillPoly(out, [corners.round().astype(np.int32)], rng.integers(40, 255, 3).tolist(), cv2.LINE_AA)
    for turn in range(4):
        tip = np.array([320, 220]) + 88 * np.array([np.cos(turn * np.pi / 2 + 0.8), np.sin(turn * np.pi / 2 + 0.8)])
        cv2.circle(out, tuple(tip.round().astype(int).tolist()), 15, metal, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.8), np.uint8)


def chain(links: int) -> np.ndarray:
    """(SIZE, SIZE, 3): a closed chain, the same under many turns."""
    out = np.full((SIZE, SIZE, 3), 235, np.uint8)
    for turn in np.linspace(0, 2 * np.pi, links, endpoint=False):
        centre = (round(320 + 220 * np.cos(turn)), round(320 + 220 * np.sin(turn)))
        cv2.ellipse(out, centre, (26, 13), float(np.degrees(turn)) + 60, 0, 360, GOLD, 6, cv2.LINE_AA)
    return out


def moved(
    picture: np.ndarray, degrees: float, scale: float, shift: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    truth = np.vstack([cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), degrees, scale), [0, 0, 1]])
    truth[:2, 2] += shift
    out = cv2.warpAffine(picture, truth[:2], (SIZE, SIZE), flags=cv2.INTER_CUBIC, borderValue=(235, 235, 235))
    return np.asarray(out, np.uint8), truth


def test_a_ring_with_another_cut_and_another_metal_is_laid_on_its_edges() -> None:
    retouch, truth = moved(ring(2, SILVER), 4.0, 0.88, (18.0, -9.0))
    found = register(fidelity.load(ring(1, GOLD)), fidelity.load(retouch))
    assert found.info.status == "registered" and found.info.method == "layout" and found.matrix is not None
    assert found.info.trust is not None and found.info.trust <= 0.3, "edges alone prove little"
    piece = np.array([[320.0, 220, 1], [150, 420, 1], [490, 420, 1], [320, 560, 1]])
    off = np.linalg.norm((found.matrix @ truth @ piece.T - piece.T)[:2], axis=0)
    assert off.max() < 3.0, f"{off.max():.1f} px"


def test_what_was_drawn_anew_fails_and_never_passes_quietly() -> None:
    audit = fidelity.audit(ring(1, GOLD), ring(2, SILVER))
    assert audit.registration.method == "layout"
    assert audit.check("facets").status is fidelity.Status.FAIL
    assert audit.check("metal-tone").status is fidelity.Status.FAIL
    assert audit.check("geometry").status is fidelity.Status.REVIEW
    assert audit.verdict is fidelity.Verdict.FAIL


def test_a_form_without_a_direction_is_not_forced_into_one() -> None:
    assert align_layouts(fidelity.load(chain(33)), fidelity.load(chain(29))) is None


def test_two_pieces_have_no_layout_in_common() -> None:
    other, _ = moved(ring(2, SILVER), 90.0, 1.0, (0.0, 0.0))
    assert align_layouts(fidelity.load(ring(1, GOLD)), fidelity.load(other)) is None


def test_a_search_over_hundreds_of_places_blurs_no_full_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    large = cv2.resize(ring(1, GOLD), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    blurred: list[int] = []
    blur = cv2.GaussianBlur

    def counted(picture: np.ndarray, *how: object) -> np.ndarray:
        blurred.append(picture.shape[0] * picture.shape[1])
        return blur(picture, *how)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(cv2, "GaussianBlur", counted)
    found = align_layouts(fidelity.load(large), fidelity.load(large))
    assert found is not None and np.abs(found[0] @ [1280, 1280, 1] - [1280, 1280, 1]).max() < 8
    assert max(blurred) < large.shape[0] * large.shape[1] / 3  # reduced by 2 at least, read once
