"""Maps to single things: what is one, where touching ones part, how sure each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.image.picture import F32, Mask
from fidelity.sight.labels import CENTRE, INNER, Label
from fidelity.sight.tiles import Look

Ints = npt.NDArray[np.int32]

LEVELS = tuple(round(0.2 + 0.08 * k, 2) for k in range(9))
"""Heights at which the map of how far inside a pixel lies is cut, lowest first."""
DEEP = 0.12
"""Two tops are two things where the saddle between them lies this much below both."""
OWN = 0.4
"""Weight of the mask's own depth beside the network's: a large stone's facets look like stones, its shape does not."""
LEAST_AREA = 12
"""Smallest thing, in pixels of the look."""
FIRM = {Label.STONE: 0.45, Label.PRONG: 0.4, Label.LINK: 0.4, Label.MARK: 0.4}
"""Probability from which a pixel belongs to a thing of the class: small things are seldom surer than this."""
MARK_REACH = 0.006
"""Letters closer than this share of the look's longer side are one mark."""
LEAST_MARK = 0.0002
"""Smallest mark, as a share of the look."""


@dataclass(frozen=True, eq=False)
class Thing:
    """One thing, in pixels of the file.

    `outline` (n, 2) the corners of its polygon; `middle` x, y; `area` in square pixels; `score` how sure, from 0 to 1,
    before calibration; `across` its extent.
    """

    label: Label
    outline: F32
    middle: tuple[float, float]
    area: float
    score: float
    across: float

    @property
    def radius(self) -> float:
        """Of the disc of the same area."""
        return float(np.sqrt(self.area / np.pi))


def seeds(height: F32) -> Ints:
    """(h, w) a number for each top of `height` (0 to 1) that stands DEEP above the saddle to the next, 0 between."""
    cuts = [_components(height > level) for level in LEVELS]
    out = np.zeros(height.shape, np.int32)
    if cuts[0][0] == 1:
        return out
    # Of each region, the parts of it at the next level whose tops stand high enough above that level's saddle.
    parts: list[dict[int, list[int]]] = [{} for _ in LEVELS]
    for i, (count, labels) in enumerate(cuts[1:], 1):
        inside = labels > 0
        numbers = labels[inside]
        top, parent = np.zeros(count, np.float32), np.zeros(count, np.int32)
        np.maximum.at(top, numbers, height[inside])
        parent[numbers] = cuts[i - 1][1][inside]
        for number in np.flatnonzero(top - LEVELS[i - 1] >= DEEP).tolist():
            parts[i - 1].setdefault(int(parent[number]), []).append(number)
    kept: list[list[int]] = [[] for _ in LEVELS]
    for number in range(1, cuts[0][0]):
        for level, leaf in _leaves(parts, 0, number):
            kept[level].append(leaf)
    last = 0
    for level, leaves in enumerate(kept):
        lut = np.zeros(cuts[level][0], np.int32)
        for leaf in leaves:
            last += 1
            lut[leaf] = last
        if leaves:
            painted = lut[cuts[level][1]]
            out = np.where(painted > 0, painted, out)
    return out


def _leaves(parts: list[dict[int, list[int]]], level: int, number: int) -> list[tuple[int, int]]:
    """Level and number of the regions into which one falls: itself, where it never falls into several."""
    above = parts[level].get(number, [])
    found = [leaf for part in above for leaf in _leaves(parts, level + 1, part)]
    return found if len(found) > 1 else [(level, number)]


def parted(mask: Mask, height: F32) -> Ints:
    """(h, w) the number of the thing that each pixel of `mask` belongs to: the nearest top's."""
    seen = np.where(mask, cv2.GaussianBlur(height, (0, 0), 0.8), 0)
    tops = seeds(((1 - OWN) * seen + OWN * _own_depth(mask)).astype(np.float32))
    if not tops.any():
        return tops
    _, nearest = cv2.distanceTransformWithLabels(
        (tops == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    known = tops > 0
    lut = np.zeros(int(nearest.max()) + 1, np.int32)
    lut[nearest[known]] = tops[known]
    return np.where(mask, lut[nearest], 0).astype(np.int32)


def _own_depth(mask: Mask) -> F32:
    """(h, w) how far inside its region of the mask a pixel lies, from 0 to 1 at the region's innermost."""
    count, numbers = _components(mask)
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    deepest = np.ones(count, np.float32)
    np.maximum.at(deepest, numbers[mask], depth[mask])
    return np.asarray(depth / deepest[numbers], np.float32)


def bodies(look: Look) -> Iterator[Thing]:
    """Stones and cabochons, in any order."""
    both = look.maps[Label.STONE] + look.maps[Label.CABOCHON]
    yield from _things(look, both > FIRM[Label.STONE], both, Label.STONE)


def prongs(look: Look) -> Iterator[Thing]:
    """Prongs and beads."""
    sure = look.maps[Label.PRONG]
    yield from _things(look, sure > FIRM[Label.PRONG], sure, Label.PRONG)


def _things(look: Look, mask: Mask, sure: F32, label: Label) -> Iterator[Thing]:
    numbers = parted(mask, look.maps[INNER])
    for box, here in _regions(numbers):
        area = int(here.sum())
        if area < LEAST_AREA:
            continue
        kind = label
        if label == Label.STONE:
            faceted, smooth = (float(look.maps[one][box][here].sum()) for one in (Label.STONE, Label.CABOCHON))
            kind = Label.STONE if faceted >= smooth else Label.CABOCHON
        peak = float(look.maps[INNER][box][here].max())
        score = float(sure[box][here].mean()) * float(np.sqrt(min(1.0, peak / 0.8)))
        thing = _thing(look, box, here, kind, score)
        if thing is not None:
            yield thing


def links(look: Look) -> Iterator[Thing]:
    """Chain links: a bell in the map of middles each, and the pixels of links nearest to it."""
    bells = cv2.GaussianBlur(look.maps[CENTRE], (0, 0), 0.8)
    tops = seeds(bells)
    if not tops.any():
        return
    away, nearest = cv2.distanceTransformWithLabels(
        (tops == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    known = tops > 0
    lut = np.zeros(int(nearest.max()) + 1, np.int32)
    lut[nearest[known]] = tops[known]
    sure = look.maps[Label.LINK]
    numbers = np.where((sure > FIRM[Label.LINK]), lut[nearest], 0).astype(np.int32)
    weight = np.where(known, bells, 0)
    total = np.bincount(tops.ravel(), weight.ravel())
    ys, xs = np.mgrid[: tops.shape[0], : tops.shape[1]]
    size = np.maximum(np.bincount(tops.ravel()), 1)
    mx, my = (np.bincount(tops.ravel(), (weight * at).ravel()) / np.maximum(total, 1e-6) for at in (xs, ys))
    peaks = np.zeros(len(total), np.float32)
    np.maximum.at(peaks, tops[known], bells[known])
    reach = 4 * np.sqrt(size / np.pi) + 2
    numbers[away > reach[numbers]] = 0
    for box, here in _regions(numbers):
        number = int(numbers[box][here][0])
        if here.sum() < LEAST_AREA:
            continue
        score = float(sure[box][here].mean()) * float(np.sqrt(min(1.0, peaks[number] / 0.8)))
        thing = _thing(look, box, here, Label.LINK, score, middle=(mx[number], my[number]))
        if thing is not None:
            yield thing


def marks(look: Look) -> Iterator[Thing]:
    """Stamps and engravings: letters that stand together are one."""
    sure = look.maps[Label.MARK]
    mask = (sure > FIRM[Label.MARK]).astype(np.uint8)
    side = 2 * max(1, round(MARK_REACH * max(mask.shape))) + 1
    together = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    _, numbers = _components(together > 0)
    for box, here in _regions(numbers):
        if here.sum() < max(4 * LEAST_AREA, LEAST_MARK * numbers.size):
            continue
        inked = here & (mask[box] > 0)
        thing = _thing(look, box, here, Label.MARK, float(sure[box][inked].mean()), hull=True)
        if thing is not None:
            yield thing


def _components(mask: Mask) -> tuple[int, Ints]:
    """How many regions a mask has, the ground counted, and the number of each pixel's."""
    count, numbers = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return count, np.asarray(numbers, np.int32)


def _regions(numbers: Ints) -> Iterator[tuple[tuple[slice, slice], Mask]]:
    """Box and mask of every number, in order."""
    from scipy.ndimage import find_objects  # noqa: PLC0415

    for number, box in enumerate(find_objects(numbers), 1):
        if box is not None:
            rows, columns = box
            yield (rows, columns), np.asarray(numbers[rows, columns] == number)


def _thing(
    look: Look,
    box: tuple[slice, slice],
    here: Mask,
    label: Label,
    score: float,
    *,
    middle: tuple[float, float] | None = None,
    hull: bool = False,
) -> Thing | None:
    """The thing, unless it lies in another look's part."""
    y0, x0 = box[0].start, box[1].start
    if middle is None:
        moments = cv2.moments(here.astype(np.uint8), binaryImage=True)
        middle = x0 + moments["m10"] / moments["m00"], y0 + moments["m01"] / moments["m00"]
    left, top, right, bottom = look.core
    if not (left <= middle[0] < right and top <= middle[1] < bottom):
        return None
    outline = outline_of(here, hull=hull) + np.array([x0, y0], np.float32)
    at = np.array([look.left, look.top], np.float32) + 0.5
    in_file = (outline + at) / look.scale - 0.5
    mx, my = (float(v) for v in (np.array(middle) + at) / look.scale - 0.5)
    across = max(here.shape) / look.scale
    return Thing(label, in_file.astype(np.float32), (mx, my), float(here.sum()) / look.scale**2, score, across)


def outline_of(mask: Mask, *, hull: bool = False, tolerance: float = 0.5) -> F32:
    """(n, 2) corners x, y of the polygon around the largest region of a mask, or around all of it."""
    padded = np.pad(mask.astype(np.uint8), 1)
    found, _ = cv2.findContours(padded, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if hull:
        polygon = cv2.convexHull(np.vstack(found))
    else:
        polygon = cv2.approxPolyDP(max(found, key=cv2.contourArea), tolerance, True)
    return np.asarray(polygon[:, 0, :], np.float32) - 1
