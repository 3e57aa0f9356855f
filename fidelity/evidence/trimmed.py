"""Places that a cut-out trimmed off: the original goes on there as the piece does, the retouch shows its new ground.

Where the retouch's own silhouette says where the piece is, nothing inside it can be missing. So just outside it the
original is asked: is this still the colour of the piece next to it, far from the ground's, with no edge between?
Shadows are dark ground, props have an edge. Source: own method, set on drawn pieces of known truth (bites of 8 px,
thinned shanks) and held against 64 faithful close-up pairs on swapped grounds.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from fidelity.evidence.rim import Rim
from fidelity.image.colour import delta_e76
from fidelity.image.morphology import connected, grown, shrunk
from fidelity.image.picture import F32, Mask

BEYOND = 0.03
"""How far off the silhouette is looked, share of the longer side."""
INSET_PX = 2
NEW_GROUND_E = 6.0
"""ΔE from the new ground up to which the retouch shows it."""
OFF_GROUND_E = 20.0
"""ΔE from its ground nearby from which the original shows piece: soft shadows reach 18."""
APART_E = 15.0
LIKE_PIECE = 0.35
"""Distance to the colour of the piece next to it, over that to the ground."""
LIKELY = 0.45
"""The same from which a pixel may belong to such a place."""
AREA, HALF_WIDTH = 6e-4, 0.006
"""Smallest place: share of the longer side squared, and half its width over the longer side; outlines drawn by hand
are off by less."""
SLOPE = 1.5
"""Median slope (lightness per grid pixel) up to which the piece goes on without an edge."""
AROUND = 0.06
"""Window in which the colour of the piece is averaged, share of the longer side."""


def find_trimmed(rim: Rim) -> Iterator[tuple[slice, slice, Mask]]:
    """Rows, columns and mask of each place on the grid; none where the ground was not swapped."""
    inner = shrunk(rim.piece, INSET_PX)
    if not rim.swapped or not inner.any():
        return
    like = _like_piece(rim, inner)
    zone = grown(rim.piece, max(2, round(BEYOND * rim.side))) & ~rim.piece & rim.seen
    candidate = zone & (rim.new_ground < NEW_GROUND_E) & (rim.was_ground > 0.6 * OFF_GROUND_E)
    slope = _slope(rim.before[..., 0])
    for rows, cols, where in connected(candidate & (like < LIKELY * rim.was_ground)):
        depth = cv2.distanceTransform(np.pad(where, 1).astype(np.uint8), cv2.DIST_L2, 5)
        if where.sum() < AREA * rim.side**2 or depth.max() < HALF_WIDTH * rim.side:
            continue
        was, apart, near, steep = (
            float(np.median(v[rows, cols][where])) for v in (rim.was_ground, rim.apart, like, slope)
        )
        if was > OFF_GROUND_E and apart > APART_E and near < LIKE_PIECE * was and steep < SLOPE:
            yield rows, cols, where


def _like_piece(rim: Rim, inner: Mask) -> F32:
    """(h, w) ΔE of the original to the piece: to its nearest place, or to its mean nearby."""
    _, labels = cv2.distanceTransformWithLabels(
        (~inner).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros((int(labels.max()) + 1, 3), np.float32)
    table[labels[inner]] = cv2.blur(rim.before, (5, 5))[inner]
    weight, size = inner.astype(np.float32), (int(AROUND * rim.side) | 1,) * 2
    mean = cv2.blur(rim.before * weight[..., None], size) / (cv2.blur(weight, size)[..., None] + 1e-6)
    distances = (delta_e76(rim.before, colour) for colour in (table[labels], mean))
    return np.asarray(np.minimum(*distances), np.float32)


def _slope(lightness: F32) -> F32:
    smooth = cv2.GaussianBlur(lightness, (0, 0), 1.5)  # grain is no edge
    return np.asarray(
        np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8, np.float32
    )
