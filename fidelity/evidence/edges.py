"""Places at the outline where the piece gave way to its ground.

On an unchanged ground a place is eaten where the retouch shows the ground's colour, or an even patch, and the
original showed neither. On a swapped ground the retouch may show the old ground's colour inside the piece, which a
cut-out leaves no other way, or the new one where the original's own silhouette has piece, or where the piece goes on
in the original (`trimmed`, `notches`, `cut_off`). Soft shadows and props that went with their ground have none of
these. A retouch that repainted the metal cannot be judged so: a light reflection may have the ground's colour.

Source: own method. Limits were set on labelled close-up pairs of 16 pieces: no place on 224 faithful pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from fidelity.evidence.cut_off import find_cut_off
from fidelity.evidence.filled import find_filled
from fidelity.evidence.notches import find_notches
from fidelity.evidence.rim import REPAINTED, Rim
from fidelity.evidence.trimmed import find_trimmed
from fidelity.image.morphology import connected, grown, signed_depth, with_margin
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

BEYOND = 0.03
"""How far off the silhouette is looked, share of the longer side."""
AT_OUTLINE = 0.02
"""On a swapped ground a place begins no deeper below the outline than this share of the longer side."""
APART_E, NOISES = 8.0, 2.0
"""ΔE of both pictures from which a pixel counts: at least this, and this many times the pair's own."""
EVEN = 4.0
"""Standard deviation (ΔE) of what shows ground."""
NEAR_GROUND_E, OFF_GROUND_E, BUSY = 7.0, 8.0, 6.0
"""ΔE from the ground up to which the retouch shows it; ΔE or deviation from which the original did not."""
SHADOW_E = 14.5
"""ΔE from its ground nearby that the contact shadow above an added mirror image has at most; a bite had 15.2."""
QUIET_E = 3.0
"""80th percentile of ΔE inside the piece below which nothing but a small place changed."""
PATCH_EVEN, PATCH_BUSY, PATCH_RATIO = 1.2, 4.0, 4.0
"""An even patch: deviation after, before, and their ratio."""
PATCH_E = 6.0
"""ΔE from which a pixel counts for an even patch."""
PATCH_GROUND_E, PATCH_NEARER, PATCH_STANDS_OUT_E = 10.5, 0.65, 12.0
"""On a swapped ground an even patch was filled with the old one: ΔE from that up to which its shade may take it, also
as a share of that from the new ground, and the least of the latter."""
SHADED, SHADED_E = 0.25, 2.0
"""A new shadow has the old ground's colour somewhere. A place lies in one if the retouch is off its ground just outside
the piece as well: by this share of what it is at the place, and this ΔE. Bites have 0.16, shadows 0.3 and more."""
NEARER = 0.9
"""On a new ground a place is nearer to the old one by this: bites have up to 0.72, a new shadow on an old one more."""
INSIDE, EDGED = 0.25, 8.0
"""Share of a place inside the silhouette, or the original's deviation (ΔE) in it, from which it was piece: links with
their shadow in their openings reach 0.1 and 6.3."""
SMALLEST = 1e-4
"""Area of a place, share of the longer side squared."""


class Proof(IntEnum):
    """What shows that a place was piece, the surest last: its colour, all of its colours, or also that it stood out."""

    COLOUR = 0
    OWN_COLOURS = 1
    CUT_OFF = 2


@dataclass(frozen=True)
class Bite:
    """A place where piece became ground.

    `size_percent` is the square root of its area in percent of the piece's longer side, `apart` the median ΔE
    (CIE76) between both pictures; `x`, `y` its centre on the bench. With the `proof` `OWN_COLOURS` or
    more the original has the piece's own colours there and none of its ground's: no shadow, no pattern; what was
    `CUT_OFF` stood out of the retouch's silhouette.
    """

    box: Box
    size_percent: float
    apart: float
    x: float
    y: float
    proof: Proof = Proof.COLOUR


@dataclass(frozen=True, eq=False)
class _Place:
    """A connected place with medians of the rim's maps over it; `inside` is the silhouette's share of it."""

    rows: slice
    cols: slice
    where: Mask
    area: float
    inside: float
    apart: float
    busy_before: float
    busy_after: float
    was_ground: float
    own_ground: float
    new_ground: float


def find_bites(rim: Rim, chain: Mask) -> tuple[Bite, ...]:
    """Places, the surest and the largest first; none on a repainted piece. A `chain` (h, w) has its own."""
    if rim.repainted:
        return ()
    found = [p for p in _old_ground(rim) if (_old_on_swapped(p, rim) if rim.swapped else _old_on_same(p))]
    if rim.swapped:
        found += [p for p in _new_ground(rim) if _new_on_swapped(p, rim)]
        found += [p for p in _grown_patches(rim) if _patch_on_swapped(p, rim)]
    else:
        found += [p for p in _patches(rim) if p.inside > 0.5 and p.apart > APART_E and p.area > 1.5e-4]
    places: list[tuple[slice, slice, Mask, Proof]] = [(p.rows, p.cols, p.where, Proof.COLOUR) for p in found]
    if rim.swapped:
        places += [(*place, Proof.COLOUR) for place in find_trimmed(rim)]
        places += [(r, c, w, Proof.OWN_COLOURS if own else Proof.COLOUR) for r, c, w, own in find_notches(rim, chain)]
        places += [(*place, Proof.CUT_OFF) for place in find_cut_off(rim)]
    return _named(places, rim)


def find_fillings(rim: Rim) -> tuple[Bite, ...]:
    """The other way round: openings that the retouch filled, ground that it covered, the largest first."""
    return () if rim.repainted else _named([(*place, Proof.COLOUR) for place in find_filled(rim)], rim)


def _named(places: list[tuple[slice, slice, Mask, Proof]], rim: Rim) -> tuple[Bite, ...]:
    """Places on the grid, each with its proof, as what a check is told; none twice."""
    bites = []
    taken = np.zeros(rim.piece.shape, bool)
    for rows, cols, where, proof in sorted(places, key=lambda place: (-place[3], -int(place[2].sum()))):
        if taken[rows, cols][where].any():  # the same place, seen in another way
            continue
        taken[rows, cols] |= where
        x, y = rim.middle(rows, cols, where)
        bites.append(
            Bite(
                box=rim.box(rows, cols, grow=rim.window // 2),
                size_percent=rim.size_percent(where),
                apart=float(np.median(rim.apart[rows, cols][where])),
                x=x,
                y=y,
                proof=proof,
            )
        )
    return tuple(bites)


def _old_on_same(place: _Place) -> bool:
    # Off the silhouette only what had edges was piece: the rest is a shadow or a gap.
    was_piece = place.inside > 0.15 or place.busy_before > BUSY
    return was_piece and place.area > 1.2e-4 and place.apart > 10.5 and place.own_ground < 6.5


def _old_on_swapped(place: _Place, rim: Rim) -> bool:
    """The old ground's colour on a new ground; the new ground itself shows only that the outline was trimmed."""
    # The quieter the pair, the surer its colours.
    near = 4.0 if rim.noise > 4 else max(4.0, (0.3 if rim.noise < QUIET_E else 0.25) * place.apart)
    stands_out = place.new_ground > 1.5 and place.busy_after < 2.6
    found = stands_out and place.area > 1.5e-4 and place.apart > 10.3 and place.own_ground < near
    found = found and place.own_ground < NEARER * place.new_ground
    # Off the silhouette a new shadow lies over an old one; only what had edges was piece.
    found = found and (place.inside > INSIDE or place.busy_before > EDGED)
    return found and _beside(place, rim) <= max(SHADED_E, SHADED * place.new_ground)


def _beside(place: _Place, rim: Rim) -> float:
    """Median ΔE of the retouch to its ground next to a place, off the silhouette; 0 where none of that is seen."""
    reach = 2 + rim.window
    window, own = with_margin(place.rows, place.cols, place.where, reach, rim.piece.shape)
    ring = grown(own, reach) & ~grown(own, 2) & ~rim.piece[window] & rim.seen[window]
    return float(np.median(rim.new_ground[window][ring])) if ring.any() else 0.0


def _new_on_swapped(place: _Place, rim: Rim) -> bool:
    # New grounds are white or grey, and so are reflections on metal that was calmed: nothing may have been. Between the
    # piece and a mirror image that was added below it lies its old contact shadow.
    return (
        rim.noise < 5.0
        and place.was_ground > SHADOW_E
        and place.inside > 0.5
        and place.apart > 15
        and place.area > 1.5e-4
    )


def _patch_on_swapped(place: _Place, rim: Rim) -> bool:
    near = min(PATCH_GROUND_E, PATCH_NEARER * place.new_ground)
    filled = place.own_ground < near and place.new_ground > PATCH_STANDS_OUT_E
    return filled and rim.noise < REPAINTED and place.inside > 0.5 and place.area > 1.2e-4


def _old_ground(rim: Rim) -> Iterator[_Place]:
    was_piece = (rim.was_ground > OFF_GROUND_E) | (rim.busy_before > BUSY)
    return _places(rim, (rim.busy_after < EVEN) & (rim.own_ground < NEAR_GROUND_E) & was_piece, _limit(rim))


def _new_ground(rim: Rim) -> Iterator[_Place]:
    was_piece = (rim.was_ground > OFF_GROUND_E) & (rim.busy_before > BUSY - 1)
    return _places(rim, (rim.busy_after < EVEN) & (rim.new_ground < NEAR_GROUND_E - 2) & was_piece, _limit(rim))


def _patches(rim: Rim) -> Iterator[_Place]:
    return _places(rim, _even(rim) & ~rim.dust, PATCH_E)


def _grown_patches(rim: Rim) -> Iterator[_Place]:
    """Even patches to their edges: each of their windows is even all over."""
    return _places(rim, grown(_even(rim), rim.window // 2), _limit(rim))


def _even(rim: Rim) -> Mask:
    """(h, w) windows that are even in the retouch and were not before."""
    even = (rim.busy_after < PATCH_EVEN) & (rim.busy_before > PATCH_BUSY)
    return np.asarray(even & (rim.busy_before > PATCH_RATIO * rim.busy_after))


def _limit(rim: Rim) -> float:
    return max(APART_E, NOISES * rim.noise)


def _places(rim: Rim, candidate: Mask, limit: float) -> Iterator[_Place]:
    zone = grown(rim.piece, max(2, round(BEYOND * rim.side))) & rim.seen
    depth = signed_depth(rim.piece)
    for rows, cols, where in connected(candidate & zone & (rim.apart > limit)):
        area = float(where.sum()) / rim.side**2
        if area < SMALLEST or (rim.swapped and depth[rows, cols][where].min() > AT_OUTLINE * rim.side):
            continue

        def over(values: F32, rows: slice = rows, cols: slice = cols, where: Mask = where) -> float:
            return float(np.median(values[rows, cols][where]))

        yield _Place(
            rows=rows,
            cols=cols,
            where=where,
            area=area,
            inside=float(rim.piece[rows, cols][where].mean()),
            apart=over(rim.apart),
            busy_before=over(rim.busy_before),
            busy_after=over(rim.busy_after),
            was_ground=over(rim.was_ground),
            own_ground=over(rim.own_ground),
            new_ground=over(rim.new_ground),
        )
