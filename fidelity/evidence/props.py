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
from fidelity.evidence.structure import lightness, tone_matched
from fidelity.image.colour import srgb_to_lab
from fidelity.image.gradient import slope
from fidelity.image.morphology import grown, opened
from fidelity.image.picture import Mask

PROP_SHARE = 0.006
"""Smallest prop, share of the piece: putty and fingers are large."""
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
"""unless it is so many times larger than the smallest: on a busy ground putty is taken for a part of the piece."""
TOUCH_SHARE = 0.02
"""How near to the piece a prop comes, share of the longer side."""
MIRRORED_SHARE = 0.06
"""How far its contact shadow and its reflection in polished metal reach, share of the longer side."""


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
    before, after = lightness(bench)
    window = max(3, round(0.006 * side) | 1)
    even = cv2.blur(slope(before, 1.0), (2 * window + 1,) * 2) < PROP_SLOPE
    lab, lab_after = srgb_to_lab(bench.before), srgb_to_lab(bench.after).copy()
    lab_after[..., 0] = tone_matched(before, after, sure)
    lab_after[..., 1:] += np.median((lab - lab_after)[sure][:, 1:], axis=0)
    moved = cv2.blur(np.linalg.norm(lab - lab_after, axis=2), (window, window))
    body = (moved > (GONE_E if ground_left else PROP_MOVED_E)) & even & bench.covered
    if not ground_left:
        body &= np.linalg.norm(lab - nearby(lab, ground, GROUND_REACH * side), axis=2) > GROUND_E
    labels, count = ndimage.label(opened(body, max(2, window // 2)))
    if count == 0:
        return none
    index = np.arange(1, count + 1)
    enough = PROP_SHARE * piece.sum()
    chosen = np.asarray(ndimage.sum_labels(labels > 0, labels, index)) > enough
    chosen &= np.asarray(ndimage.sum_labels(piece, labels, index)) < MOST_SHARE * piece.sum()
    if ground_left:  # what was filled in lies in the piece; putty and fingers stick out of it
        outside = ~ndimage.binary_fill_holes(piece)
        chosen &= np.asarray(ndimage.sum_labels(outside, labels, index)) > 0.5 * enough
        chosen &= np.asarray(ndimage.maximum(grown(piece, reach), labels, index)) > 0
    else:  # a shadow lies beside the piece, a prop on it and beside it; a bite shows ground where the prop would be
        from_new = np.linalg.norm(lab_after - np.median(lab_after[ground], axis=0), axis=2)
        plain = float(np.percentile(from_new[ground], 75)) < GROUND_E
        shown = piece & (from_new > GROUND_E) if plain else piece
        outside = ~ndimage.binary_fill_holes(piece)
        chosen &= np.asarray(ndimage.sum_labels(shown, labels, index)) > 0.5 * enough
        beside = np.asarray(ndimage.mean(outside, labels, index)) > STICKS_OUT
        chosen &= beside | (np.asarray(ndimage.sum_labels(labels > 0, labels, index)) > LARGE * enough)
    zone = np.concatenate([[False], chosen])[labels]
    return grown(zone, max(2, round(MIRRORED_SHARE * side))) if chosen.any() else none
