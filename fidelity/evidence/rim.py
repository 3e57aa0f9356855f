"""Piece and ground at the outline: both pictures on a small grid, with how far each shows its ground.

Gradients at the outline belong to the ground as much as to the piece, and grounds are swapped; colours are not
mixed but for one or two pixels. So here colours are compared: the original is brought to the retouch's tone and
tint (fitted inside the piece), and every place is asked how much it differs from the ground near it, before and
after. Source: own method, measured on labelled close-up pairs; no published one was found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.evidence.piece import nearby
from fidelity.evidence.structure import tone_matched
from fidelity.image.colour import delta_e76, srgb_to_lab
from fidelity.image.morphology import grown, shrunk
from fidelity.image.picture import F32, F64, U8, Mask
from fidelity.result import Box

GRID_SIDE_PX = 640
WINDOW = 0.01
"""Window of all local measures, share of the piece's longer side."""
GROUND_GAP = 0.02
"""Distance from the piece at which ground is surely ground, share of the longer side."""
FAR = 4
"""Ground is averaged on a grid this many times coarser: it is smooth or does not matter."""
SAME_GROUND_E, SAME_MOST_E = 4.0, 7.0
"""Median and 85th percentile of ΔE (CIE76) around the piece up to which the ground was left as it is."""
GAIN = (0.7, 1.4)
"""Bounds of the factor on a* and b* that a retouch's saturation and contrast may have."""
REPAINTED = 6.0
"""80th percentile of ΔE (CIE76) inside the piece above which the metal was repainted; faithful pairs reach 5.3."""
FEW_PX = 100


@dataclass(frozen=True, eq=False)
class Rim:
    """Maps (h, w) float32 and masks on the grid; `scale` grid pixels per bench pixel, `side` of the piece here.

    `before` (h, w, 3) is the original's CIELAB in the retouch's tone, `after` the retouch's. `apart` is the mean
    ΔE (CIE76) in a window of `window` pixels, after a search over shifts of one pixel; `busy_before` and
    `busy_after` are the colour's standard deviation in the window. `was_ground`, `own_ground` and `new_ground`
    are ΔE: original to its own ground nearby, retouch to the original's ground, retouch to its own. `ground` (h, w, 3)
    is the mean CIELAB of the retouch's ground nearby; None where hardly any is seen. `dust` is where dust that went lay
    within half a window.
    """

    bench: Bench
    before: F32
    after: F32
    apart: F32
    busy_before: F32
    busy_after: F32
    was_ground: F32
    own_ground: F32
    new_ground: F32
    ground: F32 | None
    piece: Mask
    seen: Mask
    dust: Mask
    swapped: bool
    noise: float
    window: int
    side: float
    scale: float

    @property
    def gap(self) -> int:
        """Distance from the piece, in pixels of the grid, at which ground is surely ground."""
        return ground_gap(self.side)

    @property
    def repainted(self) -> bool:
        """Whether the retouch changed so much of the piece that nothing can be told from colour."""
        return self.noise > REPAINTED

    def size_percent(self, where: Mask) -> float:
        """Square root of a place's area in percent of the piece's longer side."""
        return 100 * math.sqrt(where.sum()) / self.side

    def box(self, rows: slice, cols: slice, grow: int = 0) -> Box:
        """Two slices of the grid as a box in original pixels, `grow` grid pixels wider on each side."""
        left, top = max(0, cols.start - grow), max(0, rows.start - grow)
        width, height = cols.stop + grow - left, rows.stop + grow - top
        return self.bench.box(left / self.scale, top / self.scale, width / self.scale, height / self.scale)

    def middle(self, rows: slice, cols: slice, where: Mask) -> tuple[float, float]:
        """Where on the bench the middle of a place lies, x and y: `where` is its mask in a window of the grid."""
        ys, xs = np.nonzero(where)
        return float(xs.mean() + cols.start) / self.scale, float(ys.mean() + rows.start) / self.scale


def look_at_rim(
    bench: Bench, piece: Mask, side: float, *, aside: Mask | None = None, dust: Mask | None = None
) -> Rim | None:
    """Measure; `piece` (h, w) on the bench, `side` its longer side in bench pixels. None where nothing is seen.

    `aside` (h, w) is left out: props that went are neither piece nor ground. `dust` (h, w) is what lay on the piece
    in the original only.
    """
    height, width = bench.shape
    scale = min(1.0, GRID_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    judged = bench.covered if aside is None else bench.covered & ~aside
    body, seen = reduced(piece, size, 0.5), reduced(judged, size, 0.99)
    sure = shrunk(body & seen, 3)
    sure = sure if sure.sum() >= FEW_PX else body & seen
    if sure.sum() < FEW_PX:
        return None
    side *= scale
    after = srgb_to_lab(np.asarray(cv2.resize(laid_on_white(bench), size, interpolation=cv2.INTER_AREA), np.uint8))
    before = srgb_to_lab(np.asarray(cv2.resize(bench.before, size, interpolation=cv2.INTER_AREA), np.uint8))
    before = toned(before, after, sure)
    window = max(3, round(WINDOW * side) | 1)
    apart = _apart(before, after, window)
    gap = ground_gap(side)
    ground = ~grown(body, gap) & seen
    ring = grown(body, 2 * gap) & ~grown(body, gap // 2) & seen
    was, own, new, colour = _from_ground(before, after, ground, 3.0 * gap)
    return Rim(
        bench=bench,
        before=before,
        after=after,
        apart=apart,
        busy_before=_busy(before, window),
        busy_after=_busy(after, window),
        was_ground=was,
        own_ground=own,
        new_ground=new,
        ground=colour,
        piece=body,
        seen=seen,
        dust=grown(reduced(dust, size, 0.0), window // 2) if dust is not None else np.zeros_like(seen),
        swapped=_swapped(apart[ring]),
        noise=float(np.percentile(apart[sure], 80)),
        window=window,
        side=side,
        scale=scale,
    )


def ground_gap(side: float) -> int:
    """The distance `GROUND_GAP` in pixels, for a piece whose longer side has `side` of them."""
    return max(3, round(GROUND_GAP * side))


def _swapped(apart: F32) -> bool:
    if apart.size < FEW_PX:
        return False
    middle, most = np.percentile(apart, [50, 85])
    return bool(middle > SAME_GROUND_E or most > SAME_MOST_E)


def reduced(mask: Mask, size: tuple[int, int], share: float) -> Mask:
    """A mask on a grid of `size` (width, height): where more than a share of what a grid pixel covers is set."""
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > share)


def laid_on_white(bench: Bench) -> U8:
    """A cut-out is judged by its alpha: what is transparent is ground, and ground is shown as white."""
    if bench.alpha is None:
        return bench.after
    alpha = bench.alpha[..., None].astype(np.float32) / 255
    return np.asarray(bench.after * alpha + 255 * (1 - alpha), np.uint8)


def toned(before: F32, after: F32, sure: Mask) -> F32:
    """The original in the retouch's tone (a monotone curve on lightness) and tint (gain and offset on a*, b*)."""
    out = before.copy()
    out[..., 0] = tone_matched(after[..., 0], before[..., 0], sure)
    for i in (1, 2):
        x, y = before[..., i][sure].astype(np.float64), after[..., i][sure].astype(np.float64)
        gain = float(np.clip(np.cov(x, y)[0, 1] / x.var(), *GAIN)) if x.var() > 9 else 1.0
        out[..., i] = gain * before[..., i] + float(np.median(y - gain * x))
    return out


def _apart(before: F32, after: F32, window: int) -> F32:
    best = np.full(before.shape[:2], np.inf, np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            moved = np.roll(after, (dy, dx), axis=(0, 1)) - before
            distance = cv2.sqrt(np.einsum("ijk,ijk->ij", moved, moved))
            best = np.minimum(best, cv2.blur(distance, (window, window)))
    return best


def _busy(lab: F32, window: int) -> F32:
    mean = cv2.blur(lab, (window, window))
    power = cv2.blur(np.einsum("ijk,ijk->ij", lab, lab), (window, window))
    return np.asarray(np.sqrt(np.maximum(0, power - np.einsum("ijk,ijk->ij", mean, mean))), np.float32)


def _from_ground(before: F32, after: F32, ground: Mask, sigma: float) -> tuple[F32, F32, F32, F32 | None]:
    """Original to its ground, retouch to the original's, retouch to its own: to the mean nearby or the nearest.

    The fourth is the mean colour of the retouch's ground nearby.
    """
    if ground.sum() < FEW_PX:
        far = np.full(ground.shape, 100.0, np.float32)
        return far, far, far, None
    old, new = (ground_colours(lab, ground, sigma) for lab in (before, after))
    return _nearest(before, old), _nearest(after, old), _nearest(after, new), new[0]


def _nearest(lab: F32, colours: tuple[F32, F32]) -> F32:
    return np.asarray(np.minimum(*(delta_e76(lab, c) for c in colours)), np.float32)


def ground_colours(lab: F32, ground: Mask, sigma: float) -> tuple[F32, F32]:
    """(h, w, 3) twice: the mean of the ground nearby, and the colour of the nearest ground."""
    height, width = ground.shape
    size = (max(1, width // FAR), max(1, height // FAR))
    few = cv2.resize(ground.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.9
    if not few.any():
        few = cv2.resize(ground.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    small = np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), np.float32)
    mean = cv2.resize(nearby(small, few, sigma / FAR), (width, height), interpolation=cv2.INTER_LINEAR)
    _, labels = cv2.distanceTransformWithLabels((~few).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    table: F64 = np.zeros((int(labels.max()) + 1, 3))
    table[labels[few]] = small[few]
    near = cv2.resize(table[labels].astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(mean, np.float32), np.asarray(near, np.float32)
