"""The high-frequency layer before and after: brushed metal, grain and fine scratches, kept, lost or invented.

Frequency separation, read backwards: a retoucher splits a picture at a radius of 3 to 6 pixels (macro scale) and
smooths the lower layer. Where the upper layer is gone and the lower one is as it was, metal became plastic. Where
dust or a scratch was taken out, the lower layer changed with it.

A tool that paints the whole surface anew leaves as much amplitude as there was. It shows in the finest gradients of
all the metal: they agree less, and the faint ones kept less than the clear ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.fineness import DetailKept, Fineness
from fidelity.image.morphology import opened
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

BAND_PX = (0.6, 2.0)
"""Sigmas of the band, bench pixels: 3 to 6 original pixels for a piece photographed 3000 to 4000 wide."""
LOW_PX = 3.0
"""Sigma of the lower layer."""
LEVEL_SHARE = 0.03
"""Change of level over this share of the piece is tone, not texture."""
WINDOW_SHARE = 0.012
"""Window in which the amplitude is taken, share of the piece's longer side. A median: specks do not count."""
TEXTURED_L = 0.5
"""Amplitude (L*) from which a place has texture."""
FAINT_L = 1.0
"""Amplitude up to which texture may be noise of the camera, which a mild denoise thins out everywhere."""
STRONG_L = 2.5
"""Amplitude of edges and facets, on which the softening of the whole picture is measured."""
LEFT = 0.4
"""Share of the texture left, after the picture's own softening, below which it was lost."""
MADE_L = 0.8
MADE = 0.3
"""Invented: amplitude from `MADE_L` where the original had less than this share of it."""
LOSSLESS_L = (3.0, 97.0)
"""Lightness in between which neither picture is clipped."""
LOW_CHANGE = 0.5
"""Change of the lower layer, over the amplitude, from which something else happened: dust, a scratch, a new shape."""
MOSTLY_STEADY = 0.55
LARGE_PERCENT = 0.5
"""A lost place of this share of the piece, and broader than a scratch makes it, is no dust: it counts whatever
the lower layer did."""
BROAD_WINDOWS = 0.75
"""Half the width, in windows, beyond which a place is broader than a fine scratch makes it."""
SMALL_PERCENT = 0.02
FEW_PX = 500
RATIO_LEVELS = (0.3, 0.5, 0.7, 0.9, 1.1, 1.4, 1.8, 2.5)


@dataclass(frozen=True)
class Patch:
    """One place: `percent` of the piece, amplitudes in L*, `set` whether among stones, `box` in original pixels."""

    percent: float
    before: float
    after: float
    among_stones: bool
    box: Box


@dataclass(frozen=True)
class Texture:
    """Places whose texture was lost and invented, largest first.

    `softening` is the picture's own: the median ratio of edge amplitudes, at most 1. `textured_percent` is the share
    of the piece that has texture at all; `kept` the median share of it that is left, after the softening. `metal` and
    `whole` are what became of the finest detail off the stones and of the whole piece, None where there is hardly any.
    """

    lost: tuple[Patch, ...]
    invented: tuple[Patch, ...]
    softening: float
    textured_percent: float
    kept: float
    metal: DetailKept | None = None
    whole: DetailKept | None = None


@dataclass(frozen=True, eq=False)
class Grain:
    """Maps (h, w) in L*: the upper layer's amplitude in windows, `first` and `second`, and the lower one's `change`."""

    first: F32
    second: F32
    change: F32
    window_px: int


def look_at_grain(bench: Bench, side: float) -> Grain:
    """Both layers of both pictures; `side` is the piece's longer side in bench pixels."""
    before, after = (np.ascontiguousarray(lab[..., 0]) for lab in bench.lab)
    window = max(7, round(WINDOW_SHARE * side) | 1)
    return Grain(_amplitude(before, window), _amplitude(after, window), _low_change(before, after, side), window)


def measure_texture(
    bench: Bench, grain: Grain, where: Mask, piece: Mask, stones: Mask, *, fineness: Fineness | None = None
) -> Texture | None:
    """Compare the upper layer on `where` (h, w); None where hardly anything there has texture.

    `piece` is the piece's own mask, to which areas are related; `stones` lies where stones were found. `fineness` is
    the finest detail of both pictures on the piece.
    """
    before, after = (lab[..., 0] for lab in bench.lab)
    first, second, change, window = grain.first, grain.second, grain.change, grain.window_px
    low, high = LOSSLESS_L
    unclipped = (before > low) & (before < high) & (after > low - 1) & (after < high)
    seen = bench.shown
    judged = where & seen & (cv2.blur((unclipped & seen).astype(np.float32), (window, window)) > 0.8)
    textured = judged & (first > TEXTURED_L)
    if judged.sum() < FEW_PX or textured.sum() < SMALL_PERCENT / 100 * piece.sum():
        return None
    strong = judged & (first > STRONG_L)
    softening = min(1.0, float(np.median(second[strong] / first[strong]))) if strong.sum() > FEW_PX else 1.0
    usual = _usual(first, second, seen & unclipped & (change < STRONG_L))
    lost = textured & (second < LEFT * softening * first) & ((first > FAINT_L) | (second < LEFT * usual * first))
    made = judged & (before > 12) & (second > MADE_L) & (first < MADE * second)
    both = first, second
    return Texture(
        lost=_patches(
            lost,
            both,
            change < LOW_CHANGE * first,
            piece,
            stones=stones,
            bench=bench,
            broad_px=round(BROAD_WINDOWS * window),
        ),
        invented=_patches(made, both, change < LOW_CHANGE * second, piece, stones=stones, bench=bench),
        softening=softening,
        textured_percent=100 * float((textured & piece).sum() / max(1, piece.sum())),
        kept=float(np.median(second[textured] / first[textured])) / max(softening, 1e-3),
        metal=fineness.over(piece & ~stones) if fineness else None,
        whole=fineness.over(piece) if fineness else None,
    )


def _amplitude(L: F32, window: int) -> F32:
    """(h, w) robust standard deviation of the band in a window: 1.4826 times the median absolute value."""
    band = cv2.GaussianBlur(L, (0, 0), BAND_PX[0]) - cv2.GaussianBlur(L, (0, 0), BAND_PX[1])
    steps = np.clip(np.abs(band) * 25, 0, 255).astype(np.uint8)
    return np.asarray(cv2.medianBlur(steps, window), np.float32) * (1.4826 / 25)


def _low_change(before: F32, after: F32, side: float) -> F32:
    """(h, w) how far the lower layer changed, L*, after the change of level around."""
    moved = after - before
    level = cv2.GaussianBlur(moved, (0, 0), max(2 * LOW_PX, LEVEL_SHARE * side))
    return np.asarray(np.abs(cv2.GaussianBlur(moved, (0, 0), LOW_PX) - level), np.float32)


def _usual(first: F32, second: F32, where: Mask) -> F32:
    """(h, w) the median share of texture left in the whole picture, by its amplitude: what a denoise thinned out."""
    levels, ratios = [], []
    for level in RATIO_LEVELS:
        near = where & (first > 0.85 * level) & (first < 1.2 * level)
        if near.sum() > 3 * FEW_PX:
            levels.append(level)
            ratios.append(float(np.median(second[near] / first[near])))
    return np.asarray(np.interp(first, levels, ratios) if levels else np.ones_like(first), np.float32)


def _patches(
    mask: Mask,
    amplitudes: tuple[F32, F32],
    steady: Mask,
    piece: Mask,
    *,
    stones: Mask,
    bench: Bench,
    broad_px: int = 0,
) -> tuple[Patch, ...]:
    """Connected places of `mask` most of whose lower layer was `steady`.

    With `broad_px`, large ones in any case that are wider than twice that: a fine scratch is a thin line.
    """
    broad = opened(mask, broad_px) if broad_px else np.zeros_like(mask)
    labels, _ = ndimage.label(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    whole = max(1, int(piece.sum()))
    out = []
    for index, place in enumerate(ndimage.find_objects(labels), 1):
        inside = labels[place] == index
        percent = 100 * float(inside.sum()) / whole
        large = 100 * float((inside & broad[place]).sum()) / whole >= LARGE_PERCENT
        if percent < SMALL_PERCENT or (not large and float(steady[place][inside].mean()) < MOSTLY_STEADY):
            continue
        rows, cols = place
        out.append(
            Patch(
                percent=percent,
                before=float(np.median(amplitudes[0][place][inside])),
                after=float(np.median(amplitudes[1][place][inside])),
                among_stones=bool(stones[place][inside].mean() > 0.5),
                box=bench.box(cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start),
            )
        )
    return tuple(sorted(out, key=lambda p: -p.percent))
