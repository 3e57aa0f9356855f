"""Parts of the piece that were pushed against the rest: what the liquify tool does, and generative models.

Windows of the original are looked up in the retouch near where they lay. One that is not there any more, but a little
farther off, has moved; along an edge any place fits, so the nearest of those that fit counts. A part was warped where
windows side by side moved alike. Crop, turn and size are in the registration already.

Source: own method (block matching by masked normalised correlation). Limits: parts pushed by 1.5 and 3 % of 16
close-up pieces, on the old and on a white ground, are found in 54 of 64 pictures; 766 faithful pairs have none. A chain
whose links are alike and were drawn anew may fit one link farther on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from fidelity.evidence.bench import Bench
from fidelity.evidence.rim import reduced
from fidelity.image.gradient import gradient
from fidelity.image.picture import F32, F64, Mask
from fidelity.result import Box

GRID_SIDE_PX = 640
"""Longer side of the piece on the grid on which windows are looked up."""
WINDOW, REACH = 0.06, 0.03
"""Side of a window, and how far it is looked for, shares of the piece's longer side."""
INSIDE = 0.5
"""Least share of a window that must show the piece."""
CORNERED_L = 0.6
"""Least mean square of the gradient (L* over two pixels) in its weaker direction: a plain edge tells nothing."""
THERE, FOUND, GAIN = 0.9, 0.85, 0.1
"""Correlation from which a window is where it was; least correlation where it is found, and what that must gain."""
AS_GOOD = 0.02
"""Correlation below the best that is as good: of those the nearest counts."""
LEAST_SHIFT = 0.005
"""Least shift, share of the piece's longer side: faithful retouches are registered to 0.1 %."""
ALIKE = 0.5
"""Most difference of neighbours' shifts over the larger of them."""
TOGETHER = 3
"""Fewest windows that moved alike; they overlap by half."""


@dataclass(frozen=True)
class Warp:
    """A part that moved against the rest of the piece by `shift_percent` (median) of its longer side.

    `box` holds its windows; `x`, `y` is their middle on the bench.
    """

    box: Box
    shift_percent: float
    x: float
    y: float


def find_warps(bench: Bench, inside: Mask, side: float) -> tuple[Warp, ...]:
    """The parts, the most moved first.

    `inside` (h, w) is where both pictures show the piece; `side` is its longer side in bench pixels.
    """
    scale = min(1.0, GRID_SIDE_PX / side)
    height, width = bench.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    before, after = (np.asarray(cv2.resize(v, size, interpolation=cv2.INTER_AREA), np.float32) for v in bench.lightness)
    half = max(2, round(0.5 * WINDOW * side * scale))
    moved = np.array(list(_moved(before, after, reduced(inside, size, 0.5), half)), np.float64).reshape(-1, 4)
    found = []
    for group in _together(moved, half):
        x, y, right, down = group.T
        left, top = x.min() - half, y.min() - half
        across, tall = np.ptp(x) + 2 * half + 1, np.ptp(y) + 2 * half + 1
        found.append(
            Warp(
                box=bench.box(left / scale, top / scale, across / scale, tall / scale),
                shift_percent=100 * float(np.median(np.hypot(right, down))) / (side * scale),
                x=float(x.mean()) / scale,
                y=float(y.mean()) / scale,
            )
        )
    return tuple(sorted(found, key=lambda warp: -warp.shift_percent))


def _moved(before: F32, after: F32, inside: Mask, half: int) -> Iterator[tuple[int, int, int, int]]:
    """Middle of each window that moved, x before y, and its shift in pixels of the grid."""
    reach = max(2, round(REACH / WINDOW * 2 * half))
    across, down = gradient(before, 1.0)
    height, width = inside.shape
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    far = np.hypot(rows, columns)
    for y in range(half + reach, height - half - reach, half):
        for x in range(half + reach, width - half - reach, half):
            window = np.s_[y - half : y + half + 1, x - half : x + half + 1]
            own = inside[window]
            if own.mean() < INSIDE or _cornered(across[window][own], down[window][own]) < CORNERED_L:
                continue
            weight, part = own.astype(np.float32), before[window]
            if _fit(after[_wider(window, 1)], part, weight).max() > THERE:
                continue
            fit = _fit(after[_wider(window, reach)], part, weight)
            best, here = float(fit.max()), float(fit[reach - 1 : reach + 2, reach - 1 : reach + 2].max())
            if best < FOUND or best - here < GAIN:
                continue
            at = int(np.where(fit >= best - AS_GOOD, far, np.inf).argmin())
            if far.flat[at] >= LEAST_SHIFT / WINDOW * 2 * half:
                yield x, y, int(columns.flat[at]), int(rows.flat[at])


def _wider(window: tuple[slice, slice], pixels: int) -> tuple[slice, slice]:
    rows, columns = window
    return np.s_[rows.start - pixels : rows.stop + pixels, columns.start - pixels : columns.stop + pixels]


def _fit(picture: F32, part: F32, weight: F32) -> F32:
    """Correlation (-1..1) of a part with the picture at every shift; -1 where there is nothing to correlate."""
    fit = cv2.matchTemplate(picture, part, cv2.TM_CCOEFF_NORMED, mask=weight)
    return np.where(np.isfinite(fit) & (np.abs(fit) <= 1.001), fit, np.float32(-1))


def _cornered(across: F32, down: F32) -> float:
    """The smaller eigenvalue of the mean structure tensor: how much there is to hold on to in every direction."""
    a, b, c = float(np.mean(across**2)), float(np.mean(across * down)), float(np.mean(down**2))
    return (a + c) / 2 - float(np.hypot((a - c) / 2, b))


def _together(moved: F64, step: int) -> Iterator[F64]:
    """Groups of windows (n, 4) side by side that moved alike."""
    if len(moved) < TOGETHER:
        return
    pairs = KDTree(moved[:, :2]).query_pairs(1.5 * step, output_type="ndarray")
    one, other = moved[pairs[:, 0], 2:], moved[pairs[:, 1], 2:]
    larger = np.maximum(np.hypot(*one.T), np.hypot(*other.T))
    alike = pairs[np.hypot(*(one - other).T) < ALIKE * larger]
    shape = (len(moved), len(moved))
    graph = coo_array((np.ones(len(alike)), (alike[:, 0], alike[:, 1])), shape=shape)
    count, labels = connected_components(graph, directed=False)
    for label in range(count):
        if (labels == label).sum() >= TOGETHER:
            yield moved[labels == label]
