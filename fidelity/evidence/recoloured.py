"""Bodies of the metal's own colour that changed while what surrounds them did not: stones that no hue gives away.

A morganite in rose gold, a diamond in platinum, a pearl cannot be told from metal by colour. Once recoloured they
can: the change fills a compact body, and the setting around it kept its colour. Metal that was recoloured reaches
the outline of the piece instead, or winds through it.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage
from skimage.measure import regionprops

from fidelity.evidence.colours import Colours
from fidelity.evidence.materials import METAL_LIGHTNESS
from fidelity.image.morphology import grown, opened, without_holes
from fidelity.image.picture import F32, Mask

CHANGED_E = 2.6
"""Shift (CIE94 at equal lightness) that a changed body reaches; 2.3 is just noticeable."""
TOUCHED_E = 1.2
"""Shift down to which its pale and dark facets belong to it, and up to which its surroundings were kept."""
MIN_SHARE = 0.01
"""Smallest body, share of the piece."""
MIN_SOLIDITY = 0.85
RING_PX = 3
STRONG_SHARE = 0.3
"""Share of a body that must have changed clearly."""
KEPT_AROUND = 0.7
"""Share of the ring around a body that must be piece and unchanged."""
BY_ITSELF = 0.6
"""Share of all that changed that must lie in such bodies: else the metal changed, and parts of it are compact."""


def find_recoloured(colours: Colours) -> tuple[Mask, ...]:
    """Masks (h, w) on the colour grid, holes filled; empty when nothing compact changed by itself."""
    core = colours.core
    judged = core & colours.between(METAL_LIGHTNESS[0], METAL_LIGHTNESS[1])
    least = MIN_SHARE * core.sum()
    if judged.sum() < max(least, 1):
        return ()
    shift = _shift(colours, judged)
    touched = judged & (shift > TOUCHED_E)
    bodies = opened(ndimage.binary_closing(touched, iterations=3) & core, 2)
    labels, _ = ndimage.label(bodies)
    out, held = [], 0
    for region in regionprops(labels):
        body = without_holes(labels == region.label)
        if body.sum() < least or region.area_filled / region.area_convex < MIN_SOLIDITY:
            continue
        strong = int((judged & body & (shift > CHANGED_E)).sum())
        ring = grown(body, 2 * RING_PX) & ~grown(body, RING_PX)
        if strong > STRONG_SHARE * body.sum() and float((core & ~touched)[ring].mean()) > KEPT_AROUND:
            out.append(body)
            held += int((touched & body).sum())
    return tuple(out) if held > BY_ITSELF * touched.sum() else ()


def _shift(colours: Colours, where: Mask) -> F32:
    """(h, w) the smaller of the shifts from both expectations, local means, CIE94's weights for chroma and hue."""
    sigma = colours.sigma_px / 2
    weight = where.astype(np.float32)
    mass = cv2.GaussianBlur(weight, (0, 0), sigma) + 1e-3

    def mean(lab: F32) -> F32:
        return np.asarray(cv2.GaussianBlur(lab[..., 1:] * weight[..., None], (0, 0), sigma) / mass[..., None])

    seen = mean(colours.after)
    chroma = np.hypot(seen[..., 0], seen[..., 1])
    shifts = []
    for expected in colours.expected:
        wanted = mean(expected)
        own = np.hypot(wanted[..., 0], wanted[..., 1])
        in_chroma = chroma - own
        in_hue = np.sqrt(np.maximum(0, ((seen - wanted) ** 2).sum(axis=2) - in_chroma**2))
        shifts.append(np.hypot(in_chroma / (1 + 0.045 * own), in_hue / (1 + 0.015 * own)))
    return np.asarray(np.minimum(*shifts), np.float32)
