"""Gems, pearls and enamel keep their colour."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity.evidence.gems import GemColour
from fidelity_checks._places import MAX_FINDINGS, of_what_is_left
from fidelity_checks._tones import brightened, in_words


@dataclass(frozen=True)
class StoneColour:
    """Does every gem, pearl and enamel keep its hue and chroma?

    **Why a jeweller cares.** Hue is what a coloured stone is priced by: a teal sapphire made blue, a warm diamond
    made icy or one side stone unlike its twin is another stone.

    **How.** Stones are fields of a hue that metal does not have, what lies inside a stone's outline, and what is
    colourless among small stones in gold. Each is judged by itself, so a recoloured side stone stands out among
    unchanged ones. The picture's own curve of exposure and contrast is taken out first, then the white balance of a
    kept ground or of the metal, if that kept its tone: as gains on linear light, which move a colourless stone by
    more ΔE00 than gold. `colour shift` is CIEDE2000 between local means at equal lightness, its 80th percentile
    over the stone, in the worst stone; colourless stones that show other facets are compared by their median.

    **When it does not apply.** No stone of a colour of its own, and none found by its outline, of at least 0.4 %
    of the piece.

    **Known problems.** A colourless stone in white metal is seen only where it alone changed. Opals and other
    stones of many hues are judged field by field. Near-white stones turned by less than 2.3 ΔE00 pass; a black one
    has no hue to keep. A brightened picture widens the limit, by 0.2 ΔE00 for each L* beyond 5. Warm reflections
    in white metal can be taken for stones. A coloured stone whose pattern was replaced is not judged here:
    `facets` and `pave` are.

    **Where the limits come from.** Measured on 224 faithful close-up pairs and 38 rendered ones: the worst stone
    stays below 1.1, colourless ones below 2.4. A turned hue of a dark emerald is 2.8, of lit stones 3.8 and more;
    a milky stone turned by 1 is missed. 2.3 is the difference that is just noticeable side by side.
    """

    shift_de00: float = 2.3
    colourless_shift_de00: float = 3.6

    id: ClassVar[str] = "stone-colour"
    title: ClassVar[str] = "Stone colour"
    question: ClassVar[str] = "Does every gem, pearl and enamel keep its hue and chroma?"
    advice: ClassVar[str] = (
        "Mask the stones out of colour corrections, or blend the original's colour layer over the stone. Neutralise a "
        "cast on a grey card or the ground, for the whole frame at once."
    )
    bounds: ClassVar[dict[str, str]] = {
        "shift_de00": "colour shift",
        "colourless_shift_de00": "colour shift of colourless stones",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Judge stone by stone; the worst is measured."""
        if why := evidence.unusable:
            return Outcome.review(why)
        gems = evidence.gem_colours
        if not gems:
            return Outcome.not_applicable("no stone with a colour of its own was found")
        limits = [
            brightened(self.colourless_shift_de00 if g.colourless else self.shift_de00, g.brightening) for g in gems
        ]
        worst = max(range(len(gems)), key=lambda i: gems[i].shift / max(limits[i], 1e-6))
        gem = gems[worst]
        measurements = (
            Measurement(
                name="colour shift of colourless stones" if gem.colourless else "colour shift",
                original=0,
                retouched=gem.shift,
                limit=limits[worst],
                unit="ΔE00",
                worse_when="higher",
            ),
            Measurement(name="lightness", original=gem.before[0], retouched=gem.after[0], unit="L*"),
            Measurement(name="chroma", original=hypot(*gem.before[1:]), retouched=hypot(*gem.after[1:]), unit="C*"),
        )
        over = [g for g, limit in zip(gems, limits, strict=True) if g.shift > limit]
        findings = tuple(
            Finding(
                kind="recoloured",
                severity=Severity.MAJOR,
                box=g.box,
                message=_sentence(g),
            )
            for g in over[:MAX_FINDINGS]
        )
        many = len(gems) > 1
        if findings:
            count = (
                f"{len(over)} of {len(gems)} stones or fields of stones changed colour"
                if many
                else "the stone changed colour"
            )
            return Outcome(
                status=Status.FAIL,
                summary=f"{count}; {findings[0].message}",
                measurements=measurements,
                findings=findings,
            )
        return Outcome(
            status=Status.PASS,
            summary=f"{f'{len(gems)} stones or fields keep their' if many else 'the stone keeps its'} colour; "
            f"moved by {gem.shift:.1f} ΔE00",
            measurements=measurements,
        )


def _sentence(gem: GemColour) -> str:
    who = "The colourless stones here" if gem.colourless else "The stone here"
    what = f"{in_words(gem.before, gem.moved)} ({gem.shift:.1f} ΔE00)"
    if gem.redrawn:
        return f"{who} show other facets and another colour: {what}."
    return f"{who} changed colour while the picture as a whole did not: {what}."
