"""The mirror image that a retouch laid under the piece, as if it stood on glass: no part of the piece.

A copy of the piece, turned upside down and faded, hangs together with it in the retouch's silhouette. It is told by
itself: about one horizontal axis, what lies below agrees with what lies above, and is far fainter. A piece that is its
own mirror image (a round setting, a band) is as strong on both sides.

Source: own method. Limits: 15 added mirror images correlate with their pieces by 0.46 to 0.97 at a strength of 0.1 to
0.3; below 150 silhouettes without one (vendors' work, cut-outs, studio grounds) the most is 0.47.
"""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.image.colour import srgb_to_lab
from fidelity.image.morphology import grown
from fidelity.image.picture import F32, U8, Mask

SIDE_PX = 360
"""Longer side of the grid on which the axis is sought."""
DETAIL = 0.012
"""Blur that what is compared stands out of, share of the picture's longer side."""
ALIKE, STRENGTH = 0.5, 0.5
"""Least correlation of what is below with what is above, and its greatest strength over that."""
HIGHEST, DEEP = 0.45, 0.3
"""Where the axis lies at the highest, and how much below it is compared, shares of the silhouette's height: a mirror
image fades downwards."""
LEAST_SHARE, LEAST_ROWS = 0.02, 5
"""Share of the silhouette, and rows, that must be there to be compared."""


def find_mirror_image(rgb: U8, silhouette: Mask) -> Mask | None:
    """(h, w) what of the silhouette of a picture (h, w, 3) is a mirror image of the rest; None without one."""
    height, width = silhouette.shape
    scale = min(1.0, SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(silhouette.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    light = srgb_to_lab(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8))[..., 0]
    detail = light - cv2.GaussianBlur(light, (0, 0), max(2.0, DETAIL * max(size)))
    axis = _axis(np.asarray(detail, np.float32), small)
    if axis is None:
        return None
    rows = np.arange(size[1])
    below = rows > axis
    above = np.clip(np.round(2 * axis - rows).astype(int), 0, size[1] - 1)
    image = np.zeros_like(small)
    image[below] = small[above[below]]
    image = cv2.resize(grown(image, 2).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    image[: int(np.ceil((axis + 0.5) / scale))] = False
    return silhouette & image


def _axis(detail: F32, silhouette: Mask) -> float | None:
    """The row (halves count) about which the picture is mirrored, fainter below; None where it is not."""
    rows = np.flatnonzero(silhouette.any(axis=1))
    if not rows.size:
        return None
    top, height = int(rows[0]), int(np.ptp(rows)) + 1
    found: tuple[float, float] | None = None
    for twice in range(2 * (top + int(HIGHEST * height)), 2 * (top + height - 1)):
        below = np.arange(twice // 2 + 1, min(len(detail), twice // 2 + 2 + int(DEEP * height)))
        below = below[below <= twice]
        above = twice - below
        where = silhouette[above]
        if below.size < LEAST_ROWS or where.sum() < LEAST_SHARE * silhouette.sum():
            continue
        under, over = (v[where] - v[where].mean() for v in (detail[below], detail[above]))
        powers = float(under @ under), float(over @ over)
        if powers[0] > STRENGTH**2 * powers[1]:
            continue
        alike = float(under @ over) / max(1e-6, float(np.sqrt(powers[0] * powers[1])))
        if alike > max(ALIKE, found[0] if found else 0.0):
            found = alike, twice / 2
    return found[1] if found else None
