"""Structure compared place by place: gradient vectors, window by window, after the picture's own change.

The global part of a retouch (exposure, contrast curve, sharpening, softening) is taken out first: a monotone
tone curve from the retouch's lightness to the original's, then one gain on gradients. What is left is
judged in windows by the share of gradient energy that does not agree, after a search over shifts of one
pixel: 0 the same, 1 nothing in common. Gradient-vector agreement is insensitive to brightness; comparing
windows and taking the worst is what lets one prong fail a picture (DESIGN §1).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.dust import find_dust, without_dust
from fidelity.evidence.gaps import new_unevenness, show_new_ground, show_uneven_ground
from fidelity.image.gradient import gradient
from fidelity.image.morphology import closed, grown, shrunk, without_holes
from fidelity.image.picture import F32, Mask

WINDOW = 0.02
"""Window side, share of the piece's longer side (best of 1, 1.5, 2, 3 and 4 %)."""
SMOOTH_PX = 1.0
"""Blur before gradients: below it lives JPEG and sensor noise."""
NOISE_GRADIENT = 1.6
"""Gradient (lightness per pixel) under which a window holds no structure."""
TONE_BINS = 24
SOFT_WINDOW = 0.04
"""Window in which lost fine detail is judged, share of the piece's longer side."""
FORM_SHARE = 0.007
"""Blur (sigma) below which detail is not form, share of the piece's longer side."""
SOFT_INSET_PX = 4
SOFT_FILL = 0.35
"""Share of a window that must lie inside."""
SOFT_DETAIL, SOFT_NOISE = 1.5, 0.8
"""Amplitude of fine detail (lightness) that can be lost, and that noise has."""
SOFT_REST = 85.0
"""Percentile of the piece's own change that stands for what the retouch did to all of it."""
SOFT_HALVINGS = 1.7
"""Halvings of fine detail that count as 1: faithful retouches reach half of it at single places."""
RING_SHARE = 0.008
"""Distance and width of the ring in which the ground is compared, share of the piece's longer side."""
SAME_GROUND_L = 3.0
"""Lightness difference that most of that ring stays under where the ground is the same."""
FEW_PX = 100
"""A smaller ring says nothing about the ground."""
MARGIN_SHARE = 0.012
"""How far beyond the silhouette an unchanged ground is compared, share of the piece's longer side."""
RAMP_SHARE = 0.025
"""Depth below the outline at which a swapped ground's influence has gone, share of the longer side."""
GAP_SHARE, GAP_PX = 0.012, 8.0
"""The same about a small gap, and at least in pixels: what a blend leaves there does not shrink with the picture."""
FLOOR_LIMIT = 0.05
"""Disagreement that a pair may have everywhere: faithful retouches stay below 0.01, pieces drawn anew reach 0.3."""


@dataclass(frozen=True, eq=False)
class Structure:
    """Maps (h, w) float32 on the bench.

    `disagreement` 0..1 per window; `lost` and `invented` are the one-sided energies: share of the window's
    structure that only the original, only the retouch has. `energy` is the mean gradient energy of the
    stronger side; `blurred` is where lost fine detail says more than turned gradients. `inside` is where the
    maps are meaningful. `window_px` is the window side. `form_before` and `form_after` (h, w, 2) are the gradients of
    the coarse form, finer detail smoothed away. `ground_left` says that the ground is the original's, `gaps` (h, w)
    is where an uneven new one shows through, and `unevenness` what that has about the piece (median ΔE, CIE76, to its
    middle; 0 where the ground was left); `dust` (h, w) is what was taken for dust that went;
    `apart` the lightness (CIELAB) that the original has over the retouch, dust and new ground left out.
    """

    disagreement: F32
    blurred: Mask
    lost: F32
    invented: F32
    energy: F32
    inside: Mask
    window_px: int
    gain: float
    floor: float
    form_before: F32
    form_after: F32
    ground_left: bool
    gaps: Mask
    unevenness: float
    dust: Mask
    apart: F32

    def form_kept(self, rows: np.ndarray, cols: np.ndarray) -> float:
        """Correlation (-1..1) of the coarse form's gradients over bench pixels: a blur leaves it as it was."""
        a, b = self.form_before[rows, cols].ravel(), self.form_after[rows, cols].ravel()
        norm = float(np.sqrt((a @ a) * (b @ b)))
        return float(a @ b) / norm if norm > 0 else 1.0


def tone_matched(before: F32, after: F32, inside: Mask) -> F32:
    """`after` through the monotone curve that takes its lightness to the original's, fitted inside."""
    every = np.flatnonzero(inside)[::7]
    a, b = before.ravel()[every], after.ravel()[every]
    if len(b) < 500:
        return after
    edges = np.unique(np.quantile(b, np.linspace(0, 1, TONE_BINS + 1)))
    if len(edges) < 4:
        return after
    index = np.clip(np.digitize(b, edges[1:-1]), 0, len(edges) - 2)
    xs, ys = [], []
    for i in range(len(edges) - 1):
        chosen = index == i
        if chosen.sum() >= 20:
            xs.append(float(np.median(b[chosen])))
            ys.append(float(np.median(a[chosen])))
    if len(xs) < 4:
        return after
    curve = np.maximum.accumulate(ndimage.uniform_filter1d(np.array(ys), 3, mode="nearest"))
    return np.asarray(np.interp(after, xs, curve), np.float32) + _tails(after, xs, curve)


def _tails(after: F32, xs: list[float], curve: np.ndarray) -> F32:
    """Beyond the fitted range the curve goes on with slope one, so that nothing is flattened there."""
    low, high = np.minimum(after - xs[0], 0), np.maximum(after - xs[-1], 0)
    return np.asarray(low + high, np.float32)


def compare(bench: Bench, piece: Mask, side_px: float) -> Structure:
    """Structure of both pictures inside the piece; `side_px` is the piece's longer side on the bench."""
    window = max(9, round(WINDOW * side_px) | 1)
    inset = max(2, round(0.006 * side_px))
    shown = bench.shown
    inside = shrunk(piece & shown, inset)
    before, after = bench.lightness
    after = tone_matched(before, after, inside)
    same, ring = _ground_left(before, after, inside, bench.covered, side_px)
    if same:
        # Nothing was swapped: gaps of the silhouette may be openings or metal of the ground's own colour, and a
        # prong that stands out of it lies beyond. All of it can be compared.
        reach = max(2, round(MARGIN_SHARE * side_px))
        inside = without_holes(closed(piece, 2 * reach))
        inside = grown(inside, reach) & shrunk(shown, inset) & ~_shade(before, after, piece, side_px)
    dust = find_dust(before, after, inside, side_px)
    before = without_dust(before, after, dust, inside, side_px)
    # Where the ground was swapped, gradients of the rim belong to the ground as much as to the piece. Outside,
    # the retouch is given the original's pixels, so that a new ground leaves no trace, and the rim counts
    # less the nearer it lies to the ground. On the same ground everything counts in full.
    gaps, unevenness = np.zeros(inside.shape, bool), 0.0
    if same:
        weight = inside.astype(np.float32)
        soft = np.asarray(cv2.GaussianBlur(grown(inside, 2).astype(np.float32), (0, 0), 0.8), np.float32)
    else:
        unevenness = new_unevenness(bench, ring)
        gaps = show_uneven_ground(bench, ring, inside, side_px, unevenness)
        inside, weight, soft = _rim(inside & ~(show_new_ground(bench, ring, side_px) | gaps), inside, side_px)
    after = np.asarray(soft * after + (1 - soft) * before, np.float32)
    ax, ay = (g * weight for g in gradient(before, SMOOTH_PX))
    bx, by = (g * weight for g in gradient(after, SMOOTH_PX))
    energy_a = ax * ax + ay * ay
    gain = _gain(energy_a, bx * bx + by * by, inside)
    bx, by = bx * gain, by * gain
    energy_b = bx * bx + by * by
    mean_a = _windowed(energy_a, window)
    best = np.full(before.shape, np.inf, np.float32)
    kept_b = np.zeros_like(best)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            off_x, off_y = ax - _shifted(bx, dx, dy), ay - _shifted(by, dx, dy)
            apart = _windowed(off_x * off_x + off_y * off_y, window)
            mean_b = _windowed(_shifted(energy_b, dx, dy), window)
            score = apart / (mean_a + mean_b + 2 * NOISE_GRADIENT**2)
            np.copyto(kept_b, mean_b, where=score < best)
            np.minimum(best, score, out=best)
    total = mean_a + kept_b + NOISE_GRADIENT**2
    lost = np.clip((mean_a - kept_b) / total, 0, 1)
    invented = np.clip((kept_b - mean_a) / total, 0, 1)
    floor = min(FLOOR_LIMIT, float(np.median(best[inside]))) if inside.any() else 0.0
    soft = softened(before, after, inside & (weight > 0.5), side_px)
    return Structure(
        disagreement=np.maximum(best, soft),
        blurred=soft > best,
        lost=lost,
        invented=invented,
        energy=np.maximum(mean_a, kept_b),
        inside=inside,
        window_px=window,
        gain=gain,
        floor=floor,
        form_before=_form(before, side_px),
        form_after=_form(after, side_px),
        ground_left=same,
        gaps=gaps,
        unevenness=unevenness,
        dust=dust,
        apart=np.asarray(cv2.GaussianBlur(before - after, (0, 0), SMOOTH_PX), np.float32),
    )


def _form(values: F32, side: float) -> F32:
    return np.asarray(np.stack(gradient(values, max(1.5, FORM_SHARE * side)), axis=2), np.float32)


def _ground_left(before: F32, after: F32, inside: Mask, covered: Mask, side: float) -> tuple[bool, Mask]:
    """Whether the ground about the piece was left as it is, and the ring in which that was seen."""
    reach = max(3, round(RING_SHARE * side))
    ring = grown(inside, 2 * reach) & ~grown(inside, reach) & covered
    if ring.sum() <= FEW_PX:
        return False, ring
    apart = np.abs(cv2.GaussianBlur(before - after, (0, 0), 2.0))[ring]
    middle, most = np.percentile(apart, [50, 85])
    return bool(middle < 0.5 * SAME_GROUND_L and most < SAME_GROUND_L), ring


def _shade(before: F32, after: F32, piece: Mask, side: float) -> Mask:
    """Off the piece: soft shade that was lightened. It has no edges of its own."""
    soft = np.asarray(cv2.GaussianBlur(before, (0, 0), max(1.0, 0.003 * side)), np.float32)
    gx, gy = gradient(soft, SMOOTH_PX)
    smooth = cv2.dilate(np.hypot(gx, gy), np.ones((5, 5), np.uint8)) < NOISE_GRADIENT
    lighter = cv2.blur(after - before, (5, 5)) > SAME_GROUND_L
    return np.asarray(smooth & lighter & ~shrunk(piece, 3))


def _rim(inside: Mask, silhouette: Mask, side: float) -> tuple[Mask, F32, F32]:
    """What can be judged on a swapped ground, the weight of gradients there, the share of the retouch's pixels."""
    # The picture's own border is no rim: a piece that runs out of the frame counts up to the edge.
    depth = cv2.distanceTransform(np.pad(silhouette, 1, mode="edge").astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    gap = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    ramp = np.clip((depth - 3.0) / max(3.0, RAMP_SHARE * side), 0, 1)
    ramp *= np.clip((gap - 2.5) / max(GAP_PX, GAP_SHARE * side), 0, 1)
    soft = np.clip((np.minimum(depth, gap) - 2.5) / 2.5, 0, 1)
    return inside, np.asarray(ramp, np.float32), np.asarray(soft, np.float32)


def _gain(energy_a: F32, energy_b: F32, inside: Mask) -> float:
    """One factor on the retouch's gradients: the median ratio where the original has structure."""
    chosen = inside & (energy_a > NOISE_GRADIENT**2)
    if chosen.sum() < 200:
        return 1.0
    ratio = np.sqrt(np.median(energy_a[chosen]) / max(1e-6, float(np.median(energy_b[chosen]))))
    return float(np.clip(ratio, 0.4, 2.5))


def softened(before: F32, after: F32, inside: Mask, side: float) -> F32:
    """(h, w) 0..1 how much finest detail was smoothed away here and not in the rest of the piece.

    The energy of a difference of Gaussians (0.7 and 1.4 px) in windows of 4 % of the piece, retouch over original,
    against the pair's own upper part: a picture softened or resampled as a whole loses everywhere alike. Blur too
    slight to turn gradients shows here first.
    """
    core = shrunk(inside, SOFT_INSET_PX)
    weight = core.astype(np.float32)
    window = max(9, round(SOFT_WINDOW * side) | 1)
    mass = _windowed(weight, window) + 1e-6
    first, second = (_windowed(_finest(v) ** 2 * weight, window) / mass for v in (before, after))
    judged = core & (mass > SOFT_FILL) & (first > SOFT_DETAIL**2)
    if judged.sum() < FEW_PX:
        return np.zeros_like(before)
    change = 0.5 * np.log2((second + SOFT_NOISE**2) / (first + SOFT_NOISE**2))
    fallen = float(np.percentile(change[judged], SOFT_REST)) - change
    return np.asarray(np.where(judged, np.clip(fallen / SOFT_HALVINGS, 0, 1), 0), np.float32)


def _finest(values: F32) -> F32:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), 0.7) - cv2.GaussianBlur(values, (0, 0), 1.4), np.float32)


def _windowed(values: F32, window: int) -> F32:
    return np.asarray(cv2.boxFilter(values, cv2.CV_32F, (window, window)), np.float32)


def _shifted(values: F32, dx: int, dy: int) -> F32:
    return np.roll(values, (dy, dx), axis=(0, 1)) if dx or dy else values
