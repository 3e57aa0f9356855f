"""Every small stone still there and distinct."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Measurement, Outcome
from fidelity_checks._places import judged, of_what_is_left, redrawn_as_a_whole, unless_too_small


@dataclass(frozen=True)
class Pave:
    """Is every small stone still there and told from its neighbours?

    **Why a jeweller cares.** Melee is counted and weighed; a smear of light is neither.

    **How.** Melee is proposed in the original as repeated small bodies in busy areas outside the large stones.
    Each is looked for at its registered place: it is lost when the structure in its window disagrees beyond
    the limit. The windows between stones are judged too, so a filled gap (merged stones) counts.

    Where no single place is wrong, the finest detail of all small stones must still agree, and their faint edges must
    not be wiped, as for facets.

    **When it does not apply.** Fewer than five small bodies.

    **Known problems.** Filigree and milgrain are busy as well and are judged here; counts are of bodies seen at
    the working scale, bead and stone not told apart.

    Where the small stones are narrower than `stone_width_px` (pixels at which the pair is judged: at most 1200 along
    the piece), nothing found is no proof: `review`.

    **Where the limits come from.** Set on the close-up pairs, as for facets. The width: on the close-up pairs, also
    reduced to a half, a third and a quarter, 9 of 15 defects among stones under 10 px were found and 33 of 37 above.
    """

    disagreement_share: float = 0.6
    detail_lost_share: float = 0.018
    faint_edges_lost_share: float = 0.07
    stone_width_px: float = 10.0

    id: ClassVar[str] = "pave"
    title: ClassVar[str] = "Pavé"
    question: ClassVar[str] = "Every small stone still distinct, not one bright smear?"
    advice: ClassVar[str] = (
        "Protect melee with a mask before smoothing or denoising; never clone one stone over another. Where "
        "stones melted together, lay the original back over the row."
    )
    bounds: ClassVar[dict[str, str]] = {
        "disagreement_share": "pavé disagreement",
        "detail_lost_share": "fine detail lost",
        "faint_edges_lost_share": "faint edges lost",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Match the melee of the original one by one."""
        if why := evidence.unusable:
            return Outcome.review(why)
        features = evidence.features
        places = [c for c in evidence.changes if c.seen_whole and "melee" in c.zones]
        if not features.melee and not any(c.score > self.disagreement_share for c in places):
            return Outcome.not_applicable("no pavé or melee was found")
        lost = evidence.spots_changed(features.melee, self.disagreement_share)
        total = len(features.melee)
        kept = total - len(lost) if any(c.score > self.disagreement_share for c in places) else total
        outcome = judged(
            evidence,
            places,
            limit=self.disagreement_share,
            name="pavé disagreement",
            wording={
                "lost": "Small stones were lost or melted together {place}.",
                "invented": "Small stones were added or sharpened into new ones {place}.",
                "redrawn": "Small stones were replaced or merged {place}.",
            },
            good=f"all {total} small bodies of the melee are matched",
            extra=(
                Measurement(
                    name="pave",
                    original=total,
                    retouched=kept,
                    limit=None,
                    unit="small bodies",
                    worse_when="lower",
                ),
            ),
        )
        outcome = redrawn_as_a_whole(
            outcome,
            evidence.detail_kept(features.melee_zone),
            detail_lost=self.detail_lost_share,
            faint_lost=self.faint_edges_lost_share,
            what="the small stones",
        )
        width = 2 * features.melee[0].radius if features.melee else None
        return unless_too_small(outcome, evidence, width, self.stone_width_px, "small stones")
