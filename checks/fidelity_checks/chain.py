"""Individual links intact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Measurement, Outcome
from fidelity_checks._places import judged


@dataclass(frozen=True)
class Chain:
    """Are the links of a chain still separate, closed and all there?

    **Why a jeweller cares.** Links are 1 to 2 pixels wide at catalogue size and the first thing that an automatic
    cut-out eats; a fused chain is another chain.

    **How.** Parts of the silhouette that stay thinner than a few percent of the piece over a fifth of its length are
    taken for chain. Link bodies are proposed along it and the structure is compared window by window, gaps
    between links included.

    **When it does not apply.** No long thin part in the silhouette.

    **Known problems.** A thin shank seen from the side counts as chain; it is judged all the same.

    **Where the limits come from.** Set on the close-up pairs, as for facets.
    """

    disagreement_share: float = 0.6

    id: ClassVar[str] = "chain"
    title: ClassVar[str] = "Chain links"
    question: ClassVar[str] = "Individual links intact, not fused into a rope, not eaten?"
    advice: ClassVar[str] = (
        "Cut chains out by a luminosity or channel mask of high contrast (blue for gold, red for silver), not by "
        "automatic background removal; restore eaten links from the original."
    )
    bounds: ClassVar[dict[str, str]] = {"disagreement_share": "link disagreement"}

    def judge(self, evidence: Evidence) -> Outcome:
        """Compare the thin parts of the piece link by link."""
        if why := evidence.unusable:
            return Outcome.review(why)
        features = evidence.features
        if not features.chain_zone.any():
            return Outcome.not_applicable("no chain was found")
        places = [c for c in evidence.changes if c.kind != "completed" and c.zone == "chain"]
        lost = evidence.spots_changed(features.links, self.disagreement_share)
        total = len(features.links)
        return judged(
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
            ),
        )
