"""The piece on a plain ground: what stands out from a smooth backdrop, or what alpha says."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from fidelity.image.colour import delta_e76, srgb_to_lab
from fidelity.image.morphology import closed, grown, opened
from fidelity.image.picture import F32, U8, Mask

WORK_SIDE_PX = 700
BORDER_SHARE = 0.04
"""Width of the frame border that is taken for ground, share of the shorter side."""
PLAIN_SPREAD = 4.0
"""ΔE (CIE76) of the border from a smooth backdrop up to which the ground counts as plain (90th percentile)."""
STANDS_OUT = 9.0
"""ΔE from the backdrop at which a pixel belongs to the piece."""


def backdrop(lab: F32) -> tuple[F32, float]:
    """A smooth (second-order) backdrop fitted robustly to the picture's border.

    `lab` is (h, w, 3). Returns the backdrop, same shape, and the border's spread about it (ΔE, 80th centile).
    """
    height, width = lab.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = 2 * xs / max(1, width - 1) - 1, 2 * ys / max(1, height - 1) - 1
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    border = frame_border((height, width))
    design, values = terms[border][::3], lab[border][::3]
    keep = np.ones(len(design), bool)
    coefficients = np.zeros((6, 3))
    for _ in range(4):  # a few rounds of trimming: a shank or a label that touches the border drops out
        coefficients = np.linalg.lstsq(design[keep], values[keep], rcond=None)[0]
        error = np.linalg.norm(values - design @ coefficients, axis=1)
        keep = error <= max(2.0, float(np.percentile(error, 85)))
    spread = float(np.percentile(error, 80))
    return np.asarray(terms @ coefficients, np.float32), spread


def frame_border(shape: tuple[int, int]) -> Mask:
    """(h, w) the border of the frame, which is taken for ground."""
    rim = max(2, round(BORDER_SHARE * min(shape)))
    border = np.ones(shape, bool)
    border[rim:-rim, rim:-rim] = False
    return border


def piece_on_plain_ground(rgb: U8, alpha: U8 | None) -> Mask | None:
    """Mask (h, w) of the piece where alpha or a plain ground shows it; None where the ground is busy."""
    if alpha is not None and (alpha < 128).mean() > 0.02:
        return np.asarray(alpha >= 128)
    height, width = rgb.shape[:2]
    factor = min(1.0, WORK_SIDE_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    lab = srgb_to_lab(small)
    ground, spread = backdrop(lab)
    if spread > PLAIN_SPREAD:
        return None
    away = delta_e76(lab, ground)
    # A soft shadow darkens without changing hue and without edges: it needs more before it counts.
    threshold = max(STANDS_OUT, 3 * spread)
    chroma_away = delta_e76(lab[..., 1:], ground[..., 1:])
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    edge = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    sure = (chroma_away > threshold) | (cv2.blur(edge, (5, 5)) > 4) | (away > 3.5 * threshold)
    mask = (away > threshold) & grown(sure, 2)
    mask = opened(closed(mask, 2), 1)
    mask = _without_crumbs(mask)
    share = mask.mean()
    if not 0.003 < share < 0.92:
        return None
    full = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full > 0)


def _without_crumbs(mask: Mask) -> Mask:
    """Drop specks: dust and lint are small against the piece."""
    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    if count == 0:
        return mask
    sizes = ndimage.sum_labels(mask, labels, np.arange(1, count + 1))
    keep = 1 + np.flatnonzero(sizes >= 0.02 * sizes.max())
    return np.asarray(np.isin(labels, keep))
