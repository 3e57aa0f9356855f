"""What a delivered picture is like: its ground, how much of the frame the piece fills, a border drawn around it."""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.image.ground import piece_on_plain_ground
from fidelity.image.picture import F32, U8, Mask, Picture, PictureInfo

RIM_SHARE = 0.02
"""Width of the rim in which the ground is judged, share of the shorter side: a soft shadow lies further in."""
STRAY_SHARE = 0.02
"""Share of the rim that may differ: JPEG noise, a chain that runs out of the frame beyond its mask."""
CLEAR = 5
"""Alpha, of 255, up to which a pixel is transparent."""
EVEN_LEVELS = 3
"""Grey levels within which a drawn border is even."""
STEP_LEVELS = 12
"""Grey levels by which what lies inside a border differs from it."""
LINE_SHARE = 0.95
"""Share of a row or column that must agree to count as drawn with a ruler."""
SOFT_EDGE_PX = 4
"""Pixels over which a border's edge may be blurred by resizing or JPEG."""
BORDER_MOST = 0.2
"""Deepest border that is looked for, share of the side."""


def rim_of(picture: Picture) -> Mask:
    """(height, width) the outer frame of the picture without the piece where that is found."""
    height, width = picture.shape
    depth = max(2, round(RIM_SHARE * min(height, width)))
    rim = np.ones((height, width), bool)
    rim[depth:-depth, depth:-depth] = False
    piece = piece_on_plain_ground(picture.rgb, picture.alpha)
    if piece is None:
        return rim
    grown = cv2.dilate(piece.astype(np.uint8), np.ones((2 * depth + 1, 2 * depth + 1), np.uint8)) > 0
    free = rim & ~grown
    return free if free.sum() > 0.2 * rim.sum() else rim


def off_ground(picture: Picture, colour: tuple[int, int, int]) -> float:
    """How far, in steps of 8 bit, the rim is from `colour`: the worst channel, the worst 2 % left out."""
    rim = rim_of(picture)
    if picture.alpha is not None:
        rim = rim & (picture.alpha > CLEAR)  # a transparent ground takes on whatever it is laid on
        if not rim.any():
            return 255.0
    away = np.abs(picture.rgb[rim].astype(np.int16) - np.array(colour, np.int16)).max(axis=1)
    return float(np.quantile(away, 1 - STRAY_SHARE, method="lower"))


def opaque_share(picture: Picture) -> float:
    """Share of the rim, 0 to 1, that is not transparent."""
    if picture.alpha is None:
        return 1.0
    return float((picture.alpha[rim_of(picture)] > CLEAR).mean())


def fill_percent(picture: Picture) -> float | None:
    """The piece's extent along the side of the frame that it fills most, percent; None where no piece is found.

    Marketplaces say 'of the frame' and mean the piece from end to end; the area of a ring's metal could never
    be 80 % of a picture.
    """
    piece = piece_on_plain_ground(picture.rgb, picture.alpha)
    if piece is None or not piece.any():
        return None
    ys, xs = np.nonzero(piece)
    height, width = piece.shape
    wide, high = int(xs.max() - xs.min()) + 1, int(ys.max() - ys.min()) + 1
    return float(max(100 * wide / width, 100 * high / height))


def border_px(picture: Picture) -> int:
    """Width of an even border drawn with a ruler on at least two opposite sides; 0 without one."""
    rows = picture.rgb.astype(np.float32)
    columns = np.ascontiguousarray(rows.transpose(1, 0, 2))
    top, bottom, left, right = (_depth(side) for side in (rows, rows[::-1], columns, columns[::-1]))
    return max(min(top, bottom), min(left, right))


def _depth(lines: F32) -> int:
    """How many lines from the first on are one even colour before a straight step; 0 where there is no such step.

    A plain ground is even as well, but it does not end on a straight line from side to side.
    """
    level = np.median(lines[0], axis=0)
    for depth in range(max(1, round(BORDER_MOST * len(lines)))):
        if (np.abs(lines[depth] - level).max(axis=1) <= EVEN_LEVELS).mean() >= LINE_SHARE:
            continue
        soft = lines[depth : depth + SOFT_EDGE_PX]
        return depth if depth and any(_stepped(np.abs(line - level).max(axis=1)) for line in soft) else 0
    return 0


def _stepped(away: F32) -> bool:
    """Whether a line has left the border's colour nearly everywhere, but for the border's own sides at its ends."""
    inner = np.flatnonzero(away > STEP_LEVELS)
    if len(inner) < len(away) / 2:
        return False
    return bool((away[inner[0] : inner[-1] + 1] > STEP_LEVELS).mean() >= LINE_SHARE)


def colour_space(info: PictureInfo) -> str:
    """What the file says its colours are: sRGB, Adobe RGB, Display P3, CMYK, grey, or the profile's own name.

    A file without a profile counts as sRGB, as browsers read it.
    """
    if info.mode == "CMYK":
        return "CMYK"
    name = info.profile.lower()
    for known, words in (("sRGB", ("srgb",)), ("Adobe RGB", ("adobe rgb",)), ("Display P3", ("display p3",))):
        if any(word in name for word in words):
            return known
    if info.mode in ("L", "LA", "1", "I;16", "I") or "gray" in name or "grey" in name:
        return "grey"
    return info.profile or "sRGB"


def rgb_of(hex_colour: str) -> tuple[int, int, int]:
    """The three channels of `#rrggbb`, 0 to 255."""
    return int(hex_colour[1:3], 16), int(hex_colour[3:5], 16), int(hex_colour[5:7], 16)


def median_rim(picture: Picture) -> U8:
    """The commonest colour of the rim, three channels, for people."""
    return np.asarray(np.median(picture.rgb[rim_of(picture)], axis=0), np.uint8)
