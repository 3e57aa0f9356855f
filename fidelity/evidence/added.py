"""What a retouch added beside the piece, and fringes of another colour that it left along the outline.

The original shows its bare, even ground there, and the retouch neither that ground nor its own, nor a mix of both (a
halo is one), nor a shade of its own. A part is as thick as a bead, a fringe as thin as the rim of a mask: it counts
where it lies against the piece and has a colour of its own, or is far from both grounds and has sharp edges.

Source: own method. Limits: of 30 round parts of 5 % of the piece on the outlines of 15 close-up pieces (four of
them cut from where hardly anything shows) 22 are found, of 45 fringes of 0.6 % in green, magenta and dark 39; on 800
faithful pairs (close-up, vendors', rendered, and on nine kinds of new grounds) there is one such place, in a mirror
image that was laid under a piece.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fidelity.evidence.palette import PIECE_COLOURS, PLACE_COLOURS, from_nearest, some
from fidelity.evidence.rim import Rim, ground_colours
from fidelity.image.colour import delta_e76
from fidelity.image.gradient import slope
from fidelity.image.morphology import connected, grown, half_width, opened, shrunk, with_margin
from fidelity.image.picture import F32, Mask
from fidelity.result import Box

BEYOND = 0.06
"""How far off the silhouette is looked, share of the longer side."""
WAS_GROUND_E, SURELY_E = 6.0, 4.0
"""ΔE (CIE76) from its ground up to which a pixel of the original was ground, and the median over a place."""
OTHER_E = 9.0
"""ΔE of the retouch to both grounds, and between the pictures, from which a pixel shows something else."""
EVEN_E, ABOUT_EVEN_E = 4.0, 6.0
"""Most deviation of the original's colour (ΔE) in a part, and in a fringe without a colour of its own: against the
piece the window of that measure takes in some of its edge."""
SHADE_E, SHADE_EVEN_E = 3.5, 4.0
"""ΔE of a* and b* to its ground, and deviation, up to which a darker place is a shade of that ground."""
MIX_E, EDGE_L = 6.0, 4.0
"""Least ΔE to all mixes of both grounds, and least slope (L* per pixel of the grid) at the edge."""
PART, FRINGE = 0.014, 0.006
"""Least thickness of anything, and of a fringe, share of the longer side."""
LONG = 1.8
"""Square root of its area over its thickness from which a place is a strip: a disc has 0.9."""
AGAINST = 0.1
"""Least share of a fringe's edge that lies against the piece: metal that a rough mask left out has 0.03 at most."""
HUE_E = 9.0
"""ΔE of a* and b* to its ground, and ΔE to all mixes, of a fringe with a colour of its own."""
FAR_E, SHARP_L = 12.0, 8.0
"""The latter, and the slope at its edge, of one without."""
NEIGHBOURHOOD, LIKE_E = 0.08, 4.0
"""How far the piece's own colours are looked up, share of the longer side, and the median ΔE to the nearest of them up
to which a strip has them: outlines that bulge have 1.2 to 2.4, green and purple fringes 6 to 53."""
FEW_PX, SMALL_PX = 50, 12


Kind = Literal["part", "strip", "fringe"]


@dataclass(frozen=True)
class Addition:
    """Something that the retouch alone shows outside the piece.

    A `part` is compact; a `strip` along the outline has the piece's own colours, a `fringe` others.
    `size_percent` is the square root of its area in percent of the piece's longer side, `x` and `y` its centre on the
    bench.
    """

    kind: Kind
    box: Box
    size_percent: float
    x: float
    y: float


def find_additions(rim: Rim, *, rough: bool) -> tuple[Addition, ...]:
    """All of them, the largest first; none where the retouch repainted the piece: its tone cannot be told then.

    Where the piece is told from its ground but roughly, they must lie against it: metal that was taken for ground does
    not.
    """
    if rim.ground is None or rim.repainted:
        return ()
    zone = grown(rim.piece, max(4, round(BEYOND * rim.side))) & rim.seen
    ground = ~zone & rim.seen
    if ground.sum() < FEW_PX:
        return ()
    # What was added may be as near as the ground that `rim` compares with: ground is what lies beyond.
    old, new = (ground_colours(lab, ground, 3.0 * rim.gap) for lab in (rim.before, rim.after))
    other = (rim.was_ground < WAS_GROUND_E) & (np.minimum(rim.own_ground, rim.apart) > OTHER_E)
    if rim.swapped:
        other &= np.min([delta_e76(rim.after, colours) for colours in new], axis=0) > OTHER_E
    steep = slope(rim.after[..., 0], 1.0)
    found = [
        _named(kind, rows, cols, own, rim)
        for rows, cols, own in connected(opened(zone & other, 1))
        if (kind := _kind((rows, cols), own, rim, (old[0], new[0]), steep, rough=rough))
    ]
    return tuple(sorted(found, key=lambda a: -a.size_percent))


def _kind(
    at: tuple[slice, slice], own: Mask, rim: Rim, grounds: tuple[F32, F32], steep: F32, *, rough: bool
) -> Kind | None:
    """What a place is; None where it is nothing, a shade, a mix of both grounds, or too thin to tell."""
    thick = 2 * half_width(own) / rim.side
    if own.sum() < SMALL_PX or thick < FRINGE:
        return None
    was, before, after = (float(np.median(v[at][own])) for v in (rim.was_ground, rim.busy_before, rim.busy_after))
    colours = rim.after[at][own]
    old, new = (lab[at][own] for lab in grounds)
    light = float(np.median(colours[:, 0] - new[:, 0]))
    hue = float(np.median(np.hypot(*(colours - new)[:, 1:].T)))
    mix = float(np.median(_off_mixes(colours, old, new)))
    if was > SURELY_E or mix < MIX_E or (hue < SHADE_E and light < 0 and after < SHADE_EVEN_E):
        return None
    window, where = with_margin(*at, own, 1, rim.piece.shape)
    beside = grown(where, 1) & ~where
    edge = float(np.median(steep[window][beside])) if beside.any() else 0.0
    if edge < EDGE_L:
        return None
    part = thick > PART and before < EVEN_E
    another = min(hue, mix) > HUE_E or (mix > FAR_E and edge > SHARP_L and before < ABOUT_EVEN_E)
    against = rim.piece[window][beside].mean() > AGAINST
    if not (part and (against or not rough)) and not (another and against):
        return None
    if math.sqrt(own.sum()) < LONG * thick * rim.side:
        return "part"
    return "strip" if _of_the_piece(at, own, rim) else "fringe"


def _of_the_piece(at: tuple[slice, slice], own: Mask, rim: Rim) -> bool:
    """Whether a place shows colours that the original has in the piece nearby."""
    window, where = with_margin(*at, own, round(NEIGHBOURHOOD * rim.side), rim.piece.shape)
    body = shrunk(rim.piece & (rim.was_ground > OTHER_E), 2)[window] & ~where
    colours, known = (
        some(c, most) for c, most in ((rim.after[at][own], PLACE_COLOURS), (rim.before[window][body], PIECE_COLOURS))
    )
    return len(known) >= FEW_PX and float(np.median(from_nearest(colours, known))) < LIKE_E


def _off_mixes(colours: F32, old: F32, new: F32) -> F32:
    """(n,) ΔE (CIE76) of colours (n, 3) to the nearest mix of two grounds (n, 3)."""
    way = new - old
    share = np.einsum("ij,ij->i", colours - old, way) / np.maximum(1e-6, np.einsum("ij,ij->i", way, way))
    return delta_e76(colours, old + np.clip(share, 0, 1)[:, None] * way)


def _named(kind: Kind, rows: slice, cols: slice, own: Mask, rim: Rim) -> Addition:
    x, y = rim.middle(rows, cols, own)
    return Addition(
        kind=kind,
        box=rim.box(rows, cols),
        size_percent=rim.size_percent(own),
        x=x,
        y=y,
    )
