"""The piece on wood, cloth, stone or leaves, where no backdrop tells it from its ground."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from fidelity.image.ground import frame_border
from fidelity.image.morphology import closed, without_holes
from fidelity.image.picture import U8, Mask

FOCUS_WINDOW = 0.02
"""Window of the focus measure, share of the longer side."""
CUT_SIDE_PX = 256
"""Longer side at which colours are modelled: four rounds take a quarter of a second, 350 px find hardly more."""
CUT_ROUNDS = 4
CRUMB_SHARE = 0.02


def piece_on_busy_ground(rgb: U8) -> Mask | None:
    """Mask (h, w) of what is sharp and rich in contrast, and of what has its colours and not the border's.

    Polished metal has little contrast inside, so sharpness alone finds letters and stones and leaves the shank; the
    colours of what is sharp, modelled against those of the frame's border (GrabCut: Rother, Kolmogorov and Blake
    2004), find the rest. Rough: on rendered pieces of known outline the two together overlap it by 0.66 to 0.99.
    None where nothing is sharp.
    """
    sharp = _in_focus(rgb)
    if sharp is None:
        return None
    mask = without_holes(sharp | _of_its_colours(rgb, sharp))
    labels, count = ndimage.label(mask)
    sizes = ndimage.sum_labels(mask, labels, np.arange(1, count + 1))
    return np.asarray(np.isin(labels, 1 + np.flatnonzero(sizes >= CRUMB_SHARE * sizes.max())))


def _of_its_colours(rgb: U8, sharp: Mask) -> Mask:
    height, width = sharp.shape
    factor = min(1.0, CUT_SIDE_PX / max(height, width))
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    seeds = cv2.resize(sharp.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    state = np.where(seeds, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    state[frame_border(seeds.shape) & ~seeds] = cv2.GC_BGD
    if seeds.sum() < 10 or (~seeds).sum() < 10:
        return sharp
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # GrabCut starts from k-means: the same pair must give the same answer
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    cv2.grabCut(lab, state, (0, 0, 0, 0), background, foreground, CUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    piece = np.isin(state, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return np.asarray(cv2.resize(piece, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5)


def _in_focus(rgb: U8) -> Mask | None:
    """What is sharp, contrasty or colourful, closed to one body."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    side = max(rgb.shape[:2])
    fine = cv2.GaussianBlur(lab, (0, 0), 0.8) - cv2.GaussianBlur(lab, (0, 0), 3)
    energy = cv2.GaussianBlur(np.sqrt((fine**2).sum(axis=2)), (0, 0), FOCUS_WINDOW * side / 2)
    floor, peak = np.percentile(energy, 30), np.percentile(energy, 99)
    if peak < 2.0:
        return None
    mask = energy > floor + 0.35 * (peak - floor)
    mask = closed(mask, max(2, round(0.015 * side)))
    mask = without_holes(mask)
    labels, count = ndimage.label(mask)
    if count == 0:
        return None
    sizes = ndimage.sum_labels(energy * mask, labels, np.arange(1, count + 1))
    mask = np.isin(labels, 1 + np.flatnonzero(sizes >= 0.15 * sizes.max()))
    return np.asarray(mask) if mask.mean() > 0.003 else None
