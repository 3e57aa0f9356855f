"""Changed places: windows whose structure disagrees more than the pair's own floor explains, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from skimage.measure import label, regionprops

from fidelity.evidence.belongs import Part, zones_of
from fidelity.evidence.bench import Bench
from fidelity.evidence.features import Features
from fidelity.evidence.props import MIRROR_REACH
from fidelity.evidence.stones import Stone
from fidelity.evidence.streaks import Streaks, find_streaks
from fidelity.evidence.structure import Structure
from fidelity.image.gradient import slope
from fidelity.image.morphology import closed, grown
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

Zone = Literal["stone", "girdle", "melee", "chain", "mark", "metal", "reflection", "echo", "smudge"]
NOTABLE = 0.30
"""Disagreement from which a window is worth reporting at all; checks put their own limits above it."""
JOIN_SHARE = 0.006
"""Windows closer than this share of the piece's longer side make one place."""
HIDDEN = 0.4
"""Share of a changed place that a prop covered, from which it is completed rather than changed."""
TOUCHED, BESIDE, BESIDE_REACH = 0.2, 0.7, 0.02
"""The same where a prop covered less but nearly all of the place lies within a window of it: its edge, its contact
shadow and its nearest reflection reach that far."""
ONE_SIDED = 0.35
FORM_KEPT = 0.9
"""Correlation of the coarse form above which detail was blurred and nothing taken away: softened facets of labelled
pairs keep 0.93 and more, prongs that went or moved at most 0.85."""
EXTREME = 95.0
"""Percentile that stands for the most a place changed."""
FRAME_REACH = 0.012
"""Distance from either picture's frame, share of the piece's longer side, at which a changed place is cut by it."""
FRAMED = 0.01
"""Share of a changed place that lies there: captions have 4 % and more, a stone that was cut anew comes near."""
MOST = 60
BODY_SHARE = 0.05
"""Side of a changed place that may be a whole stone, share of the piece's longer side."""
MOST_BODIES = 5


def _only(side: float, other: float) -> bool:
    """Whether one picture alone has the structure of a place."""
    return side > ONE_SIDED and side > 2 * other


@dataclass(frozen=True)
class Change:
    """One changed place: `score` is the worst window's excess disagreement (0..1) over the pair's floor.

    `lost` and `invented` are the one-sided shares there; `zones` is what lies there in the original, likeliest
    first: a small change among stones may be a bead or the stone itself; a `reflection` on metal, an `echo` (a changed
    prong's image in its stone) and a `smudge` (finger marks, what has no edge) are no part of the piece. `area_share`
    is its area over that of the piece; `x`, `y` the worst window on the bench.
    """

    box: Box
    score: float
    lost: float
    invented: float
    zones: tuple[Zone, ...]
    area_share: float
    x: float
    y: float
    hidden_before: bool
    at_frame: bool = False

    @property
    def zone(self) -> Zone:
        """The likeliest of `zones`."""
        return self.zones[0]

    @property
    def kind(self) -> str:
        """`completed`, `framed`, `lost`, `invented` or `redrawn`; the first two are not seen whole in both pictures."""
        if self.hidden_before:
            return "completed"
        if self.at_frame:
            return "framed"
        if _only(self.lost, self.invented):
            return "lost"
        if _only(self.invented, self.lost):
            return "invented"
        return "redrawn"

    @property
    def seen_whole(self) -> bool:
        """Whether both pictures show the place: nothing covered it and no frame cuts it."""
        return not (self.hidden_before or self.at_frame)


def find_changes(
    structure: Structure, features: Features, bench: Bench, side: float, props: Mask
) -> tuple[Change, ...]:
    """Changed places, worst first; `props` (h, w) is where something covered the piece in the original."""
    excess = excess_of(structure)
    area = max(1.0, float(structure.inside.sum()))
    regions = regionprops(label(closed(excess > NOTABLE, max(1, round(JOIN_SHARE * side)))), intensity_image=excess)
    regions = sorted(regions, key=lambda r: -r.intensity_max)[:MOST]
    if not regions:
        return ()
    streaks = find_streaks(*bench.lightness, structure.inside, side)
    beside = props if not props.any() else grown(props, round(BESIDE_REACH * side))
    parts = [_part(region, structure, side, (props, beside), streaks) for region in regions]
    zones = zones_of(parts, features, bench.shape, side)
    mirrors = props if not props.any() else grown(props, round(MIRROR_REACH * side))
    frame = _frame(bench, round(FRAME_REACH * side))
    out = []
    for region, part, own in zip(regions, parts, zones, strict=True):
        rows, cols = region.coords.T
        top, left, bottom, right = region.bbox
        worst = int(excess[rows, cols].argmax())
        y, x = int(rows[worst]), int(cols[worst])
        lost, invented = float(structure.lost[y, x]), float(structure.invented[y, x])
        # A reflection near a prop that went, or detail where the original was blank, is its mirror image's place.
        mirror = own[0] in ("reflection", "smudge") or (own[0] != "stone" and _only(invented, lost))
        mirrored = mirror and bool(mirrors[rows, cols].all())
        out.append(
            Change(
                box=bench.box(left, top, right - left, bottom - top),
                score=part.score,
                lost=lost,
                invented=invented,
                zones=own,
                area_share=float(region.area) / area,
                x=float(x),
                y=float(y),
                hidden_before=mirrored or part.hidden,
                # A chain leaves the frame as a matter of course; anything else there may be a caption or a badge.
                at_frame=own[0] != "chain" and float(frame[rows, cols].mean()) > FRAMED,
            )
        )
    return tuple(out)


def _frame(bench: Bench, reach: int) -> Mask:
    """(h, w) what lies within `reach` pixels of either picture's frame; the bench ends there or beyond the piece."""
    shown = np.pad(bench.covered, 1)
    return np.asarray(grown(~shown, reach)[1:-1, 1:-1])


def _part(region, structure: Structure, side: float, aside: tuple[Mask, Mask], streaks: Streaks) -> Part:  # type: ignore[no-untyped-def]
    """A region as `belongs` wants it; `aside` are props and what lies beside them. RegionProperties is untyped."""
    rows, cols = region.coords.T
    covered, beside = (float(where[rows, cols].mean()) for where in aside)
    top, left, bottom, right = region.bbox
    apart = structure.apart[top:bottom, left:right]
    across = cv2.minAreaRect(np.column_stack([cols, rows]).astype(np.float32))[1]
    return Part(
        rows=rows,
        cols=cols,
        box=(left / side, top / side, right / side, bottom / side),
        score=float(region.intensity_max),
        size=float(np.sqrt(region.area)) / side,
        lost=float(structure.lost[rows, cols].mean()),
        invented=float(structure.invented[rows, cols].mean()),
        long=(max(across) + 1) / side,
        thin=(min(across) + 1) / side,
        streaked=streaks.over(rows, cols),
        contrast=float(np.percentile(np.abs(apart - np.median(apart)), EXTREME)),
        steep=float(np.percentile(slope(apart, 0.0), EXTREME)),
        hidden=covered > HIDDEN or (covered > TOUCHED and beside > BESIDE),
        blurred=bool(structure.blurred[rows, cols].mean() > 0.5) and structure.form_kept(rows, cols) > FORM_KEPT,
    )


def excess_of(structure: Structure) -> F32:
    """(h, w) disagreement beyond the pair's floor, rescaled so that 1 stays 1; 0 outside the piece."""
    floor = structure.floor
    raised = (structure.disagreement - floor) / max(1e-3, 1 - floor)
    return np.asarray(np.where(structure.inside, np.clip(raised, 0, 1), 0), np.float32)


def changed_bodies(structure: Structure, side: float, props: Mask) -> tuple[Stone, ...]:
    """Hulls of large changed places: a stone that was scaled or moved shows itself there, proposed or not."""
    joined = closed((excess_of(structure) > NOTABLE) & ~props, max(2, round(0.02 * side)))
    regions = [r for r in regionprops(label(joined)) if r.area_convex > (BODY_SHARE * side) ** 2]
    out = []
    for region in sorted(regions, key=lambda r: -r.area_convex)[:MOST_BODIES]:
        top, left, bottom, right = region.bbox
        mask = np.zeros(joined.shape, bool)
        mask[top:bottom, left:right] = region.image_convex
        out.append(
            Stone(
                mask=mask,
                box=(left, top, right - left, bottom - top),
                centre=((left + right) / 2, (top + bottom) / 2),
                axes=(float(region.axis_major_length) / 2, float(region.axis_minor_length) / 2),
                coloured=False,
            )
        )
    return tuple(out)
