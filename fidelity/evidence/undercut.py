"""Undercut outlines: where a new ground was laid over the piece, its outline runs through the original's metal.

A true outline is an edge of both pictures. Where a cut-out bit into a shank or drew all of it thinner, the original
has no edge under the retouch's outline; the metal goes on as it is and ends in an edge farther out. Where the
original's edge (`straight`) leaves the retouch's outline outwards, what lies between must be like the inside, unlike
what lies beyond, and stand out of the new ground: a highlight of the ground's colour looks cut off as well.

A bite leaves the outline and comes back: left and right of it both edges are one, and as clear as the edge farther
out. A piece that was drawn thinner has no such flanks; it must be longer.

Source: own method. Limits: set on 250 pairs on swapped grounds (close-up, rendered and real): nothing on the faithful
ones, all of 9 shanks that were drawn 10 % thinner, and of 18 bites each on bodies other than chains 12 of 8 px and 6 of
3 px in pictures of 840 px.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.evidence.straight import Indices, Reals, Straight, mean
from fidelity.image.colour import delta_e76
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

LEAST_PX, LEAST = 2.0, 0.0026
"""Least depth in pixels, and as a share of the longer side."""
SOFT_PX = 3.0
"""Distance up to which both edges are one."""
DEEPEST = 0.02
"""Median depth above which it is another body behind the piece, share."""
EDGE_E, UNLIKE_E, STANDS_OUT_E = 2.5, 3.5, 20.0
"""Least edge farther out, least ΔE of what was cut to what lies beyond, and to the new ground."""
LIKE_INSIDE = 0.22
"""Its ΔE to the inside over that to what lies beyond."""
ROUGH_PX = 0.2
"""Mean step of the path from pixel to pixel above which it follows no edge."""
UNDER_BITE, UNDER_THIN = 0.45, 0.3
"""The original's edge under the retouch's outline, over that farther out: in a bite, and in a thinner piece."""
FLANK, FLANK_GAP_PX, FLANK_PX = 0.05, 4, 1.5
"""Length of the outline looked at left and right of a bite (share), from which distance, and how far apart both edges
may be there."""
FLANK_EDGE = (0.6, 1.7)
"""The edge farther out over the outline's edge in the flanks: it is the same outline that goes on."""
SHORTEST, SHORTEST_THIN = 0.025, 0.15
"""Length along the outline of a bite and of a thinner piece, shares."""


@dataclass(frozen=True)
class Undercut:
    """A run of the outline that lies inside the original's metal.

    `long_percent` its length and `deep_percent` its median depth, both in percent of the piece's longer side; `x`, `y`
    its middle on the bench.
    """

    box: Box
    long_percent: float
    deep_percent: float
    x: float
    y: float

    @property
    def size_percent(self) -> float:
        """Square root of the lost area, percent of the longer side."""
        return math.sqrt(self.long_percent * self.deep_percent)


@dataclass(frozen=True, eq=False)
class _Along:
    """Per point (n,) of a straightened outline: its place (n, 2) in the retouch, and what the original has there.

    `off` pixels outwards from the retouch's outline to the original's edge; `edge` its strength, `under` that under the
    retouch's outline (ΔE over two pixels); `like`, `unlike`, `apart` ΔE of what lies between both to the inside, to
    what lies beyond and to the new ground; `path` the edge's distance from the straightened outline.
    """

    at: F32
    off: Reals
    edge: Reals
    under: Reals
    like: Reals
    unlike: Reals
    apart: Reals
    path: Reals
    judged: Mask


def find_undercuts(outlines: Iterable[Straight], bench: Bench, side: float) -> tuple[Undercut, ...]:
    """The longest first; `outlines` of the retouch on the bench, `side` the piece's longer side in pixels."""
    found: list[Undercut] = []
    for outline in outlines:
        along = _read(outline)
        cut = (along.off >= max(LEAST_PX, LEAST * side)) & along.judged
        for run in outline.runs(np.asarray(cut), side):
            undercut = _undercut(run, along, bench, side)
            if undercut is not None:
                found.append(undercut)
    return tuple(sorted(found, key=lambda u: -u.long_percent))


def _undercut(run: Indices, along: _Along, bench: Bench, side: float) -> Undercut | None:
    """The finding of one run of the outline; None where the pictures do not prove a cut."""

    def middle(values: Reals) -> float:
        return float(np.median(values[run]))

    deep, edge, unlike = middle(along.off), middle(along.edge), middle(along.unlike)
    rough = float(np.abs(np.diff(along.path[run])).mean()) if len(run) > 1 else 0.0
    metal = middle(along.like) < LIKE_INSIDE * unlike and unlike > UNLIKE_E and middle(along.apart) > STANDS_OUT_E
    if len(run) < SHORTEST * side or deep > DEEPEST * side or edge < EDGE_E or rough > ROUGH_PX or not metal:
        return None
    under = middle(along.under) / edge
    reach = np.arange(FLANK_GAP_PX, FLANK_GAP_PX + max(3, round(FLANK * side)))
    flanks = np.concatenate([run[0] - reach, run[-1] + reach]) % len(along.off)
    apart = float(np.median(np.abs(along.off[flanks])))
    goes_on = FLANK_EDGE[0] < edge / max(1e-6, float(np.median(along.under[flanks]))) < FLANK_EDGE[1]
    flanked = apart <= FLANK_PX and goes_on and under < UNDER_BITE
    if not flanked and (len(run) < SHORTEST_THIN * side or under > UNDER_THIN):
        return None
    # The piece shows from the foot of its soft edge on: where nothing was cut, the edge itself lies a little inside.
    uncut = along.off[along.judged & (np.abs(along.off) <= SOFT_PX)]
    deep -= float(np.median(uncut)) if uncut.size else 0.0
    own = along.at[run]
    (left, top), (right, bottom) = own.min(axis=0), own.max(axis=0)
    return Undercut(
        box=bench.box(float(left), float(top), float(right - left + 1), float(bottom - top + 1)),
        long_percent=100 * len(run) / side,
        deep_percent=100 * deep / side,
        x=float(own[len(own) // 2, 0]),
        y=float(own[len(own) // 2, 1]),
    )


def _read(outline: Straight) -> _Along:
    """What the original has between the retouch's outline and its own edge farther out."""
    own, path, sums = outline.own, outline.path, outline.sums
    under = np.max([outline.strength(own + d) for d in (-1, 0, 1)], axis=0)
    deep = np.maximum(2, path - own)
    between = mean(sums, np.minimum(own + 2, path + 1), np.maximum(path - 1, own + 2))
    inside = mean(sums, own - np.minimum(deep, 6) - 1, own - 1)
    beyond = mean(sums, path + 3, path + 3 + np.minimum(deep + 2, 7))
    return _Along(
        at=outline.at,
        off=outline.off,
        edge=outline.strength(path),
        under=under,
        like=delta_e76(between, inside),
        unlike=delta_e76(between, beyond),
        apart=delta_e76(between, outline.ground),
        path=outline.steps[1:-1][path],
        judged=outline.judged,
    )
