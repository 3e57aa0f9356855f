"""Small pieces drawn by code for tests of single checks and permits; every edit has one known place."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
SIZE = 720
CENTRE = (360, 380)
GOLD = (198, 162, 92)


def band(metal: tuple[int, int, int] = GOLD, ground: int = 235, seed: int = 5) -> Rgb:
    """A broad band seen from the front with brushed metal, soft reflections and grain that features can hold on to."""
    rng = np.random.default_rng(seed)
    angle = np.arctan2(*np.mgrid[-CENTRE[1] : SIZE - CENTRE[1], -CENTRE[0] : SIZE - CENTRE[0]][::1]).astype(np.float32)
    light = 0.82 + 0.16 * np.cos(3 * angle) + 0.07 * np.cos(11 * angle + 1)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 1.4)
    marks = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 4)
    shade = light + 0.05 * grain / grain.std() + 0.07 * marks / marks.std()
    out = np.full((SIZE, SIZE, 3), ground, np.float32) + rng.normal(0, 1.2, (SIZE, SIZE, 1))
    mask = band_mask()[..., None]
    out = np.where(mask, np.array(metal, np.float32) * shade[..., None], out)
    return np.clip(cv2.GaussianBlur(out, (0, 0), 0.7), 0, 255).astype(np.uint8)


def band_mask() -> npt.NDArray[np.bool_]:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(canvas, CENTRE, 250, 1, -1)
    cv2.circle(canvas, CENTRE, 150, 0, -1)
    return canvas > 0


def recoloured(rgb: Rgb, metal: tuple[int, int, int], was: tuple[int, int, int] = GOLD) -> Rgb:
    """The same band in another metal: every channel scaled, on the band only."""
    factor = np.array(metal, np.float32) / np.array(was, np.float32)
    changed = np.clip(rgb * factor, 0, 255)
    return np.where(band_mask()[..., None], changed, rgb).astype(np.uint8)


def with_ground(rgb: Rgb, level: int) -> Rgb:
    """The same band on another ground: the hybrid workflow done right."""
    soft = cv2.GaussianBlur(band_mask().astype(np.float32), (0, 0), 1.0)[..., None]
    return np.clip(rgb * soft + level * (1 - soft), 0, 255).astype(np.uint8)


def on_white(rgb: Rgb) -> Rgb:
    return with_ground(rgb, 255)


def exposed(rgb: Rgb) -> Rgb:
    return np.clip(rgb * 1.12, 0, 255).astype(np.uint8)


def bold_reflections(rgb: Rgb) -> Rgb:
    """Dark reflections of a studio's windows on the plain band."""
    out = rgb.copy()
    for angle in (0.3, 1.5, 2.8, 4.4):
        for offset in (-0.05, 0.05):
            ends = [
                (int(CENTRE[0] + r * np.cos(angle + offset)), int(CENTRE[1] + r * np.sin(angle + offset)))
                for r in (168, 232)
            ]
            cv2.line(out, ends[0], ends[1], (92, 66, 24), 7, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.8), np.uint8)


def mirrored_below(rgb: Rgb) -> Rgb:
    """A faint mirror image on the ground below the band, as on acrylic."""
    out = rgb.astype(np.float32)
    foot = CENTRE[1] + 250
    depth = SIZE - foot
    mirror = rgb[foot - depth : foot][::-1].astype(np.float32)
    fade = np.linspace(0.45, 0.1, depth)[:, None, None]
    shown = band_mask()[foot - depth : foot][::-1][..., None]
    out[foot:] = np.where(shown, (1 - fade) * out[foot:] + fade * mirror, out[foot:])
    return np.clip(out, 0, 255).astype(np.uint8)


CHAIN = ((340, 425), (20, 40), (90, 0), (360, 340), (630, 0), (700, 40), (380, 425))
"""A polygon about both runs of the pendant's chain."""


def pendant(*, lost: int = 0, bare: bool = False) -> Rgb:
    """A patterned gold disc that hangs on two runs of coarse oval links.

    The last `lost` links of one run are missing, or all of both where it is `bare`.
    """
    rng = np.random.default_rng(8)
    out = np.full((SIZE, SIZE, 3), 150, np.float32) + rng.normal(0, 1.0, (SIZE, SIZE, 1))
    canvas = np.clip(out, 0, 255).astype(np.uint8)
    for side in (-1, 1):
        for step in range(0 if bare else 8 - (lost if side == 1 else 0)):
            at = (360 + side * (30 + 33 * step), 382 - 46 * step)
            turn = -54 * side + (0 if step % 2 else 14)
            cv2.ellipse(canvas, at, (30, 16), turn, 0, 360, (150, 116, 52), 6, cv2.LINE_AA)
    disc = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(disc, (360, 540), 140, 1, -1)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 2.5)
    shade = 0.85 + 0.10 * grain / grain.std()
    gold = np.clip(np.array(GOLD, np.float32) * shade[..., None], 0, 255)
    canvas = np.where(disc[..., None] > 0, gold, canvas).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), 0.6), np.uint8)
