"""The soft shadow that a retouch laid around the piece on its new ground: darker ground, no part of the piece.

A drop shadow hangs together with the piece in the retouch's silhouette. It is soft and has the ground's hue with less
light; and where it lies, the original shows its own ground, or a shadow on it, of another colour. Metal that shades off
softly was kept, and metal that a cut-out faded was metal before.

Source: own method. Limits: set on 45 drop shadows (white, a gradient and pink; 15 real pieces), and held against eight
automatic cut-outs, whose faded metal looks like shadow.
"""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.image.colour import delta_e76
from fidelity.image.morphology import opened
from fidelity.image.picture import F32, Mask

SOFT = 4.0
"""ΔE (CIE76) per coarse pixel that a soft shadow does not reach."""
LIGHTER_L, DARKER_L, HUE_E = 4.0, 1.0, 4.0
"""Ground may be lighter than it is nearby by this many L*, a new shadow is darker by at least that; how near (ΔE of a*
and b*) both are to the ground's hue at their light."""
GLOW_E = 12.0
"""The same beside putty and glowing metal; gold that was repainted to silver is farther off."""
REPLACED_E = 9.0
"""ΔE between both pictures from which the original shows something else."""


def added_shadow(silhouette: Mask, before: tuple[F32, F32], after: tuple[F32, F32], *, plain: bool) -> Mask:
    """(h, w) what of the retouch's silhouette is shadow.

    `before` is the original's CIELAB (h, w, 3) in the retouch's tone and that of its ground nearby, `after` the
    retouch's and that of its ground, on the coarse grid. On a `plain` ground of the original putty and the metal's glow
    take some of its hue; on a busy one it must have kept it.
    """
    was_ground = shade(*before, LIGHTER_L, GLOW_E if plain else HUE_E) & _soft(before[0])
    shadow = shade(*after, -DARKER_L, HUE_E) & _soft(after[0])
    replaced = delta_e76(*(np.asarray(cv2.blur(lab, (3, 3)), np.float32) for lab in (before[0], after[0]))) > REPLACED_E
    return opened(silhouette & was_ground & shadow & replaced, 1)


def shade(lab: F32, ground: F32, lighter: float, near: float) -> Mask:
    """(h, w) where a picture is as `near` (ΔE) to its ground's hue at less light, or `lighter` by so many L* at most.

    `lab` and `ground` are CIELAB (h, w, 3): the picture's, and that of its ground nearby.
    """
    light = lab[..., :1] / np.maximum(1.0, ground[..., :1])
    hue = delta_e76(lab[..., 1:], ground[..., 1:] * light)
    return np.asarray((hue < near) & (lab[..., 0] < ground[..., 0] + lighter))


def _soft(lab: F32) -> Mask:
    calm = np.asarray(cv2.GaussianBlur(lab, (0, 0), 0.7), np.float32)
    steps = (np.abs(cv2.Sobel(calm, cv2.CV_32F, *way) / 8).max(axis=2) for way in ((1, 0), (0, 1)))
    return np.asarray(np.hypot(*steps) < SOFT)
