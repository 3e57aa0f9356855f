"""Local features and robust fits between two pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.image.picture import F32, F64, U8, Mask

MATCH_SIDE_PX = 1000
"""Features are found at this longer side: enough for sub-pixel fits, quick for 16 megapixels."""
MAX_FEATURES = 4000
RATIO = 0.82
"""Lowe's nearest-neighbour ratio."""
RANSAC_PX = 2.0
"""Inlier distance at the matching scale."""
CONTRAST_SIGMA = 0.02
"""Blur of the local contrast normalisation, share of the longer side."""


@dataclass(frozen=True, eq=False)
class Features:
    """Key points (n, 2) float32 in full-size pixels, rooted descriptors (n, 128), and the scale used."""

    points: F32
    descriptors: F32
    scale: float
    shape: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Fit:
    """A 3×3 matrix, which matches agree with it, and the residual of those in target pixels."""

    matrix: F64
    source: F32
    target: F32
    residual_px: float

    @property
    def inliers(self) -> int:
        """How many matches agree."""
        return len(self.source)


def contrast_normalised(grey: U8) -> U8:
    """Grey with its local mean removed and its local deviation set even: exposure and ground drop out."""
    values = grey.astype(np.float32)
    sigma = CONTRAST_SIGMA * max(grey.shape)
    mean = cv2.GaussianBlur(values, (0, 0), sigma)
    deviation = np.sqrt(cv2.GaussianBlur((values - mean) ** 2, (0, 0), sigma))
    out = 128 + 48 * (values - mean) / (deviation + 4.0)
    return np.asarray(np.clip(out, 0, 255), dtype=np.uint8)


def find_features(rgb: U8, mirrored: bool = False) -> Features:
    """Rooted SIFT of one picture; with `mirrored`, of its left-right mirror image."""
    height, width = rgb.shape[:2]
    scale = min(1.0, MATCH_SIDE_PX / max(height, width))
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    if mirrored:
        grey = np.ascontiguousarray(grey[:, ::-1])
    # Without the flag OpenCV places every key point a quarter of a matching pixel towards the upper left, which a turn
    # or a mirror image of the picture turns as well: matrices of quarter turns were off by half a pixel.
    sift = cv2.SIFT.create(nfeatures=MAX_FEATURES, contrastThreshold=0.02, enable_precise_upscale=True)
    keypoints, descriptors = sift.detectAndCompute(contrast_normalised(np.asarray(grey, np.uint8)), None)
    if descriptors is None or len(keypoints) == 0:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32), scale, (height, width))
    points = np.array([k.pt for k in keypoints], np.float32)
    # Pixel centres: (p + 0.5) / scale - 0.5 takes a reduced coordinate back without a half-pixel drift.
    factor = np.array([grey.shape[1] / width, grey.shape[0] / height], np.float32)
    points = (points + 0.5) / factor - 0.5
    rooted = np.sqrt(descriptors / (descriptors.sum(axis=1, keepdims=True) + 1e-7))
    return Features(points, np.asarray(rooted, np.float32), scale, (height, width))


def mirrored(features: Features) -> Features:
    """What `find_features` would find in the left-right mirror image, without looking.

    A descriptor holds 4 by 4 places across and along the key point's direction, each with 8 directions of edges.
    """
    places = features.descriptors.reshape(-1, 4, 4, 8)[:, ::-1, :, -np.arange(8) % 8]
    points = np.array([features.shape[1] - 1, 0], np.float32) + features.points * np.array([-1, 1], np.float32)
    return Features(points, np.ascontiguousarray(places).reshape(-1, 128), features.scale, features.shape)


def match(source: Features, target: Features) -> tuple[F32, F32]:
    """Matched points (n, 2) in source and in target that pass the ratio test."""
    empty = np.zeros((0, 2), np.float32)
    if len(source.points) < 2 or len(target.points) < 2:
        return empty, empty
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(source.descriptors, target.descriptors, k=2)
    good = [m for m, n in (p for p in pairs if len(p) == 2) if m.distance < RATIO * n.distance]
    if not good:
        return empty, empty
    left = source.points[[m.queryIdx for m in good]]
    right = target.points[[m.trainIdx for m in good]]
    return left, right


def fit_similarity(source: F32, target: F32, tolerance_px: float) -> Fit | None:
    """Robust rotation + scale + shift, refitted by least squares on its inliers."""
    if len(source) < 4:
        return None
    matrix, kept = cv2.estimateAffinePartial2D(
        source,
        target,
        method=cv2.RANSAC,
        ransacReprojThreshold=tolerance_px,
        maxIters=5000,
        confidence=0.999,
        refineIters=20,
    )
    return (
        _as_fit(np.asarray(matrix, np.float64), np.asarray(kept, np.uint8), source, target)
        if kept is not None and matrix is not None
        else None
    )


def fit_affine(source: F32, target: F32, tolerance_px: float) -> Fit | None:
    """Robust affine fit."""
    if len(source) < 6:
        return None
    matrix, kept = cv2.estimateAffine2D(
        source,
        target,
        method=cv2.RANSAC,
        ransacReprojThreshold=tolerance_px,
        maxIters=5000,
        confidence=0.999,
        refineIters=20,
    )
    return (
        _as_fit(np.asarray(matrix, np.float64), np.asarray(kept, np.uint8), source, target)
        if kept is not None and matrix is not None
        else None
    )


def _as_fit(matrix: F64, kept: U8, source: F32, target: F32) -> Fit | None:
    full = np.vstack([matrix, [0.0, 0.0, 1.0]])
    chosen: Mask = kept.ravel().astype(bool)
    if chosen.sum() < 4:
        return None
    moved = source[chosen] @ full[:2, :2].T + full[:2, 2]
    residual = float(np.median(np.linalg.norm(moved - target[chosen], axis=1)))
    return Fit(full, source[chosen], target[chosen], residual)
