"""Metal colour before and after, on midtones."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.image.colour import delta_e00, srgb_to_lab
from fidelity.image.morphology import shrunk
from fidelity.image.picture import F32, Mask

MIDTONES = (22.0, 86.0)
"""CIELAB lightness of metal that shows its own colour: below are reflections of black, above speculars."""
MIN_PIXELS = 400


@dataclass(frozen=True)
class Tone:
    """Median CIELAB of the metal's midtones, both pictures, same pixels; changes are retouch − original.

    `delta_e00` is CIEDE2000 after the lightness difference is taken out (exposure may change).
    `darkening` is how much more lightness the metal lost than the rest of the piece; None without a rest.
    `worst_shift` is the 85th percentile of the local (a*, b*) shift, contrast taken out.
    """

    before: tuple[float, float, float]
    after: tuple[float, float, float]
    delta_lightness: float
    delta_chroma: float
    delta_hue_deg: float
    delta_e00: float
    cast: tuple[float, float]
    stones_moved: tuple[float, float] | None
    pixels: int
    worst_shift: float
    darkening: float | None


WORST_PERCENTILE = 85
"""Only part of a piece may have been recoloured, and not all that counts as metal is: judge the worse end."""


def _worst_shift(before: F32, after: F32, where: Mask, side: float) -> float:
    """The 85th percentile of the local (a*, b*) shift on `where`, contrast taken out.

    A contrast curve scales chroma as it scales lightness; that share of a shift is not a recolouring.
    """
    if where.sum() < MIN_PIXELS:
        return 0.0
    slope = float(
        np.clip(
            np.ptp(np.percentile(after[where][:, 0], [20, 80]))
            / max(4.0, float(np.ptp(np.percentile(before[where][:, 0], [20, 80])))),
            0.75,
            1.35,
        )
    )
    weight = cv2.GaussianBlur(where.astype(np.float32), (0, 0), max(1.5, 0.012 * side)) + 1e-3
    worst = np.inf
    for factor in (1.0, slope):
        moved = (after[..., 1:] - factor * before[..., 1:]) * where[..., None]
        local = cv2.GaussianBlur(moved, (0, 0), max(1.5, 0.012 * side)) / weight[..., None]
        worst = min(worst, float(np.percentile(np.linalg.norm(local[where], axis=1), WORST_PERCENTILE)))
    return worst


def measure_tone(bench: Bench, metal: Mask, piece: Mask, *, coloured: Mask, inside: Mask, side: float) -> Tone | None:
    """Compare metal colour inside the piece; `coloured` are gems, left out. None with too little metal."""
    before, after = srgb_to_lab(bench.before), srgb_to_lab(bench.after)
    core = shrunk(metal & bench.covered, 2)
    mid = core & _between(before) & _between(after)
    if mid.sum() < MIN_PIXELS:
        return None
    a = np.median(before[mid], axis=0)
    b = np.median(after[mid], axis=0)
    moved = np.median(after[mid] - before[mid], axis=0)
    even = np.array([a[0], b[1], b[2]])
    chroma = np.hypot(a[1], a[2]), np.hypot(b[1], b[2])
    turn = np.degrees(np.arctan2(b[2], b[1]) - np.arctan2(a[2], a[1]))
    turn = (turn + 180) % 360 - 180
    other = shrunk(piece & ~metal & bench.covered, 3) & _between(before) & _between(after)
    rest = np.median(after[other] - before[other], axis=0) if other.sum() > MIN_PIXELS else None
    return Tone(
        before=_triple(a),
        after=_triple(b),
        delta_lightness=float(moved[0]),
        delta_chroma=float(chroma[1] - chroma[0]),
        delta_hue_deg=float(turn) if min(chroma) > 6 else 0.0,
        delta_e00=float(delta_e00(a[None, None].astype(np.float32), even[None, None].astype(np.float32)).item()),
        cast=(float(moved[1]), float(moved[2])),
        stones_moved=None if rest is None else (float(rest[1]), float(rest[2])),
        pixels=int(mid.sum()),
        darkening=None if rest is None else float(rest[0] - moved[0]),
        worst_shift=_worst_shift(before, after, inside & ~coloured & _between(before) & _between(after), side),
    )


def _between(lab: F32) -> Mask:
    return np.asarray((lab[..., 0] > MIDTONES[0]) & (lab[..., 0] < MIDTONES[1]))


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
