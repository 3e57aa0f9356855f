"""Whose a changed place is: a stone's facets, a prong, small stones, a chain, a mark, or plain metal.

Where a change lies says less than how it lies there: facets drawn anew fill their stone or scatter over it, a
prong is one compact body at a stone's edge or among stones, a stamp stands on plain metal away from stones. Places
near each other are judged together. Where two readings fit, both are given: a small change among small stones may
be a bead or a stone. The limits were set on labelled pairs of 16 pieces (prongs 40 of 42, small stones 16 of 18
and marks on plain metal 9 of 12 found their own name).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fidelity.image.morphology import grown

if TYPE_CHECKING:
    from fidelity.evidence.changes import Zone
    from fidelity.evidence.features import Features
    from fidelity.evidence.stones import Stone

GROUP_GAP = 0.05
"""Places nearer than this share of the piece's longer side are judged together."""
COUNTS_FROM = 0.45
"""Disagreement from which a place counts for its group."""
ON_CHAIN = 0.5
REAL_RADIUS = 0.055
"""A colourless stone smaller than this (radius, share of the longer side) is not told from a pattern."""
PRONG_SIZE = 0.125
"""Largest change (square root of its area, share of the longer side) that is still one prong or two run together."""
FEW = 3
"""A prong lost or moved leaves at most so many places."""
REPAINTED, REPAINTED_PARTS = 8, 3
"""With so many changed places in so many parts of the piece it was repainted, and a compact one is no sign of a prong
any more: of 11 such real pairs that named prongs, 9 had kept them all. A prong that is lost changes reflections too."""
STREAKED = 0.75
"""Coherence of the edges of both pictures from which a place is a reflection that metal lost, got or moved. Of 130
places with a defect that somebody made on a prong, a stone or a mark none is above 0.69; of 30 repainted reflections
of real pairs 25 are."""
STREAKED_BESIDE = 0.6
"""The same beside a larger reflection that changed: what is left of it at its ends."""
SOFT_STEEP, SOFT_CONTRAST, SOFT_EDGE = 7.6, 15.0, 0.75
"""Steepest rise and contrast of what changed, and one over the other, below which it has no edge: finger marks that
were wiped off reach 7.4, 12 and 0.7 on rendered metal; of 190 prongs and letters that somebody took away or drew anew
none stays below all three."""
UNSEEN_L, UNSEEN_STEEP = 1.5, 2.5
"""Contrast and steepest rise of what changed that nobody sees on metal."""
FILLS = 0.4
"""Size of a change over that of its stone from which it is the stone that changed."""
SMEARED = 0.042
"""Size from which detail lost among stones concerns a stone and not only a bead."""
ROW_ASPECT, ROW_THIN = 3.2, 0.036
"""Length over width, and width (share of the longer side), of a row of letters; prongs run together are wider."""
WIPED, WHOLE = 0.7, 0.75
"""Structure lost over a place from which nothing is left there, and its size over the stone's from which it is all."""
LONELY = 0.45
"""Share of stone-like surroundings below which letters may be taken for a colourless stone."""
LONELY_SIZE = 0.3
AMONG = 0.09
"""The same inside what looks like one coloured stone: a field of small stones of one colour looks like that."""
LARGE = 0.13
DEEP = -0.28
"""Distance from a stone's outline, in its radii (negative inside), below which a change is the stone's own."""
BEAD_SIZE = 0.05
"""Size from which a change in a field of small stones concerns a stone and not only a bead."""
ECHO_SIZE = 1.5
"""Size of a change deep in a stone, over that of a prong changed at its edge, up to which it is its image in there."""
AWAY = 0.5
"""Distance from a stone, in its radii, from which a change is not its prong."""
PLAIN_STONY = 0.66
"""Share of stone-like surroundings below which the ground of a change is plain metal."""
PLAIN_HERE = 0.35
PLAIN_SLOPE = 1.6
"""Median gradient (lightness per working pixel) of plain metal."""


@dataclass(frozen=True, eq=False)
class Part:
    """One changed place: bench pixels; box, size, length and width in shares of the longer side; mean scores.

    `hidden`: a prop lay there in the original. `streaked`: how far the edges of both pictures run one way (0..1).
    `contrast` and `steep`: how much lightness changed (CIELAB), and its steepest rise over two pixels.
    """

    rows: np.ndarray
    cols: np.ndarray
    box: tuple[float, float, float, float]
    score: float
    size: float
    lost: float
    invented: float
    blurred: bool
    long: float
    thin: float
    hidden: bool = False
    streaked: float = 0.0
    contrast: float = 100.0
    steep: float = 100.0


@dataclass(frozen=True)
class _Context:
    """What a place looks like in the original: itself, its surroundings, and the stones about it.

    `stone` is the index of the single stone that it lies on, `nearest` that of the nearest stone of all; -1 for none.
    """

    stony: float
    around: float
    slope: float
    gem: bool
    chain: float
    mark: float
    in_single: float
    in_set: float
    distance: float
    fills: float
    stone: int
    nearest: int
    coloured: bool


def zones_of(parts: list[Part], features: Features, shape: tuple[int, int], side: float) -> list[tuple[Zone, ...]]:
    """Zones of every part, likeliest first; `side` is the piece's longer side in bench pixels."""
    contexts = [_context(part, features, shape, side) for part in parts]
    zones: list[tuple[Zone, ...]] = [("metal",)] * len(parts)
    metal = [not (here.gem or here.coloured) and here.chain <= ON_CHAIN for here in contexts]
    mirrors = _mirrors(parts, metal)
    smudges = [_soft(part, here) and plain for part, here, plain in zip(parts, contexts, metal, strict=True)]
    left = [[i for i in group if not (mirrors[i] or smudges[i])] for group in _groups(parts)]
    groups = [group for group in left if group]
    counts = [part.score > COUNTS_FROM and not part.hidden for part in parts]
    parts_hit = sum(any(counts[i] for i in members) for members in groups)
    repainted = parts_hit >= REPAINTED_PARTS and sum(counts) >= REPAINTED
    counting = [[i for i in members if parts[i].score > COUNTS_FROM] or members for members in groups]
    names = [_judge([parts[i] for i in own], [contexts[i] for i in own], bool(features.stones)) for own in counting]
    if repainted:
        names = [
            tuple(zone for zone in named if zone != "girdle") or _ground_of([contexts[i] for i in own])
            for named, own in zip(names, counting, strict=True)
        ]
    names = _echoes(names, counting, parts, contexts)
    for members, named in zip(groups, names, strict=True):
        for i in members:
            own: tuple[Zone, ...] = named
            if contexts[i].chain > ON_CHAIN:
                own = ("chain",)
            elif contexts[i].mark > ON_CHAIN and contexts[i].in_single < 0.5:
                own = ("mark", *(z for z in named if z != "mark"))
            zones[i] = own
    zones = _scattered(parts, contexts, zones)
    for i, own in enumerate(zones):
        zones[i] = ("smudge",) if smudges[i] else ("reflection",) if mirrors[i] else own
    return zones


def _echoes(
    names: list[tuple[Zone, ...]], groups: list[list[int]], parts: list[Part], contexts: list[_Context]
) -> list[tuple[Zone, ...]]:
    """`names` of groups, with `echo` for what a prong that changed at a stone's edge took out of that stone.

    A diamond shows its prongs again, deep inside: no prong stands there, and the facets are the same.
    """
    mains = [group[_main([parts[i] for i in group])] for group in groups]
    changed: dict[int, float] = {}  # size of the largest prong that changed, per stone
    for named, i in zip(names, mains, strict=True):
        here, counts = contexts[i], parts[i].score > COUNTS_FROM and not parts[i].hidden
        if named[0] == "girdle" and counts and DEEP < here.distance < AWAY:
            changed[here.nearest] = max(parts[i].size, changed.get(here.nearest, 0.0))

    def echoed(named: tuple[Zone, ...], part: Part, here: _Context) -> bool:
        small = part.size < ECHO_SIZE * changed.get(here.nearest, 0.0)
        return "girdle" in named and here.distance < DEEP and part.lost > part.invented and small

    return [("echo",) if echoed(named, parts[i], contexts[i]) else named for named, i in zip(names, mains, strict=True)]


def _main(parts: list[Part]) -> int:
    """Index of the part that changed most."""
    return max(range(len(parts)), key=lambda i: parts[i].size * parts[i].score)


def _mirrors(parts: list[Part], metal: list[bool]) -> list[bool]:
    """Which places on `metal` are reflections: step-cut gems and flat links have edges that run one way, too."""
    sure = [part.streaked > STREAKED and plain for part, plain in zip(parts, metal, strict=True)]
    large = [part for part, mirror in zip(parts, sure, strict=True) if mirror]
    return [
        mirror
        or (
            plain
            and part.streaked > STREAKED_BESIDE
            and any(other.size > part.size and _gap(part, other) < GROUP_GAP for other in large)
        )
        for part, plain, mirror in zip(parts, metal, sure, strict=True)
    ]


def _soft(part: Part, here: _Context) -> bool:
    """Whether what changed there has no edge, as finger marks dull a reflection, or nobody sees it.

    Prongs, beads and letters have edges.
    """
    edgeless = part.steep < min(SOFT_STEEP, SOFT_EDGE * part.contrast) and part.contrast < SOFT_CONTRAST
    if edgeless and max(here.in_single, here.in_set) <= 0.5:
        return True
    return part.contrast < UNSEEN_L and part.steep < UNSEEN_STEEP


def _ground_of(contexts: list[_Context]) -> tuple[Zone, ...]:
    """What a place lies on, whatever it may be."""
    if max(c.in_single for c in contexts) > 0.5:
        return ("stone",)
    return ("melee",) if max(c.stony for c in contexts) > PLAIN_HERE else ("metal",)


def _scattered(parts: list[Part], contexts: list[_Context], zones: list[tuple[Zone, ...]]) -> list[tuple[Zone, ...]]:
    """Several places all over one stone are a matter of that stone, however far from each other they lie."""
    inside: dict[int, list[int]] = {}
    for i, context in enumerate(contexts):
        if context.stone >= 0 and parts[i].score > COUNTS_FROM and zones[i][0] != "chain":
            inside.setdefault(context.stone, []).append(i)
    for members in inside.values():
        if len(members) >= FEW:
            for i in members:
                zones[i] = ("stone", *(z for z in zones[i] if z != "stone"))
    return zones


def _groups(parts: list[Part]) -> list[list[int]]:
    """Indices of parts that lie near each other (single linkage)."""
    group = list(range(len(parts)))
    for i, part in enumerate(parts):
        for j in range(i):
            if _gap(part, parts[j]) < GROUP_GAP and group[i] != group[j]:
                old, new = group[i], group[j]
                group = [new if g == old else g for g in group]
    return [[i for i, g in enumerate(group) if g == name] for name in dict.fromkeys(group)]


def _gap(one: Part, other: Part) -> float:
    """Distance between the boxes of two places, share of the longer side."""
    dx = max(0.0, one.box[0] - other.box[2], other.box[0] - one.box[2])
    dy = max(0.0, one.box[1] - other.box[3], other.box[1] - one.box[3])
    return float(np.hypot(dx, dy))


def _judge(parts: list[Part], contexts: list[_Context], any_stone: bool) -> tuple[Zone, ...]:
    main = _main(parts)
    part, here = parts[main], contexts[main]
    size = max(p.size for p in parts)
    extent = max(
        max(p.box[2] for p in parts) - min(p.box[0] for p in parts),
        max(p.box[3] for p in parts) - min(p.box[1] for p in parts),
    )
    plain = here.around < PLAIN_STONY or here.stony < PLAIN_HERE or here.slope < PLAIN_SLOPE
    if here.distance > AWAY and here.in_single < 0.5:
        if plain or not any_stone:
            return ("mark", "melee") if here.around > PLAIN_STONY else ("mark",)
        if size > LARGE:
            return ("melee", "mark")
    zones: list[Zone] = []
    many = len(parts) >= FEW and extent > 0.1
    fills = max(c.fills for c in contexts)
    if here.in_single > 0.5 and (many or fills > FILLS):
        zones.append("stone")
    elif many or size > LARGE or (here.in_set > 0.5 and fills > FILLS):
        zones += ["stone", "melee"] if here.gem or here.in_single > 0.5 else ["melee", "stone"]
    if part.blurred:  # a blur lies over facets or small stones; it takes no prong away
        zones.append("melee" if here.in_single < 0.5 else "stone")
    elif size < PRONG_SIZE and len(parts) <= FEW and fills < 0.75:
        zones.insert(0, "girdle")
    if here.in_single > 0.5 and here.distance < DEEP and "stone" not in zones:  # no prong stands there
        zones.append("stone")
    if here.in_set > 0.5 and size > BEAD_SIZE and "melee" not in zones:
        zones += ["melee", "stone"] if part.invented > part.lost else ["melee"]
    if part.long > ROW_ASPECT * part.thin and part.thin < ROW_THIN:  # a row of letters along an edge
        zones.append("mark")
    if here.around < LONELY and not here.gem and not here.coloured and size < LONELY_SIZE and "mark" not in zones:
        zones.append("mark")
    if "melee" not in zones and _smeared(part, here, size, fills, "stone" in zones):
        zones.append("melee")
    return tuple(dict.fromkeys(zones)) or ("stone" if here.in_single > 0.5 else "melee",)


def _smeared(part: Part, here: _Context, size: float, fills: float, of_stone: bool) -> bool:
    """Whether small stones may have run together there; `of_stone` says that a stone is named already."""
    if size <= SMEARED or part.lost <= part.invented:
        return False
    among = here.in_single < 0.5 or size > AMONG
    if here.stony > 0.5 and among and (not of_stone or here.in_set > FILLS):
        return True
    # A field of small stones of one colour is taken for one stone; no facet is wiped so far.
    wiped = part.lost > WIPED and part.invented < 1 - WIPED and not part.blurred
    return wiped and here.coloured and fills < WHOLE


def _context(part: Part, features: Features, shape: tuple[int, int], side: float) -> _Context:
    surface = features.surface
    height, width = surface.piece.shape
    here = np.zeros((height, width), bool)
    rows = np.minimum((part.rows * surface.factor).astype(int), height - 1)
    cols = np.minimum((part.cols * surface.factor).astype(int), width - 1)
    here[rows, cols] = True
    reach = max(2, int(0.035 * surface.side))
    near = max(1, int(0.012 * surface.side))
    # Only the surroundings are needed: a window is quicker than the whole map.
    window = np.s_[
        max(0, rows.min() - reach - 1) : rows.max() + reach + 2, max(0, cols.min() - reach - 1) : cols.max() + reach + 2
    ]
    body = here[window]
    ring = grown(body, reach) & ~grown(body, near) & surface.piece[window]
    stony, slope = surface.stony[window], surface.slope[window]
    x, y = float(part.cols.mean()), float(part.rows.mean())
    real = [s for s in features.stones if s.coloured or s.radius > REAL_RADIUS * side]
    away = [_distance(s, x, y) for s in real]
    single = [s for s in real if s.single]
    return _Context(
        stony=float(stony[body].mean()),
        around=float(stony[ring].mean()) if ring.any() else 0.0,
        slope=float(np.median(slope[ring])) if ring.any() else 0.0,
        gem=float(surface.gem[window][body].mean()) > 14,
        chain=float(features.chain_zone[part.rows, part.cols].mean()),
        mark=float(features.mark_zone[part.rows, part.cols].mean()),
        in_single=_share(part, single),
        in_set=_share(part, [s for s in real if not s.single]),
        distance=min(away, default=9.0),
        stone=next((n for n, s in enumerate(single) if _share(part, [s]) > 0.5), -1),
        nearest=int(np.argmin(away)) if away else -1,
        coloured=any(s.coloured and _share(part, [s]) > 0.5 for s in real),
        fills=max((part.size * side / (1.77 * s.radius) for s in real if _share(part, [s]) > 0.5), default=0.0),
    )


def _share(part: Part, stones: list[Stone]) -> float:
    return max((float(s.mask[part.rows, part.cols].mean()) for s in stones), default=0.0)


def _distance(stone: Stone, x: float, y: float) -> float:
    """Of a bench point from the stone's outline, in its radii; negative inside."""
    outlines, _ = cv2.findContours(stone.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return 9.0
    return -cv2.pointPolygonTest(max(outlines, key=len), (x, y), True) / max(1.0, stone.radius)
