"""Changed places: windows whose structure disagrees more than the pair's own floor explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from skimage.measure import label, regionprops

from fidelity.evidence.bench import Bench
from fidelity.evidence.features import Features
from fidelity.evidence.structure import Structure
from fidelity.image.colour import srgb_to_lab
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

Zone = Literal["stone", "girdle", "melee", "chain", "mark", "metal"]
NOTABLE = 0.30
"""Disagreement from which a window is worth reporting at all; checks put their own limits above it."""


HIDDEN_SHARE = 0.008
"""A covered part is large: share of the piece."""
HIDDEN_INVENTED = 0.3
HIDDEN_DELTA_E = 14.0
"""Putty differs from the metal behind it by more than this (CIE76), and is itself more even than this."""
GIRDLE_SHARE = 0.25
"""A change with so much of its area on the girdle is a matter of prongs, not of facets."""
NEAR_SHARE = 0.03
"""Distance at which a change still belongs to a feature, share of the piece's longer side."""


@dataclass(frozen=True)
class Change:
    """One changed place: `score` is the worst window's excess disagreement (0..1) over the pair's floor.

    `lost` and `invented` are the one-sided shares there; `zone` is what lies there in the original.
    `area_share` is its area over that of the piece.
    """

    box: Box
    score: float
    lost: float
    invented: float
    zone: Zone
    area_share: float
    x: float
    y: float
    hidden_before: bool

    @property
    def kind(self) -> str:
        """`completed`, `lost`, `invented` or `redrawn`."""
        if self.hidden_before:
            return "completed"
        if self.lost > 0.35 and self.lost > 2 * self.invented:
            return "lost"
        if self.invented > 0.35 and self.invented > 2 * self.lost:
            return "invented"
        return "redrawn"


def find_changes(structure: Structure, features: Features, bench: Bench, side: float) -> tuple[Change, ...]:
    """Changed places, worst first."""
    excess = excess_of(structure)
    area = max(1.0, float(structure.inside.sum()))
    zones = _zones(features)
    out = []
    for region in regionprops(label(excess > NOTABLE)):
        rows, cols = region.coords.T
        values = excess[rows, cols]
        worst = int(values.argmax())
        y, x = int(rows[worst]), int(cols[worst])
        top, left, bottom, right = region.bbox
        out.append(
            Change(
                box=bench.box(left, top, right - left, bottom - top),
                score=float(values.max()),
                lost=float(structure.lost[y, x]),
                invented=float(structure.invented[y, x]),
                zone=_zone_at(zones, y, x, rows, cols, side),
                area_share=float(region.area) / area,
                x=float(x),
                y=float(y),
                hidden_before=_hidden(structure, bench, rows, cols, len(rows) / area),
            )
        )
    return tuple(sorted(out, key=lambda c: -c.score))


def _hidden(structure: Structure, bench: Bench, rows: np.ndarray, cols: np.ndarray, share: float) -> bool:
    """Whether something plain of another colour (putty, a finger) covered this place in the original."""
    if share < HIDDEN_SHARE or float(structure.invented[rows, cols].mean()) < HIDDEN_INVENTED:
        return False
    before, after = (srgb_to_lab(p[rows, cols][None]) for p in (bench.before, bench.after))
    moved = float(np.median(np.linalg.norm(before - after, axis=2)))
    plain = float(np.ptp(np.percentile(before[0, :, 0], [10, 90])))
    return moved > HIDDEN_DELTA_E and plain < HIDDEN_DELTA_E


def excess_of(structure: Structure) -> F32:
    """(h, w) disagreement beyond the pair's floor, rescaled so that 1 stays 1; 0 outside the piece."""
    floor = structure.floor
    raised = (structure.disagreement - floor) / max(1e-3, 1 - floor)
    return np.asarray(np.where(structure.inside, np.clip(raised, 0, 1), 0), np.float32)


def _zones(features: Features) -> list[tuple[Zone, Mask]]:
    """In order of precedence: a girdle window belongs to the prongs although stone lies in it too."""
    return [
        ("chain", features.chain_zone),
        ("mark", features.mark_zone),
        ("girdle", features.girdle_zone),
        ("stone", features.stone_zone),
        ("melee", features.melee_zone),
    ]


def _zone_at(zones: list[tuple[Zone, Mask]], y: int, x: int, rows: np.ndarray, cols: np.ndarray, side: float) -> Zone:  # noqa: PLR0917 - private, called once
    """What most of the place is; at the worst window when nothing prevails."""
    shares = [(float(mask[rows, cols].mean()), name) for name, mask in zones]
    best = max(shares)
    on_girdle = next(share for share, name in shares if name == "girdle")
    if on_girdle > GIRDLE_SHARE and best[1] == "stone":
        return "girdle"  # a prong reaches over the stone's edge: most of its place is stone
    if best[0] > 0.5:
        return best[1]
    here = next((name for name, mask in zones if mask[y, x]), None)
    if here is not None:
        return here
    # Beside a feature rather than on it: a dropped prong leaves its change where the prong stood out.
    reach = max(3, round(NEAR_SHARE * side))
    top, left = max(0, y - reach), max(0, x - reach)
    near = [(float(mask[top : y + reach + 1, left : x + reach + 1].mean()), name) for name, mask in zones]
    share, name = max(near)
    return name if share > 0.05 else "metal"
