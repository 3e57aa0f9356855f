"""What each place of the piece looks like: metal, gem, busy with facets, dark. Maps at one working scale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.image.colour import srgb_to_lab
from fidelity.image.gradient import slope
from fidelity.image.picture import F32, U8, Mask

WORK_SIDE_PX = 480
"""Longer side of the piece at the working scale: stones of 4 % are still 19 pixels wide."""
METAL_CHROMA = 13.0
"""Chroma from which a yellow or rose hue is that of a metal and not a tint of the light."""
METAL_HUES = (28.0, 112.0)
"""Hue angles (degrees, CIELAB) of rose to green gold."""
MOST_CHROMA, CHROMA_PER_DEGREE = 25.0, 1.5
"""Most chroma of a metal at the reddest of those hues, and how much more it may have for each degree towards yellow:
copper reaches 40 at 45 degrees, gold in warm light 55 at 85, rubies and garnets have 45 and more at 30."""
METAL_SHARE = 0.12
"""Share of the piece in such a hue from which its metal is coloured."""
NEUTRAL_CHROMA = 9.0
GEM_FAINT, GEM_SURE = 6.0, 20.0
"""Distance from the metal's colour (CIELAB a*, b*) at which a gem begins to show and at which it is certain."""
BUSY_FAINT, BUSY_SURE = 2.5, 6.0
"""The same for the mean gradient (lightness per pixel at the working scale): polished metal stays below."""
DARK_FAINT, DARK_SURE = 26.0, 16.0
"""The same for lightness: a dark gem shows neither colour nor edges."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Maps (h, w) at `factor` working pixels per bench pixel; `side` is the piece's longer side there.

    `stony` (0..1) is how much a place looks like stone rather than like polished metal; `gem` the distance from the
    metal's colour; `busy` the mean gradient; `fine` the same over a smaller window; `level` lightness without
    detail; `slope` the gradient itself; `gilt` where a yellow or rose metal shows its own hue.
    """

    factor: float
    side: float
    lab: F32
    piece: Mask
    slope: F32
    busy: F32
    fine: F32
    gem: F32
    level: F32
    stony: F32
    gilt: Mask
    metal: tuple[float, float, float]


def survey(before: U8, piece: Mask, side: float) -> Surface:
    """Maps of the original on the bench: `before` (h, w, 3) sRGB, `piece` (h, w), `side` its longer side in pixels."""
    factor = min(1.0, WORK_SIDE_PX / max(side, 1.0))
    size = (max(1, round(piece.shape[1] * factor)), max(1, round(piece.shape[0] * factor)))
    small = np.asarray(cv2.resize(before, size, interpolation=cv2.INTER_AREA), np.uint8)
    mask = cv2.resize(piece.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    side = side * factor
    lab = srgb_to_lab(small)
    edges = slope(lab[..., 0], 0.8)
    busy = np.asarray(cv2.GaussianBlur(edges, (0, 0), max(1.5, 0.014 * side)), np.float32)
    metal = metal_colour(lab, mask, busy)
    window = max(3, round(0.02 * side)) | 1
    gem = np.asarray(_median(3 * distance_from(lab, metal), window) / 3, np.float32)
    level = np.asarray(_median(2.55 * lab[..., 0], window) / 2.55, np.float32)
    stony = np.maximum.reduce(
        [
            _rise(gem, GEM_FAINT, GEM_SURE),
            0.9 * _rise(busy, BUSY_FAINT, BUSY_SURE),
            0.85 * _rise(-level, -DARK_FAINT, -DARK_SURE),
        ]
    )
    return Surface(
        factor=factor,
        side=side,
        lab=lab,
        piece=mask,
        slope=edges,
        busy=busy,
        fine=np.asarray(cv2.GaussianBlur(edges, (0, 0), max(1.2, 0.009 * side)), np.float32),
        gem=gem,
        level=level,
        stony=np.asarray(stony * mask, np.float32),
        gilt=_gilt(lab, metal),
        metal=metal,
    )


def metal_colour(lab: F32, piece: Mask, busy: F32) -> tuple[float, float, float]:
    """Lightness, a* and b* of the metal: a yellow or rose hue where enough of the piece has one, else near neutral.

    Metals keep to few hues; a loose stone has none, and its colour must not be taken for metal.
    """
    if not piece.any():
        return 60.0, 0.0, 0.0
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    lit = piece & (lab[..., 0] > 22) & (lab[..., 0] < 93) & (chroma < 65)
    warm = (hue > METAL_HUES[0]) & (hue < METAL_HUES[1])
    gem = chroma > MOST_CHROMA + CHROMA_PER_DEGREE * (hue - METAL_HUES[0])
    gilt = lit & (chroma > METAL_CHROMA) & warm & ~gem
    if gilt.sum() > METAL_SHARE * piece.sum():
        return _middle(lab[gilt])
    plain = lit & ((chroma < NEUTRAL_CHROMA) | (warm & ~gem)) & (busy < np.quantile(busy[piece], 0.6))
    if plain.sum() < 0.08 * piece.sum():
        return 60.0, 0.0, 0.0
    values = lab[plain]
    counts, a_edges, b_edges = np.histogram2d(values[:, 1], values[:, 2], bins=40, range=[[-60, 60], [-60, 60]])
    i, j = np.unravel_index(int(ndimage.gaussian_filter(counts, 1.0).argmax()), counts.shape)
    near = np.hypot(values[:, 1] - a_edges[i] - 1.5, values[:, 2] - b_edges[j] - 1.5) < NEUTRAL_CHROMA
    return _middle(values[near]) if near.any() else _middle(values)


def distance_from(lab: F32, metal: tuple[float, float, float]) -> F32:
    """(h, w) how far colours lie from the metal's (CIELAB a*, b*), more in the dark, where chroma is small.

    Metal changes chroma with its reflections but keeps its hue: for a coloured metal, distance across the hue
    is what counts.
    """
    apart = np.hypot(lab[..., 1] - metal[1], lab[..., 2] - metal[2])
    chroma = float(np.hypot(metal[1], metal[2]))
    if chroma > 8:
        a, b = metal[1] / chroma, metal[2] / chroma
        across = np.abs(lab[..., 1] * b - lab[..., 2] * a)
        opposite = lab[..., 1] * a + lab[..., 2] * b < -6
        apart = np.where(opposite, apart, 1.3 * across)
    return np.asarray(apart * np.clip(36 / (lab[..., 0] + 8), 1, 2.5), np.float32)


def _gilt(lab: F32, metal: tuple[float, float, float]) -> Mask:
    chroma = float(np.hypot(metal[1], metal[2]))
    if chroma < 10:
        return np.zeros(lab.shape[:2], bool)
    apart = np.arctan2(lab[..., 2], lab[..., 1]) - np.arctan2(metal[2], metal[1])
    apart = np.abs((np.degrees(apart) + 180) % 360 - 180)
    return np.asarray((np.hypot(lab[..., 1], lab[..., 2]) > 0.5 * chroma) & (apart < 18))


def _middle(values: F32) -> tuple[float, float, float]:
    lightness, a, b = np.median(values, axis=0)
    return float(lightness), float(a), float(b)


def _rise(values: F32, faint: float, sure: float) -> F32:
    return np.asarray(np.clip((values - faint) / (sure - faint), 0, 1), np.float32)


def _median(values: F32, window: int) -> F32:
    return np.asarray(cv2.medianBlur(np.clip(values, 0, 255).astype(np.uint8), window), np.float32)
