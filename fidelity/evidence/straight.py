"""The retouch's outline, straightened, and the original read along its normals. For swapped grounds only.

A true outline is an edge of both pictures. So every outline of the retouch is straightened, the original is read along
its normals, and the original's own edge is followed along it: the path that gathers the most edge with the fewest steps
aside (dynamic programming; Amini, Weymouth, Jain, PAMI 1990). Where both part, the new ground was laid over metal
(`undercut`) or a strip of the old one was left (`halo`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.rim import FEW_PX, ground_colours, ground_gap, laid_on_white, toned
from fidelity.image.colour import delta_e76, srgb_to_lab
from fidelity.image.morphology import grown, opened, shrunk, signed_depth
from fidelity.image.picture import F32, F64, Mask

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
GAP = 0.006
"""Interruptions of a run that do not end it, share of the longer side."""
LONG_ENOUGH = 0.12
"""Shortest outline looked at, share."""
ON_CHAIN = 0.5

Reals = npt.NDArray[np.floating]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Straight:
    """One outline of the retouch, points (n,), and what the original has beside it, columns (k,) from inside out.

    `line` and `normals` (n, 2) are bench x, y; `steps` (k,) pixels along the normals. `lab` (n, k, 3) is the original's
    CIELAB in the retouch's tone, `edges` (n, k - 2) ΔE over two pixels. `own` and `path` (n,) are columns of `edges`:
    where the retouch's outline lies and where the original's edge does. `ground` (n, 3) is the new ground's colour.
    `judged` (n,) is where both are seen.
    """

    line: F32
    normals: F32
    steps: F32
    lab: F32
    edges: F32
    own: Indices
    path: Indices
    ground: F32
    judged: Mask

    @property
    def at(self) -> F32:
        """(n, 2) places of the outline on the bench."""
        return np.asarray(self.line + self.normals * self.steps[1:-1][self.own][:, None], np.float32)

    @property
    def off(self) -> Reals:
        """(n,) pixels from the retouch's outline to the original's edge, outwards."""
        return np.asarray(self.steps[1:-1][self.path] - self.steps[1:-1][self.own])

    def strength(self, columns: Indices) -> Reals:
        """(n,) strength of the original's edge at a column each."""
        return np.asarray(self.edges[np.arange(len(columns)), np.clip(columns, 0, self.edges.shape[1] - 1)])

    @cached_property
    def sums(self) -> F64:
        """(n, k + 1, 3) running sums of `lab`, for `mean`."""
        return np.cumsum(np.pad(self.lab, ((0, 0), (1, 0), (0, 0))), axis=1, dtype=np.float64)

    def runs(self, where: Mask, side: float) -> list[Indices]:
        """Indices of each run along the closed outline, in order; short interruptions are bridged and count as it."""
        count, gap = len(where), max(3, round(GAP * side))
        twice = ndimage.binary_closing(np.concatenate([where, where]), np.ones(gap, bool))
        labels, _ = ndimage.label(twice)
        found: list[Indices] = []
        taken = np.zeros(count, bool)
        for (places,) in sorted(ndimage.find_objects(labels), key=lambda s: s[0].start - s[0].stop):
            along = np.arange(places.start, min(places.stop, places.start + count)) % count
            if taken[along].any():
                continue
            taken[along] = True
            found.append(along)
        return found


def straighten(bench: Bench, piece: Mask, side: float, *, aside: Mask, chain: Mask) -> tuple[Straight, ...]:
    """Every long outline of the retouch; none where no new ground is seen.

    `piece` (h, w) on the bench, `side` its longer side in pixels; props (`aside`) are left out, and a `chain` is
    judged by its links.
    """
    cover = bench.covered & ~aside
    sure = shrunk(piece & cover, 3)
    gap = ground_gap(side)
    ground = ~grown(piece, gap) & cover
    if sure.sum() < FEW_PX or ground.sum() < FEW_PX:
        return ()
    after = bench.lab[1] if bench.alpha is None else srgb_to_lab(laid_on_white(bench))
    new, _ = ground_colours(after, ground, 3.0 * gap)
    shown = delta_e76(np.asarray(cv2.GaussianBlur(after, (0, 0), 0.7), np.float32), new) > SHOWN_E
    body = opened(shown & grown(piece, gap), 1)
    before = np.asarray(cv2.GaussianBlur(toned(bench.lab[0], after, sure), (0, 0), 0.8), np.float32)
    chain = grown(chain, gap)
    outside = np.asarray(-signed_depth(body), np.float32)
    outlines, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return tuple(
        _read(points.astype(np.float32), (before, new, outside), cover & ~chain, side)
        for points in (outline[:, 0, :] for outline in outlines)
        if len(points) >= LONG_ENOUGH * side and chain[points[:, 1], points[:, 0]].mean() <= ON_CHAIN
    )


def _read(points: F32, maps: tuple[F32, F32, F32], judged: Mask, side: float) -> Straight:
    """The original along the normals of an outline (n, 2) of the retouch.

    `maps` are its CIELAB and the new ground's (h, w, 3), and the distance from the retouch's outline (h, w), negative
    inside.
    """
    before, ground, outside_map = maps
    inwards, outwards = max(6, round(INWARDS * side)), max(8, round(OUTWARDS * side))
    line = np.asarray(ndimage.gaussian_filter1d(points, max(2.0, SMOOTH * side), axis=0, mode="wrap"), np.float32)
    normals = _normals(line, outside_map)
    room = 8  # what lies inside and beyond is read, too
    steps = np.arange(-inwards - room, outwards + room + 1, dtype=np.float32)
    xs, ys = (np.asarray(line[:, i : i + 1] + normals[:, i : i + 1] * steps, np.float32) for i in (0, 1))
    lab, outside = (
        np.asarray(cv2.remap(v, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
        for v in (before, outside_map)
    )
    edges = np.asarray(delta_e76(lab[:, 2:], lab[:, :-2]), np.float32)  # column j lies at steps[j + 1]
    inner = steps[1:-1]
    # Where the straightened line crosses the outline itself; at a corner it may not.
    crossing = np.where(np.abs(outside[:, 1:-1]) < 1.0, np.abs(inner), np.inf)
    own = crossing.argmin(axis=1)
    crosses = crossing.min(axis=1) < inwards
    first, last = room - 1, len(inner) - room + 1
    path = first + _follow(edges[:, first:last], own - first)
    at = line + normals * inner[own][:, None]
    rows, cols = pixels(at, judged.shape)
    beyond_rows, beyond_cols = pixels(at + normals * 0.5 * outwards, judged.shape)
    return Straight(
        line=line,
        normals=normals,
        steps=steps,
        lab=lab,
        edges=edges,
        own=own,
        path=path,
        ground=np.asarray(ground[rows, cols], np.float32),
        judged=np.asarray(crosses & judged[rows, cols] & judged[beyond_rows, beyond_cols]),
    )


def _normals(line: F32, outside: F32) -> F32:
    """(n, 2) x before y: away from the body, across a closed line."""
    along = np.roll(line, -2, axis=0) - np.roll(line, 2, axis=0)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-6)
    ahead, behind = (outside[pixels(line + sign * 3 * across, outside.shape)] for sign in (1, -1))
    return np.asarray(across if np.median(ahead - behind) > 0 else -across, np.float32)


def pixels(points: Reals, shape: tuple[int, ...]) -> tuple[Indices, Indices]:
    """Rows and columns of the nearest pixels of points (n, 2)."""
    cols, rows = (np.clip(np.rint(points[:, i]), 0, shape[1 - i] - 1).astype(np.intp) for i in (0, 1))
    return rows, cols


def _follow(edges: Reals, own: Indices) -> Indices:
    """The column of the original's edge in each row of `edges` (n, k); `own` (n,) is the retouch's."""
    count, width = edges.shape
    worth = edges / (edges + HALF_EDGE_E) - FAR_COST * np.abs(np.arange(width) - own[:, None])
    # What the best path to each place is worth; beyond both sides there is none.
    total = np.pad(worth.astype(np.float64), ((0, 0), (1, 1)), constant_values=-np.inf)
    for before, here in pairwise(total):
        aside = np.maximum(before[:-2], before[2:])
        aside -= STEP_COST
        here[1:-1] += np.maximum(before[1:-1], aside, out=aside)
    path = np.zeros(count, np.intp)
    at = int(total[-1].argmax())
    for row in range(count - 1, 0, -1):
        path[row] = at
        left, straight, right = total[row - 1, at - 1 : at + 2].tolist()
        if straight < max(left, right) - STEP_COST:
            at += -1 if left >= right else 1
    path[0] = at
    return path - 1


def mean(sums: F64, first: Indices, last: Indices) -> F64:
    """(n, 3) mean colour from column `first` to `last` (n,) by running `sums` (n, columns + 1, 3)."""
    index, columns = np.arange(sums.shape[0]), sums.shape[1] - 1
    start = np.clip(first, 0, columns - 1)
    end = np.clip(np.maximum(last, start), 0, columns - 1)
    return np.asarray((sums[index, end + 1] - sums[index, start]) / (end - start + 1)[:, None])
