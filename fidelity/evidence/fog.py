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

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.evidence.rim import Rim
from fidelity.image.morphology import connected, opened
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
CRUMB = 0.004
"""Half the width of what is no place, share of the longer side."""


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


def find_fog(rim: Rim) -> Fog:
    """Measure at the rim of a piece on a new ground; empty where hardly anything of that ground is seen."""
    if rim.ground is None:
        return no_fog(rim.bench)
    matte, apart, rest = _matte(rim.before - rim.ground, rim.after - rim.ground, rim.window)
    told = rim.piece & rim.seen & (apart > TOLD_APART_E) & (rest < np.maximum(REST_E, REST_SHARE * apart))
    told &= rim.busy_after > DETAIL_KEPT * matte * rim.busy_before - NOISE_E
    inside = np.pad(rim.piece, 1).astype(np.uint8)  # the frame counts as outline
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1] / rim.side
    places = []
    for rows, cols, where in connected(opened(told & (matte < FOG), max(1, round(CRUMB * rim.side)))):
        deep = depth[rows, cols][where]
        left, had, has = (
            float(np.median(values[rows, cols][where])) for values in (matte, rim.busy_before, rim.busy_after)
        )
        large = where.sum() > SMALLEST * rim.side**2 and deep.max() > DEEP
        painted = has < max(FLAT_E, DETAIL_KEPT * left * had)
        if not large or deep.min() > AT_OUTLINE or left < GONE or painted:
            continue
        x, y = rim.middle(rows, cols, where)
        places.append(
            Faded(
                box=rim.box(rows, cols),
                size_percent=rim.size_percent(where),
                matte=left,
                x=x,
                y=y,
            )
        )
    veil = np.zeros_like(told)
    for rows, cols, where in connected(told & (matte < VEILED)):
        if depth[rows, cols][where].min() < AT_OUTLINE:
            veil[rows, cols] |= where
    size = rim.bench.shape[::-1]
    return Fog(
        places=tuple(sorted(places, key=lambda place: -place.size_percent)),
        veil=np.asarray(cv2.resize(veil.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0),
    )


def no_fog(bench: Bench) -> Fog:
    """What a ground that was left as it is has."""
    return Fog((), np.zeros(bench.shape, bool))


def _matte(before: F32, after: F32, window: int) -> tuple[F32, F32, F32]:
    """(h, w) three times: the matte, the ΔE of piece and ground, and what mixing does not explain (ΔE)."""
    size = (window, window)
    own = cv2.blur(np.einsum("ijk,ijk->ij", before, before), size)
    both = cv2.blur(np.einsum("ijk,ijk->ij", before, after), size)
    shown = cv2.blur(np.einsum("ijk,ijk->ij", after, after), size)
    matte = both / np.maximum(own, 1)
    rest = np.sqrt(np.maximum(0, shown - 2 * matte * both + matte * matte * own))
    return np.asarray(matte, np.float32), np.asarray(np.sqrt(own), np.float32), np.asarray(rest, np.float32)
