"""Outside the permitted area nothing moved; in the hybrid workflow the piece itself was left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status
from fidelity.image.colour import srgb_to_lab

MOST_FINDINGS = 11
MARGIN_PX = 3
"""Left out along the edge of the area: feathered masks and resampling reach this far."""
WINDOW_PX = 7
"""Lightness differences are averaged over this window, so that noise cancels and edits do not."""
COLOUR_WINDOW_PX = 9
"""The same for colour: a little more than one block of JPEG, which stores colour at half the resolution."""
PIECE_MARGIN_SHARE = 0.01
"""Left out along the piece's outline, share of its longer side: a new ground shines into the rim."""

Lab = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Untouched:
    """Was everything outside the permitted area, or in the hybrid workflow the piece itself, left as it was?

    **Why a jeweller cares.** Area masking and the hybrid workflow are sold with a promise: the tool works here and
    nowhere else. Then the piece needs no further proof, and any change to it is a broken promise.

    **How.** With an area mask (`--area-mask`, manifest column `area_mask`; white is where the retouch may change)
    the rest of the picture is compared in the original's pixels; without one, and with `piece` set (profile
    `hybrid`), the piece is. For each pixel of the original, the retouch must lie within the range of its 3 × 3
    neighbours in every CIELAB channel; what it lies outside is the difference (CIE76). Differences are averaged
    over 7 × 7 pixels (colour, signed, over 9 × 9), so that noise, JPEG and resampling cancel. A place of at least
    `place_px2` pixels above `change_e76` fails. Exposure and sharpening are changes too: untouched means untouched.

    **When it does not apply.** No area mask, and `piece` is not set.

    **Known problems.** A retouch that was delivered at another size is resampled first, and fine detail may then
    differ without having been touched: below 0.8 of the original's scale it says `review`.

    **Where the limits come from.** Our own six originals, saved again as JPEG, reach 1.2 at quality 95, 2.2 at 85
    and 2.8 at 75 in their worst window; noise of 2 grey levels 1.0; a shift by half a pixel and back 1.1; 6 %
    more exposure 3.5 to 5.6.
    """

    change_e76: float = 3.0
    place_px2: int = 60
    piece: bool = False

    id: ClassVar[str] = "untouched"
    title: ClassVar[str] = "Untouched"
    question: ClassVar[str] = "Outside the permitted area, is every pixel what it was?"
    advice: ClassVar[str] = (
        "Lay the original over the retouch through the inverted area mask, and export once more. In the hybrid "
        "workflow, put the isolated piece from the original on top of the new ground."
    )

    def judge(self, evidence: Evidence) -> Outcome:
        """Compare the pixels that must be as they were."""
        if evidence.area is None and not self.piece:
            return Outcome.not_applicable("no area mask was given")
        registration = evidence.registration
        if not registration.usable or (evidence.area is None and evidence.unusable):
            return Outcome.review(evidence.unusable or registration.info.message)
        if float(registration.info.scale or 1.0) > 1 / 0.8:
            return Outcome.review(
                "the retouch is much smaller than the original: its pixels cannot be compared one by one"
            )
        exhibit = evidence.exhibit
        if exhibit.registered is None or exhibit.covered is None:
            return Outcome.review("the pictures could not be laid on top of each other")
        bound = _bound(evidence)
        inside = bound & exhibit.covered
        if not inside.any():
            return Outcome.review("nothing outside the permitted area is visible in both pictures")
        before, after = srgb_to_lab(evidence.original.rgb), srgb_to_lab(exhibit.registered)
        # Where a change is permitted the pictures are made equal first, so that it does not reach over the edge.
        after = np.where(inside[..., None], after, before)
        local = _changed(before, np.asarray(after, np.float32)) * inside
        return self._answer(
            np.asarray(local, np.float32), inside, "the area mask" if evidence.area is not None else "the ground"
        )

    def _answer(self, local: Lab, inside: Mask, permitted: str) -> Outcome:
        labels, count = ndimage.label(local > self.change_e76)
        places = []
        for index, (rows, columns) in enumerate(ndimage.find_objects(labels)[:count], start=1):
            place = labels[rows, columns] == index
            if place.sum() >= self.place_px2:
                places.append((float(local[rows, columns][place].max()), int(place.sum()), rows, columns))
        places.sort(key=lambda found: -found[0])
        # Without a place that is large enough the worst window says nothing: specks of JPEG reach any value.
        worst = places[0][0] if places else float(np.quantile(local[inside], 0.999))
        measured = Measurement(
            name="change outside the permitted area",
            original=0,
            retouched=min(worst, self.change_e76) if not places else worst,
            limit=self.change_e76,
            unit="ΔE",
            worse_when="higher",
        )
        share = 100 * sum(area for _, area, _, _ in places) / max(1, int(inside.sum()))
        area = Measurement(name="area that changed", retouched=share, unit="% of what may not change")
        if not places:
            words = f"outside {permitted} every pixel is what it was, to {float(measured.retouched or 0):.1f} ΔE"
            return Outcome(status=Status.PASS, summary=words, measurements=(measured, area))
        findings = tuple(
            Finding(
                kind="touched",
                severity=Severity.MAJOR,
                box=(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start),
                message=f"Pixels outside {permitted} were changed by up to {value:.1f} ΔE.",
            )
            for value, _, rows, columns in places[:MOST_FINDINGS]
        )
        many = "1 place" if len(places) == 1 else f"{len(places)} places"
        return Outcome(
            status=Status.FAIL,
            summary=f"changed outside {permitted} in {many}, {share:.2g} % of what may not change",
            measurements=(measured, area),
            findings=findings,
        )


def _bound(evidence: Evidence) -> Mask:
    """(height, width) of the original: what must be as it was, a margin along its edge left out."""
    if evidence.area is not None:
        return _shrunk(~evidence.area, MARGIN_PX)
    bench = evidence.bench
    reach = max(MARGIN_PX, round(PIECE_MARGIN_SHARE * evidence.side_px))
    inner = _shrunk(evidence.mask, reach).astype(np.uint8)
    matrix = np.array([[1 / bench.scale, 0, bench.left], [0, 1 / bench.scale, bench.top]])
    height, width = evidence.original.shape
    return np.asarray(cv2.warpAffine(inner, matrix, (width, height), flags=cv2.INTER_NEAREST) > 0)


def _shrunk(mask: Mask, reach: int) -> Mask:
    size = 2 * reach + 1
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((size, size), np.uint8), borderValue=1) > 0)


def _changed(before: Lab, after: Lab) -> Lab:
    """(h, w) local change in ΔE: what neither resampling nor noise nor JPEG explains.

    Resampling by less than a pixel stays within the range of the 3 × 3 neighbours. JPEG and noise err in both
    directions: lightness is averaged by its size, since detail can be redrawn around an equal mean; colour by
    its signed value, since JPEG stores it coarsely and it swings far within a block.
    """
    square = np.ones((3, 3), np.uint8)
    above = np.maximum(after - cv2.dilate(before, square), 0)
    below = np.maximum(cv2.erode(before, square) - after, 0)
    out = above - below
    lightness = cv2.blur(np.abs(out[..., 0]), (WINDOW_PX, WINDOW_PX))
    colour = cv2.blur(out[..., 1:], (COLOUR_WINDOW_PX, COLOUR_WINDOW_PX))
    return np.asarray(np.sqrt(lightness**2 + (colour**2).sum(axis=2)), np.float32)
