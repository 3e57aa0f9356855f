"""What held or covered the piece in the original and is gone: putty, a finger, a stand, a label.

The retoucher completes what it hid. That is no fault, but nobody can prove it from these two pictures, so it is told
apart from parts that changed and goes to review.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.bench import Bench
from fidelity.evidence.piece import nearby
from fidelity.evidence.structure import tone_matched
from fidelity.image.colour import delta_e76, linear_light, spread, srgb_to_lab
from fidelity.image.gradient import slope
from fidelity.image.morphology import grown, half_width, opened, without_holes
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
RETINTED_SHARE, RETINTED_EVEN = 0.25, 0.1
"""Share of the piece that may have changed its tint where mirror images are told by theirs: up to 0.19 in faithful
pairs, 0.31 and more where metal was recoloured. Facets change theirs with any compression; so may more where only so
much of the even surface did, of which recoloured metal has 0.19 and more."""
MIRROR_REACH = 0.3
"""How far from a prop polished metal may have mirrored it, share of the longer side."""
BRIGHT = 60
"""Percentile of lightness from which metal shows its own colour rather than what is dark about it."""
TINT_LOST = 2.5
"""How much farther from the prop's tint the place of a mirror image is once the prop has gone."""
TINTED_OUT, TINTED_OFF = 0.05, 0.3
"""Share of such a body outside the piece's outline, or also in its small openings, of which one is enough."""
TINTED_SHARE = 0.05
"""Metal that was recoloured is another tint as well, but not beyond its edge, and over more than this share of it."""
MOST_TINTED = 2
"""More of them are the folds of a cloth or the veins of a stone."""
PATTERN_E, PATTERN_SHARE = 3.0, 0.05
"""ΔE (CIE76) to the middle of such a body, and the share of the ground elsewhere that is so near to it, from which it
is a part of the ground's pattern: putty has 0.03 at most, patches of wood 0.07 and more."""
MIRRORED = 0.15
"""Smallest mirror image, over the smallest prop."""
HOLE_SHARE = 0.03
"""Holes of the piece up to this share of it are its openings; a ring's is as good a place for putty as beside it."""
COVERED = 0.3
"""Share of the smallest prop that must lie on the piece or beside it, where its shadow and its reflection reach."""
MOST_SHARE = 0.35
"""What is even and went over more of the piece than this is its own metal, recoloured or drawn anew."""
PROP_MOVED_E = 14.0
"""ΔE (CIE76, after the picture's own change of tone) between a prop and what is there without it."""
GONE_E = 8.0
"""The same where the ground was left as it is, so that nothing else changed about the piece."""
PROP_SLOPE = 2.2
"""Mean gradient (lightness per bench pixel) of a prop: skin and putty are even, settings are not."""
BARE_E = 3.0
"""Median ΔE from the ground nearby up to which the original shows nothing but that."""
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
SHADE_SHARE = 0.015
"""The same of a shadow that went: its soft edge,"""
SHADE_TINT = 1.48
"""and how much more of one colour than of another it may leave: golden ones up to 1.44, putty from 1.52 on."""
BLACK = 0.002
"""Light below which a camera tells no colour, share of white."""
IMAGE_SHARE = 0.035
"""How far the soft edge of a mirror image reaches, share of the longer side."""


def _unlike(first: F32, second: F32, window: int) -> F32:
    """(h, w) distance of two maps (h, w, n) in their own unit, averaged over a window."""
    apart = np.asarray(delta_e76(first, second), np.float32)
    return np.asarray(cv2.blur(apart, (window, window)), np.float32)


def find_props(bench: Bench, piece: Mask, side: float, *, ground_left: bool, rough: bool = False) -> Mask:
    """(h, w) where something even, unlike the ground, covered or touched the piece in the original and went.

    `piece` (h, w) is the piece on the bench, `side` its longer side in pixels; `ground_left` says that the retouch
    kept the ground, `rough` that the piece was told from a busy ground: putty may be a part of such a mask. Empty
    where nothing went.
    """
    none = np.zeros(bench.shape, bool)
    reach = max(2, round(TOUCH_SHARE * side))
    ground = ~grown(piece, reach) & bench.covered
    sure = piece & bench.covered
    if not sure.any() or not ground.any():
        return none
    before, after = bench.lightness
    window = max(3, round(0.006 * side) | 1)
    lab, lab_after = bench.lab[0], bench.lab[1].copy()
    lab_after[..., 0] = tone_matched(before, after, sure)
    lab_after[..., 1:] += np.median((lab - lab_after)[sure][:, 1:], axis=0)
    view = _View(
        piece=piece,
        sure=sure,
        ground=ground,
        seen=bench.covered,
        lab=lab,
        after=lab_after,
        even=cv2.blur(slope(before, 1.0), (2 * window + 1,) * 2) < PROP_SLOPE,
        window=window,
        side=side,
        reach=reach,
    )
    found = _gone_from_ground(view, rough) if ground_left else _gone_with_ground(view)
    kept = [
        b
        for b in found
        if b.sum() > view.enough
        and (b & piece).sum() < MOST_SHARE * piece.sum()
        and 2 * half_width(b) - 1 > THICKEST * side
    ]
    if not kept:
        return none
    gone = np.asarray(np.any(kept, axis=0))
    shades: list[Mask] = []
    props: list[Mask] = []
    for body in kept:
        (shades if _shade(body, view, bench.before) else props).append(body)
    out = none
    for bodies, share in ((shades, SHADE_SHARE), (props, MIRRORED_SHARE)):
        if bodies:
            out |= grown(np.asarray(np.any(bodies, axis=0)), max(2, round(share * side)))
    rest = piece & ~gone
    plain = rest & view.even
    if props and (_share(view.retinted, rest) < RETINTED_SHARE or _share(view.retinted, plain) < RETINTED_EVEN):
        near = piece & grown(gone, round(MIRROR_REACH * side))
        tints = lab[..., 1:], lab_after[..., 1:]
        for image in _mirror_images(bench.before, tints, near, props, (window, MIRRORED * view.enough)):
            out |= grown(image, max(2, round(IMAGE_SHARE * side)))
    return out


@dataclass(frozen=True, eq=False)
class _View:
    """Maps (h, w) of one pair: `seen` where both reach, `sure` the piece there, `even` what had no edges.

    `lab` and `after` (h, w, 3) are CIELAB, the retouch's in the original's tone. `window`, `side` and `reach` (how near
    a prop comes) are pixels.
    """

    piece: Mask
    sure: Mask
    ground: Mask
    seen: Mask
    lab: F32
    after: F32
    even: Mask
    window: int
    side: float
    reach: int

    @cached_property
    def enough(self) -> float:
        """Pixels of the smallest prop."""
        return PROP_SHARE * float(self.piece.sum())

    @cached_property
    def was(self) -> F32:
        """CIELAB (h, w, 3) of the original's ground nearby."""
        return nearby(self.lab, self.ground, GROUND_REACH * self.side)

    @cached_property
    def retinted(self) -> Mask:
        """Where hue and chroma changed."""
        return np.asarray(_unlike(self.lab[..., 1:], self.after[..., 1:], self.window) > TINT_MOVED)

    @cached_property
    def outside(self) -> Mask:
        """Beyond the piece's outline, and in a ring's opening."""
        return ~_without_small_holes(self.piece)

    @cached_property
    def beyond(self) -> Mask:
        """Beyond the piece's outline."""
        return ~without_holes(self.piece)

    @cached_property
    def edge(self) -> Mask:
        """The same, and the piece's edge."""
        return grown(self.beyond, self.reach)


def _gone_from_ground(view: _View, rough: bool) -> list[Mask]:
    """Bodies that went while the ground stayed: what was filled in lies in the piece, putty and fingers stick out.

    Where the piece's mask is `rough` putty may lie all within it: of one tint, which is not the metal's, at its edge.
    """
    bodies = _bodies(
        (_unlike(view.lab, view.after, view.window) > GONE_E) & view.even & view.seen, view.window, 0.5 * view.enough
    )
    touched = grown(view.piece, view.reach)
    from_ground = delta_e76(view.lab, view.was)  # what only the retouch has, a mirror image say, was ground
    kept = [
        b
        for b in bodies
        if (view.outside & b).sum() > 0.5 * view.enough and (touched & b).any() and np.median(from_ground[b]) > BARE_E
    ]
    if not rough:
        return kept
    metal = np.median(view.after[view.sure][:, 1:], axis=0)  # a bite takes of that
    unlike = [
        b for b in _of_one_tint(view) if np.linalg.norm(np.median(view.lab[b][:, 1:], axis=0) - metal) > TINT_MOVED
    ]
    return kept + [b for b in unlike if view.edge[b].mean() > AT_EDGE]


def _gone_with_ground(view: _View) -> list[Mask]:
    """Bodies that went as the ground was swapped: a shadow lies beside the piece, a prop on it and beside it.

    A bite shows ground where the prop would be.
    """
    piece, enough = view.piece, view.enough
    from_new = delta_e76(view.after, np.median(view.after[view.ground], axis=0))
    plain = float(np.percentile(from_new[view.ground], 75)) < GROUND_E
    shown = piece & (from_new > GROUND_E) if plain else piece
    moved, from_ground = _unlike(view.lab, view.after, view.window), _unlike(view.lab, view.was, 1)
    kept = [
        b
        for b in _bodies((moved > PROP_MOVED_E) & (from_ground > GROUND_E) & view.even, view.window, 0.5 * enough)
        if (shown & b).sum() > 0.5 * enough
        and (view.beyond[b].mean() > STICKS_OUT or (b.sum() > LARGE * enough and view.edge[b].mean() > AT_EDGE))
    ]
    beside = grown(piece, round(MIRRORED_SHARE * view.side))
    tinted = [b for b in _of_one_tint(view) if (beside & b).sum() > COVERED * enough]
    tinted = [b for b in tinted if view.outside[b].mean() > TINTED_OUT or 1 - piece[b].mean() > TINTED_OFF]
    if len(tinted) <= MOST_TINTED and sum((piece & b).sum() for b in tinted) < TINTED_SHARE * piece.sum():
        kept += tinted
    return kept


def _of_one_tint(view: _View) -> list[Mask]:
    """Even bodies of one hue and chroma that went, and that the ground has neither there nor elsewhere."""
    tint = view.lab[..., 1:]
    other = view.retinted & (_unlike(tint, view.was[..., 1:], 1) > TINT_OF_GROUND) & view.even & view.seen
    bodies = [b for b in _bodies(other, view.window, view.enough) if spread(tint[b]) < ONE_TINT]
    return [b for b in bodies if _elsewhere(b, view) < PATTERN_SHARE]


def _shade(body: Mask, view: _View, rgb: U8) -> bool:
    """Whether a body is its ground with less light of about the same colour: a shadow, which metal does not mirror."""
    ground = view.ground & grown(body, round(GROUND_REACH * view.side)) & ~grown(body, view.reach)
    if not ground.any():
        return False
    own, around = (linear_light(np.median(rgb[where], axis=0).astype(np.uint8)) for where in (body, ground))
    left = own / np.maximum(around, BLACK)
    return bool(left.max() < 1 and (own.max() < BLACK or left.max() < SHADE_TINT * left.min()))


def _mirror_images(
    rgb: U8, tints: tuple[F32, F32], piece: Mask, props: list[Mask], sizes: tuple[int, float]
) -> list[Mask]:
    """Bodies on the piece that had a prop's tint and lost it; `tints` are a* and b* (h, w, 2) before and after.

    `sizes` are the window in which tints are averaged and the most pixels of what is too small.

    White metal mirrors a prop in its own colour, yellow metal in that colour times the metal's.
    """
    bright = piece & ~np.any(props, axis=0)
    window, least = sizes
    light = cv2.max(cv2.max(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    bright &= light >= np.percentile(light[bright], BRIGHT) if bright.any() else False
    metal = np.median(rgb[bright], axis=0) / 255 if bright.any() else np.ones(3)
    found: list[Mask] = []
    for prop in props:
        shown = prop & ~piece if (prop & ~piece).any() else prop
        colour = np.median(rgb[shown], axis=0)
        for seen in (colour, colour * metal / max(1e-3, float(metal.max()))):
            own = srgb_to_lab(np.asarray(seen, np.uint8).reshape(1, 1, 3))[0, 0, 1:]
            first, second = (cv2.blur(np.asarray(delta_e76(t, own), np.float32), (window,) * 2) for t in tints)
            found += _bodies(piece & (first < SAME_TINT) & (second - first > TINT_LOST), window, least)
    return found


def _bodies(mask: Mask, window: int, least: float) -> list[Mask]:
    """The connected bodies of a mask (h, w) of more than `least` pixels."""
    labels, _ = ndimage.label(opened(mask, max(2, window // 2)))
    large = np.bincount(labels.ravel()) > least
    return [labels == index for index in np.flatnonzero(large) if index]


def _elsewhere(body: Mask, view: _View) -> float:
    """Share of the ground away from a body (h, w) that has its colour."""
    rest = view.ground & ~grown(body, round(MIRRORED_SHARE * view.side))
    apart = delta_e76(view.lab[rest], np.median(view.lab[body], axis=0))
    return float((apart < PATTERN_E).mean()) if apart.size else 0.0


def _share(of: Mask, where: Mask) -> float:
    """Share of `where` that is `of`; 0 where there is nothing."""
    return float(of[where].mean()) if where.any() else 0.0


def _without_small_holes(piece: Mask) -> Mask:
    """The piece with its openings filled, the finger's left open."""
    labels, _ = ndimage.label(without_holes(piece) & ~piece)
    small = np.bincount(labels.ravel()) <= HOLE_SHARE * piece.sum()
    small[0] = False
    return np.asarray(piece | small[labels])
