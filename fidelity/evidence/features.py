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
from fidelity.evidence.drawn import Drawn
from fidelity.evidence.stones import Stone, find_stones
from fidelity.evidence.surface import GEM_SURE, Surface, survey
from fidelity.image.colour import delta_e76
from fidelity.image.morphology import closed, grown, opened, shrunk, without_holes
from fidelity.image.picture import F32, Mask

BLOB_SHARES = (0.004, 0.006, 0.009, 0.013)
"""Scales at which small bodies are looked for, share of the piece's longer side."""
MELEE_MIN = 5
"""Fewer small stones are accents; they are judged with their neighbours."""
CHAIN_TIERS = ((0.03, 0.2, 0.0), (0.05, 0.4, 9.0))
"""Half the greatest width, least length (shares of the longer side) and least median gradient of a chain."""
PRONG_MIN_PX = 3.5
"""A prong narrower than this cannot be told from noise."""


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

    surface: Surface
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


def find_features(bench: Bench, piece: Mask, side: float, drawn: Drawn | None = None) -> Features:
    """Propose everything; empty masks and tuples where the piece shows nothing of a kind.

    What is `drawn` overrules the detector of its kind.
    """
    drawn = drawn or Drawn()
    surface = survey(bench.before, piece, side)
    lab = bench.lab[0]
    busy = _enlarged(surface.busy, bench.shape)
    chain_zone = _chain(piece, side, busy) if drawn.chain is None else drawn.chain
    stones = drawn.stones
    if stones is None:
        stones = tuple(s for s in find_stones(surface, bench.shape) if float(chain_zone[s.mask].mean()) < 0.5)
    single = tuple(s for s in stones if s.single)
    stone_zone = _union(single, piece.shape)
    coloured = _union(tuple(s for s in single if s.coloured), piece.shape)
    reach = max(3, round(0.018 * side))
    girdle = grown(stone_zone, reach) & ~shrunk(stone_zone, max(2, reach // 2))
    stony = _enlarged(surface.stony, bench.shape) > 0.5
    melee_zone = stony & piece & ~grown(stone_zone, 2) & ~chain_zone
    melee_zone = opened(melee_zone, max(1, round(0.006 * side))) | _union(
        tuple(s for s in stones if not s.single), piece.shape
    )
    melee = _blobs(lab[..., 0], melee_zone, side)
    if len(melee) < MELEE_MIN or drawn.no_melee:
        melee, melee_zone = (), np.zeros_like(piece)
    metal = piece & ~stone_zone & ~melee_zone & ~(_enlarged(surface.gem, bench.shape) > GEM_SURE)
    if drawn.metal is not None:
        metal = drawn.metal & piece
    marks = _marks(lab[..., 0], metal & ~chain_zone & ~girdle, side) if drawn.mark is None else drawn.mark
    return Features(
        surface=surface,
        stones=stones,
        stone_zone=stone_zone,
        coloured_zone=coloured,
        girdle_zone=girdle & piece & (not drawn.loose),
        melee=melee,
        melee_zone=melee_zone,
        prongs=() if drawn.no_prongs else _prongs(lab, single or stones[:1], piece, side, surface.metal),
        chain_zone=chain_zone,
        links=_blobs(lab[..., 0], chain_zone, side) if chain_zone.any() else (),
        mark_zone=marks,
        metal=metal,
        metal_lab=surface.metal,
    )


def _enlarged(values: F32, shape: tuple[int, int]) -> F32:
    return np.asarray(cv2.resize(values, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


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
    contrast = ndimage.gaussian_filter1d(delta_e76(along, course), radius / 2, mode="wrap")
    metallic = delta_e76(along[:, 1:], metal[1:]) < 25
    picked: list[int] = []
    for i in np.argsort(-contrast):
        if contrast[i] < max(4.0, 0.45 * float(contrast.max())) or len(picked) >= 12:
            break
        gap = [min(abs(int(i) - j), count - abs(int(i) - j)) for j in picked]
        if metallic[i] and (not gap or min(gap) > 3.5 * radius):
            picked.append(int(i))
    return [(float(outline[i, 0]), float(outline[i, 1])) for i in sorted(picked)]


def _chain(piece: Mask, side: float, busy: F32) -> Mask:
    """Long thin parts of the silhouette; those as broad as a shank must be busy with links, which a shank is not."""
    whole = without_holes(closed(piece, max(1, round(0.006 * side))))
    out = np.zeros_like(piece)
    for share, length, slope in CHAIN_TIERS:
        radius = max(2, round(share * side))
        # Beyond the frame a chain goes on: an opening must not take the frame for its end.
        thick = opened(np.pad(whole, radius, mode="edge"), radius)[radius:-radius, radius:-radius]
        thin = whole & ~grown(thick, max(2, radius // 2))
        for region in regionprops(label(thin)):
            longest = max(region.bbox[2] - region.bbox[0], region.bbox[3] - region.bbox[1])
            rows, cols = region.coords.T
            if longest > length * side and float(np.median(busy[rows, cols])) > slope:
                out[rows, cols] = True
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
