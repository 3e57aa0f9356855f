"""At which size a picture is looked at, and where twice.

The whole picture first, from afar to near by: small, so that the network sees a large stone as one, then larger, each
answer averaged with the one before. Then the places where small things were seen, in tiles at a larger scale, at most
the file's own. What is small is taken from the tiles, what is large from the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from fidelity.image.picture import F32, U8, Mask
from fidelity.sight.labels import Label
from fidelity.sight.network import looked_at

WHOLE_PX = 960
"""Longest side of the first look: a ring that fills the picture has prongs of 20 to 40 px there."""
FAR = 0.25, 0.5, 1.0
"""Scales at which the whole picture is looked at, as shares of the last."""
LEAST_PX = 512
"""Smaller pictures are enlarged to this first, at most twice: the network was trained on things of some size."""
TILE_PX, MARGIN_PX = 640, 96
"""Side of a tile without, and width of, its margin: whatever is narrower than the margin is whole in a tile."""
BUDGET_PX = 5_500_000
"""Pixels that are looked at in tiles, at most: 1.5 s on two cores."""
WANTED_PX = 22.0
"""Across, the size at which small things are told best."""
GAIN = 1.25
"""A second look at less than this times the first's scale shows nothing new."""


@dataclass(frozen=True, eq=False)
class Look:
    """Maps (CHANNELS, h, w) of a part of the picture, as `looked_at` gives them.

    `scale` is pixels of the look per pixel of the file; the look begins at `left`, `top` of the scaled picture;
    `core` is x0, y0, x1, y1 of the part that no other look of the same scale has, in pixels of `maps`.
    """

    maps: F32
    scale: float
    left: int
    top: int
    core: tuple[int, int, int, int]

    @property
    def labels(self) -> U8:
        """(h, w) the most probable class."""
        return np.asarray(self.maps[: len(Label)].argmax(0), np.uint8)


def scaled(rgb: U8, scale: float) -> U8:
    """The picture at another scale; enlarged smoothly, reduced by averaging."""
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    if size == (rgb.shape[1], rgb.shape[0]):
        return rgb
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def first_looks(rgb: U8) -> tuple[Look, ...]:
    """The whole picture (h, w, 3) at the scales of FAR, the last at WHOLE_PX; each with the one before averaged in."""
    longest = max(rgb.shape[:2])
    scale = min(1.0, WHOLE_PX / longest) if longest >= LEAST_PX else min(2.0, LEAST_PX / longest)
    picture = scaled(rgb, scale)
    looks: list[Look] = []
    for share in FAR:
        small = scaled(picture, share)
        box = (0, 0, small.shape[1], small.shape[0])
        maps = looked_at(small)
        if looks:
            maps = 0.5 * (maps + _enlarged(looks[-1], looks[-1].scale / (scale * share), box))
        looks.append(Look(maps, scale * share, 0, 0, box))
    return tuple(looks)


def closer_scale(first: Look, across: float | None, where: Mask) -> float | None:
    """The scale of the second look; None where it would show no more.

    `across` is how wide small things are in the first look (None: unknown), `where` (h, w) the places to look at.
    """
    if not where.any():
        return None
    gain = 2.0 if across is None else float(np.clip(WANTED_PX / max(across, 1.0), 1.0, 4.0))
    most = max(1.0, first.scale)
    area = float(where.mean()) * where.size / first.scale**2  # pixels of the file
    spread = ((TILE_PX + 2 * MARGIN_PX) / TILE_PX) ** 2 * 1.3  # margins, and tiles that are needed in part
    affordable = float(np.sqrt(BUDGET_PX / (area * spread)))
    scale = min(first.scale * gain, most, affordable)
    return scale if scale >= GAIN * first.scale else None


def closer_looks(rgb: U8, first: Look, scale: float, where: Mask) -> Iterator[Look]:
    """Tiles at `scale` that cover `where` (h, w of the first look), the two looks' maps averaged in each."""
    picture_w, picture_h = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    rows, columns = -(-picture_h // TILE_PX), -(-picture_w // TILE_PX)
    ratio = first.scale / scale
    for row in range(rows):
        for column in range(columns):
            x0, y0 = column * picture_w // columns, row * picture_h // rows
            x1, y1 = (column + 1) * picture_w // columns, (row + 1) * picture_h // rows
            seen = where[int(y0 * ratio) : int(np.ceil(y1 * ratio)), int(x0 * ratio) : int(np.ceil(x1 * ratio))]
            if not seen.any():
                continue
            left, top = max(0, x0 - MARGIN_PX), max(0, y0 - MARGIN_PX)
            right, bottom = min(picture_w, x1 + MARGIN_PX), min(picture_h, y1 + MARGIN_PX)
            tile = _cut(rgb, scale, (left, top, right, bottom))
            maps = 0.5 * (looked_at(tile) + _enlarged(first, ratio, (left, top, right, bottom)))
            yield Look(maps, scale, left, top, (x0 - left, y0 - top, x1 - left, y1 - top))


def _cut(rgb: U8, scale: float, box: tuple[int, int, int, int]) -> U8:
    """The part of the scaled picture in `box`, without scaling the rest."""
    left, top, right, bottom = box
    if scale == 1.0:
        return rgb[top:bottom, left:right]
    x0, y0 = int(left / scale), int(top / scale)
    x1, y1 = min(rgb.shape[1], int(np.ceil(right / scale))), min(rgb.shape[0], int(np.ceil(bottom / scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb[y0:y1, x0:x1], (right - left, bottom - top), interpolation=how), np.uint8)


def _enlarged(first: Look, ratio: float, box: tuple[int, int, int, int]) -> F32:
    """The first look's maps in `box` (pixels of the tiles' scale), at the tiles' scale."""
    left, top, right, bottom = box
    xs = (np.arange(left, right, dtype=np.float32) + 0.5) * ratio - 0.5
    ys = (np.arange(top, bottom, dtype=np.float32) + 0.5) * ratio - 0.5
    across, down = np.meshgrid(xs, ys)
    return np.stack(
        [cv2.remap(plane, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in first.maps]
    )


def small_places(look: Look, radii: F32) -> Mask:
    """(h, w) where small things were seen: prongs, links, marks, and stones of at most MARGIN_PX / 4 across.

    `radii` (h, w) is how large the stone at a pixel is (0 where none is).
    """
    labels = look.labels
    places = np.isin(labels, (Label.PRONG, Label.LINK, Label.MARK))
    places |= (radii > 0) & (2 * radii <= MARGIN_PX / 2)
    # What might be small and was not sure enough to win.
    places |= look.maps[[Label.PRONG, Label.LINK, Label.MARK]].max(0) > 0.25
    reach = 2 * round(0.012 * max(labels.shape)) + 1
    return np.asarray(cv2.dilate(places.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)
