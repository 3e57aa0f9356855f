"""Where the outline itself has moved: a shank drawn thinner, a part bent.

Only on a ground that was left as it is: there the outline is an edge of both pictures, and dense flow follows it.
On a swapped ground the flow follows the ground. Source: dense inverse search flow (Kroeger et al., 2016, as in
OpenCV); the reading of it is our own, measured on labelled close-up pairs: nine thinned shanks leave places of
10e-4 of the piece's side squared and more, faithful pairs at most 1e-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from fidelity.evidence.rim import REPAINTED, Rim
from fidelity.image.colour import delta_e76
from fidelity.image.gradient import gradient
from fidelity.image.morphology import closed, connected, grown, signed_depth
from fidelity.image.picture import F32, F64, Mask
from fidelity.result import Box

MOVED = 0.004
"""Distance across an edge from which it counts as moved, share of the piece's longer side."""
AREA = 4e-4
"""Smallest place with moved edges, share of the longer side squared."""
EDGE_SLOPE = 1.5
"""Lightness per grid pixel of an edge that flow can follow."""
EXPLAINED = 0.6
"""Share of the difference that may be left where moving explains it."""
AT_OUTLINE = 0.012
"""Distance from the outline at which an edge is still the outline's, share of the longer side."""
BEYOND = 0.01
"""How far off the silhouette is looked, share of the longer side."""
QUIET_E = 2.5
"""Mean ΔE in a window (after a search over one pixel) under which no edge can have moved."""
ONE_WAY = 0.8
"""Share of a place's outline that moves one way from which the piece is thinner or thicker there, not bent."""
FEW_PX = 200


@dataclass(frozen=True)
class Bend:
    """A place where the outline moved by `shift_percent` of the longer side; `x`, `y` its centre on the bench."""

    box: Box
    shift_percent: float
    way: Literal["inwards", "outwards", "both"]
    x: float
    y: float


def find_bends(rim: Rim) -> tuple[Bend, ...]:
    """Places, the farthest moved first; none where the ground was swapped."""
    beyond = grown(rim.piece, max(2, round(BEYOND * rim.side))) & rim.seen
    differs = (beyond & (rim.apart > QUIET_E)).sum() > AREA * rim.side**2
    if rim.swapped or not differs:
        return ()
    flow = _flow(rim.before, rim.after)
    slope, normal = _edges(rim.before, rim.window)
    followed = rim.piece & rim.seen & (slope > EDGE_SLOPE)
    if followed.sum() < FEW_PX:
        return ()
    local = flow - _affine(flow, followed)
    across = np.asarray(cv2.medianBlur(np.abs(np.einsum("ijk,ijk->ij", local, normal)).astype(np.float32), 5))
    depth = signed_depth(rim.piece)
    zone = beyond & (slope > EDGE_SLOPE)
    left, whole = _differences(rim, flow)
    if np.percentile(left[rim.piece & rim.seen], 80) > REPAINTED:
        return ()
    zone &= left < EXPLAINED * whole + 1
    out = []
    for rows, cols, where in connected(closed(zone & (across > MOVED * rim.side), 2)):
        area = float(where.sum()) / rim.side**2
        outer = where & (np.abs(depth[rows, cols]) < AT_OUTLINE * rim.side)
        if area < AREA or not outer.any():
            continue
        shift = _inwards(local[rows, cols], depth, rows, cols)[outer]
        inwards = float(np.mean(shift > 0))
        far = 100 * float(np.median(across[rows, cols][outer])) / rim.side
        x, y = rim.middle(rows, cols, where)
        out.append(
            Bend(
                box=rim.box(rows, cols),
                shift_percent=far,
                way="inwards" if inwards > ONE_WAY else "outwards" if inwards < 1 - ONE_WAY else "both",
                x=x,
                y=y,
            )
        )
    return tuple(sorted(out, key=lambda bend: -bend.shift_percent))


def _flow(before: F32, after: F32) -> F32:
    """(h, w, 2) x before y: where each pixel of the original lies in the retouch."""
    first, second = ((np.clip(lab[..., 0], 0, 100) * 2.55).astype(np.uint8) for lab in (before, after))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(1)
    none = np.zeros((*first.shape, 2), np.float32)
    return np.asarray(search.calc(first, second, none), np.float32)


def _edges(lab: F32, window: int) -> tuple[F32, F32]:
    """(h, w) slope of the edges in a window, and (h, w, 2) the direction across them (structure tensor)."""
    gx, gy = gradient(lab[..., 0], 1.3)
    xx, xy, yy = (cv2.blur(v, (window, window)) for v in (gx * gx, gx * gy, gy * gy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    normal = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return np.asarray(np.sqrt(np.maximum(0, xx + yy)), np.float32), np.asarray(normal, np.float32)


def _affine(flow: F32, followed: Mask) -> F32:
    """What the whole piece did: the affine flow that most of it follows."""
    ys, xs = np.nonzero(followed)
    places: F64 = np.column_stack([np.ones(len(xs)), xs, ys]).astype(np.float64)
    moves = flow[followed].astype(np.float64)
    kept = np.ones(len(places), bool)
    for _ in range(3):
        found = np.linalg.lstsq(places[kept], moves[kept], rcond=None)[0]
        error = np.linalg.norm(moves - places @ found, axis=1)
        kept = error <= max(0.3, float(np.percentile(error, 80)))
    height, width = followed.shape
    rows, cols = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(np.stack([np.ones_like(cols), cols, rows], axis=-1) @ found, np.float32)


def _differences(rim: Rim, flow: F32) -> tuple[F32, F32]:
    """(h, w) twice: mean ΔE in a window, with the retouch moved back along the flow and as it is.

    Where moving back takes most of it away something moved; where it does not, something was redrawn.
    """
    height, width = rim.piece.shape
    rows, cols = np.mgrid[0:height, 0:width].astype(np.float32)
    back = cv2.remap(
        rim.after, cols + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    size = (rim.window, rim.window)
    left, whole = (cv2.blur(delta_e76(rim.before, np.asarray(lab, np.float32)), size) for lab in (back, rim.after))
    return np.asarray(left, np.float32), np.asarray(whole, np.float32)


def _inwards(local: F32, depth: F32, rows: slice, cols: slice) -> F32:
    """(h, w) the move along the direction into the piece."""
    smooth = cv2.GaussianBlur(depth, (0, 0), 2.0)
    gx, gy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    length = np.hypot(gx, gy)[rows, cols] + 1e-6
    return np.asarray((local[..., 0] * gx[rows, cols] + local[..., 1] * gy[rows, cols]) / length, np.float32)
