"""A painted ring with known colours, on a bench of its own: no registration, no detectors, quick."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.evidence.bench import Bench
from fidelity.image.colour import srgb_to_lab

Rgb = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

SIZE = 300
SIDE = 240.0
CENTRE = (150, 150)
GOLD, ROSE, WHITE = (206, 168, 96), (214, 164, 140), (178, 178, 180)
RUBY, TEAL, GREY = (170, 24, 60), (20, 110, 120), (205, 205, 207)


def band() -> Mask:
    """The metal: a broad ring around the stone."""
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(canvas, CENTRE, 120, (1,), -1)
    return np.asarray((canvas > 0) & ~gem())


def gem() -> Mask:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(canvas, CENTRE, 45, (1,), -1)
    return np.asarray(canvas > 0)


def piece() -> Mask:
    return band() | gem()


def ring(metal: tuple[int, int, int] = GOLD, stone: tuple[int, int, int] = RUBY, brushed: float = 0.0) -> Rgb:
    """Metal that runs from dark to light, a stone with facets, on a grey ground with some grain."""
    rng = np.random.default_rng(11)
    ground = 214 + rng.normal(0, 3, (SIZE, SIZE, 1)) + np.linspace(-8, 8, SIZE)[None, :, None]
    picture = np.repeat(ground, 3, axis=2)
    y, x = np.mgrid[:SIZE, :SIZE]
    light = 0.75 + 0.4 * np.sin(np.arctan2(y - CENTRE[1], x - CENTRE[0]) * 3)
    strokes = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)), (0, 0), sigmaX=3, sigmaY=0.8)
    metallic = np.array(metal) * (light * (1 + brushed * strokes))[..., None]
    facets = 0.8 + 0.3 * ((np.arctan2(y - CENTRE[1], x - CENTRE[0]) * 8 / np.pi).astype(int) % 3) / 2
    picture[band()] = metallic[band()]
    picture[gem()] = (np.array(stone) * facets[..., None])[gem()]
    return clipped(cv2.GaussianBlur(picture, (0, 0), 0.7))


def clipped(values: npt.NDArray[np.generic]) -> Rgb:
    return np.clip(np.rint(np.asarray(values, np.float64)), 0, 255).astype(np.uint8)


def moved(picture: Rgb, where: Mask, dL: float = 0, da: float = 0, db: float = 0) -> Rgb:
    """`picture` with its CIELAB shifted on `where`."""
    lab = srgb_to_lab(picture)
    lab[where] += np.array([dL, da, db], np.float32)
    out = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    return np.where(where[..., None], clipped(out * 255), picture)


def exposed(picture: Rgb, factor: float = 1.15) -> Rgb:
    return clipped(picture.astype(float) * factor)


def contrasted(picture: Rgb) -> Rgb:
    return clipped(128 + 1.18 * (picture.astype(float) - 128))


def warmed(picture: Rgb) -> Rgb:
    return clipped(picture * np.array([1.02, 1.0, 0.965]))


def on_white(picture: Rgb) -> Rgb:
    out = picture.copy()
    out[~piece()] = 255
    return out


def bench(before: Rgb, after: Rgb) -> Bench:
    return Bench(before, after, np.ones(before.shape[:2], bool), None, 0, 0, 1.0)
