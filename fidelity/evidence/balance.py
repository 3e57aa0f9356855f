"""White balance: a gain on each channel of linear light (von Kries in the camera's space).

The same gains move a grey, which mirrors its surroundings, by more ΔE00 than a saturated gold. So a cast is never
handed on as a fixed step in (a*, b*).
"""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.image.picture import F32, F64

GAIN_MOST = 1.5
"""A white balance stays within this factor of 1; a dark ground gives no better ratio."""
DARKEST_LIGHT = 0.01
"""Linear light (0 to 1) below which a channel's ratio is noise."""
LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Share of the linear sRGB channels in luminance (IEC 61966-2-1)."""

Gains = tuple[float, float, float]
"""A white balance: factors on linear red, green and blue light that leave the luminance of a grey as it is."""
NO_CAST: Gains = (1.0, 1.0, 1.0)


def balance_of(expected: F32, after: F32) -> Gains:
    """The white balance from one set of colours (n, 3) to another: the medians of the ratios of light."""
    first, second = light_of(expected), light_of(after)
    enough = np.minimum(first, second).min(axis=1) > DARKEST_LIGHT
    if enough.sum() < 0.5 * len(enough) or not enough.any():
        return NO_CAST
    return _gains(np.median(second[enough] / first[enough], axis=0))


def neutralising(lab: tuple[float, float, float], share: float) -> Gains:
    """The white balance that takes this share (0 to 1) of its tint from a colour."""
    light = np.maximum(light_of(np.array([lab], np.float32))[0], DARKEST_LIGHT)
    return _gains((light.mean() / light) ** share)


def halved(gains: Gains) -> Gains:
    """Half of that white balance."""
    return _gains(np.sqrt(gains))


def balanced(lab: F32, gains: Gains) -> F32:
    """Colours (n, 3) under another white balance."""
    if gains == NO_CAST or not len(lab):
        return lab
    light = (light_of(lab) * np.array(gains, np.float32))[None]
    return np.asarray(cv2.cvtColor(light.astype(np.float32), cv2.COLOR_LRGB2Lab)[0], np.float32)


def _gains(ratio: F32 | F64) -> Gains:
    gains = np.clip(ratio / float(np.dot(LUMINANCE, ratio)), 1 / GAIN_MOST, GAIN_MOST)
    return float(gains[0]), float(gains[1]), float(gains[2])


def light_of(lab: F32) -> F32:
    """Linear sRGB (n, 3), 0 to 1, of CIELAB (n, 3)."""
    return np.asarray(cv2.cvtColor(np.asarray(lab, np.float32)[None], cv2.COLOR_Lab2LRGB)[0], np.float32)
