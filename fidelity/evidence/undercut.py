"""Undercut outlines: where a new ground was laid over the piece, its outline runs through the original's metal.

A true outline is an edge of both pictures. Where a cut-out bit into a shank or drew all of it thinner, the original
has no edge under the retouch's outline; the metal goes on as it is and ends in an edge farther out. So the retouch's
outline is straightened, the original is read along its normals, and the original's own edge is followed along it:
the path that gathers the most edge with the fewest steps aside (dynamic programming; Amini, Weymouth, Jain, PAMI
1990). Where it leaves the retouch's outline outwards, what lies between must be like the inside, unlike what lies
beyond, and stand out of the new ground: a highlight of the ground's colour looks cut off as well.

A bite leaves the outline and comes back: left and right of it both edges are one, and as clear as the edge farther
out. A piece that was drawn thinner has no such flanks; it must be longer.

Source: own method. Limits: set on 250 pairs on swapped grounds (close-up, rendered and real): nothing on the faithful
ones, all of 9 shanks that were drawn 10 % thinner, and of 18 bites each on bodies other than chains 12 of 8 px and 6 of
3 px in pictures of 840 px.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.rim import FEW_PX, GROUND_GAP, ground_colours, laid_on_white, toned
from fidelity.image.colour import srgb_to_lab
from fidelity.image.morphology import grown, opened, shrunk, signed_depth
from fidelity.image.picture import F32, F64, Mask
from fidelity.result import Box

SHOWN_E = 7.0
"""ΔE (CIE76) from the new ground from which the retouch shows the piece."""
SMOOTH = 0.012
"""Smoothing of the outline, share of the piece's longer side: that far a ragged edge is straightened."""
INWARDS, OUTWARDS = 0.014, 0.025
"""How far from the retouch's outline the original's edge is looked for, shares."""
HALF_EDGE_E = 5.0
"""ΔE over two pixels at which an edge counts by half."""
STEP_COST, FAR_COST = 0.25, 0.012
"""Cost of one pixel aside along the path, and of each pixel off the retouch's outline; a full edge is worth 1."""
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
GAP = 0.006
"""Interruptions of a run that do not end it, share of the longer side."""
LONG_ENOUGH = 0.12
"""Shortest outline looked at, share."""
ON_CHAIN = 0.5

Reals = npt.NDArray[np.floating]


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
class _Pictures:
    """What is read: CIELAB (h, w, 3) of the original in the retouch's tone, smoothed, and of the new ground.

    `outside` (h, w) is the distance from the retouch's outline, negative inside; `judged` where anything counts.
    """

    before: F32
    ground: F32
    outside: F32
    judged: Mask
    side: float


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


def find_undercuts(bench: Bench, piece: Mask, side: float, *, aside: Mask, chain: Mask) -> tuple[Undercut, ...]:
    """The longest first; none where no new ground is seen. For swapped grounds only.

    `piece` (h, w) on the bench, `side` its longer side in pixels; props (`aside`) are left out, and a `chain` is
    judged by its links.
    """
    cover = bench.covered & ~aside
    sure = shrunk(piece & cover, 3)
    gap = max(3, round(GROUND_GAP * side))
    ground = ~grown(piece, gap) & cover
    if sure.sum() < FEW_PX or ground.sum() < FEW_PX:
        return ()
    after = srgb_to_lab(laid_on_white(bench))
    new, _ = ground_colours(after, ground, 3.0 * gap)
    shown = np.linalg.norm(cv2.GaussianBlur(after, (0, 0), 0.7) - new, axis=2) > SHOWN_E
    body = opened(shown & grown(piece, gap), 1)
    before = np.asarray(cv2.GaussianBlur(toned(srgb_to_lab(bench.before), after, sure), (0, 0), 0.8), np.float32)
    chain = grown(chain, gap)
    outside = np.asarray(-signed_depth(body), np.float32)
    pictures = _Pictures(before, new, outside, cover & ~chain, side)
    outlines, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    found: list[Undercut] = []
    for outline in outlines:
        points = outline[:, 0, :]
        if len(points) < LONG_ENOUGH * side or chain[points[:, 1], points[:, 0]].mean() > ON_CHAIN:
            continue
        along = _read(points.astype(np.float32), pictures)
        cut = (along.off >= max(LEAST_PX, LEAST * side)) & along.judged
        for run in _runs(np.asarray(cut), max(3, round(GAP * side))):
            undercut = _undercut(run, along, bench, side)
            if undercut is not None:
                found.append(undercut)
    return tuple(sorted(found, key=lambda u: -u.long_percent))


def _undercut(run: npt.NDArray[np.intp], along: _Along, bench: Bench, side: float) -> Undercut | None:
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


def _read(points: F32, pictures: _Pictures) -> _Along:
    """The original along the normals of an outline (n, 2) of the retouch."""
    side = pictures.side
    inwards, outwards = max(6, round(INWARDS * side)), max(8, round(OUTWARDS * side))
    line = np.asarray(ndimage.gaussian_filter1d(points, max(2.0, SMOOTH * side), axis=0, mode="wrap"), np.float32)
    normals = _normals(line, pictures.outside)
    room = 8  # what lies inside and beyond is read, too
    steps = np.arange(-inwards - room, outwards + room + 1, dtype=np.float32)
    xs, ys = (np.asarray(line[:, i : i + 1] + normals[:, i : i + 1] * steps, np.float32) for i in (0, 1))
    lab, outside = (
        np.asarray(cv2.remap(v, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
        for v in (pictures.before, pictures.outside)
    )
    edges = np.linalg.norm(lab[:, 2:] - lab[:, :-2], axis=2)  # column j lies at steps[j + 1]
    inner = steps[1:-1]
    # Where the straightened line crosses the outline itself; at a corner it may not.
    crossing = np.where(np.abs(outside[:, 1:-1]) < 1.0, np.abs(inner), np.inf)
    own = crossing.argmin(axis=1)
    crosses = crossing.min(axis=1) < inwards
    first, last = room - 1, len(inner) - room + 1
    path = first + _follow(edges[:, first:last], own - first)
    index = np.arange(len(points))
    under = np.max([edges[index, np.clip(own + d, 0, len(inner) - 1)] for d in (-1, 0, 1)], axis=0)
    sums = np.cumsum(np.pad(lab, ((0, 0), (1, 0), (0, 0))), axis=1, dtype=np.float64)
    deep = np.maximum(2, path - own)
    between = _mean(sums, np.minimum(own + 2, path + 1), np.maximum(path - 1, own + 2))
    inside = _mean(sums, own - np.minimum(deep, 6) - 1, own - 1)
    beyond = _mean(sums, path + 3, path + 3 + np.minimum(deep + 2, 7))
    at = np.asarray(line + normals * inner[own][:, None], np.float32)
    rows, cols = _pixels(at, pictures.judged.shape)
    beyond_rows, beyond_cols = _pixels(at + normals * 0.5 * outwards, pictures.judged.shape)
    return _Along(
        at=at,
        off=inner[path] - inner[own],
        edge=edges[index, path],
        under=under,
        like=np.linalg.norm(between - inside, axis=1),
        unlike=np.linalg.norm(between - beyond, axis=1),
        apart=np.linalg.norm(between - pictures.ground[rows, cols], axis=1),
        path=inner[path],
        judged=crosses & pictures.judged[rows, cols] & pictures.judged[beyond_rows, beyond_cols],
    )


def _normals(line: F32, outside: F32) -> F32:
    """(n, 2) x before y: away from the body, across a closed line."""
    along = np.roll(line, -2, axis=0) - np.roll(line, 2, axis=0)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-6)
    ahead, behind = (outside[_pixels(line + sign * 3 * across, outside.shape)] for sign in (1, -1))
    return np.asarray(across if np.median(ahead - behind) > 0 else -across, np.float32)


def _pixels(points: Reals, shape: tuple[int, ...]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of the nearest pixels of points (n, 2)."""
    cols, rows = (np.clip(np.rint(points[:, i]), 0, shape[1 - i] - 1).astype(np.intp) for i in (0, 1))
    return rows, cols


def _follow(edges: Reals, own: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The column of the original's edge in each row of `edges` (n, k); `own` (n,) is the retouch's."""
    count, width = edges.shape
    columns = np.arange(width)
    worth = edges / (edges + HALF_EDGE_E) - FAR_COST * np.abs(columns - own[:, None])
    came = np.zeros((count, width), np.int8)
    total = worth[0]
    for row in range(1, count):
        aside = np.stack([total, np.roll(total, 1) - STEP_COST, np.roll(total, -1) - STEP_COST])
        aside[1, 0] = aside[2, -1] = -np.inf
        best = aside.argmax(axis=0)
        came[row] = np.array([0, -1, 1], np.int8)[best]
        total = aside[best, columns] + worth[row]
    path = np.zeros(count, np.intp)
    at = int(total.argmax())
    for row in range(count - 1, -1, -1):
        path[row] = at
        at += int(came[row, at])
    return path


def _mean(sums: F64, first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> F64:
    """(n, 3) mean colour from column `first` to `last` (n,) by running `sums` (n, columns + 1, 3)."""
    index, columns = np.arange(sums.shape[0]), sums.shape[1] - 1
    start = np.clip(first, 0, columns - 1)
    end = np.clip(np.maximum(last, start), 0, columns - 1)
    return np.asarray((sums[index, end + 1] - sums[index, start]) / (end - start + 1)[:, None])


def _runs(cut: Mask, gap: int) -> list[npt.NDArray[np.intp]]:
    """Indices of each run along a closed outline, in order; short interruptions are bridged and count as it."""
    count = len(cut)
    twice = ndimage.binary_closing(np.concatenate([cut, cut]), np.ones(gap, bool))
    labels, _ = ndimage.label(twice)
    runs: list[npt.NDArray[np.intp]] = []
    taken = np.zeros(count, bool)
    for (where,) in sorted(ndimage.find_objects(labels), key=lambda s: s[0].start - s[0].stop):
        along = np.arange(where.start, min(where.stop, where.start + count)) % count
        if taken[along].any():
            continue
        taken[along] = True
        runs.append(along)
    return runs
