"""Colour before and after on a small grid, with what the change of the whole picture explains taken along.

Colour is judged on a grid of at most 400 pixels: averaging over an area removes noise, JPEG's coarse chroma and
half a pixel of misregistration, none of which changes what a metal or a stone reads as.

Exposure and contrast are one curve for the whole picture. An editor applies it either to lightness alone or to
the three channels alike, and then a yellow deepens as the contrast rises. Both are laid over the original, and
the retouch is held against whichever explains it better; what neither explains is a change of colour.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.balance import NO_CAST, Gains, balance_of, balanced
from fidelity.evidence.bench import Bench
from fidelity.image.colour import delta_e00, srgb_to_lab
from fidelity.image.morphology import grown, shrunk
from fidelity.image.picture import F32, F64, U8, Mask

GRID_SIDE_PX = 400
SMOOTH_SHARE = 0.012
"""Blur within one material before colours are compared, share of the piece's longer side."""
CURVE_BINS = 12
CURVE_REACH_L = 5.0
CURVE_MIN_PX = 40
COLOURLESS_CHROMA = 10.0
EVEN_L = 70.0
"""Lightness at which two colours are compared when only hue and chroma are to count (it sets no weight there)."""
DARK_L, DODGED = 5.0, (0.75, 1.33)
"""L* added to both so that black says nothing, and how much chroma may fall or rise with light that was painted on:
highlights lifted by a retoucher's brush, or by sharpening and clarity, keep the ratio of their channels."""
SAMPLES = 3000
"""Pixels on which CIEDE2000 is computed; it takes microseconds a pixel."""
SEARCHED = 400
"""Of these, pixels on which what explains the change best is looked for."""

SAME_THING_L = 24.0
"""Lightness beyond the picture's own curve at which a pixel shows something else: a new ground, a painted part."""
KEPT_CORRELATION = 0.6
"""Correlation of the ground's fine structure in both pictures from which it is the same ground."""
KEPT_SPREAD = 1.5
"""Median deviation (CIELAB units) of its change from its own median up to which it was changed as a whole."""
GROUND_MIN_PX = 300
ALIKE_SIGMA_PX = 3.0
ALIKE_CORRELATION = 0.5
"""Local correlation of lightness from which a pixel shows the same thing in both pictures."""
ALIKE_CONTRAST = (0.5, 2.5)
"""Ratio of local contrasts, after to before, of the same thing; a faded mirror image stays below."""
CLIPPED = 253
"""Level (0 to 255) from which a channel is clipped: the colour's hue and chroma are lost there."""
PLAIN_GRAIN = 0.15
"""Standard deviation of L* in the fine structure below which a ground is perfectly plain."""


@dataclass(frozen=True, eq=False)
class Colours:
    """Maps (h, w) and (h, w, 3) float32 CIELAB on the small grid; `scale` grid pixels per bench pixel.

    `expected` are the original under the picture's own curve: on lightness alone, on the three channels.
    `core` is the piece, seen in both pictures, less its rim; `ground` what surrounds it, seen in both.
    `unclipped` is where no channel is clipped in either picture. `sigma_px` is the blur within one material.
    """

    before: F32
    after: F32
    expected: tuple[F32, F32]
    core: Mask
    ground: Mask
    unclipped: Mask
    scale: float
    sigma_px: float

    def reduced(self, mask: Mask) -> Mask:
        """A bench mask (h, w) on this grid: pixels of which more than half are set."""
        size = self.core.shape[1], self.core.shape[0]
        return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5)

    @property
    def chroma_hue(self) -> tuple[F32, F32]:
        """Chroma C*ab and hue in degrees, 0 to 360, of the original, lightly smoothed against JPEG's chroma."""
        lab = cv2.GaussianBlur(self.before, (0, 0), 1.0)
        hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
        return np.asarray(np.hypot(lab[..., 1], lab[..., 2]), np.float32), np.asarray(hue, np.float32)

    def between(self, low: float, high: float) -> Mask:
        """Where the original lies in between in L* and the retouch shows the same thing, no channel clipped."""
        first, second = self.before[..., 0], self.after[..., 0]
        same = np.abs(second - self.expected[0][..., 0]) < SAME_THING_L
        return np.asarray((first > low) & (first < high) & (second > min(low, 8)) & self.unclipped & same)


def lay_colours(bench: Bench, piece: Mask, side: float) -> Colours:
    """Reduce the bench; `piece` (h, w) on the bench, `side` its longer side in bench pixels."""
    height, width = bench.shape
    scale = min(1.0, GRID_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = [
        np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_AREA), np.uint8) for p in (bench.before, bench.after)
    ]
    seen = bench.shown
    both = _share(seen, size) > 0.99
    inner = _share(piece, size) > 0.9
    core = shrunk(inner, 1) & both
    before, after = srgb_to_lab(small[0]), srgb_to_lab(small[1])
    ground = both & ~grown(inner, 4)
    kept = _kept(before, after, ground) is not None
    unclipped = np.asarray(np.maximum(small[0], small[1]).max(axis=2) < CLIPPED)
    known = core & unclipped if (core & unclipped).any() else both
    wider = known | (ground & unclipped) if kept else known
    levels, rise = _curve(before, after, known, wider, _alike(before[..., 0], after[..., 0]))
    lifted = before.copy()
    lifted[..., 0] = np.clip(before[..., 0] + np.interp(before[..., 0], levels, rise), 0, 100)
    return Colours(
        before=before,
        after=after,
        expected=(lifted, srgb_to_lab(_through(small[0], levels, rise))),
        core=core,
        ground=ground,
        unclipped=unclipped,
        scale=scale,
        sigma_px=max(1.5, SMOOTH_SHARE * side * scale),
    )


@dataclass(frozen=True, eq=False)
class Shift:
    """What neither curve explains on one material.

    `where` (n, 2) rows and columns judged; `delta_e` (n,) their CIEDE2000 at equal lightness, of local means;
    `moved` the median (a*, b*); `lightness` the median change of L*; `before`, `after` median CIELAB.
    """

    where: np.ndarray
    delta_e: F64
    moved: tuple[float, float]
    lightness: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]

    def percentile(self, q: float) -> float:
        """That percentile of `delta_e`."""
        return float(np.percentile(self.delta_e, q))


def shift_on(
    colours: Colours,
    mask: Mask,
    *casts: Gains,
    saturations: tuple[float, ...] = (),
    dodged: bool = False,
    as_one: bool = False,
) -> Shift:
    """The colour shift on `mask` (h, w, not empty), at its least over both curves and over what else is allowed.

    A cast is a white balance that the whole picture may have had, a saturation a factor on chroma; none at all is
    always among them. `dodged` allows that light was painted on place by place, on the channels: chroma then rises and
    falls with the lightness that the curve does not explain. `as_one` compares the median colour of the whole mask
    instead of place by place.
    """
    rows, cols = np.nonzero(mask)
    step = max(1, len(rows) // SAMPLES)
    at = rows[::step], cols[::step]

    def local(lab: F32) -> F32:
        if as_one:
            return np.asarray(np.tile(np.median(lab[mask], axis=0), (len(at[0]), 1)), np.float32)
        return np.asarray(_local_mean(lab, mask, colours.sigma_px)[at], np.float32)

    found = local(colours.after)
    seen = _evened(found)
    few = slice(None, None, max(1, len(seen) // SEARCHED))
    best: tuple[float, F32, F32] | None = None
    for expected in colours.expected:
        wanted = local(expected)
        ways = itertools.product((NO_CAST, *casts), (1.0, *saturations), (False, True) if dodged else (False,))
        for cast, factor, lit in ways:
            toned = balanced(wanted, cast) * np.array([1, factor, factor], np.float32)
            if lit:
                toned[..., 1:] *= _lit(toned, found)
            allowed = _evened(toned)
            score = float(np.percentile(delta_e00(allowed[few], seen[few]), 80))
            if best is None or score < best[0]:
                best = (score, allowed, expected)
    assert best is not None
    moved = np.median((colours.after - best[2])[mask], axis=0)
    first, second = np.median(colours.before[mask], axis=0), np.median(colours.after[mask], axis=0)
    return Shift(
        where=np.stack(at, axis=1),
        delta_e=delta_e00(best[1], seen),
        moved=(float(moved[1]), float(moved[2])),
        lightness=float(np.median((colours.after - colours.before)[mask][:, 0])),
        before=(float(first[0]), float(first[1]), float(first[2])),
        after=(float(second[0]), float(second[1]), float(second[2])),
    )


@dataclass(frozen=True)
class Ground:
    """The change of a ground that the retouch kept: white balance beyond the curve, L*, and its colour before."""

    cast: Gains
    lightness: float
    before: tuple[float, float, float]


def kept_ground(colours: Colours) -> Ground | None:
    """The surroundings where they are the same in both pictures but for a change of the whole; else None."""
    kept = _kept(colours.before, colours.after, colours.ground)
    if kept is None:
        return None
    where, lightness = kept
    before = np.median(colours.before[where], axis=0)
    colour = float(before[0]), float(before[1]), float(before[2])
    lit = where & colours.unclipped
    return Ground(balance_of(colours.expected[1][lit], colours.after[lit]), lightness, colour)


def _kept(before: F32, after: F32, ground: Mask) -> tuple[Mask, float] | None:
    """Where the ground was kept, and its median change of lightness."""
    where = np.asarray(ground & (before[..., 0] > 3) & (before[..., 0] < 97) & (after[..., 0] < 97))
    if where.sum() < GROUND_MIN_PX:
        return None
    fine = [p[..., 0] - cv2.GaussianBlur(p[..., 0], (0, 0), 3.0) for p in (before, after)]
    grain = [float(f[where].std()) for f in fine]
    if min(grain) < PLAIN_GRAIN:  # too plain to compare its structure
        alike = 1.0 if max(grain) < 2 * PLAIN_GRAIN else 0.0
    else:
        alike = float(np.corrcoef(fine[0][where], fine[1][where])[0, 1])
    moved = (after - before)[where]
    middle = np.median(moved, axis=0)
    spread = float(np.median(np.abs(moved - middle), axis=0).max())
    if alike < KEPT_CORRELATION or spread > KEPT_SPREAD:
        return None
    return where, float(middle[0])


def _share(mask: Mask, size: tuple[int, int]) -> F32:
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)


def _alike(before: F32, after: F32) -> Mask:
    """(h, w) where lightness has the same structure in both, not that of a new ground or of a faded mirror image."""

    def mean(values: F32) -> F32:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), ALIKE_SIGMA_PX), np.float32)

    first, second = before - mean(before), after - mean(after)
    own = mean(first * first), mean(second * second)
    deviation = np.sqrt(np.maximum(own[0], 1e-3)), np.sqrt(np.maximum(own[1], 1e-3))
    contrast = deviation[1] / deviation[0]
    low, high = ALIKE_CONTRAST
    correlation = mean(first * second) / (deviation[0] * deviation[1])
    return np.asarray((correlation > ALIKE_CORRELATION) & (contrast > low) & (contrast < high))


def _curve(before: F32, after: F32, core: Mask, wider: Mask, alike: Mask) -> tuple[F64, F64]:
    """Levels of lightness and the median change there: of what is colourless in `wider`, else of the `core`.

    A curve on the three channels moves the lightness of a saturated colour by something else than that of a grey.
    What is `alike` in both pictures is asked first: at the lightness of the old ground, seen through openwork, most
    pixels may show the new one.
    """
    colourless = wider & (np.hypot(before[..., 1], before[..., 2]) < COLOURLESS_CHROMA)
    levels, rise = [], []
    for level in np.linspace(4, 96, CURVE_BINS):
        for where in (colourless & alike, core & alike, colourless, core):
            x, y = before[where][:, 0], after[where][:, 0]
            near = np.abs(x - level) < CURVE_REACH_L
            if near.sum() > CURVE_MIN_PX:
                levels.append(float(level))
                rise.append(float(np.median(y[near] - x[near])))
                break
    return (np.array(levels), np.array(rise)) if levels else (np.array([50.0]), np.array([0.0]))


def _through(rgb: U8, levels: F64, rise: F64) -> U8:
    """`rgb` with each channel put through the curve that lifts a grey by `rise` at its lightness."""
    grey = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    lightness = srgb_to_lab(grey)[0, :, 0].astype(np.float64)
    wanted = np.clip(lightness + np.interp(lightness, levels, rise), 0, 100)
    table = np.interp(wanted, lightness, np.arange(256.0))
    return np.asarray(cv2.LUT(rgb, np.clip(np.rint(table), 0, 255).astype(np.uint8)), np.uint8)


def _local_mean(lab: F32, mask: Mask, sigma: float) -> F32:
    weight = mask.astype(np.float32)
    mass = cv2.GaussianBlur(weight, (0, 0), sigma) + 1e-3
    return np.asarray(cv2.GaussianBlur(lab * weight[..., None], (0, 0), sigma) / mass[..., None], np.float32)


def _lit(expected: F32, found: F32) -> F32:
    """(n, 1) factors on chroma where light was painted on, or taken, on the channels."""
    return np.asarray(np.clip((found[:, :1] + DARK_L) / (expected[:, :1] + DARK_L), *DODGED), np.float32)


def _evened(lab: F32) -> F32:
    out = lab.copy()
    out[..., 0] = EVEN_L
    return out
