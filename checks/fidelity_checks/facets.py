"""Facets kept, neither softened into glass nor drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Measurement, Outcome
from fidelity_checks._places import judged, of_what_is_left, redrawn_as_a_whole, unless_too_small


@dataclass(frozen=True)
class Facets:
    """Are facet edges and scintillation as the photograph shows them?

    **Why a jeweller cares.** The pattern of facets is the cut, and the cut is what was paid for. A stone softened
    into glass or given stars that it never had is another stone.

    **How.** Inside each large stone, gradient vectors of both pictures are compared window by window (2 % of the
    piece) after the picture's own tone curve and sharpness are taken out. The measurement is the share of
    structure that disagrees in the worst window, 0 to 1, beyond the pair's floor. Detail that only the
    original has is `lost`, only the retouch `invented`, both but different `redrawn`.

    Where no single place is wrong, the finest detail of all stones must still agree: upscalers, denoisers and
    generative tools draw every facet a little anew. Beyond the limit the answer is review. Where they wiped the faint
    facet edges and kept or sharpened the clear ones, it is fail; a slight softness takes from both alike.

    Where the largest stone is narrower than `stone_width_px` (pixels at which the pair is judged: at most 1200 along
    the piece), nothing found is no proof: `review`.

    **When it does not apply.** No stone was found. Small stones are judged for their finest detail only (their places
    are `pave`'s). Cabochons and opals are judged alike: their pattern must stay.

    **Known problems.** A strong reflection taken off a table reads as lost detail.

    **Where the limits come from.** Set on the close-up pairs: the highest value that faithful retouches reach
    inside stones stays below it in 98 of 100. Over the stones of 224 faithful retouches the finest detail agrees by
    0.988 and more; strong latent round trips, upscalers and denoisers of the real pairs leave 0.89 to 0.98. The
    quarter of edges that lost most keeps 0.64 to 0.92 of what clear ones keep under upscalers and strong denoisers;
    none of 224 faithful retouches goes below both limits, one of 177 rendered ones lost 8 %. The width: on part of the
    close-up pairs reduced to a half, a third and a quarter, 5 of 11 changed stones under 60 px were found, 31 of 37 on
    larger ones, 52 of 55 at full size.
    """

    disagreement_share: float = 0.6
    detail_lost_share: float = 0.018
    faint_edges_lost_share: float = 0.085
    stone_width_px: float = 60.0

    id: ClassVar[str] = "facets"
    title: ClassVar[str] = "Facets"
    question: ClassVar[str] = (
        "Facet edges and scintillation preserved, not softened, not re-drawn, no invented sparkle?"
    )
    advice: ClassVar[str] = (
        "Retouch stones on the low-frequency layer only, or mask them out; bring facets back by laying the original "
        "over the stone in luminosity mode."
    )
    bounds: ClassVar[dict[str, str]] = {
        "disagreement_share": "facet disagreement",
        "detail_lost_share": "fine detail lost",
        "faint_edges_lost_share": "faint edges lost",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Look for changed windows inside the large stones."""
        if why := evidence.unusable:
            return Outcome.review(why)
        features = evidence.features
        places = [c for c in evidence.changes if c.seen_whole and "stone" in c.zones]
        count = len(features.stones)
        if not count and not features.melee and not any(c.score > self.disagreement_share for c in places):
            return Outcome.not_applicable("no stone was found")
        seen = "the small stones" if not count else "the stone" if count == 1 else f"all {count} stones"
        outcome = judged(
            evidence,
            places,
            limit=self.disagreement_share,
            name="facet disagreement",
            wording={
                "lost": "Facet detail was lost {place}.",
                "invented": "Detail or sparkle was invented {place}.",
                "redrawn": "Facets were drawn anew {place}.",
            },
            good=f"facets agree in {seen}",
            extra=(Measurement(name="stones", original=count, unit="stones"),),
        )
        outcome = redrawn_as_a_whole(
            outcome,
            evidence.detail_kept(features.stone_zone) or evidence.detail_kept(features.melee_zone),
            detail_lost=self.detail_lost_share,
            faint_lost=self.faint_edges_lost_share,
            what="the stones",
        )
        width = max((2 * stone.radius for stone in features.stones), default=None)
        return unless_too_small(outcome, evidence, width, self.stone_width_px, "the largest stones")
