"""What was seen, drawn over the original: for whoever doubts a finding, and for whoever tunes a detector."""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.evidence.evidence import Evidence
from fidelity.image.picture import U8, Mask

COLOURS = {
    "piece": (40, 200, 80),
    "stone": (230, 40, 40),
    "set with many": (250, 140, 30),
    "small stones": (40, 110, 255),
    "prong": (255, 220, 0),
    "chain": (0, 200, 200),
    "mark": (220, 60, 220),
}
"""sRGB of each outline and its name in the legend."""
LEGEND_PX, LEFT_PX = 26, 8
"""Height of one of its rows, and where they begin."""


def overlays(evidence: Evidence) -> dict[str, U8]:
    """Pictures (h, w, 3) sRGB on the bench, by name.

    `features` shows the original with what was proposed in it, `retouched` the retouch laid on the original, and
    `disagreement` where structure differs, black (the same) to white (nothing in common).
    """
    bench = evidence.bench
    heat = np.zeros(bench.shape, np.uint8)
    if evidence.unusable is None:
        structure = evidence.structure
        heat = np.where(structure.inside, np.clip(structure.disagreement * 255, 0, 255), 0).astype(np.uint8)
    glow = cv2.cvtColor(cv2.applyColorMap(heat, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    return {
        "features": _features(evidence),
        "retouched": bench.after,
        "disagreement": np.asarray(glow, np.uint8),
    }


def _features(evidence: Evidence) -> U8:
    features, canvas = evidence.features, evidence.bench.before.copy()
    thick = max(1, round(max(canvas.shape) / 600))
    _outline(canvas, evidence.mask, "piece", thick)
    _outline(canvas, features.chain_zone, "chain", thick)
    _outline(canvas, features.mark_zone if evidence.unusable else evidence.mark_zone, "mark", thick)
    for stone in features.stones:
        _outline(canvas, stone.mask, "stone" if stone.single else "set with many", 2 * thick)
    for spots, name in ((features.melee, "small stones"), (features.prongs, "prong")):
        for spot in spots:
            centre = (round(spot.x), round(spot.y))
            cv2.circle(canvas, centre, max(2, round(spot.radius)), COLOURS[name], thick, cv2.LINE_AA)
    return np.vstack([canvas, _legend(canvas.shape[1])])


def _outline(canvas: U8, mask: Mask, name: str, thick: int) -> None:
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(canvas, found, -1, COLOURS[name], thick, cv2.LINE_AA)


def _legend(width: int) -> U8:
    """(h, width, 3) the outlines' names, in as many rows as it takes."""
    places, x, row = [], LEFT_PX, 0
    for name in COLOURS:
        wide = 30 + 8 * len(name)
        if x > LEFT_PX and x + wide > width:
            x, row = LEFT_PX, row + 1
        places.append((name, x, row * LEGEND_PX))
        x += wide
    strip = np.full(((row + 1) * LEGEND_PX, width, 3), 24, np.uint8)
    for name, left, top in places:
        cv2.rectangle(strip, (left, top + 8), (left + 12, top + 18), COLOURS[name], -1)
        at = left + 17, top + 18
        cv2.putText(strip, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (235, 235, 235), 1, cv2.LINE_AA)
    return strip
