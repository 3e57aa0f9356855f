"""Gems, pearls and enamel keep their colour."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity_checks._places import MAX_FINDINGS
from fidelity_checks._tones import brightened, in_words


@dataclass(frozen=True)
class StoneColour:
    """Does every gem, pearl and enamel keep its hue and chroma?

    **Why a jeweller cares.** Hue is what a coloured stone is priced by: a teal sapphire made blue, a warm diamond
    made icy or one side stone unlike its twin is another stone.

    **How.** Stones are fields of a hue that metal does not have, what lies inside a stone's outline, and what is
    colourless among small stones in gold. Each is judged by itself, so a recoloured side stone stands out among
    unchanged ones. The picture's own curve of exposure and contrast is taken out first, then the cast of a kept
    ground or of the metal, if it is small. `colour shift` is CIEDE2000 between local means at equal lightness, its
    80th percentile over the stone, in the worst stone.

    **When it does not apply.** No stone of a colour of its own, and none found by its outline, of at least 0.4 %
    of the piece.

    **Known problems.** Opals and other stones of many hues are judged field by field. Near-white stones turned
    by less than 2.4 ΔE00 pass; a black one has no hue to keep. A brightened picture widens the limit, by 0.2 ΔE00
    for each L* beyond 5. Warm reflections in white metal can be taken for stones. A stone whose pattern was
    replaced is not judged here: `facets` and `pave` are.

    **Where the limits come from.** Measured on 224 faithful close-up pairs: the worst stone stays below 1.7,
    colourless ones below 2.8. A turned hue of a dark emerald is 2.8, of lit stones 3.8 and more. 2.3 is the
    difference that is just noticeable side by side.
    """

    shift_de00: float = 2.4
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
                message=f"{'Colourless stones' if g.colourless else 'A stone'} moved by {g.shift:.1f} ΔE00 "
                f"({in_words(g.before, g.moved)}) while the picture as a whole did not.",
            )
            for g in over[:MAX_FINDINGS]
        )
        many = len(gems) > 1
        if findings:
            count = f"{len(over)} of {len(gems)} stones recoloured" if many else "the stone was recoloured"
            return Outcome(
                status=Status.FAIL,
                summary=f"{count}; {findings[0].message}",
                measurements=measurements,
                findings=findings,
            )
        return Outcome(
            status=Status.PASS,
            summary=f"{f'{len(gems)} stones keep their' if many else 'the stone keeps its'} colour; "
            f"moved by {gem.shift:.1f} ΔE00",
            measurements=measurements,
        )
