"""White stays white, rose stays rose, yellow stays yellow."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status


def alloy(lab: tuple[float, float, float]) -> str:
    """The nearest family of metal colour, by chroma and hue angle (ISO 8654 names three gold families)."""
    chroma = hypot(lab[1], lab[2])
    if chroma < 7:
        return "white" if lab[0] > 45 else "dark white or grey"
    hue = degrees(atan2(lab[2], lab[1])) % 360
    if hue < 62 or hue > 330:
        return "rose"
    return "yellow" if hue < 115 else "tinted"


@dataclass(frozen=True)
class MetalTone:
    """Does the metal keep its colour: white not grey, rose not yellow, yellow not brass?

    **Why a jeweller cares.** Colour names the alloy. A buyer who ordered rose gold sends back yellow.

    **How.** CIELAB on the metal's midtones only (lightness 22 to 86: no speculars, no black reflections), the
    same pixels in both pictures. Two numbers have a limit: `colour shift` is the 85th percentile of the local
    (a*, b*) difference (ΔE units) once the share that a contrast curve explains is taken out; `darkening` is
    how much more lightness the metal lost than the stones. Exposure alone never fails. CIEDE2000, chroma
    and lightness are told beside them.

    **When it does not apply.** No metal of at least 400 midtone pixels at working scale.

    **Known problems.** Metal under a coloured lamp has the lamp's colour: correcting a strong cast reads as
    a shift. Enamel of the metal's own hue is taken for metal.

    **Where the limits come from.** 4.5 is the product-render contract on (a*, b*) named in the field notes;
    white balance of faithful close-up pairs stays below it.
    """

    shift_ab: float = 4.5
    darkening_l: float = 9.0

    id: ClassVar[str] = "metal-tone"
    title: ClassVar[str] = "Metal tone"
    question: ClassVar[str] = "White reads white, rose stays rose, yellow stays yellow?"
    advice: ClassVar[str] = (
        "Correct the cast on a neutral part of the frame, not on the metal. To restore the tone, blend the original's "
        "colour layer over the metal, or set it from a reference colour of the alloy."
    )

    def judge(self, evidence: Evidence) -> Outcome:
        """Compare medians."""
        if why := evidence.unusable:
            return Outcome.review(why)
        tone = evidence.tone
        if tone is None:
            return Outcome.not_applicable("no plain metal to judge was found")
        shift = tone.worst_shift
        measurements = [
            Measurement(
                name="colour shift",
                original=0,
                retouched=shift,
                limit=self.shift_ab,
                unit="ΔE in a*b*",
                worse_when="higher",
            ),
            Measurement(name="lightness", original=tone.before[0], retouched=tone.after[0], unit="L*"),
            Measurement(name="chroma", original=hypot(*tone.before[1:]), retouched=hypot(*tone.after[1:]), unit="C*"),
            Measurement(
                name="CIEDE2000 at equal lightness",
                original=0,
                retouched=tone.delta_e00,
                unit="ΔE00",
                worse_when="higher",
            ),
        ]
        was, now = alloy(tone.before), alloy(tone.after)
        words = f"{was} metal stays {now}" if was == now else f"{was} metal now reads {now}"
        if tone.darkening is not None:
            measurements.append(
                Measurement(
                    name="darkening",
                    original=0,
                    retouched=tone.darkening,
                    limit=self.darkening_l,
                    unit="L* more than the stones",
                    worse_when="higher",
                )
            )
        if any(m.exceeded for m in measurements):
            x, y, width, height = evidence.piece.region if evidence.piece else (0, 0, 1, 1)
            dL, dC, dh = tone.delta_lightness, tone.delta_chroma, tone.delta_hue_deg
            finding = Finding(
                kind="recoloured metal",
                severity=Severity.CRITICAL if was != now else Severity.MAJOR,
                box=(x, y, width, height),
                message=f"The metal's colour moved by {shift:.1f} ΔE (lightness {dL:+.0f}, chroma {dC:+.0f}, "
                f"hue {dh:+.0f}°): {words}.",
            )
            return Outcome(
                status=Status.FAIL,
                summary=finding.message,
                measurements=tuple(measurements),
                findings=(finding,),
            )
        return Outcome(
            status=Status.PASS, summary=f"{words}; moved by {shift:.1f} ΔE", measurements=tuple(measurements)
        )
