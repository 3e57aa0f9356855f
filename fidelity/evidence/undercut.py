"""Undercut outlines: where a new ground was laid over the piece, its outline runs through the original's metal.

A true outline is an edge of both pictures. Where a cut-out bit into a shank or drew all of it thinner, the original
has no edge under the retouch's outline; the metal goes on as it is and ends in an edge farther out. So the retouch's
outline is followed on its new ground, and the original is read along the normals: edge here, edge farther out, and
whether what lies between is like the inside and unlike what lies beyond. Highlights that have the new ground's colour
look cut off as well; what lies between must stand out of the new ground.

Source: own method. Limits: over 180 faithful pairs on swapped grounds (close-up and rendered) no run along a body
other than a chain is longer than 2.2 % of the piece, over real pairs 3.4 %; bites of 8 px in 840 and shanks 10 %
thinner leave 4 % to 60 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.rim import FEW_PX, GROUND_GAP, ground_colours, laid_on_white, toned
from fidelity.image.colour import srgb_to_lab
from fidelity.image.morphology import grown, opened, shrunk, signed_depth
from fidelity.image.picture import F32, F64, Mask
from fidelity.result import Box

SHOWN_E = 7.0
"""ΔE (CIE76) from the new ground from which the retouch shows the piece."""
SMOOTH = 0.006
"""Smoothing of the outline's normals, share of the piece's longer side; that far a ragged edge is straightened."""
NEAR, REACH = 0.003, 0.025
"""Distance at which an edge is still the outline's, and up to which one is looked for outside; shares."""
UNSUPPORTED = 0.3
"""The original's edge under the outline, over that farther out."""
EDGE_E = 4.0
"""ΔE over two pixels of an edge."""
STANDS_OUT_E = 16.0
"""ΔE from the new ground of what was cut off."""
LIKE_INSIDE, UNLIKE_BEYOND_E = 0.3, 6.0
"""Its distance to the inside over that to what lies beyond, and the least of the latter (ΔE)."""
DEEPEST = 0.02
"""Median depth above which it is another body behind the piece, share of the longer side."""
SHORTEST = 0.038
"""Length along the outline, share of the longer side."""
GAP = 0.006
"""Interruptions of a run that do not end it, share of the longer side."""
ON_CHAIN = 0.5


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
    """CIELAB (h, w, 3) of the original in the retouch's tone, smoothed, and of the new ground; `cover` is judged."""

    before: F32
    ground: F32
    cover: Mask
    side: float


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
    pictures = _Pictures(before, new, cover, side)
    normals = _normals(body, max(1.5, SMOOTH * side))
    outlines, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    chain = grown(chain, gap)
    found: list[Undercut] = []
    for outline in outlines:
        points = outline[:, 0, :]
        if len(points) < SHORTEST * side or chain[points[:, 1], points[:, 0]].mean() > ON_CHAIN:
            continue
        inside, depth = _under(points.astype(np.float32), normals[points[:, 1], points[:, 0]], pictures)
        for run in _runs(inside, max(3, round(GAP * side))):
            own = points[run]
            deep = float(np.median(depth[run])) / side
            if len(run) < SHORTEST * side or deep > DEEPEST or chain[own[:, 1], own[:, 0]].mean() > ON_CHAIN:
                continue
            (left, top), (right, bottom) = own.min(axis=0), own.max(axis=0)
            middle = own[len(own) // 2]
            found.append(
                Undercut(
                    box=bench.box(left, top, right - left + 1, bottom - top + 1),
                    long_percent=100 * len(run) / side,
                    deep_percent=100 * deep,
                    x=float(middle[0]),
                    y=float(middle[1]),
                )
            )
    return tuple(sorted(found, key=lambda u: -u.long_percent))


def _normals(body: Mask, sigma: float) -> F32:
    """(h, w, 2) x before y: the direction away from the body."""
    smooth = cv2.GaussianBlur(-signed_depth(body), (0, 0), sigma)
    away = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)], axis=2)
    return np.asarray(away / (np.linalg.norm(away, axis=2, keepdims=True) + 1e-6), np.float32)


def _under(points: F32, normals: F32, pictures: _Pictures) -> tuple[Mask, np.ndarray]:
    """Per point (n, 2) of an outline: whether it lies inside the original's metal, and how deep (pixels)."""
    side = pictures.side
    near, reach = max(2, round(NEAR * side)), max(8, round(REACH * side))
    steps = np.arange(-reach, 2 * reach + 1, dtype=np.float32)
    xs = (points[:, :1] + normals[:, :1] * steps).astype(np.float32)
    ys = (points[:, 1:] + normals[:, 1:] * steps).astype(np.float32)
    lab = np.asarray(cv2.remap(pictures.before, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
    edge = np.linalg.norm(lab[:, 2:] - lab[:, :-2], axis=2)
    at = steps[1:-1]
    here = edge[:, np.abs(at) <= near].max(axis=1)
    outside = (at > near) & (at <= reach)
    farther, depth = edge[:, outside].max(axis=1), at[outside][edge[:, outside].argmax(axis=1)].astype(int)
    sums = np.cumsum(np.pad(lab, ((0, 0), (1, 0), (0, 0))), axis=1, dtype=np.float64)
    origin = reach
    between = _mean(sums, origin + 1, origin + depth - 2)
    inside = _mean(sums, origin - np.maximum(depth, near) - 1, origin - 2)
    beyond = _mean(sums, origin + depth + 2, origin + 2 * depth + 2)
    ground = pictures.ground[points[:, 1].astype(int), points[:, 0].astype(int)]
    like, unlike = (np.linalg.norm(between - colour, axis=1) for colour in (inside, beyond))
    height, width = pictures.cover.shape
    rows, cols = (ys[:, origin + reach // 2], xs[:, origin + reach // 2])
    judged = pictures.cover[np.clip(rows, 0, height - 1).astype(int), np.clip(cols, 0, width - 1).astype(int)]
    lies_inside = (
        judged
        & (here < UNSUPPORTED * farther)
        & (farther > EDGE_E)
        & (np.linalg.norm(between - ground, axis=1) > STANDS_OUT_E)
        & (like < LIKE_INSIDE * unlike)
        & (unlike > UNLIKE_BEYOND_E)
    )
    return np.asarray(lies_inside), depth


def _mean(sums: F64, first: int | np.ndarray, last: int | np.ndarray) -> F64:
    """(n, 3) mean colour from step `first` to `last` (one for all, or (n,)) by running `sums` (n, steps + 1, 3)."""
    count, steps = sums.shape[0], sums.shape[1] - 1
    index = np.arange(count)
    start = np.clip(np.broadcast_to(first, count), 0, steps - 1)
    end = np.clip(np.maximum(np.broadcast_to(last, count), start), 0, steps - 1)
    return np.asarray((sums[index, end + 1] - sums[index, start]) / (end - start + 1)[:, None])


def _runs(inside: Mask, gap: int) -> list[np.ndarray]:
    """Indices of each run along a closed outline, short interruptions bridged and left out."""
    count = len(inside)
    twice = ndimage.binary_closing(np.concatenate([inside, inside]), np.ones(gap, bool))
    labels, _ = ndimage.label(twice)
    runs: list[np.ndarray] = []
    taken = np.zeros(count, bool)
    for (where,) in sorted(ndimage.find_objects(labels), key=lambda s: s[0].start - s[0].stop):
        along = np.arange(where.start, min(where.stop, where.start + count)) % count
        if taken[along].any():
            continue
        taken[along] = True
        runs.append(along[inside[along]])
    return runs
