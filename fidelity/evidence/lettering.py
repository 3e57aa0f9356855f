"""Rows of letters on the piece, and whether the retouch shows the same strokes.

Letters of a stamp, a maker's mark or an engraving are strokes that stand close together, run in several directions
and have plain ground around them. Edges and scratches are strokes of one direction: what a line longer than a few
letters fits into is taken out by opening with such lines (Soille and Talbot 2001). Strokes are looked for at several
letter heights, dark and light ones alike. Each row is compared by itself, not through the piece's windows: neither the
dust rules nor the weight of the rim touch it. A row is `clear` beyond doubt: three strokes and more, longer than two
letters, hardly anything around. Fewer strokes may be a maker's mark, or dust and scratches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from fidelity.image.gradient import coherence, gradient
from fidelity.image.morphology import closed, grown
from fidelity.image.picture import F32, U8, Mask

HEIGHTS_PX = (9, 13, 19, 28, 40, 58, 84)
"""Letter heights looked for, bench pixels."""
WORK_PX = 13.0
"""Height of a letter at the scale at which it is looked for."""
HIGHEST_SHARE = 0.08
"""Highest letter, share of the piece's longer side."""
STROKE_SHARE = 0.42
"""Widest stroke over the height of a letter."""
LINE_LENGTHS = 2.6
"""A line is longer than this many letter heights."""
DIRECTIONS = 10
FAINTEST_L = 2.5
"""Lightness by which a stroke stands out."""
OF_STRONGEST = 0.3
"""A stroke is not fainter than this share of the strongest within a letter's height."""
LEAST_PX = 4
"""A stroke has at least so many pixels at the scale at which it is looked for."""
SCRATCH_LENGTH, THIN_SHARE = 1.8, 0.22
"""A body longer than this many letter heights is a scratch if its area over its length is below this share of one."""
LEAST_SIDE, MOST_SIDE, LEAST_LENGTH, MOST_LENGTH = 0.55, 1.9, 1.15, 14.0
"""Sides of a row, in letter heights."""
PLAIN_AROUND, PLAIN_BUSY, PLAIN_SLOPE = 0.22, 0.2, 0.45
"""Strokes around a row over those inside: mean contrast, share of pixels; and the same for the median gradient."""
CLEAR_STROKES, CLEAR_LENGTH, CLEAR_AROUND = 3, 2.0, 0.1
"""Separate strokes, length in letter heights and contrast around (as above) of a row of letters beyond doubt."""
TAKEN = 0.3
"""Share of a row on stones or chain from which it is theirs, if it is not clear."""
FAINTEST_MEAN_L = 2.2
ONE_DIRECTION = 0.7
"""Coherence of the structure tensor from which strokes have one direction only."""
SOLID = 0.9
"""Share of a row that strokes fill from which it is a blot."""
GAP_SHARE = 0.011
"""Gaps of the piece that letters may leave, share of its longer side."""
SEEN = 0.6
"""Share of a row that both pictures must show."""
SEARCH_PX = 2
"""Local shift over which strokes are looked for in the retouch."""


@dataclass(frozen=True, eq=False)
class Lettering:
    """One row of letters: its bench pixels, `box` x, y, width, height on the bench.

    `agreement` (-1..1) is the correlation of its gradients with the retouch's at the best shift within two pixels:
    1 the same strokes, near 0 painted over or other letters. `left` is the retouch's gradient energy over the
    original's there: near 0 painted over, about 1 as many strokes.
    """

    rows: np.ndarray
    cols: np.ndarray
    box: tuple[int, int, int, int]
    height_px: int
    clear: bool
    agreement: float = 1.0
    left: float = 1.0

    @property
    def centre(self) -> tuple[float, float]:
        """Bench x, y."""
        return float(self.cols.mean()), float(self.rows.mean())


def propose_lettering(before: F32, piece: Mask, side: float) -> tuple[Lettering, ...]:
    """Rows of letters of the original, not yet held against the retouch; one may be found at several letter heights.

    `before` (h, w) lightness 0..100, `piece` (h, w), `side` its longer side in pixels.
    """
    zone = closed(piece, max(2, round(GAP_SHARE * side)))
    smooth = np.asarray(cv2.GaussianBlur(before, (0, 0), 0.7), np.float32)
    heights = (height for height in HEIGHTS_PX if height <= HIGHEST_SHARE * side)
    return tuple(row for height in heights for row in _rows(smooth, zone, height))


def find_lettering(
    proposed: tuple[Lettering, ...], before: F32, after: F32, seen: Mask, *, taken: Mask | None = None
) -> tuple[Lettering, ...]:
    """The proposed rows of letters held against the retouch, those that agree least first.

    `before`, `after` (h, w) lightness 0..100 on the same tone scale; `seen` (h, w) what both pictures show of the
    piece; `taken` (h, w) stones and chain, which are full of strokes.
    """
    found = [row for row in proposed if taken is None or row.clear or taken[row.rows, row.cols].mean() < TAKEN]
    kept = [_held_against(before, after, row) for row in found if seen[row.rows, row.cols].mean() > SEEN]
    return tuple(sorted(kept, key=lambda row: row.agreement))


def _held_against(before: F32, after: F32, row: Lettering) -> Lettering:
    """The row with its agreement and what is left of it, at the best small shift."""
    sigma = max(0.8, 0.06 * row.height_px)
    pad = 6
    top, left = max(0, int(row.rows.min()) - pad), max(0, int(row.cols.min()) - pad)
    window = np.s_[top : int(row.rows.max()) + pad + 1, left : int(row.cols.max()) + pad + 1]
    body = np.zeros(before[window].shape, bool)
    body[row.rows - top, row.cols - left] = True
    body = grown(body, 2)
    a = np.stack(gradient(np.ascontiguousarray(before[window]), sigma))[:, body].ravel()
    b = np.stack(gradient(np.ascontiguousarray(after[window]), sigma))
    agreement, kept, energy = -1.0, 1.0, float(a @ a)
    for dy in range(-SEARCH_PX, SEARCH_PX + 1):
        for dx in range(-SEARCH_PX, SEARCH_PX + 1):
            moved = np.roll(b, (dy, dx), axis=(1, 2))[:, body].ravel()
            own = float(moved @ moved)
            found = float(a @ moved) / float(np.sqrt(energy * own) + 1e-6)
            if found > agreement:
                agreement, kept = found, own / (energy + 1e-6)
    return replace(row, agreement=agreement, left=kept)


def _rows(smooth: F32, zone: Mask, height: int) -> list[Lettering]:
    """Rows of letters about `height` bench pixels high."""
    factor = min(1.0, WORK_PX / height)
    small = smooth
    if factor < 1:
        small = np.asarray(cv2.resize(smooth, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.float32)
    inside = cv2.resize(zone.astype(np.uint8), small.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    letter = height * factor
    contrast = np.asarray(_strokes(small, letter) * inside, np.float32)
    strong = contrast > np.maximum(FAINTEST_L, OF_STRONGEST * cv2.dilate(contrast, _square(int(letter) | 1)))
    strong, contrast = _without_scratches(strong, contrast, letter)
    body = cv2.morphologyEx(strong.astype(np.uint8), cv2.MORPH_CLOSE, _disc(max(3, int(0.5 * letter) | 1)))
    body = cv2.morphologyEx(body, cv2.MORPH_OPEN, _disc(max(3, int(0.25 * letter) | 1)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(body, connectivity=8)
    slopes = gradient(small, 0.5)
    found = []
    for index in range(1, count):
        left, top, width, tall = (int(v) for v in stats[index][:4])
        if not 0.7 * letter <= max(width, tall) <= MOST_LENGTH * letter:
            continue
        pad = int(1.1 * letter) + 3
        window = np.s_[max(0, top - pad) : top + tall + pad, max(0, left - pad) : left + width + pad]
        island = labels[window] == index
        near = (slopes[0][window], slopes[1][window])
        likely = _judge(island, strong[window], contrast[window], near, inside[window], letter=letter)
        if likely:
            full = np.asarray(labels[top : top + tall, left : left + width] == index)
            found.append(_on_bench(full, (left, top), factor, smooth.shape, height=height, clear=likely == "clear"))
    return [row for row in found if len(row.rows)]


def _strokes(small: F32, letter: float) -> F32:
    """(h, w) contrast in lightness of strokes, dark or light, that no long line runs through."""
    values = np.asarray(np.clip(small * 2.55, 0, 255), np.uint8)
    width = max(5, int(STROKE_SHARE * letter) | 1)
    bars = _bars(int(LINE_LENGTHS * letter) | 1)
    out = np.zeros(small.shape, np.uint8)
    for operation in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT):
        thin = cv2.morphologyEx(values, operation, _disc(width))
        lines = np.zeros_like(thin)
        for bar in bars:
            lines = np.maximum(lines, cv2.morphologyEx(thin, cv2.MORPH_OPEN, bar))
        out = np.maximum(out, thin - np.minimum(lines, thin))
    return np.asarray(out / 2.55, np.float32)


def _without_scratches(strong: Mask, contrast: F32, letter: float) -> tuple[Mask, F32]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strong.astype(np.uint8), connectivity=8)
    diagonal = np.hypot(stats[:, 2], stats[:, 3])
    area = stats[:, 4]
    scratch = (diagonal > SCRATCH_LENGTH * letter) & (area < THIN_SHARE * letter * diagonal)
    drop = scratch | (area < LEAST_PX)
    drop[0] = False
    gone = drop[labels]
    return np.asarray(strong & ~gone), np.asarray(np.where(gone, 0, contrast), np.float32)


def _judge(
    island: Mask, strong: Mask, contrast: F32, slopes: tuple[F32, F32], inside: Mask, *, letter: float
) -> Literal["", "likely", "clear"]:
    """Whether an island of strokes may be a row of letters."""
    rows, cols = np.nonzero(island)
    sides = cv2.minAreaRect(np.column_stack([cols, rows]).astype(np.float32))[1]
    short, long = (min(sides) + 1) / letter, (max(sides) + 1) / letter
    body = island.astype(np.uint8)
    near, far = (cv2.dilate(body, _square(2 * int(share * letter) + 3)) for share in (0.2, 0.7))
    ring = (far > near) & inside
    if not LEAST_SIDE < short < MOST_SIDE or long < LEAST_LENGTH or not ring.any():
        return ""
    mean = float(contrast[island].mean())
    around = float(contrast[ring].mean()) / max(mean, 1e-6)
    busy = float((contrast[ring] > FAINTEST_L).mean()) > PLAIN_BUSY
    if mean < FAINTEST_MEAN_L or around > PLAIN_AROUND or busy or float(strong[island].mean()) > SOLID:
        return ""
    edge = cv2.dilate(body, _square(3)) > 0
    if not _in_many_directions(slopes, edge, ring):
        return ""
    strokes = cv2.connectedComponents((strong & island).astype(np.uint8))[0] - 1
    holes = cv2.connectedComponents((edge & ~strong).astype(np.uint8))[0] - 1
    if strokes >= CLEAR_STROKES and long > CLEAR_LENGTH and around < CLEAR_AROUND:
        return "clear"
    return "likely" if strokes > 1 or holes > 0 else ""


def _in_many_directions(slopes: tuple[F32, F32], edge: Mask, ring: Mask) -> bool:
    """Whether edges run in several directions within, and hardly at all around."""
    gx, gy = slopes
    steep = np.hypot(gx, gy)
    plain = float(np.median(steep[ring])) <= PLAIN_SLOPE * float(steep[edge].mean())
    return plain and coherence(gx[edge], gy[edge]) <= ONE_DIRECTION


def _on_bench(
    island: Mask, corner: tuple[int, int], factor: float, shape: tuple[int, ...], *, height: int, clear: bool
) -> Lettering:
    size = (max(1, round(island.shape[1] / factor)), max(1, round(island.shape[0] / factor)))
    rows, cols = np.nonzero(cv2.resize(island.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST))
    x, y = int(corner[0] / factor), int(corner[1] / factor)
    rows, cols = rows + y, cols + x
    seen = (rows < shape[0]) & (cols < shape[1])
    return Lettering(rows[seen], cols[seen], (x, y, size[0], size[1]), height, clear)


def _bars(length: int) -> list[U8]:
    """Straight lines of `length` pixels in all directions."""
    out = []
    middle = length // 2
    for i in range(DIRECTIONS):
        angle = np.pi * i / DIRECTIONS
        dx, dy = middle * np.cos(angle), middle * np.sin(angle)
        bar = np.zeros((length, length), np.uint8)
        cv2.line(bar, (round(middle - dx), round(middle - dy)), (round(middle + dx), round(middle + dy)), (1,), 1)
        out.append(bar)
    return out


def _square(side: int) -> U8:
    return np.ones((side, side), np.uint8)


def _disc(side: int) -> U8:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
