"""Mirrored, stretched, warped, cut by the frame, enlarged, another view, another piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fidelity import Change, DetailKept, Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity_checks._places import MAX_FINDINGS, measured, place, sentence, whole

COMPLETED_SHARE = 0.02
"""Shortest completed place, share of the piece's longer side: less is the rim of a prop or of a reflection."""


@dataclass(frozen=True)
class Geometry:
    """Is it the same piece, seen from the same side, whole, neither mirrored nor stretched nor warped?

    **Why a jeweller cares.** A mirrored picture shows a left-handed clasp on the right and a stamp that reads
    backwards; a stretched one sells a round stone as an oval; a shank that was pushed into shape is another shank.

    **How.** The transform from the retouch to the original is fitted to matched local features. A fit that
    needs a flip is a mirrored picture; one whose two axes differ in scale is stretched: the measurement is
    larger over smaller axis scale in percent. Rich detail in both pictures that hardly agrees anywhere
    means another view, another piece, or one that was drawn anew. Crop, turn and even scaling are free.

    What the fit leaves is a field of local shifts: windows of the original are looked up in the retouch near where
    they lay. A part whose windows moved alike, by more than a limit, was warped.

    Framing is free as long as the piece stays in it: the retouch's frame must not cut the piece where the original's
    does not. A chain, and what runs out of the original's picture as well, may be cut anywhere. On a ground that was
    kept the piece is not told from its shadow and its props at the frame: that is `review`.

    A picture that was enlarged from a small one has pixels without detail. At the finest scale that the pixels of both
    pictures can show, the clearest edges of the piece must have kept most of their strength.

    A hole that a cut-out's own alpha has well inside the piece may be an opening or a loss: `review`.

    A plain cover in the original (putty, a finger) that became part of the piece in the retouch cannot be
    judged from the picture: that is `review`. So is a change at the frame of either picture, where captions, badges
    and cut parts lie.

    **When it does not apply.** Never. With too little detail to tell it says `review`.

    **Known problems.** A part is seen to be warped where it has pattern in two directions and keeps it; a plain shank
    is `silhouette`'s. A very symmetrical piece that was mirrored on a plain ground can pass. A photograph that is
    softer than its pixels loses little when it is made smaller and larger again, and that little is not seen.

    **Where the limits come from.** Faithful close-up pairs fit with axis ratios under 0.6 %; 1.2 % leaves
    twice that for vendors' own resampling. On 16 close-up pieces, before anything was tuned on them, parts pushed
    by 1.5 and 3 % are found in 54 of 64 pictures; no part is said to have moved in 766 faithful pairs, while 31 of 42
    stones that were resized or reshaped say so. On white, frames that cut 5 and 12 % of a piece off are named in 29 of
    32 pictures, and none of 766 faithful ones. Clear edges lose at most 21 % of their strength in pictures that people
    call faithful (one, on black glass, lost 32 %), 18 to 41 % where a picture was made four times smaller and larger
    again.
    """

    stretch_percent: float = 1.2
    warp_percent: float = 0.6
    cropped_percent: float = 2.0
    detail_lost_share: float = 0.25

    id: ClassVar[str] = "geometry"
    title: ClassVar[str] = "Geometry"
    question: ClassVar[str] = "Is it the same piece from the same side, whole, neither mirrored, stretched nor warped?"
    advice: ClassVar[str] = (
        "Resize with the aspect ratio locked and never flip. Keep the liquify tool off the piece, and deliver the "
        "largest picture that was worked on. Where the piece was drawn anew, go back to the "
        "photograph: isolate the piece and let the tool work on the background only."
    )
    bounds: ClassVar[dict[str, str]] = {
        "stretch_percent": "stretch",
        "warp_percent": "warp",
        "cropped_percent": "cropped",
        "detail_lost_share": "detail lost",
    }

    def judge(self, evidence: Evidence) -> Outcome:
        """Read the registration, and what it leaves."""
        info = evidence.registration.info
        if info.status == "failed":
            return Outcome.review(info.message)
        if info.status == "different":
            another = whole(evidence, "different", info.message)
            return Outcome(status=Status.FAIL, summary=info.message, findings=(another,))
        stretch = 100 * (float(info.stretch or 1.0) - 1)
        measurements = [measured("stretch", stretch, self.stretch_percent, "%")]
        findings = []
        if info.status == "mirrored":
            findings.append(whole(evidence, "mirrored", "The picture is mirrored."))
        if measurements[0].exceeded:
            says = f"The picture is stretched by {stretch:.1f} % along one axis."
            findings.append(whole(evidence, "stretched", says))
        if not findings and not evidence.unusable and info.method == "features":  # else it was drawn anew
            kept = evidence.detail_kept(evidence.judged_piece)
            measurements += self._measured(evidence, kept)
            findings += self._found(evidence, kept)
        if findings:
            return Outcome(
                status=Status.FAIL,
                summary=" ".join(f.message for f in findings[:2]),
                measurements=tuple(measurements),
                findings=tuple(findings[:MAX_FINDINGS]),
            )
        if doubt := _doubt(evidence, tuple(measurements), self.cropped_percent):
            return doubt
        return Outcome(
            status=Status.PASS,
            measurements=tuple(measurements),
            summary=f"same piece, same view; {info.inliers} details agree to {float(info.residual_px or 0):.1f} px",
        )

    def _measured(self, evidence: Evidence, kept: DetailKept | None) -> Iterator[Measurement]:
        yield measured("warp", max((w.shift_percent for w in evidence.warps), default=0.0), self.warp_percent)
        yield measured("cropped", evidence.crop.long_percent if evidence.crop else 0.0, self.cropped_percent)
        if kept is not None:
            yield measured("detail lost", max(0.0, 1 - kept.clear), self.detail_lost_share, "of clear edges")

    def _found(self, evidence: Evidence, kept: DetailKept | None) -> Iterator[Finding]:
        for warp in evidence.warps:
            if warp.shift_percent > self.warp_percent:
                says = f"A part moved by {warp.shift_percent:.1f} % of the piece {place(evidence, warp.x, warp.y)}."
                yield Finding(kind="warped", severity=Severity.CRITICAL, box=warp.box, message=says)
        crop = evidence.crop
        if crop and crop.sure and crop.long_percent > self.cropped_percent:
            says = (
                f"The frame cuts the piece along {crop.long_percent:.0f} % of its length; the original shows it whole."
            )
            yield Finding(kind="cropped", severity=Severity.CRITICAL, box=crop.box, message=says)
        if kept is not None and 1 - kept.clear > self.detail_lost_share:
            says = (
                f"The picture has less detail than its pixels: its clearest edges kept {100 * kept.clear:.0f} % of "
                "their strength, as when a small picture was enlarged."
            )
            yield whole(evidence, "enlarged", says)


def _long(change: Change, evidence: Evidence) -> bool:
    piece = evidence.piece
    return piece is not None and max(change.box[2:]) >= COMPLETED_SHARE * max(piece.region[2:])


NOT_SEEN = {
    "completed": "a part that something covered in the original was completed: compare it with the piece",
    "framed": "what lies at the picture's frame changed: a caption or badge, or a part that the frame cuts",
}


def _doubt(evidence: Evidence, measurements: tuple[Measurement, ...], cropped_percent: float) -> Outcome | None:
    """What the pictures alone cannot settle; None when nothing is in doubt."""
    changes = () if evidence.unusable else evidence.changes
    unseen = [c for c in changes if not c.seen_whole and _long(c, evidence)]
    if unseen:
        findings = tuple(
            Finding(kind=c.kind, severity=Severity.MINOR, box=c.box, message=sentence(NOT_SEEN[c.kind])) for c in unseen
        )
        return Outcome.review(NOT_SEEN[unseen[0].kind], *measurements, findings=findings)
    holes = evidence.piece.cut_away if evidence.piece else ()
    if holes:
        why = "the cut-out is transparent inside the piece: an opening of the piece, or a part of it cut away"
        cut = (Finding(kind="cut away", severity=Severity.MAJOR, box=b, message=sentence(why)) for b in holes)
        return Outcome.review(why, *measurements, findings=tuple(cut))
    crop = None if evidence.unusable else evidence.crop
    if crop and crop.long_percent > cropped_percent:
        why = "the frame cuts the piece, or a shadow or a prop beside it: compare it with the original"
        framed = Finding(kind="cropped", severity=Severity.MAJOR, box=crop.box, message=sentence(why))
        return Outcome.review(why, *measurements, findings=(framed,))
    if evidence.registration.info.method in ("layout", "silhouette"):
        return Outcome.review(evidence.registration.info.message, *measurements)
    return None
