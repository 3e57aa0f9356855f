"""The workbench: both pictures on one grid, at the scale at which the piece is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from fidelity.image.colour import srgb_to_lab
from fidelity.image.picture import F32, F64, U8, Mask, Picture
from fidelity.registration import Registration
from fidelity.registration.register import reached, warp
from fidelity.result import Box

BENCH_SIDE_PX = 1200
"""Longer side of the bench. Prongs and melee of a catalogue picture are still several pixels wide here."""
MARGIN = 0.06
"""Room left around the piece, share of its longer side."""
OPAQUE = 250
"""Alpha above which the retouch shows the piece; what is see-through is the outline's matter."""


@dataclass(frozen=True, eq=False)
class Bench:
    """`before` and `after` are (h, w, 3) uint8 sRGB on the same grid; `covered` (h, w) where the retouch reaches.

    `alpha` is the retouch's own alpha on this grid or None. A bench pixel is `1 / scale` original pixels wide
    and the bench's origin lies at (`left`, `top`) of the original.
    """

    before: U8
    after: U8
    covered: Mask
    alpha: U8 | None
    left: int
    top: int
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.before.shape[0], self.before.shape[1]

    @property
    def shown(self) -> Mask:
        """(h, w) where the retouch reaches and nothing shines through it."""
        return self.covered if self.alpha is None else self.covered & (self.alpha > OPAQUE)

    @cached_property
    def lightness(self) -> tuple[F32, F32]:
        """CIELAB lightness (h, w), 0 to 100, of the original and of the retouch as it is."""
        before, after = (
            np.ascontiguousarray(cv2.cvtColor(p.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0], np.float32)
            for p in (self.before, self.after)
        )
        return before, after

    @cached_property
    def lab(self) -> tuple[F32, F32]:
        """CIELAB (h, w, 3) of the original and of the retouch as it is."""
        return srgb_to_lab(self.before), srgb_to_lab(self.after)

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        """A bench box in original pixels."""
        s = self.scale
        return (
            round(self.left + x / s),
            round(self.top + y / s),
            max(1, round(width / s)),
            max(1, round(height / s)),
        )

    def window(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of the bench that a box of original pixels touches."""
        x, y, s = box[0] - self.left, box[1] - self.top, self.scale
        rows = slice(max(0, int(y * s)), max(0, int((y + box[3]) * s)) + 1)
        return rows, slice(max(0, int(x * s)), max(0, int((x + box[2]) * s)) + 1)


def lay_out(original: Picture, retouched: Picture, registration: Registration, region: Box | None) -> Bench:
    """Crop to the piece (`region`, original pixels; None for the whole picture), reduce, warp the retouch."""
    height, width = original.shape
    x, y, w, h = region or (0, 0, width, height)
    grow = round(MARGIN * max(w, h))
    left, top = max(0, x - grow), max(0, y - grow)
    right, bottom = min(width, x + w + grow), min(height, y + h + grow)
    scale = min(1.0, BENCH_SIDE_PX / max(right - left, bottom - top))
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    before = original.rgb[top:bottom, left:right]
    if scale < 1:
        before = np.asarray(cv2.resize(before, size, interpolation=cv2.INTER_AREA), np.uint8)
    half = 0.5 * scale - 0.5  # pixel centres, not corners
    to_bench: F64 = np.array([[scale, 0, half - scale * left], [0, scale, half - scale * top], [0, 0, 1]])
    shape = (size[1], size[0])
    if registration.matrix is None:
        blank = np.full((*shape, 3), 255, np.uint8)
        return Bench(before, blank, np.zeros(shape, bool), None, left, top, scale)
    matrix = to_bench @ registration.matrix
    after = warp(retouched.rgb, matrix, shape)
    covered = reached(retouched.shape, matrix, shape)
    alpha = None if retouched.alpha is None else warp(retouched.alpha, matrix, shape, fill=0)
    return Bench(before, after, covered, alpha, left, top, scale)
