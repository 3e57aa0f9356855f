"""The road for retouches without a detail left: lay the directions of all edges on top of each other.

A stone cut anew, metal of another colour, a polished surface invented: no local feature agrees, and still a
person sees the same ring in the same view. What stays is where edges run. Their doubled angle does not care
for contrast or its sign, so its correlation finds the place (orientation correlation: Fitch, Kadyrov,
Christmas, Kittler, BMVC 2002; here with the angle doubled and a search over sizes and turns).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.image.gradient import gradient
from fidelity.image.picture import F64, U8, Mask, Picture

COARSE_PX, FINE_PX = 256, 512
"""Longer side of the original in the first and in the second search."""
SIZES = np.exp(np.arange(-12, 13) * 0.04)
TURNS = np.arange(-12.0, 13.0, 3.0)
"""Degrees. Retouchers straighten; what is turned further was found by its features or is another view."""
MIN_AGREEMENT = 0.25
"""Correlation from which two drawings are the same layout. Measured on the close-up pairs: the same piece under
another cut, another metal or a swapped busy ground 0.31 to 0.83, other pieces at their best place 0.05 to 0.18."""
ELSEWHERE_SHARE = 0.95
"""A turn by `FAR_TURN_DEG` that agrees as well as this shows a form without a direction (a closed chain)."""
FAR_TURN_DEG = 6.0
SOFT_EDGE = 4.0
"""Grey levels over two pixels at which an edge counts by half, beside the picture's own median."""

C64 = npt.NDArray[np.complex64]
Reals = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class _Fit:
    agreement: float
    size: float
    turn: float
    matrix: F64


def align_layouts(original: Picture, retouched: Picture) -> tuple[F64, float] | None:
    """Similarity retouched → original (3, 3) from the directions of edges, and its agreement (0 to 1).

    None where no place agrees, or where several turns agree alike.
    """
    coarse = _search(original.rgb, retouched.rgb, COARSE_PX, SIZES, TURNS)
    best = max(coarse, key=lambda fit: fit.agreement)
    far = [fit.agreement for fit in coarse if abs(fit.turn - best.turn) >= FAR_TURN_DEG]
    if best.agreement < MIN_AGREEMENT or max(far) > ELSEWHERE_SHARE * best.agreement:
        return None
    sizes = best.size * (1 + np.arange(-3, 4) * 0.006)
    turns = best.turn + np.arange(-3, 4) * 0.5
    fine = max(_search(original.rgb, retouched.rgb, FINE_PX, sizes, turns), key=lambda fit: fit.agreement)
    return fine.matrix, best.agreement


def _search(
    original: U8, retouched: U8, side: int, sizes: npt.NDArray[np.floating], turns: npt.NDArray[np.floating]
) -> list[_Fit]:
    """The best shift of every size and turn; `size` is relative to frames of the same longer side."""
    frame = 2 * side
    shrink = min(1.0, side / max(original.shape[:2]))
    reduced, reducing = _reduced(original, shrink)
    factor = shrink / reducing[0, 0]
    whole = _scaling(factor) @ reducing
    target = _directions(_placed(reduced, _scaling(factor), factor))
    spectrum = np.fft.fft2(target, (frame, frame))
    energy = float(np.linalg.norm(target))
    fits: list[_Fit] = []
    base = shrink * max(original.shape[:2]) / max(retouched.shape[:2])
    reduced, reducing = _reduced(retouched, base * float(sizes.max()))
    for size in sizes:
        factor = base * size / reducing[0, 0]
        for turn in turns:
            turning = _turning(reduced.shape[:2], factor, turn)
            small = turning @ reducing
            moved = _directions(_placed(reduced, turning, factor))
            product = spectrum * np.conj(np.fft.fft2(moved, (frame, frame)))
            found = np.fft.ifft2(product).real / max(energy * float(np.linalg.norm(moved)), 1e-9)
            row, column = divmod(int(found.argmax()), frame)
            shift = [value - frame if value > side else value for value in (column, row)]
            onto = np.eye(3)
            onto[:2, 2] = shift
            matrix = np.linalg.inv(whole) @ onto @ small
            fits.append(_Fit(float(found.max()), float(size), float(turn), matrix))
    return fits


def _reduced(rgb: U8, factor: float) -> tuple[U8, F64]:
    """The picture in whole blocks of pixels, still twice as large as `factor` asks, and the matrix (3, 3) of that.

    A search looks at hundreds of sizes and turns: the 50 megapixels of a full picture are read once.
    """
    block = max(1, int(0.5 / factor))
    height, width = (side // block for side in rgb.shape[:2])
    if block == 1:
        return rgb, np.eye(3)
    cut = rgb[: height * block, : width * block]
    return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA), np.uint8), _scaling(1 / block)


def _directions(rgb: U8) -> C64:
    """(h, w) complex: twice the direction of the edge, as long as the edge is clear (0 to 1)."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = gradient(grey, 1.0)
    edge = (across + 1j * down).astype(np.complex64)
    strength = np.abs(edge)
    field = edge**2 / np.maximum(strength, 1e-6) / (strength + SOFT_EDGE + np.median(strength))
    field[_frame(strength.shape)] = 0
    return np.asarray(field, np.complex64)


def _frame(shape: tuple[int, ...]) -> Mask:
    out = np.ones(shape, bool)
    out[2:-2, 2:-2] = False
    return out


def _placed(rgb: U8, matrix: F64, factor: float) -> U8:
    height, width = (max(8, round(side * factor)) for side in rgb.shape[:2])
    if factor < 0.6:
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.5 / factor - 0.3), np.uint8)
    return np.asarray(
        cv2.warpAffine(rgb, matrix[:2], (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _scaling(factor: float) -> F64:
    """Pixel centres: (p + 0.5) · factor - 0.5."""
    return np.array([[factor, 0, 0.5 * factor - 0.5], [0, factor, 0.5 * factor - 0.5], [0, 0, 1.0]])


def _turning(shape: tuple[int, ...], factor: float, degrees: float) -> F64:
    """Scale, then turn about the middle of the reduced frame."""
    middle = ((shape[1] * factor - 1) / 2, (shape[0] * factor - 1) / 2)
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    return np.asarray(turn @ _scaling(factor), np.float64)
