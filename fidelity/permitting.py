"""What a policy permits and what a brief leaves out: the step between a check's answer and the verdict.

Checks measure and judge without knowing what was ordered. Here each finding of a failed check is held against
the permits; a check whose findings are all permitted passes, says so, and keeps its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from fidelity.brief import Brief, Polygon
from fidelity.evidence import Evidence
from fidelity.evidence.changes import NOTABLE, excess_of
from fidelity.evidence.drawn import inside_of
from fidelity.evidence.stonefit import StoneFit
from fidelity.image.picture import Mask
from fidelity.policy import Permit, Policy, permits
from fidelity.policy.permits import Cover, Zone
from fidelity.result import Box, Finding, Outcome, Status

IGNORED = "region: ignore"
UNFOCUSED = "region: outside focus"
IGNORED_SHARE = 0.5
"""A finding with so much of its box in ignored regions is left out."""
ZONE_SHARE = 0.5
"""A place belongs to a zone that holds so much of the piece in its box."""
FILLED_SHARE = 0.98
"""Of a box that lies inside a stone: all of it, but for its corners where the stone's edge is near."""
LOST_SHARE = 0.3
"""Of the structure in a window, what only the original has, from which the window counts as emptied."""
GONE_SHARE = 0.55
"""Of a chain's windows, those emptied from which it is gone: 0.66 in a drawn pendant without its chain (the zone was
drawn coarsely), 0.33 with one of two runs left."""
BELOW_SHARE = 0.1
"""How far above the piece's lowest point the ground below it begins, share of the piece's height."""
SAME_SIZE_PERCENT = 2.0
"""A stone that was only moved keeps its size: faithful pairs fit to within 1 %, twice that is allowed."""
SAME_CORRELATION = 0.985
"""Correlation of a stone's own pattern, moved back, from which it is the same pattern: a drawn stone that was moved
reaches 0.999, one that was softened as well 0.979."""
STONE_ROOM = 0.15
"""Room about a stone that its move may touch, share of its longer side: girdle and prongs."""
REFERENCE_CHECK = "reference-colour"
"""The check that proves that an ordered colour was reached."""
MOST_LISTED = 12
"""Checks list no more findings than this; behind a full list there may be places that nothing permits."""


def settled(
    outcome: Outcome, check_id: str, policy: Policy, evidence: Evidence, *, run: Collection[str] | None = None
) -> tuple[Outcome, tuple[str, ...]]:
    """`outcome` with permitted findings marked, and the permits that changed its status.

    A fail whose findings are all permitted becomes a pass; a review likewise, where the pictures were laid on
    each other by features. A permit that wants a reference colour gives a review where there is none, and where
    the check that holds the retouch against it is not among those `run` (ids; None: all are).
    """
    if outcome.status not in (Status.FAIL, Status.REVIEW) or not outcome.findings:
        return outcome, ()
    given = _given(policy, evidence.brief)
    findings = tuple(_marked(finding, check_id, given, evidence) for finding in outcome.findings)
    used = tuple(dict.fromkeys(f.permitted for f in findings if f.permitted))
    marked = outcome.model_copy(update={"findings": findings})
    if not used:
        return outcome, ()
    open_ones = sum(1 for f in findings if not f.permitted)
    if open_ones:
        note = f"{outcome.summary} ({len(findings) - open_ones} of {len(findings)} places are permitted)"
        return marked.model_copy(update={"summary": note}), ()
    by_features = evidence.registration.info.method == "features"
    doubt = _doubt(findings, used, evidence.brief, proven=run is None or REFERENCE_CHECK in run)
    if doubt or (outcome.status is Status.REVIEW and not by_features):
        return marked.model_copy(update={"status": Status.REVIEW, "summary": doubt or outcome.summary}), used
    summary = f"permitted by {', '.join(used)}: {outcome.summary}"
    return marked.model_copy(update={"status": Status.PASS, "summary": summary}), used


def _doubt(findings: tuple[Finding, ...], used: tuple[str, ...], brief: Brief, *, proven: bool) -> str:
    """Why permitted findings are no pass yet; empty when they are."""
    if len(findings) >= MOST_LISTED:
        return "every place that is listed is permitted, but there may be more than are listed"
    known = permits()
    for name in used:
        target = known[name].reference if name in known else None
        if target and not any(reference.target == target for reference in brief.references):
            return f"{name} permits it, but no reference colour for {target} says what it should be"
        if target and not proven:
            return f"{name} permits it, but the check that holds the retouch against it, {REFERENCE_CHECK}, is not run"
    return ""


def _given(policy: Policy, brief: Brief) -> tuple[str, ...]:
    """The policy's permits, and those that an order implies: a colour that must be reached may be reached."""
    ordered = {reference.target for reference in brief.references}
    implied = (name for name, permit in permits().items() if permit.reference in ordered)
    return tuple(dict.fromkeys((*policy.permits, *implied)))


def _marked(finding: Finding, check_id: str, given: tuple[str, ...], evidence: Evidence) -> Finding:
    reason = _left_out(finding, evidence.brief) or next(
        (name for name in given if _covers(permits()[name], check_id, finding, evidence)), ""
    )
    return finding.model_copy(update={"permitted": reason}) if reason else finding


def _left_out(finding: Finding, brief: Brief) -> str:
    if finding.box is None:
        return ""
    if brief.regions.ignore and _share_in(finding.box, brief.regions.ignore) >= IGNORED_SHARE:
        return IGNORED
    if brief.regions.focus and _share_in(finding.box, brief.regions.focus) == 0:
        return UNFOCUSED
    return ""


def _share_in(box: Box, polygons: tuple[Polygon, ...]) -> float:
    """How much of a box, 0 to 1, lies in any of the polygons."""
    x, y, width, height = box
    return float(inside_of(polygons, (max(1, height), max(1, width)), (x, y)).mean())


def _covers(permit: Permit, check_id: str, finding: Finding, evidence: Evidence) -> bool:
    return any(_covered(cover, check_id, finding, evidence) for cover in permit.covers)


def _covered(cover: Cover, check_id: str, finding: Finding, evidence: Evidence) -> bool:
    if check_id not in cover.checks or (cover.kinds and finding.kind not in cover.kinds):
        return False
    if cover.largest_percent is not None and not _small(finding, cover.largest_percent, evidence):
        return False
    return not cover.zones or any(_lies_in(zone, finding, evidence) for zone in cover.zones)


def _small(finding: Finding, largest_percent: float, evidence: Evidence) -> bool:
    if finding.box is None or evidence.piece is None:
        return False
    return 100 * max(finding.box[2:]) <= largest_percent * max(evidence.piece.region[2:])


def _lies_in(zone: Zone, finding: Finding, evidence: Evidence) -> bool:
    if finding.box is None or evidence.unusable:
        return False
    if zone == "below":
        return _below(finding.box, evidence)
    if zone == "shifted stone":
        fits = [fit for fit in evidence.stone_fits if fit.proposed and _only_shifted(fit)]
        return any(_within(finding.box, fit.box) for fit in fits)
    if zone in ("inside stone", "inside drawn stone"):
        drawn = bool(evidence.brief.regions.stone) or zone == "inside stone"
        return drawn and _filled(evidence.features.stone_zone, finding.box, evidence)
    return _share_of(_ZONES[zone](evidence), finding.box, evidence) >= ZONE_SHARE


_ZONES: dict[str, Callable[[Evidence], Mask]] = {
    "mark": lambda e: e.mark_zone,
    "off stones": lambda e: ~(e.features.stone_zone | e.features.melee_zone | e.features.girdle_zone),
    "gone chain": lambda e: e.features.chain_zone if _gone(e.features.chain_zone, e) else np.zeros_like(e.mask),
    "metal": lambda e: e.features.metal & ~e.mark_zone & ~e.features.chain_zone & ~e.features.girdle_zone,
}


def _share_of(zone: Mask, box: Box, evidence: Evidence) -> float:
    """How much of the piece inside a box (original pixels) belongs to a zone, 0 to 1."""
    where = evidence.bench.window(box)
    piece = evidence.mask[where]
    return float((zone[where] & piece).sum() / piece.sum()) if piece.any() else 0.0


def _gone(zone: Mask, evidence: Evidence) -> bool:
    """Whether next to nothing of what the original shows in a zone is left."""
    structure = evidence.structure
    shown = zone & structure.inside
    lost = (excess_of(structure) > NOTABLE) & (structure.lost > LOST_SHARE)
    return bool(shown.any() and lost[shown].mean() >= GONE_SHARE)


def _filled(zone: Mask, box: Box, evidence: Evidence) -> bool:
    """Whether a zone fills a box (original pixels) to its corners, ground included: nothing at an edge does."""
    part = zone[evidence.bench.window(box)]
    return bool(part.size and part.mean() >= FILLED_SHARE)


def _only_shifted(fit: StoneFit) -> bool:
    """Whether a stone kept its size and, moved back, agrees with the original."""
    moved = max(fit.shift_percent, abs(fit.stretch_percent))
    return moved > 0 and abs(fit.size_percent) <= SAME_SIZE_PERCENT and fit.correlation >= SAME_CORRELATION


def _within(box: Box, stone: Box) -> bool:
    """Whether a box lies in a stone's box and the room about it that the move has touched."""
    room = STONE_ROOM * max(stone[2:])
    return (
        box[0] >= stone[0] - room
        and box[1] >= stone[1] - room
        and box[0] + box[2] <= stone[0] + stone[2] + room
        and box[1] + box[3] <= stone[1] + stone[3] + room
    )


def _below(box: Box, evidence: Evidence) -> bool:
    """Whether a box lies on the ground under the piece."""
    if evidence.piece is None:
        return False
    _, top, _, height = evidence.piece.region
    return box[1] + box[3] / 2 > top + (1 - BELOW_SHARE) * height
