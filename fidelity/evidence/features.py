"""What the original shows: stones, melee, prongs, chain, marks, metal. Proposals, verified in the retouch.

A wrong proposal that looks the same in both pictures does no harm (DESIGN §2.3), so the detectors are
generous. All shares are of the piece's longer side.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.measure import label, regionprops

from fidelity.evidence.bench import Bench
from fidelity.image.colour import srgb_to_lab
from fidelity.image.morphology import closed, grown, opened, shrunk
from fidelity.image.picture import F32, Mask

STONE_MIN_SIDE = 0.07
"""A stone whose smaller axis is at least this share counts as large; smaller ones are melee."""
GEM_CHROMA = 15.0
"""Difference in (a*, b*) from the metal's own that makes a gem."""
DARK_GEM_L = 36.0
"""Lightness below which chroma counts for more, up to 2.5 times."""
BUSY_GRADIENT = 3.0
"""Lightness per pixel that counts as an edge inside a stone."""
BUSY_SHARE = 0.42
"""Share of edge pixels in a window that only faceted or set areas reach; polished metal stays below 0.25."""
BLOB_SHARES = (0.004, 0.006, 0.009, 0.013)
"""Scales at which small bodies are looked for, share of the piece's longer side."""
MELEE_MIN = 5
"""Fewer small stones are accents; they are judged with their neighbours."""
PRONG_MIN_PX = 3.5
"""A prong narrower than this cannot be told from noise."""


@dataclass(frozen=True, eq=False)
class Stone:
    """A large stone: `mask` on the bench, `box` x, y, width, height, `centre` x, y, semi-axes in pixels."""

    mask: Mask
    box: tuple[int, int, int, int]
    centre: tuple[float, float]
    axes: tuple[float, float]
    coloured: bool


@dataclass(frozen=True)
class Spot:
    """A small thing at (x, y) with a radius, bench pixels. `owner` is the index of its stone, or -1."""

    x: float
    y: float
    radius: float
    owner: int = -1


@dataclass(frozen=True, eq=False)
class Features:
    """All proposals of one original, on the bench."""

    stones: tuple[Stone, ...]
    stone_zone: Mask
    coloured_zone: Mask
    girdle_zone: Mask
    melee: tuple[Spot, ...]
    melee_zone: Mask
    prongs: tuple[Spot, ...]
    chain_zone: Mask
    links: tuple[Spot, ...]
    mark_zone: Mask
    metal: Mask
    metal_lab: tuple[float, float, float]


def find_features(bench: Bench, piece: Mask, side: float) -> Features:
    """Propose everything; empty masks and tuples where the piece shows nothing of a kind."""
    lab = srgb_to_lab(bench.before)
    edges = _edges(lab[..., 0])
    busy = _busy(edges, piece, side)
    metal_lab = _metal_colour(lab, piece, busy)
    gem = _gem(lab, piece, metal_lab, side)
    chain_zone = _chain(piece, side)
    stones = _stones(gem, busy & piece & ~chain_zone, side)
    stone_zone = _union(stones, piece.shape)
    reach = max(3, round(0.018 * side))
    girdle = grown(stone_zone, reach) & ~shrunk(stone_zone, max(2, reach // 2))
    melee_zone = (busy | gem) & piece & ~grown(stone_zone, 2) & ~chain_zone
    melee_zone = opened(melee_zone, max(1, round(0.006 * side)))
    melee = _blobs(lab[..., 0], melee_zone, side)
    if len(melee) < MELEE_MIN:
        melee, melee_zone = (), np.zeros_like(piece)
    metal = piece & ~stone_zone & ~melee_zone & ~gem
    return Features(
        stones=stones,
        stone_zone=stone_zone,
        coloured_zone=gem | _union(tuple(s for s in stones if s.coloured), piece.shape),
        girdle_zone=girdle & piece,
        melee=melee,
        melee_zone=melee_zone,
        prongs=_prongs(lab, stones, piece, side, metal_lab),
        chain_zone=chain_zone,
        links=_blobs(lab[..., 0], chain_zone, side) if chain_zone.any() else (),
        mark_zone=_marks(lab[..., 0], metal & ~chain_zone & ~girdle, side),
        metal=metal,
        metal_lab=metal_lab,
    )


def _edges(L: F32) -> F32:
    smooth = cv2.GaussianBlur(L, (0, 0), 1.0)
    return np.asarray(
        np.hypot(cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)) / 16, np.float32
    )


def _busy(edges: F32, piece: Mask, side: float) -> Mask:
    window = max(7, round(0.035 * side) | 1)
    share = cv2.boxFilter((edges > BUSY_GRADIENT).astype(np.float32), -1, (window, window))
    return np.asarray((share > BUSY_SHARE) & piece)


def _metal_colour(lab: F32, piece: Mask, busy: Mask) -> tuple[float, float, float]:
    """The commonest (a*, b*) of plain midtones: most of a setting is metal."""
    plain = piece & ~busy & (lab[..., 0] > 20) & (lab[..., 0] < 90)
    if plain.sum() < 300:
        plain = piece
    values = lab[plain]
    if len(values) == 0:
        return 60.0, 0.0, 0.0
    counts, a_edges, b_edges = np.histogram2d(values[:, 1], values[:, 2], bins=40, range=[[-60, 60], [-60, 60]])
    counts = ndimage.gaussian_filter(counts, 1.0)
    i, j = np.unravel_index(int(counts.argmax()), counts.shape)
    a, b = float(a_edges[i] + 1.5), float(b_edges[j] + 1.5)
    near = np.hypot(values[:, 1] - a, values[:, 2] - b) < 9
    return (float(np.median(values[near, 0])) if near.any() else 60.0, a, b)


def _gem(lab: F32, piece: Mask, metal: tuple[float, float, float], side: float) -> Mask:
    away_a, away_b = lab[..., 1] - metal[1], lab[..., 2] - metal[2]
    chroma_metal = float(np.hypot(metal[1], metal[2]))
    apart = np.hypot(away_a, away_b)
    # Metal changes chroma with its reflections but keeps its hue: distance across the hue is what counts.
    if chroma_metal > 8:
        unit = np.array([metal[1], metal[2]]) / chroma_metal
        across = np.abs(lab[..., 1] * unit[1] - lab[..., 2] * unit[0])
        opposite = lab[..., 1] * unit[0] + lab[..., 2] * unit[1] < -6
        apart = np.where(opposite, apart, across * 1.3)
    # A dark gem has little chroma in absolute terms and much for its lightness.
    apart = apart * np.clip(DARK_GEM_L / (lab[..., 0] + 8), 1, 2.5)
    mask = (cv2.GaussianBlur(apart.astype(np.float32), (0, 0), max(1.0, 0.004 * side)) > GEM_CHROMA) & piece
    return np.asarray(closed(mask, max(1, round(0.008 * side))))


def _stones(gem: Mask, busy: Mask, side: float) -> tuple[Stone, ...]:
    found: list[Stone] = []
    taken = np.zeros_like(gem)
    for source, coloured in ((gem, True), (busy & ~gem, False)):
        radius = max(3, round(STONE_MIN_SIDE * side / 2))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        filled = ndimage.binary_fill_holes(closed(source, max(1, round(0.012 * side))))
        core = cv2.morphologyEx(np.asarray(filled, np.uint8), cv2.MORPH_OPEN, disc) > 0
        for region in regionprops(label(core & ~taken)):
            if region.solidity < 0.8 or region.axis_minor_length < STONE_MIN_SIDE * side:
                continue
            mask = np.zeros_like(gem)
            top, left, bottom, right = region.bbox
            mask[top:bottom, left:right] = region.image
            taken |= grown(mask, 3)
            found.append(
                Stone(
                    mask,
                    (left, top, right - left, bottom - top),
                    (float(region.centroid[1]), float(region.centroid[0])),
                    (region.axis_major_length / 2, region.axis_minor_length / 2),
                    coloured,
                )
            )
    found.sort(key=lambda stone: -float(stone.mask.sum()))
    return tuple(found[:24])


def _union(stones: tuple[Stone, ...], shape: tuple[int, ...]) -> Mask:
    out = np.zeros(shape, bool)
    for stone in stones:
        out |= stone.mask
    return out


def _blobs(L: F32, zone: Mask, side: float) -> tuple[Spot, ...]:
    """Centres of repeated small bodies at the one scale at which the zone repeats most strongly."""
    if zone.sum() < 50:
        return ()
    best: tuple[float, float, F32] | None = None
    for share in BLOB_SHARES:
        sigma = max(1.2, share * side)
        response = sigma**0.2 * (cv2.GaussianBlur(L, (0, 0), sigma) - cv2.GaussianBlur(L, (0, 0), 1.6 * sigma))
        strength = float(np.std(response[zone]))
        if best is None or strength > best[0]:
            best = (strength, sigma, np.asarray(response, np.float32))
    if best is None or best[0] < 1.0:
        return ()
    _, sigma, response = best
    peaks = peak_local_max(
        np.where(zone, response, 0),
        min_distance=max(2, round(1.5 * sigma)),
        threshold_abs=0.5 * best[0],
        exclude_border=2,
    )
    return tuple(Spot(float(x), float(y), 2.0 * sigma) for y, x in peaks[:600])


def _prongs(
    lab: F32, stones: tuple[Stone, ...], piece: Mask, side: float, metal: tuple[float, float, float]
) -> tuple[Spot, ...]:
    """Compact bodies that cross a large stone's outline, by contrast along the outline."""
    found: list[Spot] = []
    L = np.asarray(cv2.GaussianBlur(lab, (0, 0), 1.0), np.float32)
    for index, stone in enumerate(stones):
        size = float(np.sqrt(stone.axes[0] * stone.axes[1]))
        radius = max(PRONG_MIN_PX / 2, 0.11 * size)
        contours, _ = cv2.findContours(stone.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if not contours:
            continue
        outline = max(contours, key=len)[:, 0, :].astype(np.float32)
        for x, y in _bumps(L, outline, radius, np.array(metal, np.float32)):
            if piece[int(y), int(x)]:
                found.append(Spot(x, y, radius, index))
    return tuple(found)


def _bumps(lab: F32, outline: F32, radius: float, metal: F32) -> list[tuple[float, float]]:
    """Places along a closed outline (n, 2) whose colour sticks out from the outline's smooth course."""
    count = len(outline)
    if count < 24:
        return []
    height, width = lab.shape[:2]
    xs = np.clip(outline[:, 0], 0, width - 1).astype(int)
    ys = np.clip(outline[:, 1], 0, height - 1).astype(int)
    along = cv2.blur(lab, (max(3, round(radius)) | 1,) * 2)[ys, xs]
    course = ndimage.uniform_filter1d(along, max(9, round(6 * radius)), axis=0, mode="wrap")
    contrast = ndimage.gaussian_filter1d(np.linalg.norm(along - course, axis=1), radius / 2, mode="wrap")
    metallic = np.linalg.norm((along - metal)[:, 1:], axis=1) < 25
    picked: list[int] = []
    for i in np.argsort(-contrast):
        if contrast[i] < max(4.0, 0.45 * float(contrast.max())) or len(picked) >= 12:
            break
        gap = [min(abs(int(i) - j), count - abs(int(i) - j)) for j in picked]
        if metallic[i] and (not gap or min(gap) > 3.5 * radius):
            picked.append(int(i))
    return [(float(outline[i, 0]), float(outline[i, 1])) for i in sorted(picked)]


def _chain(piece: Mask, side: float) -> Mask:
    """Long parts of the silhouette that stay thinner than a few percent of the piece."""
    whole = closed(piece, max(1, round(0.006 * side)))
    filled = ndimage.binary_fill_holes(whole)
    radius = max(2, round(0.03 * side))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    thick = cv2.morphologyEx(np.asarray(filled, np.uint8), cv2.MORPH_OPEN, disc) > 0
    thin = filled & ~grown(thick, max(2, radius // 2))
    out = np.zeros_like(piece)
    for region in regionprops(label(thin)):
        length = max(region.bbox[2] - region.bbox[0], region.bbox[3] - region.bbox[1])
        if length > 0.2 * side:
            out[tuple(region.coords.T)] = True
    return out


def _marks(L: F32, metal: Mask, side: float) -> Mask:
    """Clusters of fine strokes on otherwise plain metal: stamps and engraving."""
    fine = np.abs(cv2.GaussianBlur(L, (0, 0), 1.0) - cv2.GaussianBlur(L, (0, 0), 2.5))
    window = max(9, round(0.03 * side) | 1)
    inner = shrunk(metal, max(2, round(0.01 * side)))
    level = cv2.boxFilter((fine > 2.0).astype(np.float32), -1, (window, window))
    mask = (level > 0.3) & inner
    out = np.zeros_like(metal)
    for region in regionprops(label(closed(mask, 3))):
        if 0.0002 * side**2 < region.area < 0.05 * side**2:
            out[tuple(region.coords.T)] = True
    return np.asarray(grown(out, max(2, window // 3)) & metal)
