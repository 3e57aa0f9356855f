"""Parts of the piece that the original shows and that are plain ground in the retouch, however large.

A background remover deletes a shank, half a chain, a side stone with its shoulder, one earring of a pair. The retouch's
silhouette cannot tell: what it lacks is not in it. So the original is parted into piece and ground anew (parting.py).
What falls to the piece there, is flat in the retouch, and is as full of detail as the piece nearby is a part that is
gone. Shadows, putty and skin share a piece's colours at times, but not its detail; a stand shares its detail, but not
its colours.

Limits: set on 16 photographed pieces (33 pictures with a part deleted, 64 faithful whole retouches, 224 faithful single
edits), then held against 14 others, hand-held and on busy grounds: checks/fidelity_checks/silhouette.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.evidence.palette import GROUND_COLOURS, PIECE_COLOURS, PLACE_COLOURS, from_nearest, some
from fidelity.evidence.parting import View, is_piece
from fidelity.evidence.piece import Piece
from fidelity.image.colour import delta_e76, srgb_to_lab
from fidelity.image.ground import PLAIN_SPREAD, backdrop
from fidelity.image.morphology import connected, grown, half_width, opened, shrunk, without_holes
from fidelity.image.picture import F32, F64, Mask, Picture
from fidelity.registration import Registration
from fidelity.registration.register import reached, warp
from fidelity.result import Box

PIECE_SIDE_PX = 360
"""Longer side of what is left of the piece on the grid: a twentieth of it, the narrowest part, is 18 px wide."""
AROUND = 0.5
"""How far beyond what is left is looked, share of its longer side: the other earring of a pair lies as near."""
CRUMB, PINHOLE = 0.01, 0.004
"""Bodies of what is left under this share of it are dust; holes under this share of it are highlights."""
BACKDROP_PX = 350
"""Longer side of the whole original for its backdrop, which is smooth."""
BACKDROP_E, CALM_E = 5.0, 1.0
"""ΔE (CIE76) from a plain backdrop up to which calm ground is sure, at least, and the detail up to which it is calm."""
FLAT_E, FLAT_PX = 3.0, 5
"""Standard deviation (ΔE) over so many pixels up to which the retouch is flat: new grounds have 1, facets 5."""
EDGE = 0.01
"""Width of the boundary that belongs to neither side, share of the longer side."""
WINDOW = 0.03
"""Window in which detail is averaged, share of the longer side: as wide as a shank."""
DETAILED = 0.35
"""Detail about a pixel that may be piece: 0 is the ground's, 1 the piece's."""
UNEVEN = 75
"""Percentile of the ground's detail that such a pixel must exceed: cloth and stone have some."""
NEARBY, GROUND_NEARBY = 0.2, 0.25
"""How far the piece's and the ground's own detail are looked up, shares of the longer side."""
AS_DETAILED = 0.5
"""Detail inside a place, on the same scale, from which it is as detailed as the piece. Deleted parts have 0.53 and
more; shadows, putty, fingers and folds of cloth as wide as a part have 0.44 at most."""
OWN_COLOURS = 1.4
"""Distance to the ground's colours over that to the piece's, at least: parts have 1.8 and more, velvet 1.1 at most."""
SMALLEST = 0.018
"""Area of a part, share of what is left of the piece: the smallest that was deleted has 0.019."""
BROAD, LONG = 0.026, 0.2
"""Half the width of a part, or else its extent, shares of the longer side: the shadows of a chain's links have 0.02."""
ENCLOSED = 0.5
"""Share of its edge that lies against the piece, from which something detailed of other colours was held by it."""
LEAST_DETAIL = 0.5
"""Detail (ΔE over two pixels) by which a piece stands out of its ground, at least; for a ratio that must be finite."""
FEW_PX = 50

_Frame = tuple[int, int, int, int, float]
"""Left, top, right and bottom in original pixels, and grid pixels per original pixel."""


@dataclass(frozen=True, eq=False)
class Gone:
    """A part of the piece that became ground, in original pixels.

    `size_percent` is its area in percent of what is left of the piece, `x` and `y` its middle. `alike` is whether its
    colours are the piece's: if not, it was something that the piece held.
    """

    box: Box
    x: float
    y: float
    size_percent: float
    alike: bool


def find_gone(
    original: Picture, retouched: Picture, registration: Registration, piece: Piece | None
) -> tuple[Gone, ...]:
    """Parts of the piece that are flat ground in the retouch, the largest first.

    `piece` is what both pictures show of it. Empty where no details laid the two on top of each other.
    """
    if piece is None or registration.matrix is None or registration.info.method != "features":
        return ()
    x, y, w, h = piece.region
    longer = max(w, h)
    reach = round(AROUND * longer)
    left, top = max(0, x - reach), max(0, y - reach)
    right, bottom = min(original.shape[1], x + w + reach), min(original.shape[0], y + h + reach)
    scale = min(1.0, PIECE_SIDE_PX / longer)
    view = _view((original, retouched), registration.matrix, piece, (left, top, right, bottom, scale))
    if view is None:
        return ()
    found = [_placed(part, view, alike, (left, top), scale) for part, alike in _parts(view)]
    return tuple(sorted(found, key=lambda part: -part.size_percent))


def _view(pair: tuple[Picture, Picture], matrix: F64, piece: Piece, frame: _Frame) -> View | None:
    """Both pictures around the piece; None where nothing detailed became flat, which is most pairs."""
    original, retouched = pair
    left, top, right, bottom, scale = frame
    shape = max(1, round((bottom - top) * scale)), max(1, round((right - left) * scale))
    crop = original.rgb[top:bottom, left:right]
    before = np.asarray(cv2.resize(crop, shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    half = 0.5 * scale - 0.5  # pixel centres, not corners
    onto = np.array([[scale, 0, half - scale * left], [0, scale, half - scale * top], [0, 0, 1]]) @ matrix
    after = srgb_to_lab(warp(retouched.rgb, onto, shape))
    side = max(piece.region[2:]) * scale
    lab, seen = srgb_to_lab(before), reached(retouched.shape, onto, shape)
    detail = _detail(lab)
    window = max(3, round(WINDOW * side) | 1)
    about = np.asarray(cv2.blur(detail, (window, window)), np.float32)
    flat = (_unevenness(after) < FLAT_E) & seen
    whole = piece.on(left, top, scale, shape)
    if not whole.any():
        return None
    if piece.source in ("ground", "focus"):  # the original alone showed it: what went is still in it
        gone = flat & (about > DETAILED * float(detail[whole].mean()))
        whole &= ~opened(gone, max(1, round(EDGE * side)))
    kept = _tidy(whole)
    if kept.sum() < FEW_PX:
        return None
    ground = ~seen | (_bare(original, lab, about, frame) & ~kept)
    view = View(before, lab, kept, flat, ground, ~seen, detail, about, side)
    beside = flat & ~grown(kept, view.px(EDGE)) & ~ground & (about > DETAILED * float(detail[kept].mean()))
    return view if beside.sum() > 0.5 * SMALLEST * kept.sum() else None


def _detail(lab: F32) -> F32:
    """(h, w) the slope of all three channels together, ΔE over two pixels."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1)))
    return np.asarray(np.sqrt(np.einsum("ijk,ijk->ij", across, across) + np.einsum("ijk,ijk->ij", down, down)))


def _unevenness(lab: F32) -> F32:
    """(h, w) the standard deviation of all three channels together over a few pixels."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.7)  # what JPEG and grain leave on a flat ground
    size = (FLAT_PX, FLAT_PX)
    variance = cv2.blur(smooth * smooth, size) - cv2.blur(smooth, size) ** 2
    return np.asarray(np.sqrt(np.maximum(variance, 0).sum(axis=-1)))


def _tidy(mask: Mask) -> Mask:
    """Without crumbs and pinholes."""
    area = float(mask.sum())
    out = np.zeros_like(mask)
    for rows, cols, own in connected(mask):
        if own.sum() >= CRUMB * area:
            out[rows, cols] |= own
    for rows, cols, hole in connected(without_holes(out) & ~out):
        if hole.sum() < PINHOLE * area:
            out[rows, cols] |= hole
    return out


def _bare(original: Picture, lab: F32, about: F32, frame: _Frame) -> Mask:
    """(h, w) where the original surely shows its plain backdrop; nowhere where it has none."""
    height, width = original.shape
    factor = min(1.0, BACKDROP_PX / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = srgb_to_lab(np.asarray(cv2.resize(original.rgb, size, interpolation=cv2.INTER_AREA), np.uint8))
    smooth, spread = backdrop(small)
    if spread > PLAIN_SPREAD:
        return np.zeros(about.shape, bool)
    left, top, right, bottom = (round(v * factor) for v in frame[:4])
    part = smooth[top : max(bottom, top + 1), left : max(right, left + 1)]
    here = np.asarray(cv2.resize(part, about.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray((delta_e76(lab, here) < max(BACKDROP_E, 2 * spread)) & (about < CALM_E))


def _parts(view: View) -> list[tuple[Mask, bool]]:
    """Masks (h, w) of the parts that went, and whether their colours are the piece's."""
    edge = view.px(EDGE)
    near = grown(view.left, edge)
    own = is_piece(view)
    ground = ~near & ~own & ~view.unseen
    core = shrunk(view.left, edge)
    if min(ground.sum(), core.sum()) < FEW_PX:
        return []
    piece_has = float(view.detail[core].mean())
    ground_has = float(np.percentile(view.about[ground], UNEVEN))
    detailed = view.flat & ~near & (view.about > ground_has + DETAILED * (piece_has - ground_has))
    colours = some(view.lab[core], PIECE_COLOURS)
    grounds = some(view.lab[ground & ~grown(detailed & own, view.px(WINDOW))], GROUND_COLOURS)
    found: list[tuple[Mask, bool]] = []
    for zone, alike in ((own, True), (~own, False)):
        for rows, cols, body in connected(opened(detailed & zone, edge) & zone):
            seed = np.zeros_like(own)
            seed[rows, cols] = body
            whole = grown(seed, edge + FLAT_PX // 2 + 1) & zone & ~view.left
            share = float(whole.sum()) / float(view.left.sum())
            if share < SMALLEST or not _large(whole, view.side) or not _as_detailed(whole, core, ground, view):
                continue
            if alike:
                few = some(view.lab[seed], PLACE_COLOURS)
                like, unlike = (float(np.median(from_nearest(few, known))) for known in (colours, grounds))
                if unlike > OWN_COLOURS * like:
                    found.append((whole, True))
            elif _held(whole, near):
                found.append((whole, False))
    return found


def _large(body: Mask, side: float) -> bool:
    ys, xs = np.nonzero(body)
    return half_width(body) > BROAD * side or float(np.hypot(np.ptp(ys), np.ptp(xs))) > LONG * side


def _as_detailed(body: Mask, core: Mask, ground: Mask, view: View) -> bool:
    """Whether a body's inside is as detailed as the piece, all of it and nearby."""
    inside = shrunk(body, view.px(EDGE))
    if inside.sum() < 10:
        return False
    apart = cv2.distanceTransform((~body).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    near_piece, near_ground = core & (apart < NEARBY * view.side), ground & (apart < GROUND_NEARBY * view.side)
    base = float(view.detail[near_ground if near_ground.sum() > FEW_PX else ground].mean())
    has = float(view.detail[inside].mean()) - base
    pieces = [core, near_piece] if near_piece.sum() > FEW_PX else [core]
    return all(has > AS_DETAILED * max(LEAST_DETAIL, float(view.detail[p].mean()) - base) for p in pieces)


def _held(body: Mask, near: Mask) -> bool:
    """Whether most of a body's edge lies against what is left of the piece."""
    rim = grown(body, 1) & ~body
    return float((rim & grown(near, 2)).sum()) > ENCLOSED * float(rim.sum())


def _placed(part: Mask, view: View, alike: bool, corner: tuple[int, int], scale: float) -> Gone:
    ys, xs = np.nonzero(part)
    x, y = ((float(v) + 0.5) / scale + c for v, c in zip((xs.mean(), ys.mean()), corner, strict=True))
    return Gone(
        box=(
            round(xs.min() / scale + corner[0]),
            round(ys.min() / scale + corner[1]),
            round((np.ptp(xs) + 1) / scale),
            round((np.ptp(ys) + 1) / scale),
        ),
        x=x,
        y=y,
        size_percent=100 * float(part.sum()) / float(view.left.sum()),
        alike=alike,
    )
