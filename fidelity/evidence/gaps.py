"""Gaps: places inside the silhouette where the ground is seen, the old one before and the new one after.

The silhouette has the large openings; links, prongs and galleries leave smaller ones. A new ground turns every
gradient at their rims, so they are told from metal and left out.

Source: own method; limits were set on faithful close-up and rendered pairs on swapped grounds.
"""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.evidence.bench import Bench
from fidelity.evidence.piece import nearby
from fidelity.evidence.shadow import shade
from fidelity.image.colour import delta_e76, spread
from fidelity.image.morphology import connected, grown, shrunk, with_margin
from fidelity.image.picture import F32, Mask

GROUND_MARGIN_E = 9.0
"""ΔE (CIE76) from the original's ground nearby up to which a pixel was ground, and from which it was swapped."""
NEW_GROUND_E = 3.0
"""ΔE from the new ground up to which a pixel shows it."""
OPENING_PX = 12
OPENING_EVEN_E, OPENING_GLOW_E = 5.0, 25.0
"""Standard deviation of the ground's colour in a small opening (CIE76), and how far the metal's glow takes it from
the ground about the piece."""
SHADED_SWAP, SHADED_SIDE = (0.5, 1.15), 0.05
"""Change of lightness in a shaded gap over that of the ground nearby; its largest side, share of the longer side."""
SHADOW_L = 5.0
"""L* below the new ground nearby from which a gap lies in a new shadow, whatever it was before."""
SET_OFF_PX, SET_OFF_E = 4, 8.0
"""Distance at which the metal about it is seen, and the least ΔE (CIE76) between both."""
OPENING_JUMP_E = 40.0
"""Change of colour in the smallest openings: a dark ground became a light one."""
LIT_SIDE, LIT_WAS_GROUND, LIT_UNEVEN_E = 0.08, 0.7, 9.5
"""Light that was painted on: its largest side (share of the longer side), the share of it that may have been ground,
and the least standard deviation of the colour (CIE76) in the original. Sparkle on diamonds has at most 0.66 and at
least 10.6, gaps at least 0.5 and at most 8.4."""
LIT_HALF, LIT_MIXED_E = 0.5, 5.0
"""Share of ground from which such a place must be of mixed colours: the median ΔE to their middle. A slot of one colour
with a bright rim has 3.8, sparkle of which as much may have been ground 5.8 and more."""
PLAIN_E = 3.0
"""Median ΔE in the ring about the piece up to which one colour stands for the new ground."""
EVEN_WINDOW, EVEN_E, EVEN_USUAL = 0.006, 4.0, 1.5
"""Window (share of the longer side) in which the old ground is even: root of the variance of its colour (CIE76), and
that over the usual one of the ring."""
KEPT_E = 4.0
"""Median ΔE between both pictures in the ring up to which it is the old ground."""
MOST_OF_PIECE = 0.3
"""Gaps are at most 0.24 of a piece's mask (chains), repainted metal of the old ground's colour was 0.42 and more."""
FEW_PX = 100
"""A smaller ring says nothing about the ground."""


def show_new_ground(bench: Bench, ring: Mask, side: float) -> Mask:
    """(h, w) where the old ground was seen and the new one is.

    `ring` (h, w) is ground about the piece on the bench, `side` the piece's longer side in pixels. Nothing where the
    ring is too small to know a ground by.
    """
    if ring.sum() < FEW_PX:
        return np.zeros(ring.shape, bool)
    before, after = bench.lab
    old, new = (nearby(lab, ring, 0.03 * side) for lab in (before, after))
    from_old = delta_e76(before, old)
    moved = delta_e76(before, after) > GROUND_MARGIN_E
    was_ground = _was_ground(from_old, ring)
    shaded = shade(after, new, NEW_GROUND_E, NEW_GROUND_E)
    found = _in_shade(shaded & was_ground & moved, (before, after), (old[..., 0], new[..., 0]), side)
    if _unevenness(after, ring) <= PLAIN_E:
        shows_new = (delta_e76(after, np.median(after[ring], axis=0)) < NEW_GROUND_E) & moved
        shows_new &= ~_lit_up(shows_new, was_ground, before, (LIT_SIDE * side) ** 2)
        found |= (shows_new & was_ground) | _openings(shows_new, from_old, before, after)
    return grown(found, max(2, round(0.005 * side)))


def show_uneven_ground(bench: Bench, ring: Mask, inside: Mask, side: float, unevenness: float) -> Mask:
    """(h, w) where the old ground was seen and another is, of which no one colour stands for the whole.

    Wood, marble, a scene or a gradient may show any colour in a gap, so the original alone is asked: its ground, even,
    and no longer there. Nothing where that were a good part of `inside` (h, w), the piece: then it is metal of the
    ground's colour that was painted over. `ring` and `side` as in `show_new_ground`, `unevenness` that of the new
    ground there.
    """
    none = np.zeros(ring.shape, bool)
    if unevenness <= PLAIN_E or not inside.any():
        return none
    before, after = bench.lab
    from_old = delta_e76(before, nearby(before, ring, 0.03 * side))
    found = _was_ground(from_old, ring) & (delta_e76(before, after) > GROUND_MARGIN_E) & _even(before, ring, side)
    found = grown(found, max(2, round(0.005 * side)))
    return found if found[inside].mean() < MOST_OF_PIECE else none


def new_unevenness(bench: Bench, ring: Mask) -> float:
    """Median ΔE (CIE76) of a new ground in a ring (h, w) to its middle colour.

    0 where the ring is too small to tell, and where most of the ground is the old one.
    """
    before, after = bench.lab
    if ring.sum() < FEW_PX or float(np.median(delta_e76(before[ring], after[ring]))) <= KEPT_E:
        return 0.0
    return _unevenness(after, ring)


def _unevenness(lab: F32, ring: Mask) -> float:
    return float(np.median(delta_e76(lab[ring], np.median(lab[ring], axis=0))))


def _was_ground(from_old: F32, ring: Mask) -> Mask:
    usual = float(np.percentile(from_old[ring], 80))
    return np.asarray(from_old < max(GROUND_MARGIN_E, 1.5 * usual))


def _even(lab: F32, ring: Mask, side: float) -> Mask:
    """(h, w) where a picture varies no more in small windows than its ground does: facets do."""
    size = (max(3, round(EVEN_WINDOW * side) | 1),) * 2
    mean, square = (np.asarray(cv2.blur(v, size), np.float32) for v in (lab, lab * lab))
    uneven = np.sqrt(np.maximum(0, (square - mean * mean).sum(axis=2)))
    return np.asarray(uneven < max(EVEN_E, EVEN_USUAL * float(np.median(uneven[ring]))))


def _in_shade(shaded: Mask, pictures: tuple[F32, F32], grounds: tuple[F32, F32], side: float) -> Mask:
    """Gaps in the piece's own shadow, of those places that show the new ground or a darker self of it (`shaded`).

    They are small, even in both pictures and set off from the metal in both. They became lighter or darker by what the
    ground nearby did (`grounds`, (h, w) lightness before and after), or most of it; or a new shadow lies in them.
    """
    (before, after), (old, new) = pictures, grounds
    out = np.zeros(shaded.shape, bool)
    for rows, cols, where in connected(shaded):
        if not OPENING_PX <= where.sum() <= (SHADED_SIDE * side) ** 2:
            continue
        window, own = with_margin(rows, cols, where, SET_OFF_PX, shaded.shape)
        core = shrunk(own, 2)
        if core.sum() < OPENING_PX:
            continue
        about = grown(own, SET_OFF_PX) & ~grown(own, SET_OFF_PX // 2)
        first, second = before[window], after[window]
        uneven = max(spread(v[core]) for v in (first, second))
        set_off = min(float(np.median(delta_e76(v[about], np.median(v[core], axis=0)))) for v in (first, second))
        swap = float(np.median((new - old)[window][core]))
        share = float(np.median((second - first)[core][:, 0])) / (swap or 1.0)
        darker = float(np.median((second[..., 0] - new[window])[core]))
        moved = SHADED_SWAP[0] < share < SHADED_SWAP[1] or darker < -SHADOW_L
        if uneven < OPENING_EVEN_E and set_off > SET_OFF_E and moved:
            out[window] |= own
    return out


def _lit_up(shows_new: Mask, was_ground: Mask, before: F32, largest: float) -> Mask:
    """Light of the new ground's colour where the original showed facets, some of them as grey as its ground.

    Places of up to `largest` pixels: the ground about the piece is larger, and sparkle is not.
    """
    out = np.zeros(shows_new.shape, bool)
    for rows, cols, own in connected(shows_new):
        if not OPENING_PX <= own.sum() <= largest:
            continue
        share = was_ground[rows, cols][own].mean()
        if share > LIT_WAS_GROUND:
            continue
        colours = before[rows, cols][own]
        mixed = np.median(delta_e76(colours, np.median(colours, axis=0))) > LIT_MIXED_E
        out[rows, cols] |= own & bool(spread(colours) > LIT_UNEVEN_E and (share <= LIT_HALF or mixed))
    return out


def _openings(shows_new: Mask, from_old: F32, before: F32, after: F32) -> Mask:
    """Gaps whose ground took the metal's glow: even, and still near the ground's colour, in the original."""
    out = np.zeros(shows_new.shape, bool)
    for rows, cols, own in connected(shows_new):
        window = (rows, cols)
        core = shrunk(np.pad(own, 1), 2)[1:-1, 1:-1]
        small = core.sum() < OPENING_PX
        if float(np.median(from_old[window][own if small else core])) >= OPENING_GLOW_E:
            continue
        if small:  # too small to be looked at for itself: no stone or metal jumps as far as a ground
            jump = float(np.linalg.norm(np.median(after[window][own] - before[window][own], axis=0)))
            out[window] |= own & (jump > OPENING_JUMP_E)
        else:
            out[window] |= own & (spread(before[window][core]) < OPENING_EVEN_E)
    return out
