"""The retouch shows the colours that were ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from fidelity import Evidence, Finding, Measurement, Outcome, Reference, Severity, Status
from fidelity.image.colour import delta_e00, delta_e76, srgb_to_lab

Lab = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Triple = tuple[float, float, float]

SAME_LIGHT_L = 8.0
"""Metal and gems run from black to white with the light; only what is about as light as the reference compares."""
MIN_PIXELS = 300
"""Fewer pixels of that lightness say nothing about a colour (at working scale)."""
ENAMEL_REACH_AB = 25.0
"""Distance in (a*, b*) within which a colour can be a poor copy of the enamel's reference rather than metal."""
BELONGS_SHARE = 0.1
"""Of several references for one material, each must be the nearest for this share of it."""


@dataclass(frozen=True)
class ReferenceColour:
    """Does the retouch show the reference colours that were ordered for metal, gem or enamel?

    **Why a jeweller cares.** When a tone is set to a reference (the brand's rose, the ruby of the collection), the
    original's colour no longer matters: the order does, and it must be the same on every page.

    **How.** Up to five references, each a colour with its own limit. Of the retouch's metal (or its gems; enamel is
    whatever is neither) those pixels are taken that are as light as the reference, within 8 L*; their median is
    compared by CIEDE2000. Where several references stand for one material (a bicolour ring), each pixel counts
    for the nearest one. The limit is the reference's own `delta_e00`.

    **When it does not apply.** The policy names no reference colour.

    **Known problems.** A reference much lighter or darker than anything in the picture is `review`. Strong
    reflections of a coloured studio shift metal where they fall.

    **Where the limits come from.** From the order; 3.0, where none is given, is a little above the 2.3 that is
    just noticeable.
    """

    id: ClassVar[str] = "reference-colour"
    title: ClassVar[str] = "Reference colour"
    question: ClassVar[str] = "Does the retouch show the colours that were ordered?"
    advice: ClassVar[str] = (
        "Set the tone on a mask of the material: sample the midtones, move hue and chroma to the reference, and "
        "leave the lights and darks of the reflections alone."
    )

    def judge(self, evidence: Evidence) -> Outcome:
        """Compare each reference with the material it is for."""
        references = evidence.brief.references
        if not references:
            return Outcome.not_applicable("no reference colour was given")
        if why := evidence.unusable:
            return Outcome.review(why)
        lab = srgb_to_lab(evidence.bench.after)
        zones = _zones(evidence)
        found = [(reference, _shown(lab, zones[reference.target], reference, references)) for reference in references]
        unseen = [reference.title for reference, colour in found if colour is None]
        measured = [_measured(reference, colour) for reference, colour in found if colour is not None]
        off = [(m, r) for m, r in zip(measured, [r for r, c in found if c is not None], strict=True) if m.exceeded]
        if off:
            findings = tuple(_finding(m, r, zones[r.target], evidence) for m, r in off)
            return Outcome(
                status=Status.FAIL, summary=findings[0].message, measurements=tuple(measured), findings=findings
            )
        if unseen:
            return Outcome.review(f"nothing as light as {', '.join(unseen)} was found to compare", *measured)
        worst = max(float(m.retouched or 0) for m in measured)
        words = f"{len(measured)} reference colour{'s' if len(measured) != 1 else ''} met, to {worst:.1f} ΔE00"
        return Outcome(status=Status.PASS, summary=words, measurements=tuple(measured))


def _zones(evidence: Evidence) -> dict[str, Mask]:
    features = evidence.features
    inside = evidence.mask & evidence.bench.covered
    gem = (features.stone_zone | features.melee_zone) & inside
    return {"metal": _inner(features.metal & inside), "gem": _inner(gem), "enamel": _inner(inside & ~gem)}


def _inner(mask: Mask) -> Mask:
    """Without the edge, where two materials mix."""
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)


def _shown(lab: Lab, zone: Mask, reference: Reference, all_of_them: tuple[Reference, ...]) -> Triple | None:
    """The median colour of what stands for `reference`; None with too little of its lightness."""
    target = np.array(lab_of(reference))
    pixels = lab[zone]
    pixels = pixels[np.abs(pixels[:, 0] - target[0]) < SAME_LIGHT_L]
    rivals = [np.array(lab_of(other)) for other in all_of_them if other.target == reference.target]
    if reference.target == "enamel" or len(rivals) > 1:
        # Enamel has no detector of its own: of what is neither gem nor ground, what is nearest in colour counts.
        away = delta_e76(pixels[:, 1:], target[1:])
        nearest = np.min([delta_e76(pixels[:, 1:], rival[1:]) for rival in rivals], axis=0)
        mine = pixels[away <= nearest + 1e-6]
        if reference.target == "enamel":
            mine = mine[delta_e76(mine[:, 1:], target[1:]) < ENAMEL_REACH_AB]
        if len(mine) < BELONGS_SHARE * len(pixels):
            return None
        pixels = mine
    if len(pixels) < MIN_PIXELS:
        return None
    middle = np.median(pixels, axis=0)
    return float(middle[0]), float(middle[1]), float(middle[2])


def _measured(reference: Reference, colour: Triple) -> Measurement:
    return Measurement(
        name=f"{reference.target} against {reference.title}",
        original=0,
        retouched=float(delta_e00(np.array(lab_of(reference)), np.array(colour)).item()),
        limit=reference.delta_e00,
        unit="ΔE00",
        worse_when="higher",
    )


def _finding(measured: Measurement, reference: Reference, zone: Mask, evidence: Evidence) -> Finding:
    ys, xs = np.nonzero(zone)
    left, top = int(xs.min()), int(ys.min())
    box = evidence.bench.box(left, top, int(xs.max()) - left + 1, int(ys.max()) - top + 1)
    return Finding(
        kind="off reference",
        severity=Severity.MAJOR,
        box=box,
        message=f"The {reference.target} is {float(measured.retouched or 0):.1f} ΔE00 away from {reference.title}; "
        f"{reference.delta_e00:g} is allowed.",
    )


def lab_of(reference: Reference) -> Triple:
    """The reference in CIELAB, D65."""
    if reference.lab is not None:
        return reference.lab
    value = (reference.colour or "#000000").lstrip("#")
    rgb = np.array([[[int(value[i : i + 2], 16) for i in (0, 2, 4)]]], np.uint8)
    lab = srgb_to_lab(rgb)[0, 0]
    return float(lab[0]), float(lab[1]), float(lab[2])
