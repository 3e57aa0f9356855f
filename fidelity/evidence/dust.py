"""Dust, lint and lone fine scratches that a retouch took away: the commonest change of a faithful one.

Dust is small against the features that count, stands alone, is in the original only, and what replaces it continues
its surroundings. Strokes of a stamp stand together, and beads stand among stones, so they stay: where the surroundings
are rich in structure only the finest specks count as dust. On a faint pattern that was cleaned as well (finger marks,
grain) everything runs together; there a speck must stand far above what else went.

Source: own method; limits were set on the close-up pairs of 16 pieces and on a rendered band with finger marks.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from fidelity.image.gradient import slope
from fidelity.image.morphology import closed, connected, grown, without_holes
from fidelity.image.picture import F32, Mask

DUST_SHARE = 0.009
"""Widest dust and scratch, share of the piece's longer side."""
DUST_CONTRAST = 3.0
"""Lightness by which a speck stands out of the median of its surroundings."""
ON_PATTERN, ABOVE_PATTERN = 10.0, 5.0
"""The same on a faint pattern that was cleaned as well, and how many times what else went near it (97th percentile) a
speck must be: a hair on finger marks reaches 7, edges of softened facets 3.5 and less."""
PLAIN_SHARE = 0.25
"""Share of edges in the retouch about such a speck up to which the pattern lay on plain metal."""
BODY_GAP_PX = 2
"""Radius over which specks belong to one body."""
RICH_SMOOTH_PX = 1.0
"""Blur before gradients: below it lives JPEG and sensor noise."""
RICH_SLOPE = 2.5
"""Gradient (lightness per pixel) that counts as an edge."""
RICH_SHARE = 0.5
"""Share of edges about a speck above which it lies among stones or letters, not on plain metal or a facet."""
DUST_FINE_SHARE = 0.0055
"""Widest dust among structure, share of the piece's longer side; beads are wider."""
DUST_FINE_PX = 8.0
"""The same at least, in pixels: the camera's own specks."""
DUST_PLAIN_PX = 10.0
"""The same for dust on plain metal."""
HAIR_LENGTH = 1.5
"""A hair or a scratch is longer than this many times its width."""
DUST_CROWD = 0.16
"""Share of specks about a speck above which they are a pattern (letters, melee), not dust."""


def find_dust(before: F32, after: F32, inside: Mask, side: float) -> Mask:
    """(h, w) what lay on the piece in the original only; `before` and `after` (h, w) lightness in one tone.

    `side` is the piece's longer side in pixels.
    """
    size = _size(side)
    speck_a, speck_b = (np.abs(v - _median(v, 2 * size + 1)) for v in (before, after))
    only = (speck_b < 0.5 * speck_a) & inside
    richness = _richness(after, size + 8)
    dust = _specks(only & (speck_a > DUST_CONTRAST), richness, size, side)
    on_pattern = _specks(only & (speck_a > ON_PATTERN) & ~dust, richness, size, side)
    dust |= _alone(on_pattern, np.asarray(speck_a - speck_b, np.float32), richness, inside, size)
    return np.asarray(grown(dust, 2) & inside)


def without_dust(before: F32, after: F32, dust: Mask, inside: Mask, side: float) -> F32:
    """The original's lightness with `dust` replaced by what the retouch shows there."""
    if not dust.any():
        return before
    reach = 2.0 * _size(side) + 1
    out = before.copy()
    # What stands in the retouch may be lighter or darker as a whole: keep the original's own surroundings.
    valid = (inside & ~dust).astype(np.float32)
    mass = cv2.GaussianBlur(valid, (0, 0), reach) + 1e-6
    level = cv2.GaussianBlur((before - after) * valid, (0, 0), reach) / mass
    out[dust] = (after + level)[dust]
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.6) * dust + out * ~dust, np.float32)


def _size(side: float) -> int:
    return max(7, round(DUST_SHARE * side) | 1)


def _specks(only: Mask, richness: F32, size: int, side: float) -> Mask:
    """Those of the lone places in `only` that are no wider than dust, a hair or a scratch."""
    labels, count = ndimage.label(only, structure=np.ones((3, 3)))
    if count == 0:
        return only
    # The highlight and the shadow of one bead, the strokes of one letter are one body: its bulk counts.
    body = without_holes(closed(only, BODY_GAP_PX))
    whose = labels[only] - 1  # specks are few pixels: what is measured over each needs no look at all the others
    area = np.bincount(whose)
    bulk = np.zeros(count, np.float32)
    np.maximum.at(bulk, whose, 2 * cv2.distanceTransform(body.astype(np.uint8), cv2.DIST_L2, 3)[only])
    crowd, edges = (
        np.bincount(whose, share[only]) / area
        for share in (cv2.boxFilter(only.astype(np.float32), -1, (5 * size, 5 * size)), richness)
    )
    hair = area > HAIR_LENGTH * bulk**2
    widest = max(DUST_PLAIN_PX, DUST_SHARE * side)
    finest = np.where((edges > RICH_SHARE) & ~hair, max(DUST_FINE_PX, DUST_FINE_SHARE * side), widest)
    dust = (bulk <= finest) & (crowd < DUST_CROWD)
    return np.asarray(np.concatenate([[False], dust])[labels])


def _alone(specks: Mask, gone: F32, richness: F32, inside: Mask, size: int) -> Mask:
    """Those of the specks on plain metal that stand far above what else went near; `gone` is the contrast that went."""
    out = np.zeros_like(specks)
    for rows, cols, where in connected(specks):
        if richness[rows, cols][where].mean() > PLAIN_SHARE:
            continue
        near = np.s_[
            max(0, rows.start - 2 * size) : rows.stop + 2 * size, max(0, cols.start - 2 * size) : cols.stop + 2 * size
        ]
        other = gone[near][inside[near] & ~grown(specks[near], 3)]
        pattern = max(1.0, float(np.percentile(other, 97))) if other.size else np.inf
        if float(np.median(gone[rows, cols][where])) > ABOVE_PATTERN * pattern:
            out[rows, cols] |= where
    return out


def _richness(values: F32, size: int) -> F32:
    """(h, w) the share (0..1) of pixels about each pixel that have an edge."""
    edged = (slope(values, RICH_SMOOTH_PX) > RICH_SLOPE).astype(np.float32)
    return np.asarray(cv2.boxFilter(edged, cv2.CV_32F, (size | 1, size | 1)), np.float32)


def _median(values: F32, size: int) -> F32:
    small = np.clip(values * 2.55, 0, 255).astype(np.uint8)
    return np.asarray(cv2.medianBlur(small, size | 1), np.float32) / 2.55
