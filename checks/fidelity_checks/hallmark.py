"""Stamps and engraving still legible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity
from fidelity_checks._places import judged, measured, of_what_is_left, place, with_findings

PAINTED_OVER = 0.35
"""Energy of the edges that is left over letters, below which they were painted over and no others put there."""
WORDS = {
    "lost": "A mark or engraving was painted over",
    "redrawn": "The strokes of a mark or engraving are not those of the original",
}


@dataclass(frozen=True)
class Hallmark:
    """Can stamps and engraving still be read as they were?

    **Why a jeweller cares.** A hallmark is a legal statement about the alloy; `750` painted out or turned into
    other letters changes what is being sold.

    **How.** Without reading, in two ways. Rows of letters (three strokes and more, close together, in several
    directions, plain ground around them) are looked for in the original at letter heights of 9 to 84 px, and each is
    compared by itself: the correlation of its gradients with the retouch's at the best shift within two pixels, 1 the
    same strokes, near 0 painted over or other letters. Fewer strokes may be a maker's mark or dust: they say that there
    is something to judge, and are compared like the rest. And clusters of fine strokes on otherwise plain metal are
    compared window by window, like all the rest of the metal: a faint stamp is not proposed, but its loss is seen.

    **When it does not apply.** No letters and no cluster of fine strokes on plain metal were found and no other
    detail of the metal changed.

    **Known problems.** Scratches and brushed patches can look like a mark; taken out, they read as a loss.
    Letters under about 9 px, and letters engraved on a stone's girdle, are not told from their surroundings; a few
    new strokes in an old place may pass.

    **Where the limits come from.** Strokes: rows of letters keep an agreement of 0.66 and more in the 224 faithful
    close-up pairs; painted over they keep 0.16 to 0.54, as other letters 0.11 to 0.68. Disagreement: set on the
    close-up pairs, as for facets.
    """

    strokes_lost_share: float = 0.45
    disagreement_share: float = 0.6

    id: ClassVar[str] = "hallmark"
    title: ClassVar[str] = "Hallmark"
    question: ClassVar[str] = "Engraving and stamps still legible, not painted over or garbled?"
    advice: ClassVar[str] = (
        "Leave marks alone when cleaning scratches: mask them first. Copy the mark back from the original; never "
        "let a generative tool redraw letters."
    )
    bounds: ClassVar[dict[str, str]] = {
        "strokes_lost_share": "strokes lost",
        "disagreement_share": "mark disagreement",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Compare marked regions stroke by stroke."""
        if why := evidence.unusable:
            return Outcome.review(why)
        marks = evidence.mark_zone
        marked = bool(marks.any()) or bool(evidence.lettering)
        places = [c for c in evidence.changes if c.seen_whole and {"mark", "metal"} & set(c.zones)]
        if not marked and not any(c.score > self.disagreement_share for c in places):
            return Outcome.not_applicable("no stamp or engraving was found")
        outcome = judged(
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
            extra=(Measurement(name="marked area", original=float(marks.mean()), unit="share of the picture"),),
            severity=Severity.CRITICAL,
        )
        worst = max((1 - row.agreement for row in evidence.lettering if row.clear), default=0.0)
        lost = measured("strokes lost", worst, self.strokes_lost_share, "of agreement")
        outcome = outcome.model_copy(update={"measurements": (*outcome.measurements, lost)})
        return with_findings(outcome, _repainted(evidence, self.strokes_lost_share))


def _repainted(evidence: Evidence, limit: float) -> list[Finding]:
    """Rows of letters of which more than `limit` is not the original's."""
    found = []
    for row in evidence.lettering:
        if row.clear and 1 - row.agreement > limit:
            kind = "lost" if row.left < PAINTED_OVER else "redrawn"
            words = f"{WORDS[kind]} {place(evidence, *row.centre)}."
            found.append(
                Finding(kind=kind, severity=Severity.CRITICAL, box=evidence.bench.box(*row.box), message=words)
            )
    return found
