"""Gradients of a smoothed map: its own unit over two pixels, the reach of Scharr's kernel."""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.image.picture import F32


def gradient(values: F32, sigma: float) -> tuple[F32, F32]:
    """(h, w) twice: the rise to the right and downwards over two pixels (Scharr), blurred by `sigma` pixels before."""
    smooth = cv2.GaussianBlur(values, (0, 0), sigma) if sigma > 0 else values
    return (
        np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 1, 0) / 16, np.float32),
        np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 0, 1) / 16, np.float32),
    )


def slope(values: F32, sigma: float) -> F32:
    """(h, w) the length of the gradient, whichever way it points."""
    return np.asarray(np.hypot(*gradient(values, sigma)), np.float32)


def coherence(gx: F32, gy: F32) -> float:
    """0..1 how far edges, given by their gradients (n,), run one way (structure tensor; Bigün and Granlund, 1987)."""
    xx, yy, xy = float((gx**2).sum()), float((gy**2).sum()), float((gx * gy).sum())
    return float(np.hypot(xx - yy, 2 * xy) / max(1e-6, xx + yy))
