"""Colour of the stones before and after, each told from the change of the whole picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage

from fidelity.evidence.balance import Gains, balance_of, halved
from fidelity.evidence.bench import Bench
from fidelity.evidence.colours import Colours, kept_ground, shift_on
from fidelity.evidence.materials import GEM_LIGHTNESS, GOLDEN_MINOR, Materials, find_materials
from fidelity.image.morphology import closed, grown, opened, shrunk
from fidelity.image.picture import Mask
from fidelity.result import Box

JUDGED_PERCENTILE = 80.0
"""A stone's windows and reflections keep their colour when its body is turned: judge the worse end."""
MIN_SHARE = 0.004
"""Smallest body of one hue, share of the piece: smaller ones are reflections."""
MIN_PIXELS = 40
GOLD_SETTING = 0.55
"""Share of gold hues from which what is colourless among melee is stones, not metal."""
METAL_KEPT_E = 3.4
"""ΔE00 up to which the metal kept its tone (between the limits of `metal-tone` on an old and on a new ground): then
what it did is the picture's cast."""
CLOSE_PX = 2
REFLECTION_CHROMA = 18.0
"""Chroma from which a warm body in white metal is a stone; reflections of hands and wood stay below."""
SATURATIONS = (0.85, 1.15)
"""Factors on a stone's chroma that leave it the same stone: a retoucher's contrast and vibrance reach so far."""
THICKNESS = 0.02
"""Narrowest body, share of the picture's longer side."""
SAME_PATTERN = 0.5
"""Correlation of lightness within a body below which the retouch shows another stone or another reflection there.
Stones are then compared by their median colour; what only has a gem's hue may be a reflection and is not judged."""


Kind = Literal["hue", "changed", "colourless"]


@dataclass(frozen=True)
class GemColour:
    """One stone or field of stones: median CIELAB in both pictures, and what the whole picture does not explain.

    `shift` is the 80th percentile of CIEDE2000 between local means at equal lightness; `brightening` the median
    change of L*, `lightening` that beyond the picture's own curve; `colourless` stones are judged among melee;
    `redrawn` where the retouch shows another pattern. `box` in original pixels.
    """

    before: tuple[float, float, float]
    after: tuple[float, float, float]
    moved: tuple[float, float]
    shift: float
    brightening: float
    lightening: float
    colourless: bool
    redrawn: bool
    box: Box


def measure_gems(
    colours: Colours, bench: Bench, *, recoloured: tuple[Mask, ...], set_zone: Mask
) -> tuple[GemColour, ...]:
    """Judge each stone.

    `recoloured` are bodies on the colour grid that changed by themselves; `set_zone` (h, w) on the bench is where
    stones, large or small, were found by their structure.
    """
    materials = find_materials(colours)
    bodies = _bodies(colours, materials, recoloured, colours.reduced(set_zone))
    if not bodies:
        return ()
    ground = kept_ground(colours)
    casts = [] if ground is None else [ground.cast]
    casts += _cast_of_metal(colours, materials, recoloured)
    out = []
    for mask, kind in bodies:
        redrawn = not _same_pattern(colours, mask)
        if redrawn and kind != "colourless":
            continue
        rows, cols = np.nonzero(mask)
        s = colours.scale
        shift = shift_on(colours, mask, *casts, saturations=SATURATIONS if kind == "hue" else (), as_one=redrawn)
        out.append(
            GemColour(
                before=shift.before,
                after=shift.after,
                moved=shift.moved,
                shift=shift.percentile(JUDGED_PERCENTILE),
                brightening=shift.lightness,
                lightening=float(np.median((colours.after - colours.expected[0])[mask][:, 0])),
                colourless=kind == "colourless",
                redrawn=redrawn,
                box=bench.box(cols.min() / s, rows.min() / s, (np.ptp(cols) + 1) / s, (np.ptp(rows) + 1) / s),
            )
        )
    return tuple(sorted(out, key=lambda g: -g.shift))


def _bodies(
    colours: Colours, materials: Materials, recoloured: tuple[Mask, ...], set_zone: Mask
) -> list[tuple[Mask, Kind]]:
    """Fields of one gem hue, bodies that changed by themselves, what is colourless among stones in gold."""
    least = max(MIN_PIXELS, MIN_SHARE * colours.core.sum())
    golden, white = float(materials.golden.sum()), float(materials.white.sum())
    hues = materials.gems
    if golden < GOLDEN_MINOR * (golden + white):  # in white metal yellow, orange and brown are stones, too
        hues = hues | opened(materials.golden & (colours.chroma_hue[0] > REFLECTION_CHROMA), 1)
    out: list[tuple[Mask, Kind]] = []
    labels, count = ndimage.label(closed(hues, CLOSE_PX))
    out += [(np.asarray((labels == index) & hues), "hue") for index in range(1, count + 1)]
    lit = colours.core & colours.between(*GEM_LIGHTNESS)
    taken = grown(hues, 1)
    for body in recoloured:
        out.append((np.asarray(shrunk(body, 1) & lit & ~taken), "changed"))
        taken = taken | body
    if golden > GOLD_SETTING * (golden + white):
        out.append((np.asarray(materials.white & set_zone & ~taken), "colourless"))
    return [(mask, kind) for mask, kind in out if mask.sum() >= least and _thick(mask, colours)]


def _thick(mask: Mask, colours: Colours) -> bool:
    """Whether it is more than a strip: a frame around the picture and a reflection along an edge are strips."""
    rows, cols = np.nonzero(mask)
    narrowest = min(float(np.ptp(rows)), float(np.ptp(cols))) + 1
    return narrowest >= max(4.0, THICKNESS * float(max(colours.core.shape)))


def _same_pattern(colours: Colours, mask: Mask) -> bool:
    first, second = colours.before[mask][:, 0], colours.after[mask][:, 0]
    if min(float(first.std()), float(second.std())) < 1.0:
        return True  # plain: there is no pattern to compare
    return float(np.corrcoef(first, second)[0, 1]) > SAME_PATTERN


def _cast_of_metal(colours: Colours, materials: Materials, stones: tuple[Mask, ...]) -> list[Gains]:
    """White balances that the metal may have gone through; none where it did not keep its tone.

    A curve on the channels and a balance of the channels look alike on one metal. So both readings of the curve
    give one, and half of each.
    """
    golden, white = float(materials.golden.sum()), float(materials.white.sum())
    metal = materials.golden if golden > GOLD_SETTING * (golden + white) else materials.golden | materials.white
    for stone in stones:
        metal = metal & ~stone
    if metal.sum() < MIN_PIXELS:
        return []
    moved = shift_on(colours, metal).percentile(50)
    if moved > METAL_KEPT_E:
        return []
    found = [balance_of(expected[metal], colours.after[metal]) for expected in colours.expected]
    return [*found, *(halved(gains) for gains in found)]
