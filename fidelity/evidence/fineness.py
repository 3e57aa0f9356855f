"""Finest detail as a whole: kept, or drawn anew by an upscaler, a denoiser or a generative model.

Such a tool changes every facet a little, so no place stands out of the rest and the pair's own floor hides it. Here
nothing is relative to the pair: gradient vectors at the finest scale that both pictures have must agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.evidence.structure import tone_matched
from fidelity.image.gradient import gradient
from fidelity.image.morphology import shrunk
from fidelity.image.picture import F32, Mask
from fidelity.registration import Registration

INSET_PX = 7
WINDOW_PX = 9
"""Window of the correlation: a facet edge and its surroundings."""
STRONG = 2.0
"""Gradient (lightness over two pixels) from which an edge counts: below it lives noise."""
CLEAR_PERCENT = 80
"""Windows above this percentile of edge strength are the clear ones, which every tool keeps."""
FAINT_PERCENT = 25
FEW_PX = 200


@dataclass(frozen=True)
class DetailKept:
    """What became of the finest detail of a zone where no single place was changed.

    `agreement`: median local correlation (-1..1) of gradient vectors. `clear`: what the clearest edges kept of their
    strength (1: all). `faint`: what the quarter that lost most kept, over `clear`. A plain blur takes from both
    alike; a denoiser or an upscaler wipes faint facet edges and keeps or sharpens clear ones.
    """

    agreement: float
    clear: float
    faint: float


@dataclass(frozen=True, eq=False)
class Fineness:
    """Maps (h, w) per window; NaN where there is nothing to judge.

    `agreement` of gradient vectors, the share of the original's edges that was `kept`, and the `strength` of those.
    """

    agreement: F32
    kept: F32
    strength: F32

    def over(self, zone: Mask) -> DetailKept | None:
        """A zone (h, w) as a whole; None where it has hardly an edge."""
        judged = zone & np.isfinite(self.agreement)
        faint = zone & np.isfinite(self.kept)
        if min(judged.sum(), faint.sum()) < FEW_PX:
            return None
        kept, strength = self.kept[faint], self.strength[faint]
        clear = float(np.median(kept[strength >= np.percentile(strength, CLEAR_PERCENT)]))
        share = float(np.percentile(kept, FAINT_PERCENT)) / max(clear, 1e-3)
        return DetailKept(float(np.median(self.agreement[judged])), clear, share)


def fine_detail(bench: Bench, inside: Mask, registration: Registration) -> Fineness:
    """Compare gradient vectors at the finest scale that both pictures have.

    `inside` (h, w) is where both pictures show the piece. Where the retouch has fewer pixels than the bench, the
    original is looked at as coarsely. Source: own measure on labelled pairs; over the stones of a faithful retouch
    the median agreement is 0.988 and more, latent round trips and upscalers leave 0.94 to 0.98.
    """
    nothing = np.full(bench.shape, np.nan, np.float32)
    core = shrunk(inside, INSET_PX)
    if registration.matrix is None or not core.any():
        return Fineness(nothing, nothing, nothing)
    pixel = float(np.sqrt(abs(np.linalg.det(registration.matrix[:2, :2])))) * bench.scale
    before, after = bench.lightness
    after = tone_matched(before, after, inside)
    (ax, ay), (bx, by) = (gradient(v, max(1.0, pixel)) for v in (before, after))
    first, second = ax * ax + ay * ay, bx * bx + by * by
    mean_first, shared = np.maximum(_mean(first), 0), _mean(ax * bx + ay * by)
    agreement = shared / np.sqrt(mean_first * np.maximum(_mean(second), 0) + 1e-3)
    kept = shared / np.maximum(mean_first, 1e-3)
    return Fineness(
        np.where(core & (np.maximum(first, second) > STRONG**2), agreement, nothing),
        np.where(core & (mean_first > STRONG**2), kept, nothing),
        np.asarray(mean_first, np.float32),
    )


def _mean(values: F32) -> F32:
    return np.asarray(cv2.boxFilter(values, cv2.CV_32F, (WINDOW_PX, WINDOW_PX)), np.float32)
