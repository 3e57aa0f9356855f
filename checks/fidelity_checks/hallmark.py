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

    Detail on plain metal away from stones is judged too: a faint stamp is not proposed, but its loss is seen.

    **When it does not apply.** No cluster of fine strokes on plain metal was found and no other detail
    of the metal changed.

    **Known problems.** Scratches and brushed patches can look like a mark; taken out, they read as a loss.
    Marks under about 20 px are not found.

    **Where the limits come from.** Set on the close-up pairs, as for facets.
    """

    disagreement_share: float = 0.6

    id: ClassVar[str] = "hallmark"
    title: ClassVar[str] = "Hallmark"
    question: ClassVar[str] = "Engraving and stamps still legible, not painted over or garbled?"
    advice: ClassVar[str] = (
        "Leave marks alone when cleaning scratches: mask them first. Copy the mark back from the original; never "
        "let a generative tool redraw letters."
    )
    bounds: ClassVar[dict[str, str]] = {"disagreement_share": "mark disagreement"}

    def judge(self, evidence: Evidence) -> Outcome:
        """Compare marked regions stroke by stroke."""
        if why := evidence.unusable:
            return Outcome.review(why)
        features = evidence.features
        marked = bool(features.mark_zone.any())
        places = [c for c in evidence.changes if c.seen_whole and {"mark", "metal"} & set(c.zones)]
        if not marked and not any(c.score > self.disagreement_share for c in places):
            return Outcome.not_applicable("no stamp or engraving was found")
        return judged(
            evidence,
            places,
            limit=self.disagreement_share,
            name="mark disagreement",
            wording={
                "lost": "A mark, engraving or other detail of the metal was painted over {place}.",
                "invented": "Detail was added to the metal {place}.",
                "redrawn": "A mark, engraving or other detail of the metal was re-drawn {place}.",
            },
            good="marks and engraving agree stroke for stroke",
            extra=(
                Measurement(name="marked area", original=float(features.mark_zone.mean()), unit="share of the picture"),
            ),
            severity=Severity.CRITICAL,
        )
