"""From two pictures to one transform and a word on its trust."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.image.beside import Beside
from fidelity.image.picture import F64, U8, Mask, Picture
from fidelity.registration.features import (
    RANSAC_PX,
    Fit,
    find_features,
    fit_affine,
    fit_similarity,
    match,
    mirrored,
)
from fidelity.registration.layout import align_layouts
from fidelity.registration.silhouette import align_silhouettes, overlap_under
from fidelity.result import RegistrationInfo

TRUSTED_INLIERS = 25
"""AI pictures that were drawn anew reach fewer than 20; genuine retouches of vendors 100 and more."""
MIRROR_RATIO = 2.0
"""The mirrored retouch must explain this many times more matches before it is called mirrored."""
MIRROR_HINT = 0.5
"""Share of both limits from which mirrored features, which are had for nothing, are looked for in earnest."""
PLENTY_INLIERS = 200
PLENTY_SHARE = 0.3
"""With so many direct inliers, and that share of all features, nobody needs to try the mirror image. A
symmetric ring agrees with its own mirror image in hundreds of places, but never in a third of them."""
STRETCH_LIMIT = 1.012
"""Axis ratios up to here come from noise in the fit (measured: faithful pairs stay below 1.006)."""
RICH_FEATURES = 150
"""With so many features in both pictures and no agreement, they show different things."""
IN_PLACE_PX = 0.05
"""A retouch of the original's own size whose corners all lie nearer than this to where they were was not moved: a fit
of hundreds of points is off by a hundredth of a pixel."""
SAMPLE_ROWS = 64
"""Distance between the rows that are compared first."""

MIN_SHARED = 0.64
"""Overlap of the outlines below which a layout was laid on another piece. Real pairs whose layout alone agrees share
0.68 and more, different rendered rings with like edges 0.60 at most."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Registration:
    """The transform retouched → original.

    `matrix` (3, 3) takes retouched pixel coordinates (x, y, 1) to original ones; None without a
    registration. `points` (n, 2) are the inliers in original pixels.
    """

    info: RegistrationInfo
    matrix: F64 | None
    points: npt.NDArray[np.float32]

    @property
    def usable(self) -> bool:
        """Whether the two pictures can be laid on top of each other and judged place by place."""
        return self.matrix is not None and self.info.status in ("registered", "mirrored")


def register(original: Picture, retouched: Picture) -> Registration:
    """Find the transform retouched → original; never raises, never guesses: see `info.status`.

    `registered`: trust the matrix. `mirrored`: the matrix includes the flip. `different`: both pictures
    are rich in detail and do not agree. `failed`: too little detail to tell.
    """
    if _alike(original.rgb, retouched.rgb):
        return _same_pixels(original)
    coming = Beside().start(partial(find_features, retouched.rgb))
    target, source = find_features(original.rgb), coming()
    tolerance = RANSAC_PX / target.scale
    left, right = match(source, target)
    fit = fit_similarity(left, right, tolerance)
    flipped = False
    plenty = max(PLENTY_INLIERS, PLENTY_SHARE * min(len(source.points), len(target.points)))
    if fit is None or fit.inliers < plenty:
        rough = fit_similarity(*match(mirrored(source), target), tolerance)
        if _explains(rough, fit, MIRROR_HINT):  # worth a look at the mirror image itself
            left_m, right_m = match(find_features(retouched.rgb, mirrored=True), target)
            other = fit_similarity(left_m, right_m, tolerance)
            if _explains(other, fit, 1.0):
                fit, flipped, left, right = other, True, left_m, right_m
    affine = fit_affine(left, right, tolerance)
    fit, stretch = _choose(fit, affine)
    if fit is None or fit.inliers < TRUSTED_INLIERS or not _plausible(fit.matrix):
        return _without_features(original, retouched, len(target.points), len(source.points), fit)
    matrix = fit.matrix
    if flipped:
        flip = np.array([[-1.0, 0, retouched.shape[1] - 1.0], [0, 1, 0], [0, 0, 1]])
        matrix = matrix @ flip
    elif original.shape == retouched.shape and _in_place(matrix, original.shape):
        matrix, stretch = np.eye(3), 1.0
    return _registered(matrix, fit, flipped, stretch)


def _explains(mirror: Fit | None, direct: Fit | None, share: float) -> bool:
    """Whether the mirror image explains as many more matches as tells it, or this share of so many."""
    if mirror is None or mirror.inliers < share * TRUSTED_INLIERS:
        return False
    return direct is None or mirror.inliers > share * MIRROR_RATIO * direct.inliers


def _choose(fit: Fit | None, affine: Fit | None) -> tuple[Fit | None, float]:
    """The affine fit wins only where it shows a stretch and explains clearly more matches."""
    if affine is None:
        return fit, 1.0
    singular = np.linalg.svd(affine.matrix[:2, :2], compute_uv=False)
    stretch = float(singular[0] / max(singular[1], 1e-9))
    enough = affine.inliers >= TRUSTED_INLIERS
    if enough and STRETCH_LIMIT < stretch < 1.5 and (fit is None or affine.inliers > 1.1 * fit.inliers):
        return affine, stretch
    return fit, 1.0


def _in_place(matrix: F64, shape: tuple[int, int]) -> bool:
    """Whether a transform leaves the corners of a picture (height, width) where they are."""
    height, width = shape
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [0, height - 1, 1], [width - 1, height - 1, 1]], np.float64)
    return bool(np.abs((corners @ matrix.T - corners)[:, :2]).max() < IN_PLACE_PX)


def _plausible(matrix: F64) -> bool:
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    return 0.1 < scale < 10


def _alike(first: U8, second: U8) -> bool:
    """Whether two pictures have the same pixels; a few rows tell most pairs apart."""
    return np.array_equal(first[::SAMPLE_ROWS], second[::SAMPLE_ROWS]) and np.array_equal(first, second)


def _same_pixels(original: Picture) -> Registration:
    ys, xs = np.mgrid[0 : original.shape[0] : 20j, 0 : original.shape[1] : 20j]
    points = np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float32)
    fit = Fit(np.eye(3), points, points, 0.0)
    return _registered(np.eye(3), fit, False, 1.0)


def _registered(matrix: F64, fit: Fit, mirrored: bool, stretch: float) -> Registration:
    status: Literal["registered", "mirrored"] = "mirrored" if mirrored else "registered"
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    turn = float(np.degrees(np.arctan2(fit.matrix[1, 0], fit.matrix[0, 0])))
    trust = min(1.0, fit.inliers / 150) * (1.0 if fit.residual_px < 1.5 else 0.6)
    message = "the retouch is a mirror image of the original" if mirrored else ""
    if stretch > STRETCH_LIMIT:
        message = f"the retouch is stretched by {100 * (stretch - 1):.1f} %"
    return Registration(
        RegistrationInfo(
            status=status,
            matrix=_rows(matrix),
            residual_px=fit.residual_px,
            inliers=fit.inliers,
            trust=trust,
            method="features",
            scale=scale,
            rotation_deg=turn,
            stretch=stretch,
            message=message,
        ),
        matrix,
        fit.target,
    )


def _without_features(
    original: Picture, retouched: Picture, in_original: int, in_retouched: int, fit: Fit | None
) -> Registration:
    none = np.zeros((0, 2), np.float32)
    inliers = fit.inliers if fit else 0
    laid = align_layouts(original, retouched)
    if laid is not None and not _elsewhere(original, retouched, laid[0]):
        return Registration(_coarse(*laid, inliers, "layout"), laid[0], none)
    if min(in_original, in_retouched) >= RICH_FEATURES:
        info = RegistrationInfo(
            status="different",
            inliers=inliers,
            trust=0.0,
            message="the two pictures do not show the same piece from the same side, "
            "or the piece was drawn anew: hardly any detail agrees",
        )
        return Registration(info, None, none)
    aligned = align_silhouettes(original, retouched)
    if aligned is not None:
        return Registration(_coarse(*aligned, inliers, "silhouette"), aligned[0], none)
    info = RegistrationInfo(
        status="failed",
        inliers=inliers,
        trust=0.0,
        message="the pictures show too little detail to be laid on top of each other",
    )
    return Registration(info, None, none)


def _elsewhere(original: Picture, retouched: Picture, matrix: F64) -> bool:
    overlap = overlap_under(original, retouched, matrix)
    return overlap is not None and overlap < MIN_SHARED


COARSE = {
    "layout": "hardly any detail agrees; the directions of the edges were laid on top of each other",
    "silhouette": "too little detail agrees; the outlines were laid on top of each other",
}


def _coarse(matrix: F64, agreement: float, inliers: int, method: Literal["layout", "silhouette"]) -> RegistrationInfo:
    return RegistrationInfo(
        status="registered",
        matrix=_rows(matrix),
        inliers=inliers,
        trust=0.3 * agreement,
        method=method,
        scale=float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))),
        rotation_deg=float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))),
        stretch=1.0,
        message=COARSE[method],
    )


def _rows(matrix: F64) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)


def reached(frame: tuple[int, int], matrix: F64, shape: tuple[int, int], least: int = 250) -> Mask:
    """(h, w) of `shape` where a picture whose `frame` is (height, width) reaches by `matrix`: by `least` of 255."""
    return np.asarray(warp(np.full(frame, 255, np.uint8), matrix, shape, fill=0) > least)


def warp(rgb: U8, matrix: F64, shape: tuple[int, int], fill: int = 255) -> U8:
    """Resample (h, w[, 3]) uint8 by `matrix` (source → target) onto `shape` (height, width)."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < 0.6:  # a plain bilinear reading would alias; blur to the target's band first
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.5 / scale - 0.3), np.uint8)
    border = (fill, fill, fill) if rgb.ndim == 3 else fill
    out = cv2.warpPerspective(
        rgb,
        matrix,
        (shape[1], shape[0]),
        flags=cv2.INTER_CUBIC if scale > 0.95 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=border,
    )
    return np.asarray(out, np.uint8)
