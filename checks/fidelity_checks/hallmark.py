"""Stamps and engraving still legible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Measurement, Outcome, Severity
from fidelity_checks._places import judged


@dataclass(frozen=True)
class Hallmark:
    """Can stamps and engraving still be read as they were?

    **Why a jeweller cares.** A hallmark is a legal statement about the alloy; `750` painted out or turned into
    other letters changes what is being sold.

    **How.** Without reading: clusters of fine strokes on otherwise plain metal are proposed in the original, and
    the oriented edges of each are compared with the retouch window by window. Lost strokes mean painted over,
    other strokes mean garbled.

    **When it does not apply.** No cluster of fine strokes on plain metal was found.

    **Known problems.** Scratches and brushed patches can look like a mark; taken out, they read as a loss.
    Marks under about 20 px are not found.

    **Where the limits come from.** Set on the close-up pairs, as for facets.
    """

    disagreement_share: float = 0.5

    id: ClassVar[str] = "hallmark"
    title: ClassVar[str] = "Hallmark"
    question: ClassVar[str] = "Engraving and stamps still legible, not painted over or garbled?"
    advice: ClassVar[str] = (
        "Leave marks alone when cleaning scratches: mask them first. Copy the mark back from the original; never "
        "let a generative tool redraw letters."
    )

    def judge(self, evidence: Evidence) -> Outcome:
        """Compare marked regions stroke by stroke."""
        if why := evidence.unusable:
            return Outcome.review(why)
        features = evidence.features
        if not features.mark_zone.any():
            return Outcome.not_applicable("no stamp or engraving was found")
        places = [c for c in evidence.changes if c.zone == "mark"]
        return judged(
            evidence, places, self.disagreement_share, "mark disagreement",
            {
                "lost": "The mark or engraving {place} was painted over.",
                "invented": "Strokes were added to the mark {place}.",
                "redrawn": "The mark or engraving {place} was garbled or re-drawn.",
            },
            "marks and engraving agree stroke for stroke",
            (Measurement(name="marked area", original=float(features.mark_zone.mean()), unit="share of the picture"),),
            Severity.CRITICAL,
        )
