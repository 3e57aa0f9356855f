"""Stones proposed in the original: convex bodies that stand out at some threshold of some map of the surface.

As in MSER (Matas et al. 2002), each map is cut at many levels and every connected body is a candidate; here the
judge is not stability but what makes a stone: convex, stony inside, bounded by an edge, unlike its surroundings.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage
from skimage.segmentation import watershed

from fidelity.evidence.surface import GEM_FAINT, GEM_SURE, Surface
from fidelity.image.gradient import coherence, gradient
from fidelity.image.morphology import dilated
from fidelity.image.picture import F32, U8, Mask

MIN_SHARE, MAX_SHARE = 0.04, 0.8
"""Smallest minor axis and largest side of a stone, share of the piece's longer side."""
MIN_SOLIDITY = 0.85
MAX_ASPECT = 3.2
LEVELS = 15
"""Thresholds per map, as quantiles between 8 and 96 %."""
MIN_SCORE = 0.07
MOST = 24
SET_GILT = 0.12
"""Share of the metal's own hue inside from which a colourless body is set with several stones, or is carved metal."""
SURE_GEM = 0.6
EDGED, EDGE_SLOPE = 0.93, 2.5
"""Share of a stone's outline that has an edge within two working pixels, and the gradient (lightness per pixel) of one;
the hull of a stamp has gaps between its letters."""
PLAIN_INSIDE, PLAIN_SLOPE = 0.28, 2.0
"""Share of plain ground between letters, and the gradient that it stays under; facets leave less."""

STREAKED = 0.72
"""Coherence of the edges inside a colourless body from which it is a reflection on metal: of 378 such bodies
in close-up and real originals none above is a stone; a pale emerald cut reaches 0.69, pearls 0.64."""


@dataclass(frozen=True, eq=False)
class Stone:
    """A stone: `mask` on the bench, `box` x, y, width, height, `centre` x, y, semi-axes (longer, shorter) in pixels.

    `coloured` says that its colour is not the metal's. `single` is False for a body that more likely carries many
    small stones or is carved: metal shows between.
    """

    mask: Mask
    box: tuple[int, int, int, int]
    centre: tuple[float, float]
    axes: tuple[float, float]
    coloured: bool
    single: bool = True

    @property
    def radius(self) -> float:
        """Of the circle of the same area, bench pixels."""
        return float(np.sqrt(self.axes[0] * self.axes[1]))


@dataclass(frozen=True, eq=False)
class _Candidate:
    outline: np.ndarray
    score: float
    gem: float
    gilt: float


def find_stones(surface: Surface, shape: tuple[int, int]) -> tuple[Stone, ...]:
    """Stones on a bench of `shape`, largest first; empty where nothing looks like one."""
    judged = [c for c in (_judge(o, surface) for o in _outlines(surface)) if c is not None]
    judged.sort(key=lambda c: -c.score)
    taken = np.zeros(surface.piece.shape, bool)
    kept: list[_Candidate] = []
    for candidate in judged:
        inner = _filled(candidate.outline, taken.shape)
        if (inner & taken).sum() > 0.15 * inner.sum():
            continue
        taken |= inner
        kept.append(candidate)
        if len(kept) == MOST:
            break
    stones = [_on_bench(c, surface.factor, shape) for c in kept]
    return tuple(sorted((s for s in stones if s is not None), key=lambda s: -float(s.mask.sum())))


def _outlines(surface: Surface) -> list[np.ndarray]:
    side, piece = surface.side, surface.piece
    if piece.sum() < 100:
        return []
    radius = max(1, round(0.006 * side))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    found: list[np.ndarray] = []
    for values in (surface.gem, -surface.level, surface.level, surface.busy, -surface.fine):
        for level in np.unique(np.quantile(values[piece], np.linspace(0.08, 0.96, LEVELS))):
            body = ((values > level) & piece).astype(np.uint8)
            found += _bodies(np.asarray(cv2.morphologyEx(body, cv2.MORPH_OPEN, disc), np.uint8), side, split=True)
    return found


def _bodies(mask: U8, side: float, *, split: bool) -> list[np.ndarray]:
    """Outlines of convex bodies; a body that is not convex is cut at its waists once."""
    found: list[np.ndarray] = []
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        area = cv2.contourArea(outline)
        if len(outline) < 12 or not 0.7 * (MIN_SHARE * side) ** 2 < area < (MAX_SHARE * side) ** 2:
            continue
        if _shapely(outline, side):
            found.append(outline)
        elif split:
            left, top, width, height = cv2.boundingRect(outline)
            corner = np.array([left - 1, top - 1], np.int32)
            body = np.zeros((height + 2, width + 2), np.uint8)
            cv2.drawContours(body, [outline - corner], -1, (1,), -1)
            for part in _cut(body, side):
                found += [piece + corner for piece in _bodies(part, side, split=False)]
    return found


def _cut(body: U8, side: float) -> list[U8]:
    depth = cv2.distanceTransform(body, cv2.DIST_L2, 5)
    depth = cv2.GaussianBlur(depth, (0, 0), max(1.0, 0.008 * side))
    reach = 2 * int(0.02 * side) + 1
    peaks = (depth == cv2.dilate(depth, np.ones((reach, reach), np.uint8))) & (depth > 0.02 * side)
    seeds, count = ndimage.label(peaks)
    if not 1 < count < 40:
        return []
    parts = watershed(-depth, seeds, mask=body > 0)
    return [np.asarray(parts == i, np.uint8) for i in range(1, count + 1)]


def _shapely(outline: np.ndarray, side: float) -> bool:
    short, long = sorted(cv2.minAreaRect(outline)[1])
    solid = cv2.contourArea(outline) / max(1.0, cv2.contourArea(cv2.convexHull(outline)))
    return solid > MIN_SOLIDITY and short > MIN_SHARE * side and long < MAX_ASPECT * short


def _judge(outline: np.ndarray, surface: Surface) -> _Candidate | None:
    """How much a body is a stone: stony inside, different outside, convex, with an edge; larger counts more."""
    height, width = surface.piece.shape
    area = cv2.contourArea(outline)
    radius = float(np.sqrt(area / np.pi))
    left, top, w, h = cv2.boundingRect(outline)
    grow = int(0.35 * radius) + 3
    x0, y0, x1, y1 = max(0, left - grow), max(0, top - grow), min(width, left + w + grow), min(height, top + h + grow)
    window = np.s_[y0:y1, x0:x1]
    body = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.drawContours(body, [outline - np.array([x0, y0], np.int32)], -1, (1,), -1)
    depth = cv2.distanceTransform(body, cv2.DIST_L2, 3)
    ring = dilated(body > 0, int(0.2 * radius + 2)) & (body == 0)
    inner = depth > 0.12 * radius
    if not inner.any() or not ring.any():
        return None
    stony, around = (float(surface.stony[window][m].mean()) for m in (inner, ring))
    if stony < 0.5:
        return None
    lab = surface.lab[window]
    colours = float(np.linalg.norm(np.median(lab[inner], axis=0) - np.median(lab[ring], axis=0)))
    rim = ((depth > 0) & (depth <= max(2.0, 0.06 * radius))) | (
        ring & (cv2.dilate(body, np.ones((5, 5), np.uint8)) > 0)
    )
    edge = float(surface.slope[window][rim].mean())
    short, long = cv2.minAreaRect(outline)[1]
    solid = area / max(1.0, cv2.contourArea(cv2.convexHull(outline)))
    shape = np.clip((solid - 0.8) / 0.15, 0, 1) * np.clip((area / max(1.0, short * long) - 0.45) / 0.3, 0, 1)
    apart = max(stony - around, min(1.0, colours / 30))
    score = stony * apart * shape * np.clip(edge / 6, 0.2, 1) * np.sqrt(radius / surface.side)
    if score < MIN_SCORE:
        return None
    gem = (float(surface.gem[window][inner].mean()) - GEM_FAINT) / (GEM_SURE - GEM_FAINT)
    if gem < SURE_GEM and (_lettered(body > 0, inner, surface.slope[window]) or _streaked(lab[..., 0], inner)):
        return None
    return _Candidate(outline, float(score), gem, float(surface.gilt[window][inner].mean()))


def _lettered(body: Mask, inner: Mask, slope: F32) -> bool:
    """Whether a colourless body is strokes on plain metal: gaps in its outline, plain ground inside."""
    outline = body & (cv2.erode(body.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    edged = cv2.dilate(slope, np.ones((5, 5), np.uint8))[outline] > EDGE_SLOPE
    plain = slope[inner] < PLAIN_SLOPE
    return float(edged.mean()) < EDGED and float(plain.mean()) > PLAIN_INSIDE


def _streaked(level: F32, inner: Mask) -> bool:
    """Whether the edges inside run one way: those of facets run every way."""
    return coherence(*(g[inner] for g in gradient(level, 1.0))) > STREAKED


def _filled(outline: np.ndarray, shape: tuple[int, ...]) -> Mask:
    canvas = np.zeros(shape, np.uint8)
    cv2.drawContours(canvas, [outline], -1, (1,), -1)
    return np.asarray(canvas > 0)


def _on_bench(candidate: _Candidate, factor: float, shape: tuple[int, int]) -> Stone | None:
    outline: F32 = np.asarray(candidate.outline / factor, np.float32)
    mask = _filled(outline.round().astype(np.int32), shape)
    if mask.sum() < 20:
        return None
    left, top, width, height = cv2.boundingRect(outline.round().astype(np.int32))
    (x, y), (w, h), _ = cv2.minAreaRect(outline)
    coloured = candidate.gem > SURE_GEM
    return Stone(
        mask=mask,
        box=(left, top, width, height),
        centre=(float(x), float(y)),
        axes=(max(w, h) / 2, min(w, h) / 2),
        coloured=coloured,
        single=coloured or candidate.gilt < SET_GILT,
    )
