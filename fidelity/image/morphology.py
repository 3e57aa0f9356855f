"""Growing, shrinking, closing and opening masks by whole pixels (OpenCV: many times quicker than iterating)."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from scipy import ndimage

from fidelity.image.picture import F32, U8, Mask

LARGE_PX = 16
"""Radius beyond which a disc is all that lies within a distance."""
FAR_PX = 64
"""Radius beyond which distances are quicker."""
BY_ROWS_PX = 4
"""Radius from which a disc is quicker row by row."""


def grown(mask: Mask, pixels: int) -> Mask:
    """`mask` (h, w) dilated by a disc of the given radius."""
    if pixels > FAR_PX:
        apart = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return np.asarray(apart <= pixels) if mask.any() else np.zeros(mask.shape, bool)
    return _dilated(mask, _circle(pixels)) if pixels > LARGE_PX else dilated(mask, pixels)


def dilated(mask: Mask, pixels: int) -> Mask:
    """`mask` dilated by OpenCV's ellipse at any radius, which is a little fuller than a disc."""
    return _dilated(mask, _disc(pixels))


def shrunk(mask: Mask, pixels: int) -> Mask:
    """`mask` eroded by a disc; the picture's own border does not erode."""
    return ~_dilated(~mask, _disc(pixels))


def closed(mask: Mask, pixels: int) -> Mask:
    """Gaps up to twice the radius closed."""
    return shrunk(dilated(mask, pixels), pixels)


def opened(mask: Mask, pixels: int) -> Mask:
    """Parts thinner than twice the radius removed."""
    return dilated(shrunk(mask, pixels), pixels)


def without_holes(mask: Mask) -> Mask:
    """`mask` with all that it encloses; pixels touch at their sides, and the frame encloses nothing."""
    ground = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(ground, None, (0, 0), (2,))
    return np.asarray(ground[1:-1, 1:-1] != 2)


def _disc(pixels: int) -> U8:
    side = 2 * max(1, pixels) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _circle(pixels: int) -> U8:
    """What lies within a distance: a few pixels less than OpenCV's ellipse."""
    off = np.arange(-pixels, pixels + 1)
    return np.asarray(off[:, None] ** 2 + off**2 <= pixels**2, np.uint8)


def _dilated(mask: Mask, disc: U8) -> Mask:
    """`mask` dilated by a disc, a large one row by row: the cost grows with its height and not with its area.

    A row of a disc is a run of pixels, a little longer than the row outside it. So each run is had from the last, and
    laid over the picture above and below.
    """
    out, radius = mask.astype(np.uint8), len(disc) // 2
    if radius < BY_ROWS_PX:
        return np.asarray(cv2.dilate(out, disc) > 0)
    run, length = out.copy(), 1
    for apart, row in zip(range(radius, -1, -1), disc, strict=False):
        longer = int(row.sum()) - length
        if longer:
            run, length = np.asarray(cv2.dilate(run, np.ones((1, longer + 1), np.uint8)), np.uint8), length + longer
        rest = max(0, len(out) - apart)
        out[apart:] |= run[:rest]
        out[:rest] |= run[apart:]
    return out > 0


def connected(mask: Mask) -> Iterator[tuple[slice, slice, Mask]]:
    """Rows, columns and mask of each connected place of a mask (h, w); pixels touch at their sides."""
    labels, _ = ndimage.label(mask)
    for index, (rows, cols) in enumerate(ndimage.find_objects(labels), 1):
        yield rows, cols, np.asarray(labels[rows, cols] == index)


def signed_depth(mask: Mask) -> F32:
    """(h, w) distance to the mask's outline in pixels, positive inside, negative outside; the frame is no outline."""
    inner, outer = (
        cv2.distanceTransform(np.pad(m, 1, mode="edge").astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
        for m in (mask, ~mask)
    )
    return np.asarray(inner - outer, np.float32)


def half_width(body: Mask) -> float:
    """Radius in pixels of the largest circle in a body (h, w), from its middle pixel to beyond its edge; 0 if empty."""
    return float(cv2.distanceTransform(np.pad(body, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max())


def with_margin(
    rows: slice, cols: slice, body: Mask, pixels: int, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], Mask]:
    """The window of a body (`rows` and `cols` of a picture of `shape`) with room about it, and the body in it."""
    window = (
        slice(max(0, rows.start - pixels), min(shape[0], rows.stop + pixels)),
        slice(max(0, cols.start - pixels), min(shape[1], cols.stop + pixels)),
    )
    out = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), bool)
    top, left = rows.start - window[0].start, cols.start - window[1].start
    out[top : top + body.shape[0], left : left + body.shape[1]] = body
    return window, out
