"""Halos: a strip of the old ground, or a fringe of its colour, left around the piece on a new ground.

Cut-outs made with a path or a mask drawn too wide leave one. The original's own edge (`straight`) lies inside the
retouch's outline then, and what lies between is like what lies beyond in the original, its ground, and unlike the
piece. A mask drawn by hand leaves a little of it here and there; a halo runs along most of the outline.

Source: own method, measured on rendered pieces with a strip of 7 px left and on 271 pairs on swapped grounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.evidence.straight import Straight, mean
from fidelity.image.colour import delta_e76
from fidelity.image.picture import Mask
from fidelity.result import Box

LEAST_PX, LEAST = 5.0, 0.006
"""Least width of a strip in pixels, and as a share of the piece's longer side."""
EDGE_E, UNLIKE_E = 4.0, 8.0
"""Least edge of the original inside the strip (ΔE over two pixels), and least ΔE of the strip to the piece."""
LIKE_GROUND = 0.35
"""ΔE of the strip to the ground beyond it over that to the piece."""


@dataclass(frozen=True)
class Halo:
    """What is left around the piece.

    `size_percent` is its mean width along all of the outline that can be judged, `wide_percent` its median width where
    there is any, both in percent of the piece's longer side; `share` of the outline that has it (0 to 1). `box` holds
    all of it.
    """

    box: Box
    size_percent: float
    wide_percent: float
    share: float


def find_halo(outlines: Iterable[Straight], bench: Bench, side: float) -> Halo | None:
    """The halo along all `outlines` of the retouch; None where there is none. `side`: the piece's in bench pixels."""
    read = [(o.at[o.judged], np.where(_left(o, side), -o.off, 0.0)[o.judged]) for o in outlines]
    judged = sum(len(widths) for _, widths in read)
    wide = np.concatenate([np.empty(0), *(widths[widths > 0] for _, widths in read)])
    if not len(wide):
        return None
    at = np.concatenate([places[widths > 0] for places, widths in read])
    (left, top), (right, bottom) = at.min(axis=0), at.max(axis=0)
    return Halo(
        box=bench.box(float(left), float(top), float(right - left + 1), float(bottom - top + 1)),
        size_percent=100 * float(wide.sum()) / judged / side,
        wide_percent=100 * float(np.median(wide)) / side,
        share=len(wide) / judged,
    )


def _left(outline: Straight, side: float) -> Mask:
    """(n,) where the old ground was left between the original's edge and the retouch's outline."""
    own, path, sums = outline.own, outline.path, outline.sums
    deep = np.maximum(2, own - path)
    between = mean(sums, path + 3, np.maximum(own, path + 3))
    inside = mean(sums, path - np.minimum(deep, 6) - 1, path - 1)
    beyond = mean(sums, own + 3, own + 3 + np.minimum(deep + 2, 7))
    like, unlike = (delta_e76(between, other) for other in (beyond, inside))
    wide = -outline.off >= max(LEAST_PX, LEAST * side)
    return np.asarray(wide & (like < LIKE_GROUND * unlike) & (unlike > UNLIKE_E) & (outline.strength(path) > EDGE_E))
