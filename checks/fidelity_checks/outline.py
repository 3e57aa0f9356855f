"""Outline, cut and proportions of each large stone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity_checks._places import of_what_is_left, unless_too_small


@dataclass(frozen=True)
class Outline:
    """Does each large stone keep its outline, size and proportions?

    **Why a jeweller cares.** A stone drawn 5 % larger is sold heavier by a sixth.

    **How.** On each large stone the retouch is aligned to the original once more, by an affine fit that maximises
    correlation (ECC, Evangelidis & Psarakis 2008). What this local fit needs beyond the registration of the
    whole piece is the stone's own change: size (geometric mean of the axis scales), proportion (ratio of the
    axis scales) and centre shift in percent of its size.

    Where the largest stone is narrower than `stone_width_px` (pixels at which the pair is judged: at most 1200 along
    the piece), nothing found is no proof: `review`.

    **When it does not apply.** No stone of at least 7 % of the piece.

    **Known problems.** A stone whose pattern was drawn anew gives no fit: it is left to `facets`. Outlines that
    change by less than the limits, or only at one corner, pass here.

    **Where the limits come from.** Most faithful close-up pairs need
    less than 1 %; stones whose proposal is ragged need up to 4 %, hence the limits above that. The width: on part of
    the close-up pairs reduced to a half, a third and a quarter, none of 6 changes of stones under 47 px was found, and
    31 of 36 on larger ones.
    """

    size_percent: float = 4.5
    proportion_percent: float = 6.0
    shift_percent: float = 5.0
    stone_width_px: float = 47.0

    id: ClassVar[str] = "outline"
    title: ClassVar[str] = "Stone outline"
    question: ClassVar[str] = "Each large stone's outline, cut and proportions unchanged?"
    advice: ClassVar[str] = (
        "Never scale, warp or liquify a stone. Restore it from the original layer; a library stone is another stone."
    )
    bounds: ClassVar[dict[str, str]] = {
        "size_percent": "stone size",
        "proportion_percent": "stone proportion",
        "shift_percent": "stone shift",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Measure size, shape and place of each large stone."""
        if why := evidence.unusable:
            return Outcome.review(why)
        fits = evidence.stone_fits
        if not evidence.features.stones and not fits:
            return Outcome.not_applicable("no large stone was found")
        if not fits:
            return Outcome.review("no stone could be fitted on its own: their patterns do not agree")
        size = max(fits, key=lambda f: abs(f.size_percent))
        ratio = max(fits, key=lambda f: abs(f.stretch_percent))
        shift = max(fits, key=lambda f: f.shift_percent)
        measurements = (
            Measurement(
                name="stone size",
                original=100,
                retouched=100 + size.size_percent,
                limit=self.size_percent,
                unit="%",
            ),
            Measurement(
                name="stone proportion",
                original=100,
                retouched=100 + ratio.stretch_percent,
                limit=self.proportion_percent,
                unit="%",
            ),
            Measurement(
                name="stone shift",
                original=0,
                retouched=shift.shift_percent,
                limit=self.shift_percent,
                unit="% of its size",
                worse_when="higher",
            ),
        )
        findings = []
        for measurement, fit, kind, words in zip(
            measurements,
            (size, ratio, shift),
            ("resized", "reshaped", "shifted"),
            (
                f"A stone is {abs(size.size_percent):.1f} % {'larger' if size.size_percent > 0 else 'smaller'}.",
                f"A stone's proportions changed by {abs(ratio.stretch_percent):.1f} %.",
                f"A stone sits {shift.shift_percent:.1f} % of its size away from its place.",
            ),
            strict=True,
        ):
            if measurement.exceeded:
                findings.append(Finding(kind=kind, severity=Severity.CRITICAL, box=fit.box, message=words))
        if findings:
            return Outcome(
                status=Status.FAIL,
                summary=findings[0].message,
                measurements=measurements,
                findings=tuple(findings),
            )
        stones = "the large stone" if len(fits) == 1 else f"{len(fits)} large stones"
        outcome = Outcome(
            status=Status.PASS,
            measurements=measurements,
            summary=f"outline and proportions of {stones} agree",
        )
        width = max((2 * stone.radius for stone in evidence.features.stones), default=None)
        return unless_too_small(outcome, evidence, width, self.stone_width_px, "the largest stones")
