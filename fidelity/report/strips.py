"""The evidence strip of a finding: original, retouch and their difference, cut around its box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fidelity.exhibit import Exhibit
from fidelity.image.picture import U8
from fidelity.report.pictures import Region, Shot, crop, framed, lost_and_added, recoloured, region
from fidelity.result import Box, Finding

ENLARGED = 2  # crops are shown at 200 %
CROPS_BYTES = 1_300_000  # of all strips together: a piece with 200 lost stones still makes a mailable file

_COLOUR_KINDS = re.compile(r"colou?r|tone|tint|cast|hue|grey|gray|yellow", re.IGNORECASE)


@dataclass(frozen=True)
class Strip:
    """Up to three crops of one place, drawn `width` by `height`.

    The drawing's own units are pixels of the original: `box`, `region_width` and `region_height` are in them.
    """

    original: Shot
    retouched: Shot | None
    overlay: Shot | None
    overlay_kind: str  # "edges" or "colour"
    width: int
    height: int
    box: Box
    region_width: int
    region_height: int
    percent: int  # enlargement at the drawing's own size


def strips_of(findings: Sequence[tuple[int, Finding]], exhibit: Exhibit) -> dict[int, Strip]:
    """Cut a strip for every finding with a box, in order, as long as the budget lasts."""
    retouched = None if exhibit.registered is None else framed(exhibit.registered, exhibit.covered)
    out: dict[int, Strip] = {}
    spent = 0
    for figure, finding in findings:
        place = finding.box and region(finding.box, (exhibit.original.shape[0], exhibit.original.shape[1]))
        if not finding.box or not place:
            continue
        strip = _strip(finding, finding.box, place, exhibit, retouched)
        weight = sum(len(s.uri) for s in (strip.original, strip.retouched, strip.overlay) if s)
        if spent + weight > CROPS_BYTES:
            continue  # a smaller one further down may still fit
        spent += weight
        out[figure] = strip
    return out


def _strip(finding: Finding, box: Box, place: Region, exhibit: Exhibit, retouched: U8 | None) -> Strip:
    colour = bool(_COLOUR_KINDS.search(finding.kind))
    difference = recoloured if colour else lost_and_added
    covered = exhibit.covered
    return Strip(
        original=crop(exhibit.original, place),
        retouched=None if retouched is None else crop(retouched, place),
        overlay=None if retouched is None else difference(exhibit.original, retouched, covered, place),
        overlay_kind="colour" if colour else "edges",
        width=round(place.width * place.shown * ENLARGED),
        height=round(place.height * place.shown * ENLARGED),
        box=(box[0] - place.x, box[1] - place.y, box[2], box[3]),
        region_width=place.width,
        region_height=place.height,
        percent=round(place.shown * ENLARGED * 100),
    )
