"""Fog and streaks: a piece that fades into its new ground is told, and reflections are told from features."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import Evidence, Status
from fidelity.evidence.streaks import find_streaks
from fidelity.image.picture import Mask

from ..checks.drawn_pairs import CENTRE, SIZE, Rgb, band, band_mask, bold_reflections
from . import drawn

PLACE = (CENTRE[0] + 200, CENTRE[1])
"""The middle of the band at 3 o'clock."""


def cut_out(picture: Rgb, matte: np.ndarray, level: int = 255) -> Rgb:
    return np.clip(picture * matte[..., None] + level * (1 - matte[..., None]), 0, 255).astype(np.uint8)


def soft_edge(mask: Mask, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma)


def fading() -> np.ndarray:
    """A matte that is half there at 3 o'clock, all across the band."""
    doubt = np.zeros((SIZE, SIZE), np.float32)
    cv2.ellipse(doubt, PLACE, (60, 60), 0, 0, 360, (1,), -1)
    return soft_edge(band_mask(), 1.0) * (1 - 0.6 * cv2.GaussianBlur(doubt, (0, 0), 12))


def evidence(before: Rgb, after: Rgb) -> Evidence:
    return Evidence(fidelity.load(before), fidelity.load(after))


def dark(picture: Rgb) -> Rgb:
    return np.asarray(picture * 0.55, np.uint8)


def mirroring(picture: Rgb, strength: int) -> Rgb:
    """The band with the sharp dark streak of a polished groove that mirrors the room."""
    polished = cv2.GaussianBlur(picture, (0, 0), 4)
    out = np.where(band_mask()[..., None], polished, picture).astype(np.int16)
    streak = np.zeros((SIZE, SIZE), np.uint8)
    for radius in (182, 196, 212):
        cv2.ellipse(streak, CENTRE, (radius, radius), 0, 0, 360, (255,), 5, cv2.LINE_AA)
    out -= (strength * (streak[..., None] / 255)).astype(np.int16)
    return np.clip(out, 0, 255).astype(np.uint8)


class TestFog:
    def test_a_shank_that_fades_fails_silhouette_there(self) -> None:
        before = dark(band(ground=120))
        result = fidelity.audit(before, cut_out(before, fading()), only=["silhouette"]).check("silhouette")
        assert result.status is Status.FAIL
        faded = [f for f in result.findings if f.kind == "faded"]
        assert faded and faded[0].box
        x, y, width, height = faded[0].box
        assert x < PLACE[0] < x + width and y < PLACE[1] < y + height

    def test_how_much_is_left_is_told(self) -> None:
        before = dark(band(ground=120))
        places = evidence(before, cut_out(before, fading())).fog.places
        assert places[0].matte == pytest.approx(0.45, abs=0.12)

    @pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0])
    def test_a_soft_edge_is_no_fog(self, sigma: float) -> None:
        before = dark(band(ground=120))
        found = evidence(before, cut_out(before, soft_edge(band_mask(), sigma)))
        assert not found.fog.places

    def test_a_ground_that_stayed_has_no_fog(self) -> None:
        before = dark(band(ground=120))
        found = evidence(before, np.clip(before * 1.1, 0, 255).astype(np.uint8))
        assert not found.fog.places and not found.fog.veil.any()

    def test_paint_is_no_fog(self) -> None:
        """A flat colour between piece and ground explains nothing of the piece's own detail."""
        before = dark(bold_reflections(band(ground=120)))
        painted = cut_out(before, soft_edge(band_mask(), 1.0))
        spot = np.zeros((SIZE, SIZE), np.uint8)
        cv2.circle(spot, PLACE, 50, (1,), -1)
        painted[(spot > 0) & band_mask()] = (190, 180, 150)
        assert not evidence(before, painted).fog.places


class TestStreaks:
    @staticmethod
    def over(picture: Rgb, where: Mask) -> float:
        light = np.asarray(picture.mean(axis=2) / 2.55, np.float32)
        rows, cols = np.nonzero(where)
        return find_streaks(light, light, np.ones(light.shape, bool), 500.0).over(rows, cols)

    def test_streaks_run_one_way(self) -> None:
        picture = np.zeros((200, 200, 3), np.uint8)
        picture[:, ::12] = 200
        picture[:, 1::12] = 200
        assert self.over(picture, np.ones((200, 200), bool)) > 0.9

    def test_letters_do_not(self) -> None:
        picture = drawn.signet()
        where = np.zeros(picture.shape[:2], bool)
        where[470:530, 275:430] = True
        assert self.over(picture, where) < 0.7

    def test_a_blank_place_is_no_streak(self) -> None:
        assert self.over(np.full((100, 100, 3), 90, np.uint8), np.ones((100, 100), bool)) < 0.1

    def test_reflections_that_were_calmed_are_textures_matter(self) -> None:
        before, after = mirroring(band(), 100), mirroring(band(), 25)
        large = [change for change in evidence(before, after).changes if change.area_share > 0.005]
        assert len(large) > 3 and {change.zones for change in large} == {("reflection",)}
        assert fidelity.audit(before, after).check("texture").status is Status.FAIL
