"""Fog: places at the outline where an automatic cut-out left the piece half transparent on its new ground.

Cut-out tools give a matte, and where they are in doubt the matte is neither piece nor ground: a shank fades out, back
stones drown. Delivered on white there is no alpha to read, but it can be had from the pictures: what shows is
`matte * piece + (1 - matte) * ground`, the original says what the piece is, the retouch's own ground is near.
The projection of (retouch - ground) on (original - ground) over a small window gives the matte; where the rest is
large the retouch drew something else, and nothing is said. Source: the compositing equation (Porter and Duff, 1984),
solved by least squares with both colours known.

A soft edge is no fog, however ragged: fog reaches deep. Limits: of 64 faithful close-up pairs on swapped grounds none
has a half-transparent place deeper than 1.5 % of the piece, the softest real cut-out that people call faithful
reaches 2.6 %; shanks and stones that fade reach 3.3 % and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.rim import GROUND_GAP, WINDOW, busy, ground_colours, reduce
from fidelity.image.morphology import grown, opened
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

VEILED = 0.85
"""Matte under which a pixel is not wholly piece."""
FOG = 0.65
"""Matte under which it counts for fog."""
GONE = 0.15
"""Median matte under which a place is ground, which bites and trimmed places tell."""
TOLD_APART_E = 25.0
"""ΔE (CIE76) between piece and new ground under which no matte can be told."""
REST_E, REST_SHARE = 6.0, 0.25
"""What mixing may leave unexplained: ΔE, and share of the distance between piece and ground."""
DETAIL_KEPT = 0.8
"""Share of the detail that the matte leaves which must still be there: paint has none."""
NOISE_E, FLAT_E = 1.0, 0.6
"""ΔE of detail that may be grain, and under which a place is flat: ground or paint."""
AT_OUTLINE = 0.007
"""Fog begins no deeper below the outline than this share of the piece's longer side."""
DEEP = 0.028
"""Depth that fog reaches, share of the longer side."""
SMALLEST = 2e-4
"""Area of a place, share of the longer side squared."""
FEW_PX = 100


@dataclass(frozen=True)
class Faded:
    """A place where the piece shows its new ground through it.

    `size_percent` is the square root of its area in percent of the piece's longer side, `matte` the median share
    (0 to 1) of the piece that is left; `x`, `y` its centre on the bench.
    """

    box: Box
    size_percent: float
    matte: float
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Fog:
    """`places`, the largest first; `veil` (h, w) on the bench, all that is half transparent at the outline."""

    places: tuple[Faded, ...]
    veil: Mask


def find_fog(bench: Bench, piece: Mask, side: float, aside: Mask) -> Fog:
    """Measure; `piece` (h, w) on the bench, `side` its longer side in bench pixels. For swapped grounds only.

    `aside` (h, w) is left out: props that went are no piece.
    """
    none = Fog((), np.zeros(bench.shape, bool))
    small = reduce(bench, piece, side, bench.covered & ~aside)
    if small is None:
        return none
    gap = max(3, round(GROUND_GAP * small.side))
    ground = ~grown(small.piece, gap) & small.seen
    if ground.sum() < FEW_PX:
        return none
    new, _ = ground_colours(small.after, ground, 3.0 * gap)
    window = max(3, round(WINDOW * small.side) | 1)
    matte, apart, rest = _matte(small.before - new, small.after - new, window)
    told = small.piece & small.seen & (apart > TOLD_APART_E) & (rest < np.maximum(REST_E, REST_SHARE * apart))
    depth = _depth(small.piece) / small.side
    had, has = (busy(lab, window) for lab in (small.before, small.after))
    told &= has > DETAIL_KEPT * matte * had - NOISE_E

    def painted(rows: slice, cols: slice, where: Mask, left: float) -> bool:
        before, after = (float(np.median(values[rows, cols][where])) for values in (had, has))
        return after < max(FLAT_E, DETAIL_KEPT * left * before)

    places = []
    for rows, cols, where in _regions(opened(told & (matte < FOG), max(1, round(0.004 * small.side)))):
        deep = depth[rows, cols][where]
        left = float(np.median(matte[rows, cols][where]))
        large = where.sum() > SMALLEST * small.side**2 and deep.max() > DEEP
        if not large or deep.min() > AT_OUTLINE or left < GONE or painted(rows, cols, where, left):
            continue
        ys, xs = np.nonzero(where)
        box = (cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start)
        places.append(
            Faded(
                box=bench.box(*(v / small.scale for v in box)),
                size_percent=100 * math.sqrt(len(ys)) / small.side,
                matte=left,
                x=float(xs.mean() + cols.start) / small.scale,
                y=float(ys.mean() + rows.start) / small.scale,
            )
        )
    veil = np.zeros_like(told)
    for rows, cols, where in _regions(told & (matte < VEILED)):
        if depth[rows, cols][where].min() < AT_OUTLINE:
            veil[rows, cols] |= where
    return Fog(
        places=tuple(sorted(places, key=lambda place: -place.size_percent)),
        veil=np.asarray(cv2.resize(veil.astype(np.uint8), bench.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0),
    )


def _regions(mask: Mask) -> Iterator[tuple[slice, slice, Mask]]:
    """Rows, columns and mask of each connected place."""
    labels, _ = ndimage.label(mask)
    for index, (rows, cols) in enumerate(ndimage.find_objects(labels), 1):
        yield rows, cols, labels[rows, cols] == index


def _depth(piece: Mask) -> F32:
    """(h, w) distance to the outline in pixels; the frame counts as outline."""
    return np.asarray(cv2.distanceTransform(np.pad(piece, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)


def _matte(before: F32, after: F32, window: int) -> tuple[F32, F32, F32]:
    """(h, w) three times: the matte, the ΔE of piece and ground, and what mixing does not explain (ΔE)."""
    size = (window, window)
    own = cv2.blur(np.einsum("ijk,ijk->ij", before, before), size)
    both = cv2.blur(np.einsum("ijk,ijk->ij", before, after), size)
    shown = cv2.blur(np.einsum("ijk,ijk->ij", after, after), size)
    matte = both / np.maximum(own, 1)
    rest = np.sqrt(np.maximum(0, shown - 2 * matte * both + matte * matte * own))
    return np.asarray(matte, np.float32), np.asarray(np.sqrt(own), np.float32), np.asarray(rest, np.float32)
