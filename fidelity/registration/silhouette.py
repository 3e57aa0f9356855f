"""The fallback: lay the outlines of the two pieces on top of each other."""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.image.ground import piece_on_plain_ground
from fidelity.image.picture import F64, Mask, Picture

MIN_OVERLAP = 0.9
"""Intersection over union below which two outlines are not the same piece."""
SIDE_PX = 400


def align_silhouettes(original: Picture, retouched: Picture) -> tuple[F64, float] | None:
    """Similarity retouched → original by which the outlines agree; None if they do not, or one is not seen.

    Returns the matrix (3, 3) and the overlap (intersection over union, 0 to 1).
    """
    best = best_overlap(original, retouched)
    return best if best is not None and best[1] >= MIN_OVERLAP else None


def overlap_under(original: Picture, retouched: Picture, matrix: F64) -> float | None:
    """Overlap (intersection over union, 0 to 1) of the outlines under a transform; None if one is not seen."""
    pieces = _pieces(original, retouched)
    return None if pieces is None else _overlap(pieces[1], pieces[0], matrix)


def best_overlap(original: Picture, retouched: Picture) -> tuple[F64, float] | None:
    """The similarity under which the two outlines overlap most, from area, centre and a search over turns.

    Returns the matrix (3, 3) and the overlap (intersection over union, 0 to 1), however little; None where a
    piece does not stand out of its ground.
    """
    pieces = _pieces(original, retouched)
    if pieces is None:
        return None
    target, source = pieces
    shrink = min(1.0, SIDE_PX / max(target.shape))
    small = _resized(target, shrink)
    area_t, area_s = float(target.sum()), float(source.sum())
    if min(area_t, area_s) < 100:
        return None
    scale = np.sqrt(area_t / area_s)
    centre_t, centre_s = _centre(target), _centre(source)
    best: tuple[float, F64] | None = None
    for degrees in np.arange(-180.0, 180.0, 3.0):
        matrix = _similarity(scale, degrees, centre_s, centre_t)
        overlap = _overlap(source, small, np.diag([shrink, shrink, 1.0]) @ matrix)
        if best is None or overlap > best[0]:
            best = (overlap, matrix)
    return None if best is None else (best[1], best[0])


def _pieces(original: Picture, retouched: Picture) -> tuple[Mask, Mask] | None:
    target, source = (piece_on_plain_ground(p.rgb, p.alpha) for p in (original, retouched))
    return None if target is None or source is None else (target, source)


def _resized(mask: Mask, factor: float) -> Mask:
    size = (max(1, round(mask.shape[1] * factor)), max(1, round(mask.shape[0] * factor)))
    return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0)


def _centre(mask: Mask) -> F64:
    ys, xs = np.nonzero(mask)
    return np.array([xs.mean(), ys.mean()])


def _similarity(scale: float, degrees: float, source: F64, target: F64) -> F64:
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = target - turn @ source
    return matrix


def _overlap(source: Mask, target: Mask, matrix: F64) -> float:
    moved = cv2.warpPerspective(source.astype(np.uint8), matrix, (target.shape[1], target.shape[0])) > 0
    union = float((moved | target).sum())
    return float((moved & target).sum()) / union if union else 0.0
