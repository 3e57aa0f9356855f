"""What other tools measure, as numbers that grow with the change, on pictures that are laid on each other.

They are given all that can be given to them: fidelity's own registration, the crop to the piece and the mask of
the piece, so that a new ground does not count against them. Pictures are (h, w, 3) uint8 sRGB, masks (h, w) bool.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.fft import dctn
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Windows of the worst-window SSIM: this share of the picture's longer side.
WINDOW = 1 / 16
#: pixelmatch's default `threshold`, and the largest possible difference of two colours in its YIQ metric.
PIXELMATCH, LARGEST = 0.1, 35215.0


def _grey(picture: U8) -> F32:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def _ssim_map(before: U8, after: U8) -> F32:
    """SSIM as Wang et al. 2004 have it: Gaussian window, sigma 1.5."""
    _, values = structural_similarity(  # type: ignore[no-untyped-call]
        _grey(before), _grey(after), data_range=255, gaussian_weights=True, use_sample_covariance=False, full=True
    )
    return np.asarray(values, np.float32)


def ssim(before: U8, after: U8, mask: Mask) -> float:
    """1 − mean SSIM of the piece."""
    return 1 - float(_ssim_map(before, after)[mask].mean())


def worst_ssim(before: U8, after: U8, mask: Mask) -> float:
    """1 − mean SSIM of the worst window that is at least half filled by the piece."""
    side = max(3, round(WINDOW * max(mask.shape)))
    inside = mask.astype(np.float32)
    share = cv2.blur(inside, (side, side))
    mean = cv2.blur(_ssim_map(before, after) * inside, (side, side)) / np.maximum(share, 1e-6)
    filled = share > min(0.5, float(share.max()) * 0.99)
    return 1 - float(mean[filled].min())


def gmsd(before: U8, after: U8, mask: Mask) -> float:
    """Deviation of the gradient magnitude similarity (Xue et al. 2014), c = 170 as in the authors' code."""
    small = (max(mask.shape[1] // 2, 1), max(mask.shape[0] // 2, 1))
    grey = [cv2.resize(_grey(picture), small, interpolation=cv2.INTER_AREA) for picture in (before, after)]
    prewitt = np.array([[1, 0, -1]] * 3, np.float32) / 3
    a, b = (np.hypot(cv2.filter2D(g, -1, prewitt), cv2.filter2D(g, -1, prewitt.T)) for g in grey)
    similar = (2 * a * b + 170) / (a**2 + b**2 + 170)
    inside = cv2.resize(mask.astype(np.uint8), small, interpolation=cv2.INTER_NEAREST) > 0
    return float(similar[inside].std())


def _differences(before: U8, after: U8, mask: Mask) -> npt.NDArray[np.float64]:
    a, b = (rgb2lab(picture[mask][None]) for picture in (before, after))
    return np.asarray(deltaE_ciede2000(a, b), np.float64)  # type: ignore[no-untyped-call]


def mean_de(before: U8, after: U8, mask: Mask) -> float:
    """Mean CIEDE2000 of the piece."""
    return float(_differences(before, after, mask).mean())


def high_de(before: U8, after: U8, mask: Mask) -> float:
    """95th percentile of CIEDE2000 of the piece."""
    return float(np.percentile(_differences(before, after, mask), 95))


def mse(before: U8, after: U8, mask: Mask) -> float:
    """Mean squared difference of the piece's values, 0 to 255."""
    return float(((before[mask].astype(np.float64) - after[mask]) ** 2).mean())


def phash_bits(picture: U8) -> Mask:
    """The 64 bits of the DCT hash that is known as pHash: 32 × 32 grey, lowest 8 × 8 terms, above their median."""
    small = cv2.resize(_grey(picture), (32, 32), interpolation=cv2.INTER_AREA)
    low = dctn(small, norm="ortho")[:8, :8]
    return np.asarray(low > np.median(low))


def phash(before: U8, after: U8, mask: Mask) -> float:
    """Bits in which the perceptual hashes differ, both on a white ground, 0 to 64."""
    bits = [phash_bits(np.where(mask[..., None], picture, np.uint8(255))) for picture in (before, after)]
    return float((bits[0] != bits[1]).sum())


def pixelmatch(before: U8, after: U8, mask: Mask) -> float:
    """Share of the piece's pixels that pixelmatch's YIQ metric calls different (its anti-aliasing test left out)."""
    d = before[mask].astype(np.float64) - after[mask]
    r, g, b = d[:, 0], d[:, 1], d[:, 2]
    y = 0.29889531 * r + 0.58662247 * g + 0.11448223 * b
    i = 0.59597799 * r - 0.27417610 * g - 0.32180189 * b
    q = 0.21147017 * r - 0.52261711 * g + 0.31114694 * b
    return float((0.5053 * y**2 + 0.299 * i**2 + 0.1957 * q**2 > LARGEST * PIXELMATCH**2).mean())


PEERS: dict[str, Callable[[U8, U8, Mask], float]] = {
    "SSIM": ssim,
    "worst-window SSIM": worst_ssim,
    "GMSD": gmsd,
    "mean ΔE00": mean_de,
    "95th-pct ΔE00": high_de,
    "MSE": mse,
    "pHash": phash,
    "pixelmatch": pixelmatch,
}


def scores(before: U8, after: U8, mask: Mask) -> dict[str, float]:
    """Every peer's number for one pair; an empty mask means the whole picture."""
    where: Any = mask if mask.any() else np.ones_like(mask)
    return {name: peer(before, after, where) for name, peer in PEERS.items()}


def threshold(faithful: list[float], false_alarms: int) -> float:
    """The lowest limit at which at most that many of the faithful pairs lie above it."""
    ranked = sorted(faithful, reverse=True)
    return ranked[false_alarms] if false_alarms < len(ranked) else -np.inf
