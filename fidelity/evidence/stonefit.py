"""What a single stone did beyond the registration of the whole piece."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.evidence.stones import Stone
from fidelity.image.picture import F32, U8, Mask
from fidelity.result import Box

MIN_CORRELATION = 0.75
"""ECC correlation below which the stone's pattern is another one and its fit means nothing."""
MAX_GROWTH = 0.25
"""A fit that needs more than this has lost its way; a stone that changed so much is redrawn, not resized."""
MAX_STRETCH = 0.6
"""The same for the ratio of its axes."""
MIN_GAIN = 0.02
"""Correlation that the fit must win over no change; plain stones can be warped at no loss and mean nothing."""
FIT_SIDE_PX = 200
LIES_ON = 0.3
"""Share of a changed place from which the stone under it is the one that changed."""
ROOM = 0.12
"""Room around the stone, share of its box."""


@dataclass(frozen=True)
class StoneFit:
    """Change of one stone, retouch against original, in percent: size, axis ratio, centre shift (of its size).

    `proposed` is false where a changed place was fitted and not a stone as the original shows it.
    """

    size_percent: float
    stretch_percent: float
    shift_percent: float
    correlation: float
    box: Box
    proposed: bool = True


def fit_stone(bench: Bench, stone: Stone, inside: Mask) -> StoneFit | None:
    """Affine ECC on one stone, where `inside` (h, w) can be judged; None where the patterns do not correlate."""
    x, y, w, h = stone.box
    room = max(3, round(ROOM * max(w, h)))
    top, left = max(0, y - room), max(0, x - room)
    rows, cols = slice(top, y + h + room), slice(left, x + w + room)
    factor = min(1.0, FIT_SIDE_PX / max(w, h))
    crops = []
    for picture in (bench.before, bench.after):
        grey = cv2.cvtColor(np.ascontiguousarray(picture[rows, cols]), cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        crops.append(np.asarray(cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.2), np.float32))
    mask = cv2.resize(
        (stone.mask & inside)[rows, cols].astype(np.uint8),
        (crops[0].shape[1], crops[0].shape[0]),
        interpolation=cv2.INTER_NEAREST,
    )
    mask = np.asarray(cv2.erode(mask, np.ones((5, 5), np.uint8)), np.uint8)  # the rim shows the ground, too
    if mask.sum() < 400 or not bench.covered[rows, cols].all():
        return None
    warp: F32 = np.eye(2, 3, dtype=np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 80, 1e-4)
    try:
        correlation, fitted = cv2.findTransformECC(crops[0], crops[1], warp, cv2.MOTION_AFFINE, criteria, mask, 3)
    except cv2.error:  # did not converge: another pattern
        return None
    warp = np.asarray(fitted, np.float32)
    if correlation < MIN_CORRELATION:
        return None
    if correlation - _correlation(crops[0], crops[1], np.asarray(mask, np.uint8)) < MIN_GAIN:
        warp = np.eye(2, 3, dtype=np.float32)  # as it stands it agrees as well: nothing moved
    # ECC maps original → retouch: its axis scales are the stone's own growth.
    singular = np.linalg.svd(warp[:, :2], compute_uv=False)
    if abs(float(np.sqrt(singular[0] * singular[1])) - 1) > MAX_GROWTH:
        return None
    if singular[0] > (1 + MAX_STRETCH) * singular[1]:
        return None
    centre = np.array([(stone.centre[0] - left) * factor, (stone.centre[1] - top) * factor, 1.0])
    moved = warp @ centre - centre[:2]
    size = 2 * factor * float(np.sqrt(stone.axes[0] * stone.axes[1]))
    return StoneFit(
        size_percent=100 * (float(np.sqrt(singular[0] * singular[1])) - 1),
        stretch_percent=100 * (float(singular[0] / max(singular[1], 1e-6)) - 1),
        shift_percent=100 * float(np.hypot(*moved)) / max(size, 1e-6),
        correlation=float(correlation),
        box=bench.box(x, y, w, h),
    )


def around(body: Stone, stones: tuple[Stone, ...]) -> tuple[int, int, int, int]:
    """The bench box (x, y, width, height) of a changed body with the stone that much of it lies on, if any."""
    left, top, width, height = body.box
    right, bottom = left + width, top + height
    for stone in stones:
        if stone.mask[body.mask].mean() > LIES_ON:
            x, y, w, h = stone.box
            left, top, right, bottom = min(left, x), min(top, y), max(right, x + w), max(bottom, y + h)
    return left, top, right - left, bottom - top


def _correlation(first: F32, second: F32, mask: U8) -> float:
    a, b = first[mask > 0], second[mask > 0]
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt(max(1e-6, float((a * a).sum() * (b * b).sum()))))
