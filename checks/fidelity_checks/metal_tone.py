"""White stays white, rose stays rose, yellow stays yellow."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity_checks._places import MAX_FINDINGS, of_what_is_left
from fidelity_checks._tones import brightened, in_words

NEW_GROUND_DOUBT = 1.0
"""ΔE00 added to the limit where the ground was replaced: the white balance of a gold piece is then a guess."""


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

    **How.** CIELAB on the metal's midtones only (lightness 22 to 92: no speculars, no black reflections), at
    the same places in both pictures. First the picture's own change is taken out: its curve of exposure and
    contrast (on lightness or on the channels, whichever explains more), the white balance of a kept ground and,
    on white metal, a correction towards neutral. Three numbers have a limit. `colour shift` is CIEDE2000
    between local means at equal lightness, its 80th percentile over the metal, so that one recoloured half
    counts. Light that was painted on or taken away place by place may take the chroma with it, as a brush,
    sharpening and clarity do that keep the ratio of the channels. `darkening` is the lightness (L*) that light
    metal lost, less what a kept ground lost with it: white that reads grey. `darkened part` is the lightness that
    one part of the piece lost against the rest of the same lightness, where both moved as one. Brightening alone
    never fails.

    **When it does not apply.** No metal of at least 150 midtone pixels on a grid of 400.

    **Known problems.** A strong brightening widens the limit of the shift, by 0.2 ΔE00 for each L* beyond 5: a
    curve is then known less well. A new ground widens it by 1: nothing is left that shows the white balance.
    Where a channel is clipped the hue is lost and the metal is not judged. White metal made more neutral passes,
    also where it was meant to be warm. Metal that fills the whole frame has no reference: darkening the picture is
    taken for darkening the metal.

    **Where the limits come from.** Measured on 224 faithful close-up pairs (largest shift 2.1, darkening 2, no
    darkened part) and 28 with a metal recoloured by 6 to 8 units of a*, b*, by 0.6 of its chroma or by 13 of L*
    (smallest shift 3.7 on the old ground and 4.3 on a new one, darkening 9.4, part 12.9). A denoiser reaches 2.5 on
    the old ground, vendors' accepted work 3.8 on a new one (4.5 where it was brightened by 10 L*). Both were looked
    at when the limits were set. FADGI's best grade allows a 90th percentile of 4.
    """

    shift_de00: float = 3.0
    darkening_l: float = 6.0
    darkened_part_l: float = 8.0

    id: ClassVar[str] = "metal-tone"
    title: ClassVar[str] = "Metal tone"
    question: ClassVar[str] = "White reads white, rose stays rose, yellow stays yellow?"
    advice: ClassVar[str] = (
        "Correct the cast on a neutral part of the frame, not on the metal. To restore the tone, blend the original's "
        "colour layer over the metal, or set it from a reference colour of the alloy."
    )
    bounds: ClassVar[dict[str, str]] = {
        "shift_de00": "colour shift",
        "darkening_l": "darkening",
        "darkened_part_l": "darkened part",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Hold each number against its limit."""
        if why := evidence.unusable:
            return Outcome.review(why)
        tone = evidence.tone
        if tone is None:
            return Outcome.not_applicable("no plain metal to judge was found")
        doubt = 0.0 if tone.referenced else NEW_GROUND_DOUBT
        limits = {
            "colour shift": (tone.shift, brightened(self.shift_de00, tone.brightening, doubt), "ΔE00"),
            "darkening": (tone.darkening, self.darkening_l, "L*"),
            "darkened part": (tone.part_darkening, self.darkened_part_l, "L*"),
        }
        judged = {
            name: Measurement(name=name, original=0, retouched=value, limit=limit, unit=unit, worse_when="higher")
            for name, (value, limit, unit) in limits.items()
        }
        was, now = alloy(tone.before), alloy(tone.after)
        measurements = (
            *judged.values(),
            Measurement(name="lightness", original=tone.before[0], retouched=tone.after[0], unit="L*"),
            Measurement(name="chroma", original=hypot(*tone.before[1:]), retouched=hypot(*tone.after[1:]), unit="C*"),
        )
        words = f"{was} metal stays {now}" if was == now else f"{was} metal reads {now}"
        findings = []
        if judged["colour shift"].exceeded:
            reads = f"The {was} metal's colour changed" if was == now else f"The {was} metal now reads {now}"
            step = f"{in_words(tone.before, tone.moved)} ({tone.shift:.1f} ΔE00)"
            message = f"{reads}: {step}, beyond what the whole picture did."
            severity = Severity.CRITICAL if was != now else Severity.MAJOR
            findings += [Finding(kind="recoloured", severity=severity, box=b, message=message) for b in tone.boxes]
        if judged["darkening"].exceeded or judged["darkened part"].exceeded:
            whole = judged["darkening"].exceeded
            message = (
                f"The light metal here became {tone.darkening:.0f} L* darker and reads grey."
                if whole
                else f"This part became {tone.part_darkening:.0f} L* darker than the rest of the piece did."
            )
            findings += [
                Finding(kind="darkened", severity=Severity.MAJOR, box=b, message=message) for b in tone.dark_boxes
            ]
        if findings:
            return Outcome(
                status=Status.FAIL,
                summary=findings[0].message,
                measurements=measurements,
                findings=tuple(findings[:MAX_FINDINGS]),
            )
        return Outcome(
            status=Status.PASS,
            summary=f"{words}; its colour moved by {tone.shift:.1f} ΔE00",
            measurements=measurements,
        )
