"""The outline of the whole piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from fidelity import Evidence, Finding, Outcome, Severity, Status
from fidelity.evidence.added import Addition
from fidelity.evidence.bending import Bend
from fidelity.evidence.edges import Bite, Proof
from fidelity.evidence.fog import Faded
from fidelity.evidence.gone import Gone
from fidelity.evidence.halo import Halo
from fidelity.evidence.undercut import Undercut
from fidelity_checks._places import MAX_FINDINGS, clock, measured, place, whole

KINDS = {"inwards": "thinned", "outwards": "thickened", "both": "bent"}
WAYS = {"inwards": " inwards", "outwards": " outwards", "both": ""}
ADDED = {
    "part": ("added", "Something was added {}: the original shows bare ground there.", Severity.CRITICAL),
    "strip": ("thickened", "The outline grew {}: the original shows bare ground there.", Severity.CRITICAL),
    "fringe": ("fringe", "A fringe that is neither piece nor ground lies along the outline {}.", Severity.MAJOR),
}
"""Kind, sentence and severity of what the retouch alone shows beside the piece."""
UNEVEN_E = 4.0
"""Median ΔE of a new ground about the piece to its middle from which only what was cut off is sure: wood, marble,
gradients and strong shadows have 4 to 16, plain grounds with a soft shadow under 3."""
DEEP = 0.4
"""Depth in a stone, share of its greatest, from which a place is no matter of the piece's outline."""
LONG_PERCENT = 12.0
"""Length from which an outline inside the metal is a thinner piece rather than a bite."""


@dataclass(frozen=True)
class Silhouette:
    """Is the outline of the piece where it was: nothing eaten away, nothing added, nothing thinner or thicker?

    **Why a jeweller cares.** Automatic cut-outs eat thin chains, prongs and pale edges because metal and ground
    look alike there; a shank that was drawn thinner sells another ring.

    **How.** Both pictures are compared at the outline by colour, after the original has been given the retouch's
    tone: how far does a place stand out of its ground, before and after? Where piece became ground, the place is
    eaten; it is measured as the square root of its area in percent of the piece's longer side. On an unchanged
    ground the outline is also followed by dense flow: where it moved by more than a limit, across the edge and
    relative to the rest of the piece, it is thinner or thicker; that is measured in percent of the longer side. A
    cut-out is judged by its own alpha. On a new ground the matte is solved from the pictures (what shows is a mix of
    piece and ground, and both are known): where it is half there and deeper than a soft edge, the piece has faded.
    Likewise both outlines are followed on a new ground: where the original has no edge under the retouch's, and the
    metal goes on to an edge farther out, the piece was cut; where the original's edge lies inside and its ground goes
    on up to the retouch's outline, a halo of the old ground was left, measured as its mean width along all of the
    outline. Beside the piece, where the original shows its bare ground and the retouch neither ground, no mix and no
    shade of them, something was added: a part, a strip by which the outline grew, or a fringe of another colour.
    Putty, fingers and stands that went are left out.

    A part that is gone altogether (a shank, half a chain, one earring of a pair) is in no outline of the retouch. The
    original is parted into piece and ground anew, from what the retouch still shows of the piece; what belongs to the
    piece there, is as full of detail as it, and is flat in the retouch is gone. It is measured by its area, in percent
    of what is left. What is as detailed, of other colours, and held by the piece is `review`.

    Where no detail of the two pictures agrees (`geometry` names that), both outlines are laid on top of each other as
    a whole, turned and scaled for the most overlap: a piece that was drawn anew has another outline.

    **When it does not apply.** Never. A retouch that repainted most of the piece is `review`: there a reflection
    cannot be told from a gap.

    **Known problems.** A part of plain metal without an edge, and one that left the frame of the search (half the
    size of what is left, beyond it), is not seen to be gone; nor is any on a new ground that has a pattern. On a
    swapped ground a part that was cut off is seen only where its colours are the piece's and not those of the old
    ground, and where nothing but soft shade is beside it; cuts under 0.8 % of the piece, and cuts in chains and pavé,
    mostly are not. On grounds with a shadow or a pattern what is cut and what is shade can be mistaken for each
    other: what is no clear cut is `review` there. A shade on the piece that ends in the ground's colour may count as
    eaten. What was added is not looked for on such grounds either, nor on an old ground that is as lively as the
    piece, nor deeper than 6 % of the piece off its outline; parts under 1.4 % thick and fringes under 0.6 % are not
    seen. Openings filled with metal of the old ground's colour mostly are not. A part that something had covered and
    that was completed is `geometry`'s to name.

    **Where the limits come from.** Parts that are gone: set on 16 photographed pieces, where 29 of 33 deleted parts
    (3 to 50 % of the piece) are found and nothing in 288 faithful retouches; on 14 pieces that nobody looked at for
    it, 68 of 73 and nothing in 42. The rest was set on close-up pairs of 16 pieces with bites of 34 px and more and
    shanks 10 % thinner; the smallest bite found there measures 1.1 %, the slightest bend 0.4 %, and 224 faithful
    pairs show none. Fog reaches 3.3 % deep and more in real cut-outs that faded, 2.6 % in the softest one that people
    call faithful; it was set on those. Pieces drawn anew overlap by 0.61 and less; outlines of the same piece by 0.9
    and more. Halos: hand-drawn masks of faithful close-up pairs leave up to 0.52 % in the mean (a strip counts from 5
    px and 0.6 % on). What was added counts from 1 % on, as bites do: of 30 round parts set on the outlines of 15
    pieces it finds 22, of 45 fringes of 0.6 % 39, and one mirror image in 800 faithful pairs.
    """

    gone_percent: float = 2.5
    eaten_percent: float = 1.0
    filled_percent: float = 1.0
    added_percent: float = 1.0
    halo_percent: float = 0.6
    shift_percent: float = 0.4
    overlap_lost_share: float = 0.25

    id: ClassVar[str] = "silhouette"
    title: ClassVar[str] = "Silhouette"
    question: ClassVar[str] = "Nothing eaten from the edges or added, nothing thinner, thicker or bent, no halo left?"
    advice: ClassVar[str] = (
        "Cut out with a path or a hard mask from the channel of highest contrast (blue for gold, red for silver), "
        "then lay the original's edge pixels back over it; keep the liquify tool off shanks."
    )
    bounds: ClassVar[dict[str, str]] = {
        "gone_percent": "part gone",
        "eaten_percent": "eaten",
        "filled_percent": "filled",
        "added_percent": "added",
        "halo_percent": "halo",
        "shift_percent": "outline shift",
        "overlap_lost_share": "overlap lost",
    }

    def judge(self, evidence: Evidence) -> Outcome:
        """Compare the outline place by place."""
        if evidence.registration.info.status == "different":
            return self._of_another(evidence)
        if why := evidence.unusable:
            return Outcome.review(why)
        outline = evidence.outline_changes
        seen = [b for b in outline.bites if not _deep_in_a_stone(evidence, b)]
        large = [b for b in seen if b.size_percent > self.eaten_percent]
        bites = [b for b in large if not evidence.at_frame(b.box)]
        bends = [b for b in outline.bends if b.shift_percent > self.shift_percent]
        faded = [f for f in evidence.fog.places if f.size_percent > self.eaten_percent]
        fillings = () if _lively(evidence) else outline.fillings  # a strong shadow fills openings, too
        filled = [f for f in fillings if f.size_percent > self.filled_percent and not evidence.at_frame(f.box)]
        additions = () if _lively(evidence) else evidence.additions
        added = [a for a in additions if a.size_percent > self.added_percent and not evidence.at_frame(a.box)]
        cut = [u for u in evidence.undercuts if u.size_percent > self.eaten_percent]
        halo = evidence.halo
        sizes = [b.size_percent for b in seen] + [u.size_percent for u in evidence.undercuts]
        gone = evidence.gone
        measurements = (
            measured("part gone", max((g.size_percent for g in gone if g.alike), default=0.0), self.gone_percent),
            measured("eaten", max(sizes, default=0.0), self.eaten_percent),
            measured("faded", max((f.size_percent for f in evidence.fog.places), default=0.0), self.eaten_percent),
            measured("filled", max((f.size_percent for f in fillings), default=0.0), self.filled_percent),
            measured("added", max((a.size_percent for a in additions), default=0.0), self.added_percent),
            measured("halo", halo.size_percent if halo else 0.0, self.halo_percent),
            measured("outline shift", max((b.shift_percent for b in outline.bends), default=0.0), self.shift_percent),
        )

        parts = [g for g in gone if g.alike and g.size_percent > self.gone_percent]
        findings = [_eaten(evidence, bite) for bite in bites]
        findings += [_cut(evidence, undercut) for undercut in cut]
        findings += [_faded(evidence, fog) for fog in faded]
        findings += [_covered(evidence, filling) for filling in filled]
        findings += [_added(evidence, addition) for addition in added]
        findings += [_bent(evidence, bend) for bend in bends]
        if halo and halo.size_percent > self.halo_percent:
            findings.append(_left(halo))
        if parts:  # what else the outline shows there is the same part
            boxes = [part.box for part in parts]
            findings = [_gone(evidence, part) for part in parts] + [f for f in findings if not _within(f, boxes)]
        elif gone and not findings:
            what = "small, but " if gone[0].alike else "of other colours than the piece, but held by it and "
            why = f"something {what}as detailed as the piece became ground {_where(evidence, gone[0])}"
            return Outcome.review(why, *measurements, findings=tuple(_gone(evidence, g) for g in gone[:MAX_FINDINGS]))
        elif why := _doubt(evidence, findings, large):
            return Outcome.review(why, *measurements, findings=tuple(findings[:MAX_FINDINGS]))
        if not findings:
            return Outcome(status=Status.PASS, summary="the outline is where it was", measurements=measurements)
        return Outcome(
            status=Status.FAIL,
            summary=_summary(findings),
            measurements=measurements,
            findings=tuple(findings[:MAX_FINDINGS]),
        )

    def _of_another(self, evidence: Evidence) -> Outcome:
        """The outlines as wholes, where no detail agrees by which they could be compared place by place."""
        why = evidence.registration.info.message
        overlap = evidence.outline_overlap
        if overlap is None:
            return Outcome.review(why)
        lost = measured("overlap lost", 1 - overlap, self.overlap_lost_share, "of the outline")
        if not lost.exceeded:
            return Outcome.review(why, lost)
        message = (
            f"It is another outline: turned and scaled for the best, both pieces share {100 * overlap:.0f} % of what "
            f"they cover; {100 * (1 - self.overlap_lost_share):.0f} % is needed."
        )
        finding = whole(evidence, "another", message)
        return Outcome(status=Status.FAIL, summary=message, measurements=(lost,), findings=(finding,))


def _deep_in_a_stone(evidence: Evidence, bite: Bite) -> bool:
    """Whether a cut off place lies where no outline runs: a facet there shows the white of a new ground.

    A hole that the retouch's own alpha has is none, nor is one that was found by itself.
    """
    if bite.proof is not Proof.CUT_OFF or evidence.retouched.alpha is not None:
        return False
    at = int(bite.y), int(bite.x)
    for stone in evidence.features.stones:
        if stone.mask[at]:
            depth = cv2.distanceTransform(np.pad(stone.mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
            return bool(depth[at] > DEEP * depth.max())
    return False


def _summary(findings: list[Finding]) -> str:
    """What the first finding says, and how many there are."""
    first, count = findings[0], "1 place" if len(findings) == 1 else f"{len(findings)} places"
    what = {"halo": "the cut-out kept a halo", "gone": f"something is gone in {count}"}
    return f"{what.get(first.kind, f'the outline changed in {count}')}; {first.message}"


def _lively(evidence: Evidence) -> bool:
    return evidence.structure.unevenness > UNEVEN_E


def _doubt(evidence: Evidence, findings: list[Finding], large: list[Bite]) -> str:
    """Why what was found, or not found, proves nothing; empty where it does."""
    if findings:
        sure = not _lively(evidence) or any(bite.proof > Proof.COLOUR for bite in large)
        return "" if sure else "the new ground has a pattern or a strong shadow: a cut and what lies beside look alike"
    if large:
        return "the outline changed only where the frame cuts it: a caption or badge, or the piece"
    if evidence.outline_changes.repainted:
        return "the retouch repainted the piece: a reflection cannot be told from a gap there"
    return ""


def _finding(
    evidence: Evidence,
    kind: str,
    spot: Bite | Undercut | Faded | Bend | Addition,
    says: str,
    severity: Severity = Severity.CRITICAL,
) -> Finding:
    """`says` has a `{}` for the place."""
    return Finding(kind=kind, severity=severity, box=spot.box, message=says.format(place(evidence, spot.x, spot.y)))


def _where(evidence: Evidence, part: Gone) -> str:
    """Its direction from the middle of what is left: stones have no numbers there."""
    assert evidence.piece is not None, "nothing is gone from no piece"
    x, y, w, h = evidence.piece.region
    return f"at {clock(part.x - x - w / 2, part.y - y - h / 2)} of what is left"


def _gone(evidence: Evidence, part: Gone) -> Finding:
    size = f"{part.size_percent:.0f} % of its size"
    what = "A part of the piece" if part.alike else "Something that the piece held"
    message = f"{what} is gone {_where(evidence, part)}, {size}: the retouch shows plain ground there."
    severity = Severity.CRITICAL if part.alike else Severity.MAJOR
    return Finding(kind="gone", severity=severity, box=part.box, message=message)


def _within(finding: Finding, boxes: list[tuple[int, int, int, int]]) -> bool:
    """Whether a finding's middle lies in one of the boxes."""
    if finding.box is None:
        return False
    x, y = finding.box[0] + finding.box[2] / 2, finding.box[1] + finding.box[3] / 2
    return any(b[0] <= x <= b[0] + b[2] and b[1] <= y <= b[1] + b[3] for b in boxes)


def _eaten(evidence: Evidence, bite: Bite) -> Finding:
    return _finding(evidence, "eaten", bite, "A piece of the outline became ground {}.")


def _cut(evidence: Evidence, cut: Undercut) -> Finding:
    size = f"{cut.deep_percent:.1f} % of the piece deep, {cut.long_percent:.0f} % long"
    kind = "thinned" if cut.long_percent > LONG_PERCENT else "eaten"
    return _finding(evidence, kind, cut, f"The new ground covers a strip of metal {{}}: {size}.")


def _covered(evidence: Evidence, filling: Bite) -> Finding:
    return _finding(evidence, "filled", filling, "An opening was filled, or something added, {}: there was ground.")


def _added(evidence: Evidence, addition: Addition) -> Finding:
    kind, says, severity = ADDED[addition.kind]
    return _finding(evidence, kind, addition, says, severity)


def _faded(evidence: Evidence, fog: Faded) -> Finding:
    left = f"{100 * fog.matte:.0f} % of it is left"
    return _finding(evidence, "faded", fog, f"The piece fades into its new ground {{}}: {left}.")


def _bent(evidence: Evidence, bend: Bend) -> Finding:
    says = f"The outline moved{WAYS[bend.way]} by {bend.shift_percent:.1f} % of the piece {{}}."
    return _finding(evidence, KINDS[bend.way], bend, says, Severity.MAJOR)


def _left(halo: Halo) -> Finding:
    size = f"{halo.wide_percent:.1f} % of the piece wide"
    message = f"A strip of the old ground, {size}, is left along {100 * halo.share:.0f} % of the outline."
    return Finding(kind="halo", severity=Severity.MAJOR, box=halo.box, message=message)
