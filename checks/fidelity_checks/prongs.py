"""Same prongs, at the same places."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity.evidence.edges import Bite, Proof
from fidelity.evidence.stones import Stone
from fidelity_checks._places import judged, measured, of_what_is_left, place, unless_too_small, with_findings

FEW = 3
"""Fewer candidates have no typical width."""
LARGEST_PERCENT = 5.0
"""What the outline lost may be a prong's tip up to this size (root of its area, percent of the piece's longer side)."""
WELL_INSIDE, BESIDE = 0.7, 0.35
"""A tip lies no nearer to a stone's centre, and no farther off the stone, shares of the stone's radius."""
MOST = 75
"""Percentile of the widths that stands for them: reflections on a bezel are proposed as well, and are narrow."""


@dataclass(frozen=True)
class Prongs:
    """Are the prongs the same in number and place?

    **Why a jeweller cares.** Prongs hold the stone. One less is another mounting, and an unsafe one.

    **How.** Candidates are metal-coloured bodies that stand out from the course of a large stone's outline. Each
    is looked for at its registered place; it is missing when the structure there disagrees beyond the limit.
    The rest of the girdle is searched for bodies that the original does not have. Counts come from matched
    candidates: equal numbers with one lost and one invented fail.

    Prongs stand out of the piece's outline, too. On a new ground a cut-out may have left nothing of one; then nothing
    is left to disagree, and the outline tells it: what stood out at a girdle and was cut off is named here as well.

    Retouchers repaint the highlights of metal, and a prong is hardly more than its highlight: where the metal's colours
    changed all over, beyond the picture's own tone, what would fail is `review`.

    Where the prongs are narrower than `prong_width_px` (three in four of the candidates, pixels at which the pair is
    judged: at most 1200 along the piece), nothing found is no proof: `review`.

    **When it does not apply.** No large stone, or none with candidates on its outline (bezel).

    **Known problems.** Candidates are proposals, not a census: a prong seen head-on in the stone's own colour is
    not proposed, a reflection may be. State the true number with `--expect prongs=6` to have it compared.

    **Where the limits come from.** Set on the close-up pairs: of 224 faithful retouches one goes beyond it (0.52,
    ground that shines through a narrow gap), the next reach 0.41. The width: lost beads of 4.8 px were missed (0 of 2),
    prongs of 6 px and more found (39 of 40). Repainted metal: none of 42 pairs with a prong that somebody changed is
    taken for it; of seven real pairs that failed here five are, and all had kept their prongs.
    """

    disagreement_share: float = 0.46
    cut_percent: float = 1.0
    prong_width_px: float = 5.0

    id: ClassVar[str] = "prongs"
    title: ClassVar[str] = "Prongs"
    question: ClassVar[str] = "Same number, same position, none merged into the metal or deleted?"
    advice: ClassVar[str] = (
        "Paint the prong back from the original through a mask. When cutting out, check the tips at 200 %: low "
        "contrast against the ground is what makes them vanish."
    )
    bounds: ClassVar[dict[str, str]] = {
        "disagreement_share": "girdle disagreement",
        "cut_percent": "cut off at a girdle",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Match prong candidates one by one, then search the girdle for anything else."""
        if why := evidence.unusable:
            return Outcome.review(why)
        features = evidence.features
        places = [c for c in evidence.changes if c.seen_whole and "girdle" in c.zones]
        near = [c for c in places if c.score > self.disagreement_share]
        if not features.prongs and not near:
            return Outcome.not_applicable("no prongs were found")
        lost = evidence.spots_changed(features.prongs, self.disagreement_share)
        total = len(features.prongs)
        cut = [b for b in _cut_off(evidence) if features.prongs and b.size_percent > self.cut_percent]
        kept = total - max(len(lost) if near else 0, min(total, len(cut)))
        outcome = judged(
            evidence,
            places,
            limit=self.disagreement_share,
            name="girdle disagreement",
            wording={
                "lost": "The prong or girdle {place} is missing.",
                "invented": "Something was added on the girdle {place}.",
                "redrawn": "The prong or girdle {place} was moved, merged or drawn anew.",
            },
            good=f"all {total} prong candidates are matched",
            extra=(Measurement(name="prongs", original=total, retouched=kept, unit="prongs", worse_when="lower"),),
            severity=Severity.CRITICAL,
        )
        if outcome.status is Status.FAIL and evidence.outline_changes.repainted:
            why = "the retouch repainted the metal: whether prongs went or only their highlights must be looked at"
            return outcome.model_copy(update={"status": Status.REVIEW, "summary": f"{why}; {outcome.summary}"})
        largest = measured("cut off at a girdle", max((b.size_percent for b in cut), default=0.0), self.cut_percent)
        outcome = outcome.model_copy(update={"measurements": (*outcome.measurements, largest)})
        outcome = with_findings(outcome, [_missing(evidence, bite) for bite in cut])
        widths = [2 * spot.radius for spot in features.prongs]
        width = float(np.percentile(widths, MOST)) if len(widths) >= FEW else None
        return unless_too_small(outcome, evidence, width, self.prong_width_px, "prongs")


def _cut_off(evidence: Evidence) -> list[Bite]:
    """Small places at a girdle where something stood out of the piece's outline and was cut off."""
    stones = evidence.features.stones
    return [
        bite
        for bite in evidence.outline_changes.bites
        if bite.proof is Proof.CUT_OFF
        and bite.size_percent <= LARGEST_PERCENT
        and any(_at_girdle(bite, stone) for stone in stones)
    ]


def _at_girdle(bite: Bite, stone: Stone) -> bool:
    if math.dist((bite.x, bite.y), stone.centre) < WELL_INSIDE * stone.radius:
        return False
    rows, cols = np.nonzero(stone.mask)
    return float(np.hypot(cols - bite.x, rows - bite.y).min()) < BESIDE * stone.radius


def _missing(evidence: Evidence, bite: Bite) -> Finding:
    message = f"What stood out of the outline {place(evidence, bite.x, bite.y)} was cut off: a prong's tip or its edge."
    return Finding(kind="lost", severity=Severity.CRITICAL, box=bite.box, message=message)
