"""Metal colour before and after: what the change of the whole picture does not explain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

from fidelity.evidence.balance import neutralising
from fidelity.evidence.bench import Bench
from fidelity.evidence.colours import Colours, Shift, kept_ground, shift_on
from fidelity.evidence.materials import GOLDEN_MAJOR, GOLDEN_MINOR, Materials, find_materials
from fidelity.image.morphology import grown
from fidelity.image.picture import Mask
from fidelity.result import Box

WORST_PERCENTILE = 80.0
"""Only part of a piece may have been recoloured, and not all that counts as metal is: judge the worse end."""
MIN_PIXELS = 150
"""Fewer pixels of the colour grid are no metal to judge."""
BESIDE_GEM_PX = 2
"""Metal this near a coloured gem is left out: JPEG and denoisers let chroma bleed across the edge."""
WITHOUT_STONES = 0.25
"""Share of the metal that must lie outside the stones found for these to be left out: they may be wrong."""
BRIGHT_L = 45.0
"""Metal darker than this changes with every contrast curve; what reads light and then dark is lighter."""
OWN_GROUND_E = 12.0
"""Colour difference (CIE76) from which the ground is not the metal itself, filling the frame."""
PART_SHARE = 0.12
"""Smallest share of the piece that counts as a darkened part, and that must be left as a reference."""
PART_SPREAD_L = 2.0
"""Median deviation within a part: a toned part moved as one, a re-lit one by degrees."""
PART_DROP_L = 4.0
"""Lightness that a darkened part has lost in absolute terms."""
PART_RANGE_L = (36.0, 92.0)
PART_BIN_L = 8.0
PART_BINS_SHARE = 0.4
"""Share of the piece whose bins of lightness must show both groups."""
CHANGED_SHARE = 0.6
"""Places with at least this share of the shift judged belong to the finding's box."""


@dataclass(frozen=True)
class Tone:
    """Median CIELAB of the metal judged, in both pictures; changes are retouch − original.

    `shift` is the 80th percentile of CIEDE2000 between local means at equal lightness, after the picture's own
    curve, the cast of a ground that was kept and, on white metal, a correction towards neutral are taken out.
    `brightening` is the change of lightness that the metal went through, L*. `darkening` is the lightness that
    bright metal lost, less what a kept ground lost with it; `part_darkening` what a part of the piece lost
    against the rest at equal lightness, 0 where no part moved as one. `boxes` are places of the shift, original
    pixels, worst first.
    """

    before: tuple[float, float, float]
    after: tuple[float, float, float]
    moved: tuple[float, float]
    shift: float
    brightening: float
    darkening: float
    part_darkening: float
    referenced: bool
    pixels: int
    boxes: tuple[Box, ...]
    dark_boxes: tuple[Box, ...]


def measure_tone(
    colours: Colours, bench: Bench, *, stones: Mask, melee: Mask, recoloured: tuple[Mask, ...]
) -> Tone | None:
    """Compare the metal's colour; `stones` and `melee` (h, w) on the bench are left out, but gold among melee.

    So are `recoloured`, bodies on the colour grid that changed by themselves. None with too little metal.
    """
    found = colours.reduced(stones)
    for body in recoloured:
        found = found | grown(body, 2)
    materials = find_materials(colours)
    beside = grown(materials.gems, BESIDE_GEM_PX) if materials.gems.any() else materials.gems
    judged = _metals(materials, found | beside, colours.reduced(melee))
    if not judged:
        return None
    ground = kept_ground(colours)
    shifts = []
    for mask, white in judged:
        casts = [] if ground is None else [ground.cast]
        if white:
            middle = np.median(colours.before[mask], axis=0)
            tint = float(middle[0]), float(middle[1]), float(middle[2])
            casts += [neutralising(tint, share) for share in (0.5, 1.0)]
        shifts.append(shift_on(colours, mask, *casts, dodged=True))
    worst = max(shifts, key=lambda s: s.percentile(WORST_PERCENTILE))
    metal = judged[0][0] if len(judged) == 1 else judged[0][0] | judged[1][0]
    bright = metal & (colours.before[..., 0] > BRIGHT_L)
    darkening = 0.0
    if bright.sum() >= MIN_PIXELS:
        moved = np.median((colours.after - colours.before)[bright], axis=0)
        darkening = -float(moved[0])
        own = np.median(colours.before[bright], axis=0)
        if ground is not None and float(np.linalg.norm(np.array(ground.before) - own)) > OWN_GROUND_E:
            darkening = min(darkening, ground.lightness - float(moved[0]))
    part, dark = _darkened_part(colours)
    level = worst.percentile(WORST_PERCENTILE)
    return Tone(
        before=worst.before,
        after=worst.after,
        moved=worst.moved,
        shift=level,
        brightening=worst.lightness,
        darkening=max(0.0, darkening),
        part_darkening=part,
        referenced=ground is not None,
        pixels=int(sum(mask.sum() for mask, _ in judged)),
        boxes=_boxes(_raised(colours, worst, CHANGED_SHARE * level), colours, bench),
        dark_boxes=_boxes(dark if part else bright, colours, bench),
    )


def _metals(materials: Materials, stones: Mask, melee: Mask) -> list[tuple[Mask, bool]]:
    """The metal to judge, and whether it is white. Two-tone pieces have both."""
    golden = _without(materials.golden, stones)
    white = _without(materials.white, stones | melee)
    share = golden.sum() / max(1, golden.sum() + white.sum())
    out = []
    if share >= GOLDEN_MINOR and golden.sum() >= MIN_PIXELS:
        out.append((golden, False))
    if share < GOLDEN_MAJOR and white.sum() >= MIN_PIXELS:
        out.append((white, True))
    return out


def _without(metal: Mask, stones: Mask) -> Mask:
    outside = metal & ~stones
    return outside if outside.sum() > max(MIN_PIXELS, WITHOUT_STONES * metal.sum()) else metal


def _darkened_part(colours: Colours) -> tuple[float, Mask]:
    """Lightness that one part lost against the rest of the same lightness; 0 and an empty mask where none did.

    Any curve of the whole picture gives pixels of one lightness one change. Where the changes within a bin of
    lightness fall into two narrow groups, a part was toned by itself.
    """
    before = colours.before[..., 0]
    moved = cv2.medianBlur(np.ascontiguousarray(colours.after[..., 0] - before), 5)
    low = np.zeros_like(colours.core)
    gaps, lost, weights, judged = [], [], [], 0
    for level in np.arange(*PART_RANGE_L, PART_BIN_L):
        near = colours.core & (before >= level) & (before < level + PART_BIN_L) & (colours.after[..., 0] < 97)
        if near.sum() < MIN_PIXELS:
            continue
        judged += int(near.sum())
        values = moved[near]
        if float(np.ptp(values)) < PART_DROP_L:
            continue
        under = values <= threshold_otsu(values)
        groups = values[under], values[~under]
        middles = [float(np.median(g)) for g in groups]
        spread = max(float(np.median(np.abs(g - m))) for g, m in zip(groups, middles, strict=True))
        if not PART_SHARE < under.mean() < 1 - PART_SHARE or spread > PART_SPREAD_L:
            continue
        low[near] = under
        gaps.append(middles[1] - middles[0])
        lost.append(-middles[0])
        weights.append(int(near.sum()))
    if not weights or sum(weights) < PART_BINS_SHARE * judged:
        return 0.0, low
    middle = int(np.argsort(gaps)[len(gaps) // 2])
    return (gaps[middle], low) if lost[middle] > PART_DROP_L else (0.0, low)


def _raised(colours: Colours, shift: Shift, limit: float) -> Mask:
    out = np.zeros_like(colours.core)
    chosen = shift.where[shift.delta_e >= limit]
    out[chosen[:, 0], chosen[:, 1]] = True
    return np.asarray(cv2.dilate(out.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)


def _boxes(mask: Mask, colours: Colours, bench: Bench, most: int = 4) -> tuple[Box, ...]:
    """Original-pixel boxes of the largest connected parts."""
    labels, count = ndimage.label(mask)
    if count == 0:
        return ()
    sizes = ndimage.sum_labels(mask, labels, np.arange(1, count + 1))
    places = ndimage.find_objects(labels)
    out = []
    for index in np.argsort(-np.asarray(sizes))[:most]:
        if sizes[index] < 0.1 * max(sizes):
            break
        rows, cols = places[index]
        s = colours.scale
        out.append(
            bench.box(cols.start / s, rows.start / s, (cols.stop - cols.start) / s, (rows.stop - rows.start) / s)
        )
    return tuple(out)
