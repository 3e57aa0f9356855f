"""Mirrored, stretched, another view, another piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fidelity import Change, Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity_checks._places import sentence

COMPLETED_SHARE = 0.02
"""Shortest completed place, share of the piece's longer side: less is the rim of a prop or of a reflection."""


@dataclass(frozen=True)
class Geometry:
    """Is it the same piece, seen from the same side, neither mirrored nor stretched?

    **Why a jeweller cares.** A mirrored picture shows a left-handed clasp on the right and a stamp that reads
    backwards; a stretched one sells a round stone as an oval.

    **How.** The transform from the retouch to the original is fitted to matched local features. A fit that
    needs a flip is a mirrored picture; one whose two axes differ in scale is stretched: the measurement is
    larger over smaller axis scale in percent. Rich detail in both pictures that hardly agrees anywhere
    means another view, another piece, or one that was drawn anew. Crop, turn and even scaling are free.

    A hole that a cut-out's own alpha has well inside the piece may be an opening or a loss: `review`.

    A plain cover in the original (putty, a finger) that became part of the piece in the retouch cannot be
    judged from the picture: that is `review`. So is a change at the frame of either picture, where captions, badges
    and cut parts lie.

    **When it does not apply.** Never. With too little detail to tell it says `review`.

    **Known problems.** Local bending of a part of the piece is not measured. A very symmetrical piece that was
    mirrored on a plain ground can pass.

    **Where the limits come from.** Faithful close-up pairs fit with axis ratios under 0.6 %; 1.2 % leaves
    twice that for vendors' own resampling.
    """

    stretch_percent: float = 1.2

    id: ClassVar[str] = "geometry"
    title: ClassVar[str] = "Geometry"
    question: ClassVar[str] = "Is it the same piece from the same side, neither mirrored nor stretched?"
    advice: ClassVar[str] = (
        "Resize with the aspect ratio locked and never flip. Where the piece was drawn anew, go back to the "
        "photograph: isolate the piece and let the tool work on the background only."
    )
    bounds: ClassVar[dict[str, str]] = {"stretch_percent": "stretch"}

    def judge(self, evidence: Evidence) -> Outcome:
        """Read the registration."""
        info = evidence.registration.info
        if info.status == "failed":
            return Outcome.review(info.message)
        width, height = evidence.original.shape[1], evidence.original.shape[0]
        whole = (0, 0, width, height)
        if info.status == "different":
            return Outcome(
                status=Status.FAIL,
                summary=info.message,
                findings=(Finding(kind="different", severity=Severity.CRITICAL, box=whole, message=info.message),),
            )
        stretch = 100 * (float(info.stretch or 1.0) - 1)
        measurement = Measurement(
            name="stretch",
            original=0,
            retouched=stretch,
            limit=self.stretch_percent,
            unit="%",
            worse_when="higher",
        )
        findings = []
        if info.status == "mirrored":
            findings.append(
                Finding(kind="mirrored", severity=Severity.CRITICAL, box=whole, message="The picture is mirrored.")
            )
        if measurement.exceeded:
            findings.append(
                Finding(
                    kind="stretched",
                    severity=Severity.CRITICAL,
                    box=whole,
                    message=f"The picture is stretched by {stretch:.1f} % along one axis.",
                )
            )
        if findings:
            return Outcome(
                status=Status.FAIL,
                summary=" ".join(f.message for f in findings),
                measurements=(measurement,),
                findings=tuple(findings),
            )
        if doubt := _doubt(evidence, measurement):
            return doubt
        return Outcome(
            status=Status.PASS,
            measurements=(measurement,),
            summary=f"same piece, same view; {info.inliers} details agree to {float(info.residual_px or 0):.1f} px",
        )


def _long(change: Change, evidence: Evidence) -> bool:
    piece = evidence.piece
    return piece is not None and max(change.box[2:]) >= COMPLETED_SHARE * max(piece.region[2:])


NOT_SEEN = {
    "completed": "a part that something covered in the original was completed: compare it with the piece",
    "framed": "what lies at the picture's frame changed: a caption or badge, or a part that the frame cuts",
}


def _doubt(evidence: Evidence, measurement: Measurement) -> Outcome | None:
    """What the pictures alone cannot settle; None when nothing is in doubt."""
    changes = () if evidence.unusable else evidence.changes
    unseen = [c for c in changes if not c.seen_whole and _long(c, evidence)]
    if unseen:
        findings = tuple(
            Finding(kind=c.kind, severity=Severity.MINOR, box=c.box, message=sentence(NOT_SEEN[c.kind])) for c in unseen
        )
        return Outcome.review(NOT_SEEN[unseen[0].kind], measurement, findings=findings)
    holes = evidence.piece.cut_away if evidence.piece else ()
    if holes:
        why = "the cut-out is transparent inside the piece: an opening of the piece, or a part of it cut away"
        cut = (Finding(kind="cut away", severity=Severity.MAJOR, box=b, message=sentence(why)) for b in holes)
        return Outcome.review(why, measurement, findings=tuple(cut))
    if evidence.registration.info.method in ("layout", "silhouette"):
        return Outcome.review(evidence.registration.info.message, measurement)
    return None
