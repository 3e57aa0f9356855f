"""What is metal and what a gem, by hue and chroma in the original."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.colours import Colours
from fidelity.image.morphology import grown, opened
from fidelity.image.picture import Mask

GOLD_HUES_DEG = (30.0, 105.0)
"""CIELAB hue of gold alloys, from red gold to green-yellow gold (ISO 8654), with their reflections."""
METAL_HUES_DEG = (25.0, 108.0)
"""Hue outside which a coloured thing is not a metal."""
GOLD_CHROMA = 9.0
"""Chroma from which metal reads coloured and below which white; lamps tint white metal by a few units."""
GOLDEN_MINOR = 0.15
"""Share of gold hues among metal below which they are reflections and gems; white metal is judged."""
GOLDEN_MAJOR = 0.4
"""Share above which the metal is gold, and what is colourless in it highlights and stones."""
GEM_CHROMA = 12.0
DARK_L = 28.0
"""A darker gem has little chroma in absolute terms: the chroma asked for falls in proportion below this lightness."""
GEM_LIGHTNESS = (6.0, 94.0)
METAL_LIGHTNESS = (22.0, 92.0)
"""Darker metal shows reflections of black, lighter metal speculars: neither has the metal's own colour."""


@dataclass(frozen=True, eq=False)
class Materials:
    """Masks (h, w) on the colour grid: `golden` and `white` metal (and what looks like it), `gems` by their hue."""

    golden: Mask
    white: Mask
    gems: Mask


def find_materials(colours: Colours) -> Materials:
    """Tell materials by hue and chroma in the original. A white gem is `white`, an orange one `golden`."""
    chroma, hue = colours.chroma_hue
    L = colours.before[..., 0]
    own_hue = (hue < METAL_HUES_DEG[0]) | (hue > METAL_HUES_DEG[1])
    asked = GEM_CHROMA * np.clip((L + 8) / (DARK_L + 8), 0.4, 1)
    gems = colours.core & own_hue & (chroma > asked) & colours.between(*GEM_LIGHTNESS)
    metal = colours.core & colours.between(*METAL_LIGHTNESS) & ~gems
    return Materials(
        golden=np.asarray(metal & (chroma > GOLD_CHROMA) & (hue > GOLD_HUES_DEG[0]) & (hue < GOLD_HUES_DEG[1])),
        white=np.asarray(metal & (chroma <= GOLD_CHROMA)),
        gems=opened(np.asarray(gems), 1),
    )


def gems_on_bench(colours: Colours, shape: tuple[int, int], stones: Mask) -> Mask:
    """(h, w) where stones lie: what has a gem's hue, and `stones` (h, w) found by structure, less gold between them.

    Structure alone takes a carved or beaded gold setting for stones; in gold, its colour tells.
    """
    materials = find_materials(colours)
    golden, white = float(materials.golden.sum()), float(materials.white.sum())
    out = stones
    if golden > GOLDEN_MAJOR * (golden + white):
        out = out & ~_enlarged(materials.golden, shape)
    return np.asarray(out | _enlarged(grown(materials.gems, 1), shape))


def _enlarged(mask: Mask, shape: tuple[int, int]) -> Mask:
    return np.asarray(cv2.resize(mask.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)
