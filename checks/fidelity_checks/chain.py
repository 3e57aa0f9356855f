"""Individual links intact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity
from fidelity_checks._places import judged, measured, of_what_is_left, place, unless_too_small, with_findings

ON_CHAIN = 0.02
"""Distance from the chain at which a place is still the chain's, share of the piece's longer side."""


@dataclass(frozen=True)
class Chain:
    """Are the links of a chain still separate, closed and all there?

    **Why a jeweller cares.** Links are 1 to 2 pixels wide at catalogue size and the first thing that an automatic
    cut-out eats; a fused chain is another chain.

    **How.** Parts of the silhouette that stay thinner than a few percent of the piece over a fifth of its length are
    taken for chain. Link bodies are proposed along it and the structure is compared window by window, gaps
    between links included. A swapped ground hides the rims of links, so two more things are asked along the chain:
    how much of its fine relief was lost, in percent and beyond what all of it lost (links run together), and where
    it became ground, as the square root of that area in percent of the piece's longer side (links eaten).

    Where link bodies are narrower than `link_width_px` (pixels at which the pair is judged: at most 1200 along the
    piece), nothing found is no proof: `review`.

    **When it does not apply.** No long thin part in the silhouette.

    **Known problems.** A thin shank seen from the side counts as chain; it is judged all the same.

    **Where the limits come from.** Set on close-up pairs with chain. No faithful one disagrees by more than 0.30 along
    it or loses 30 % of its relief in one place; links run together start at 0.51 and 40 %. The width: on the
    close-up pairs, also reduced to a half, a third and a quarter, 9 of 17 defects on links under 8 px were found and
    all of 43 on wider ones.
    """

    disagreement_share: float = 0.45
    relief_lost_percent: float = 33.0
    eaten_percent: float = 1.0
    link_width_px: float = 8.0

    id: ClassVar[str] = "chain"
    title: ClassVar[str] = "Chain links"
    question: ClassVar[str] = "Individual links intact, not fused into a rope, not eaten?"
    advice: ClassVar[str] = (
        "Cut chains out by a luminosity or channel mask of high contrast (blue for gold, red for silver), not by "
        "automatic background removal; restore eaten links from the original."
    )
    bounds: ClassVar[dict[str, str]] = {
        "disagreement_share": "link disagreement",
        "relief_lost_percent": "relief lost",
        "eaten_percent": "links eaten",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Compare the thin parts of the piece link by link."""
        if why := evidence.unusable:
            return Outcome.review(why)
        features = evidence.features
        if not features.chain_zone.any():
            return Outcome.not_applicable("no chain was found")
        places = [c for c in evidence.changes if c.seen_whole and c.zone == "chain"]
        lost = evidence.spots_changed(features.links, self.disagreement_share)
        total = len(features.links)
        bites = [b for b in evidence.outline_changes.bites if _on_chain(evidence, b.x, b.y)]
        smeared = max((s.lost_percent for s in evidence.smears), default=0.0)
        bitten = max((b.size_percent for b in bites), default=0.0)
        further = [
            *(_finding(evidence, "eaten", b.box, b.x, b.y) for b in bites if b.size_percent > self.eaten_percent),
            *(
                _finding(evidence, "eaten" if s.gone else "fused", s.box, s.x, s.y)
                for s in evidence.smears
                if s.lost_percent > self.relief_lost_percent
            ),
        ]
        outcome = judged(
            evidence,
            places,
            limit=self.disagreement_share,
            name="link disagreement",
            wording={
                "lost": "Links were eaten or fused {place}.",
                "invented": "Something was added to the chain {place}.",
                "redrawn": "Links were fused or re-drawn {place}.",
            },
            good=f"the chain agrees along its length ({total} link bodies)",
            extra=(
                Measurement(
                    name="chain",
                    original=total,
                    retouched=total - len(lost),
                    unit="link bodies",
                    worse_when="lower",
                ),
                measured("relief lost", smeared, self.relief_lost_percent, "%"),
                measured("links eaten", bitten, self.eaten_percent),
            ),
        )
        width = 2 * features.links[0].radius if features.links else None
        return unless_too_small(with_findings(outcome, further), evidence, width, self.link_width_px, "links")


WORDING = {"eaten": "Links became ground {place}.", "fused": "Links ran together {place}."}


def _finding(evidence: Evidence, kind: str, box: tuple[int, int, int, int], x: float, y: float) -> Finding:
    message = WORDING[kind].format(place=place(evidence, x, y))
    return Finding(kind=kind, severity=Severity.CRITICAL, box=box, message=message)


def _on_chain(evidence: Evidence, x: float, y: float) -> bool:
    reach = ON_CHAIN * evidence.side_px
    rows = slice(max(0, int(y - reach)), int(y + reach) + 1)
    columns = slice(max(0, int(x - reach)), int(x + reach) + 1)
    return bool(evidence.features.chain_zone[rows, columns].any())
