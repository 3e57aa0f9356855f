"""Metal keeps its grain: neither plastic nor matte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity.evidence.texture import Patch
from fidelity.evidence.texture import Texture as Found
from fidelity_checks._places import MAX_FINDINGS, judged, measured, of_what_is_left

SMOOTHED = "Fine texture was smoothed away here: its contrast fell from {1:.1f} to {0:.1f} L*."
GRAINED = "A grain was added here: its contrast rose from {1:.1f} to {0:.1f} L*."
REPAINTED = (
    "The metal was painted anew all over: its faint edges lost {0:.0%} more than the clear ones, {1:.0%} is allowed."
)
REFLECTIONS = {
    "lost": "A reflection on plain metal was painted out {place}.",
    "invented": "A reflection was added to plain metal {place}.",
    "redrawn": "A reflection on plain metal was moved or drawn anew {place}.",
}
TOUCHED_AGREEMENT = 0.98
"""Agreement of the finest gradients that a surface painted anew stays below; 241 faithful pairs keep it."""
LAID_AGREEMENT = 0.2
"""Where even less of the whole piece agrees, the pictures do not lie on each other: that says nothing of a surface."""
AMONG_STONES = 0.5
"""Weight of a place among stones: facets are judged by their own check, and set metal lies between them."""


@dataclass(frozen=True)
class Texture:
    """Does metal keep its fine texture: not smoothed to plastic, not given a grain that it never had?

    **Why a jeweller cares.** A brushed finish is ordered and paid for; a polish turned matte or a hand-made surface
    turned to plastic is another finish, and the eye reads it as a rendering.

    **How.** The high-frequency layer (3 to 6 pixels of a macro photograph; a band of sigma 0.6 to 2 pixels at
    working scale) is measured by its median amplitude in windows of 1.2 % of the piece, after the softening of the
    whole picture, taken on its edges. Texture is lost where less than 40 % of it is left and the lower layer is as
    it was. Where the lower layer changed with it, dust or a scratch was taken out, unless the place is broad and
    over 0.5 % of the piece. Faint texture (under 1 L*) counts only where it was lost against the same amplitude
    elsewhere: a mild denoise thins the camera's noise out everywhere. Invented is the reverse. Measured are the
    share of the piece that was smoothed, its largest single place, and the share with invented grain, all in
    percent; places among stones count half. Upscalers, denoisers and generative tools paint a surface anew with as
    much contrast as it had: then the finest gradients of the metal and of the whole piece agree less than 0.98, and
    `faint edges lost` is what the quarter that lost most lost beyond what the clear ones did (0 to 1).

    Reflections are the surface of polished metal: places whose edges run one way in both pictures, as streaks along a
    shank do and prongs, letters and facets do not, are judged here by the share of their structure that disagrees.

    **When it does not apply.** A piece without any texture of at least 0.5 L* (polished metal, or a small picture)
    whose reflections stayed.

    **Known problems.** Smoothing is asked for now and then (calmed reflections, removed wear), so this check
    advises in `standard` and gates in `precision`. What is clipped to white or black has no texture to judge.
    A whole picture that was softened evenly is `facets`' case, also by a latent round trip. Wear that was polished
    away from plain metal (pits, hairlines) reads as dust that was removed, and passes.

    **Where the limits come from.** Measured on 224 faithful close-up pairs: at most 0.15 % smoothed, 0.07 % in one
    place, 0.03 % invented; light denoise comes nearest. Plastic metal starts at 0.25 % with 0.22 % in one place.
    Faint edges: 0 in all of 242 faithful pairs (close-up and rendered), 0.10 to 1 in real pairs whose metal upscalers
    and vendors repainted; the limit was set on those same pairs.
    """

    smoothed_percent: float = 0.3
    smoothed_place_percent: float = 0.15
    invented_percent: float = 0.2
    faint_edges_lost_share: float = 0.12
    reflection_share: float = 0.6

    id: ClassVar[str] = "texture"
    title: ClassVar[str] = "Texture"
    question: ClassVar[str] = "Does metal keep its grain: not smoothed to plastic, not turned matte?"
    advice: ClassVar[str] = (
        "Retouch on the low-frequency layer and leave the high one alone; to repair, lay the original over the metal "
        "as a luminosity layer at about 20 %."
    )
    bounds: ClassVar[dict[str, str]] = {
        "smoothed_percent": "smoothed",
        "smoothed_place_percent": "largest smoothed place",
        "invented_percent": "invented grain",
        "faint_edges_lost_share": "faint edges lost",
        "reflection_share": "reflection disagreement",
    }

    @of_what_is_left
    def judge(self, evidence: Evidence) -> Outcome:
        """Hold both directions against their limits."""
        if why := evidence.unusable:
            return Outcome.review(why)
        mirrors = judged(
            evidence,
            (c for c in evidence.changes if c.zone == "reflection" and c.seen_whole),
            limit=self.reflection_share,
            name="reflection disagreement",
            wording=REFLECTIONS,
            good="",
            severity=Severity.MINOR,
        )
        if evidence.texture is None:
            nothing = Outcome.not_applicable("the piece shows no texture that could be lost")
            return mirrors if mirrors.findings else nothing
        grain = self._grain(evidence.texture)
        if not mirrors.findings:
            return grain.model_copy(update={"measurements": (*grain.measurements, *mirrors.measurements)})
        failed = grain.status is Status.FAIL
        return Outcome(
            status=Status.FAIL,
            summary=f"{grain.summary}; {mirrors.summary}" if failed else mirrors.summary,
            measurements=(*grain.measurements, *mirrors.measurements),
            findings=(*grain.findings, *mirrors.findings)[:MAX_FINDINGS],
        )

    def _grain(self, texture: Found) -> Outcome:
        """What became of the fine grain."""
        lost, made = _weights(texture.lost), _weights(texture.invented)
        smoothed = measured("smoothed", sum(lost), self.smoothed_percent)
        place = measured("largest smoothed place", max(lost, default=0.0), self.smoothed_place_percent)
        invented = measured("invented grain", sum(made), self.invented_percent)
        faint = measured("faint edges lost", _faint_edges_lost(texture), self.faint_edges_lost_share, "of detail")
        measurements = (
            smoothed,
            place,
            invented,
            faint,
            Measurement(name="texture kept", original=100, retouched=100 * texture.kept, unit="% of its amplitude"),
        )
        findings: list[Finding] = []
        if smoothed.exceeded or place.exceeded:
            findings += _findings(texture.lost, "smoothed", SMOOTHED)
        if invented.exceeded:
            findings += _findings(texture.invented, "grain", GRAINED)
        if faint.exceeded:
            words = REPAINTED.format(faint.retouched, self.faint_edges_lost_share)
            return Outcome(
                status=Status.FAIL,
                summary=words,
                measurements=measurements,
                findings=(Finding(kind="redrawn", severity=Severity.MINOR, message=words), *findings[:MAX_FINDINGS]),
            )
        if findings:
            return Outcome(
                status=Status.FAIL,
                summary=f"{smoothed.retouched:.1f} % of the piece smoothed, {invented.retouched:.1f} % given a grain",
                measurements=measurements,
                findings=tuple(findings[:MAX_FINDINGS]),
            )
        return Outcome(
            status=Status.PASS,
            summary=f"{texture.textured_percent:.0f} % of the piece is textured and keeps its grain",
            measurements=measurements,
        )


def _faint_edges_lost(texture: Found) -> float:
    """What faint edges lost beyond the clear ones, 0 to 1, on the better of metal and whole piece.

    0 where the finest detail agrees: contrast and blur take from all edges, and the edges stay the same ones.
    """
    if texture.metal is None or texture.whole is None or texture.whole.agreement < LAID_AGREEMENT:
        return 0.0
    if max(texture.metal.agreement, texture.whole.agreement) >= TOUCHED_AGREEMENT:
        return 0.0
    return min(1.0, max(0.0, 1 - max(texture.metal.faint, texture.whole.faint)))


def _weights(patches: Sequence[Patch]) -> list[float]:
    return [p.percent * (AMONG_STONES if p.among_stones else 1.0) for p in patches]


def _findings(patches: Sequence[Patch], kind: str, wording: str) -> list[Finding]:
    return [
        Finding(kind=kind, severity=Severity.MINOR, box=p.box, message=wording.format(p.after, p.before))
        for p in patches
    ]
