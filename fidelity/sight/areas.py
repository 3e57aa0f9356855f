"""Areas of the first look: the piece with its holes, props, and the metal's colour."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.image.colour import srgb_to_lab
from fidelity.image.picture import F32, U8, Mask
from fidelity.sight.labels import Label
from fidelity.sight.tiles import Look, scaled

PIECE = tuple(label for label in Label if label not in (Label.GROUND, Label.PROP))
SURE = 0.5
"""Probability from which a pixel is piece."""
LEAST_OUTLINE, LEAST_HOLE, LEAST_PROP = 0.0008, 0.0002, 0.002
"""Smallest outline, hole and prop, as shares of the picture."""
BESIDE = 0.03
"""A second outline counts from this share of the largest on: the other earring, not a crumb."""
FIRM = 0.62
"""Mean probability of an outline's pixels that is not taken back."""
FINER = 2
"""Outlines are drawn on the map enlarged so many times: their corners lie between its pixels."""
METALS = (Label.METAL, Label.PRONG, Label.LINK)
LEAST_METAL_PX = 60
MIDTONES = 30.0, 75.0
"""Percentiles of the metal's lightness between which its colour is taken: below lies what it mirrors of the dark,
above the lamps."""
GREY_CHROMA = 10.0
"""Chroma up to which metal is white: the median of the midtones of silver and white gold under lamps of any white."""
ROSE_HUE = 66.0
"""Degrees in Lab that part rose (14 ct red gold about 50 to 60) from yellow gold (about 75 to 95)."""

Family = Literal["white", "yellow", "rose", "none"]
Polygons = list[F32]


def piece_of(look: Look) -> tuple[Polygons, Polygons]:
    """Outlines and holes of the piece, in pixels of the file."""
    sure = look.maps[list(PIECE)].sum(0)
    fine = cv2.resize(sure, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    outlines, holes = contours(fine > SURE)
    if not outlines:
        return [], []
    areas = [cv2.contourArea(polygon) for polygon in outlines]
    least = max(LEAST_OUTLINE * fine.size, BESIDE * max(areas))
    kept = []
    for polygon, area in zip(outlines, areas, strict=True):
        if area < least:
            continue
        inside = np.zeros(fine.shape, np.uint8)
        cv2.fillPoly(inside, [polygon.astype(np.int32)], 1)
        if float(fine[(inside > 0) & (fine > SURE)].mean()) >= FIRM:
            kept.append(polygon)
    openings = [
        hole
        for hole in holes
        if cv2.contourArea(hole) >= LEAST_HOLE * fine.size
        and any(cv2.pointPolygonTest(p, (float(hole[0, 0]), float(hole[0, 1])), False) >= 0 for p in kept)
    ]
    return [in_file(look, p, FINER) for p in kept], [in_file(look, p, FINER) for p in openings]


def props_of(look: Look) -> Polygons:
    """Outlines of props, in pixels of the file."""
    mask = look.labels == Label.PROP
    outlines, _ = contours(mask)
    return [in_file(look, p, 1) for p in outlines if cv2.contourArea(p) >= LEAST_PROP * mask.size]


def metal_of(rgb: U8, look: Look) -> tuple[Family, tuple[float, float, float]]:
    """The metal's family and the median colour of its midtones."""
    metal = np.isin(look.labels, METALS) & (look.maps[list(PIECE)].sum(0) > 0.8)
    inner = cv2.erode(metal.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    metal = inner if inner.sum() >= LEAST_METAL_PX else metal
    if metal.sum() < LEAST_METAL_PX:
        return "none", (0.0, 0.0, 0.0)
    lab = srgb_to_lab(scaled(rgb, look.scale))[metal]
    low, high = np.percentile(lab[:, 0], MIDTONES)
    middle = np.median(lab[(lab[:, 0] >= low) & (lab[:, 0] <= high)], axis=0)
    lightness, a, b = (round(float(v), 1) for v in middle)
    return family_of(a, b), (lightness, a, b)


def family_of(a: float, b: float) -> Family:
    """The family of a metal of that colour (Lab)."""
    if np.hypot(a, b) <= GREY_CHROMA:
        return "white"
    return "rose" if np.degrees(np.arctan2(b, a)) < ROSE_HUE else "yellow"


def contours(mask: Mask, tolerance: float = 0.7) -> tuple[Polygons, Polygons]:
    """Outlines of a mask and of the holes in it, (n, 2) each."""
    found, tree = cv2.findContours(np.pad(mask.astype(np.uint8), 1), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outlines: Polygons = []
    holes: Polygons = []
    for contour, (*_, parent) in zip(found, tree[0] if tree is not None else (), strict=True):
        polygon = np.asarray(cv2.approxPolyDP(contour, tolerance, True)[:, 0], np.float32) - 1
        if len(polygon) >= 3:
            (outlines if parent < 0 else holes).append(polygon)
    return outlines, holes


def in_file(look: Look, polygon: npt.NDArray[np.float32], finer: int) -> F32:
    """A polygon of the look's maps, enlarged `finer` times, in pixels of the file."""
    return np.asarray((polygon + 0.5) / finer / look.scale - 0.5, np.float32)
