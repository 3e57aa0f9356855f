"""Links that ran together: the fine relief of a chain, before and after, along the chain only.

A swapped ground turns every gradient at the rim of a link, and links are little else. So only what lies a few pixels
inside the silhouette is compared, without the ground's pixels: the standard deviation of fine lightness in windows
of three link widths, retouch over original, against the chain's own median. Source: own method, set on labelled
close-up pairs: no faithful pair loses 30 % over the length of a link, smeared links lose 40 % and more.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.edges import NEAR_GROUND_E
from fidelity.evidence.rim import Rim, laid_on_white
from fidelity.evidence.structure import tone_matched
from fidelity.image.colour import srgb_to_lab
from fidelity.image.morphology import grown, shrunk
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

WINDOW = 0.03
"""Share of the piece's longer side."""
INSET_PX = 2
FILL = 0.12
"""Share of a window that must be chain."""
RELIEF = 4.0
"""Standard deviation of lightness from which there is relief to lose."""
NOISE = 1.0
LOST_PERCENT = 30.0
"""Relief lost beyond the chain's own median from which a window counts as smeared."""
LENGTH = 0.04
"""Length of a smeared stretch, share of the longer side; a link is about as long."""
ACROSS_ALONG = 0.12
"""Least ratio of the weaker to the stronger direction of gradients: a shank's lines all run along it (0.01), links
turn (0.3 and more)."""
SEEN = 0.025
"""Share of a stretch that must have been compared line by line for its lines to speak for it."""
SAME_LINES = 0.18
"""80th percentile of the disagreement there: links whose gaps show another ground stay at 0.00 to 0.10 on a rendered
rope and cables, cut and fused ones reach 0.31 and more where they can be compared."""
FEW_PX = 200


@dataclass(frozen=True)
class Smear:
    """A stretch of chain that lost `lost_percent` of its relief; `x`, `y` its centre on the bench.

    `gone` where it shows the ground now; else its links ran together.
    """

    box: Box
    lost_percent: float
    gone: bool
    x: float
    y: float


def find_smears(
    bench: Bench, chain: Mask, side: float, rim: Rim | None = None, excess: tuple[F32, Mask] | None = None
) -> tuple[Smear, ...]:
    """Smeared stretches, the worst first; `chain` (h, w) on the bench, `side` the piece's longer side there.

    `rim` tells ground from metal; without it nothing counts as gone. `excess` is the structure's disagreement (h, w)
    and where it was compared: where the links agree line by line, only the ground between them changed.
    """
    inner = shrunk(chain & bench.covered, INSET_PX)
    if inner.sum() < FEW_PX:
        return ()
    ys, xs = np.nonzero(inner)
    crop = (slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1))
    inner = inner[crop]
    before = srgb_to_lab(bench.before[crop])[..., 0]
    after = tone_matched(before, srgb_to_lab(laid_on_white(bench)[crop])[..., 0], inner)
    window = max(9, round(WINDOW * side) | 1)
    weight = inner.astype(np.float32)
    first, second = (_relief(values, weight, window) for values in (before, after))
    judged = inner & (cv2.blur(weight, (window, window)) > FILL)
    if judged.sum() < FEW_PX:
        return ()
    kept = (second + NOISE) / (first + NOISE)
    lost = 100 * (1 - kept / float(np.median(kept[judged])))
    linked = _turning(before, weight, window) > ACROSS_ALONG
    smeared = judged & linked & (lost > LOST_PERCENT) & (first > RELIEF)
    labels, _ = ndimage.label(grown(smeared, 3))
    out = []
    for index, (rows, cols) in enumerate(ndimage.find_objects(labels), 1):
        if max(rows.stop - rows.start, cols.stop - cols.start) < LENGTH * side:
            continue
        where = (labels[rows, cols] == index) & smeared[rows, cols]
        left, top = cols.start + crop[1].start, rows.start + crop[0].start
        width, height = cols.stop - cols.start, rows.stop - rows.start
        whole = np.zeros(bench.shape, bool)
        whole[top : top + height, left : left + width] = where
        if excess is not None and _agrees(*excess, np.s_[top : top + height, left : left + width], chain):
            continue
        out.append(
            Smear(
                box=bench.box(left, top, width, height),
                lost_percent=float(np.median(lost[rows, cols][where])),
                gone=rim is not None and _shows_ground(rim, whole),
                x=left + width / 2,
                y=top + height / 2,
            )
        )
    return tuple(sorted(out, key=lambda smear: -smear.lost_percent))


def _agrees(excess: F32, compared: Mask, window: tuple[slice, slice], chain: Mask) -> bool:
    """Whether the lines of the links are the same ones, as far as the place could be compared line by line."""
    seen = (compared & chain)[window]
    return bool(seen.mean() > SEEN and np.percentile(excess[window][seen], 80) < SAME_LINES)


def _shows_ground(rim: Rim, where: Mask) -> bool:
    """Whether the retouch shows the old or the new ground in most of a place on the bench."""
    height, width = rim.piece.shape
    here = cv2.resize(where.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) > 0.5
    if not here.any():
        return False
    return float(np.median(np.minimum(rim.own_ground, rim.new_ground)[here])) < NEAR_GROUND_E


def _relief(values: F32, weight: F32, window: int) -> F32:
    """(h, w) standard deviation of fine lightness in a window, over the chain's pixels only."""
    sigma = window / 3
    base = cv2.GaussianBlur(values * weight, (0, 0), sigma) / (cv2.GaussianBlur(weight, (0, 0), sigma) + 1e-6)
    power = cv2.blur((values - base) ** 2 * weight, (window, window)) / (cv2.blur(weight, (window, window)) + 1e-6)
    return np.asarray(np.sqrt(np.maximum(0, power)), np.float32)


def _turning(values: F32, weight: F32, window: int) -> F32:
    """(h, w) 0..1 how evenly gradients in a window point every way (eigenvalues of the structure tensor)."""
    smooth = cv2.GaussianBlur(values, (0, 0), 1.0)
    gx, gy = (g * weight for g in (cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)))
    xx, xy, yy = (cv2.blur(v, (window, window)) for v in (gx * gx, gx * gy, gy * gy))
    spread = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    return np.asarray((xx + yy - spread) / (xx + yy + spread + 1e-6), np.float32)
