"""What held or covered the piece in the original and is gone: putty, a finger, a stand, a label.

The retoucher completes what it hid. That is no fault, but nobody can prove it from these two pictures, so it is told
apart from parts that changed and goes to review.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.piece import nearby
from fidelity.evidence.structure import tone_matched
from fidelity.image.colour import spread, srgb_to_lab
from fidelity.image.gradient import slope
from fidelity.image.morphology import grown, opened
from fidelity.image.picture import F32, U8, Mask

PROP_SHARE = 0.006
"""Smallest prop, share of the piece: putty and fingers are large."""
THICKEST = 0.036
"""Least diameter of the largest circle in a prop, share of the piece's longer side: putty and tweezers have 0.04 and
more, strips of contact shadow or of a faded edge 0.034 at most."""
TINT_MOVED, TINT_OF_GROUND = 5.0, 3.5
"""Difference of hue and chroma (a*b*) by which a prop as light as metal or ground is told from both; a shadow has the
ground's hue."""
ONE_TINT, SAME_TINT = 3.0, 6.0
"""Spread of hue and chroma over putty, and how near to it those of its mirror images in polished metal are."""
RETINTED_SHARE = 0.25
"""Share of the piece that may have changed its tint where mirror images are told by theirs: up to 0.19 in faithful
pairs, 0.31 and more where metal was recoloured."""
MIRROR_REACH = 0.3
"""How far from a prop polished metal may have mirrored it, share of the longer side."""
BRIGHT = 60
"""Percentile of lightness from which metal shows its own colour rather than what is dark about it."""
TINT_LOST = 2.5
"""How much farther from the prop's tint the place of a mirror image is once the prop has gone."""
TINTED_OUT = 0.1
TINTED_SHARE = 0.05
"""Metal that was recoloured is another tint as well, but not beyond its edge, and over more than this share of it."""
MOST_TINTED = 2
"""More of them are the folds of a cloth or the veins of a stone."""
MIRRORED = 0.15
"""Smallest mirror image, over the smallest prop."""
HOLE_SHARE = 0.03
"""Holes of the piece up to this share of it are its openings; a ring's is as good a place for putty as beside it."""
COVERED = 0.3
"""Share of the smallest prop that must lie on the piece; a shadow lies beside it."""
MOST_SHARE = 0.35
"""What is even and went over more of the piece than this is its own metal, recoloured or drawn anew."""
PROP_MOVED_E = 14.0
"""ΔE (CIE76, after the picture's own change of tone) between a prop and what is there without it."""
GONE_E = 8.0
"""The same where the ground was left as it is, so that nothing else changed about the piece."""
PROP_SLOPE = 2.2
"""Mean gradient (lightness per bench pixel) of a prop: skin and putty are even, settings are not."""
GROUND_E = 9.0
"""ΔE from the original's ground up to which a place was ground: what was filled in there is no completed part."""
GROUND_REACH = 0.15
"""Reach over which the ground is averaged, share of the piece's longer side: farther than a prop is wide."""
STICKS_OUT = 0.2
"""Share of a prop that lies beside the piece,"""
LARGE = 4.0
"""or, where it is so many times larger than the smallest, at its edge: on a busy ground putty is taken for a part of
the piece. A stone that was drawn anew is as large and lies inside."""
AT_EDGE = 0.05
TOUCH_SHARE = 0.02
"""How near to the piece a prop comes, share of the longer side."""
MIRRORED_SHARE = 0.06
"""How far its contact shadow and its reflection in polished metal reach, share of the longer side."""
IMAGE_SHARE = 0.035
"""How far the soft edge of a mirror image reaches, share of the longer side."""


def _unlike(first: F32, second: F32, window: int) -> F32:
    """(h, w) distance of two maps (h, w, n) in their own unit, averaged over a window."""
    apart = np.linalg.norm(first - second, axis=2).astype(np.float32)
    return np.asarray(cv2.blur(apart, (window, window)), np.float32)


def find_props(bench: Bench, piece: Mask, side: float, *, ground_left: bool) -> Mask:
    """(h, w) where something even, unlike the ground, covered or touched the piece in the original and went.

    `piece` (h, w) is the piece on the bench, `side` its longer side in pixels; `ground_left` says that the retouch
    kept the ground. Empty where nothing went.
    """
    none = np.zeros(bench.shape, bool)
    reach = max(2, round(TOUCH_SHARE * side))
    ground = ~grown(piece, reach) & bench.covered
    sure = piece & bench.covered
    if not sure.any() or not ground.any():
        return none
    before, after = bench.lightness
    window = max(3, round(0.006 * side) | 1)
    even = cv2.blur(slope(before, 1.0), (2 * window + 1,) * 2) < PROP_SLOPE
    lab, lab_after = srgb_to_lab(bench.before), srgb_to_lab(bench.after).copy()
    lab_after[..., 0] = tone_matched(before, after, sure)
    lab_after[..., 1:] += np.median((lab - lab_after)[sure][:, 1:], axis=0)
    outside = ~_without_small_holes(piece)
    enough = PROP_SHARE * piece.sum()
    if ground_left:  # what was filled in lies in the piece; putty and fingers stick out of it
        bodies = _bodies((_unlike(lab, lab_after, window) > GONE_E) & even & bench.covered, window)
        touched = grown(piece, reach)
        kept = [b for b in bodies if (outside & b).sum() > 0.5 * enough and (touched & b).any()]
    else:  # a shadow lies beside the piece, a prop on it and beside it; a bite shows ground where the prop would be
        from_new = np.linalg.norm(lab_after - np.median(lab_after[ground], axis=0), axis=2)
        plain = float(np.percentile(from_new[ground], 75)) < GROUND_E
        shown = piece & (from_new > GROUND_E) if plain else piece
        was = nearby(lab, ground, GROUND_REACH * side)
        moved, from_ground = _unlike(lab, lab_after, window), _unlike(lab, was, 1)
        filled = ~np.asarray(ndimage.binary_fill_holes(piece))
        edge = grown(filled, reach)
        kept = [
            b
            for b in _bodies((moved > PROP_MOVED_E) & (from_ground > GROUND_E) & even, window)
            if (shown & b).sum() > 0.5 * enough
            and (filled[b].mean() > STICKS_OUT or (b.sum() > LARGE * enough and edge[b].mean() > AT_EDGE))
        ]
        tint, tint_after, tint_ground = lab[..., 1:], lab_after[..., 1:], was[..., 1:]
        other = (
            (_unlike(tint, tint_after, window) > TINT_MOVED) & (_unlike(tint, tint_ground, 1) > TINT_OF_GROUND) & even
        )
        bodies = [b for b in _bodies(other, window) if spread(tint[b]) < ONE_TINT]
        touched = grown(piece, reach)
        tinted = [b for b in bodies if b.sum() > enough and (touched & b).sum() > COVERED * enough]
        tinted = [b for b in tinted if outside[b].mean() > TINTED_OUT]
        if len(tinted) <= MOST_TINTED and sum((piece & b).sum() for b in tinted) < TINTED_SHARE * piece.sum():
            kept += tinted
    kept = [
        b
        for b in kept
        if b.sum() > enough and (b & piece).sum() < MOST_SHARE * piece.sum() and _thickness(b) > THICKEST * side
    ]
    if not kept:
        return none
    gone = np.asarray(np.any(kept, axis=0))
    out = grown(gone, max(2, round(MIRRORED_SHARE * side)))
    retinted = _unlike(lab[..., 1:], lab_after[..., 1:], window) > TINT_MOVED
    if retinted[piece & ~gone].mean() < RETINTED_SHARE:
        near = piece & grown(gone, round(MIRROR_REACH * side))
        for image in _mirror_images(bench.before, (lab[..., 1:], lab_after[..., 1:]), near, kept, window):
            if image.sum() > MIRRORED * enough:
                out |= grown(image, max(2, round(IMAGE_SHARE * side)))
    return out


def _mirror_images(rgb: U8, tints: tuple[F32, F32], piece: Mask, props: list[Mask], window: int) -> list[Mask]:
    """Bodies on the piece that had a prop's tint and lost it; `tints` are a* and b* (h, w, 2) before and after.

    White metal mirrors a prop in its own colour, yellow metal in that colour times the metal's.
    """
    bright = piece & ~np.any(props, axis=0)
    light = rgb.max(axis=2)
    bright &= light >= np.percentile(light[bright], BRIGHT) if bright.any() else False
    metal = np.median(rgb[bright], axis=0) / 255 if bright.any() else np.ones(3)
    found: list[Mask] = []
    for prop in props:
        shown = prop & ~piece if (prop & ~piece).any() else prop
        colour = np.median(rgb[shown], axis=0)
        for seen in (colour, colour * metal / max(1e-3, float(metal.max()))):
            own = srgb_to_lab(np.asarray(seen, np.uint8).reshape(1, 1, 3))[0, 0, 1:]
            first, second = (cv2.blur(np.linalg.norm(t - own, axis=2).astype(np.float32), (window,) * 2) for t in tints)
            found += _bodies(piece & (first < SAME_TINT) & (second - first > TINT_LOST), window)
    return found


def _bodies(mask: Mask, window: int) -> list[Mask]:
    """The connected bodies of a mask (h, w), without crumbs."""
    labels, count = ndimage.label(opened(mask, max(2, window // 2)))
    return [labels == index for index in range(1, count + 1)]


def _thickness(body: Mask) -> float:
    """Diameter in pixels of the largest circle in a body (h, w)."""
    depth = cv2.distanceTransform(np.pad(body, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return 2 * float(depth.max()) - 1


def _without_small_holes(piece: Mask) -> Mask:
    """The piece with its openings filled, the finger's left open."""
    labels, _ = ndimage.label(np.asarray(ndimage.binary_fill_holes(piece)) & ~piece)
    small = np.bincount(labels.ravel()) <= HOLE_SHARE * piece.sum()
    small[0] = False
    return np.asarray(piece | small[labels])
