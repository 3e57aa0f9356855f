"""Pictures for a report: whole ones, crops around findings, and what differs between two crops."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.image.picture import F32, U8, Mask
from fidelity.result import Box

WHOLE_PX = 1400  # long side of a whole picture: sharp on a desktop at half its width
SMALL_PX = 520
WHOLE_BYTES = 650_000  # of one whole picture, so that two with their base64 stay well under 2 MB
CROP_PX = 540  # long side of an embedded crop; a page shows it at twice this size
CROP_SPAN_PX = 168  # a crop shows at least this much of the piece around a tiny box
CROP_MARGIN = 0.35  # of the box, on each side

T = TypeVar("T", bound=np.generic)

_QUALITIES = (88, 80, 70, 58)
_CROP_QUALITY = 92
_UNCOVERED = (214, 214, 214)  # neutral: where the retouch's frame ends, nothing is claimed
_FLAT = 3.0  # local standard deviation of an area without structure, grey levels
_EDGE_GAIN = 1.4
_EDGE_LIMIT = 80.0  # grey levels: a replaced ground may be coloured, but not glare
_COLOUR_GAIN = 4.0  # chroma differences are drawn this much stronger: a ΔE of 5 must be seen on paper


@dataclass(frozen=True)
class Shot:
    """One embedded picture. `width` and `height` are the pixels embedded."""

    uri: str
    width: int
    height: int


@dataclass(frozen=True)
class Region:
    """A crop's place in the original: `x`, `y`, `width`, `height` in its pixels; `shown` < 1 when reduced."""

    x: int
    y: int
    width: int
    height: int
    shown: float


def whole(rgb: U8, *, long_side: int = WHOLE_PX, max_bytes: int = WHOLE_BYTES) -> Shot:
    """Encode the whole picture as a JPEG within a size and a weight."""
    small = _reduced(rgb, long_side)
    for quality in _QUALITIES:
        data = _jpeg(small, quality, full_colour=False)
        if len(data) <= max_bytes:
            return _shot(small, data)
    if long_side <= 64:
        return _shot(small, data)
    return whole(small, long_side=max(64, long_side * 3 // 4), max_bytes=max_bytes)


def framed(rgb: U8, covered: Mask | None) -> U8:
    """Grey out what lies outside the retouch's frame."""
    if covered is None or bool(covered.all()):
        return rgb
    out = rgb.copy()
    out[~covered] = _UNCOVERED
    return out


def region(box: Box, frame: tuple[int, int]) -> Region | None:
    """Choose the crop around a box, or `None` when the box lies outside the frame (height, width)."""
    height, width = frame
    x, y, w, h = box
    if x >= width or y >= height or x + w <= 0 or y + h <= 0:
        return None
    span_x = max(round(w * (1 + 2 * CROP_MARGIN)), CROP_SPAN_PX)
    span_y = max(round(h * (1 + 2 * CROP_MARGIN)), CROP_SPAN_PX)
    # Three crops stand side by side: thin slivers would be unreadable, so no side is under 2/3 of the other.
    span_x, span_y = max(span_x, span_y * 2 // 3), max(span_y, span_x * 2 // 3)
    left, right = _fitted(x + w / 2, span_x, width)
    top, bottom = _fitted(y + h / 2, span_y, height)
    return Region(left, top, right - left, bottom - top, min(1.0, CROP_PX / max(right - left, bottom - top)))


def crop(rgb: U8, place: Region) -> Shot:
    """Embed the region: original pixels, or reduced when it is large."""
    return _cropped(_cut(rgb, place), place)


def lost_and_added(original: U8, retouched: U8, covered: Mask | None, place: Region) -> Shot:
    """Red where the original is lighter, cyan where the retouch is, soft grey where both agree.

    Exposure is matched first (a trimmed straight-line fit), or a brighter faithful retouch would be all cyan.
    """
    before = cv2.cvtColor(_cut(original, place), cv2.COLOR_RGB2GRAY).astype(np.float32)
    after = cv2.cvtColor(_cut(retouched, place), cv2.COLOR_RGB2GRAY).astype(np.float32)
    valid = np.ones(before.shape, bool) if covered is None else _cut(covered, place)
    matched = _matched(after, before, valid)
    matched[~valid] = before[~valid]
    ground = 0.25 * (before + matched) + 64
    # The ground keeps half the contrast: the difference has to stand out from the piece.
    shift = np.clip(_EDGE_GAIN * (before - matched), -_EDGE_LIMIT, _EDGE_LIMIT)
    picture = np.dstack([ground + shift, ground - shift, ground - shift])
    return _cropped(np.clip(picture, 0, 255).astype(np.uint8), place)


def recoloured(original: U8, retouched: U8, covered: Mask | None, place: Region) -> Shot:
    """Show the colour difference alone, on a grey ground, strengthened."""
    before, after = (_lab(_cut(rgb, place)) for rgb in (original, retouched))
    valid = np.ones(before.shape[:2], bool) if covered is None else _cut(covered, place)
    shift = (after[..., 1:] - before[..., 1:]) * _COLOUR_GAIN
    shift[~valid] = 0
    lab = np.dstack([0.5 * before[..., 0] + 30, np.clip(shift, -110, 110)]).astype(np.float32)
    rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    return _cropped(np.clip(rgb * 255, 0, 255).astype(np.uint8), place)


def _lab(rgb: U8) -> F32:
    # A little blur: JPEG's chroma blocks are not a colour change of the piece.
    smooth = cv2.GaussianBlur(rgb, (0, 0), 1.2)
    return cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(np.float32)


def _matched(after: F32, before: F32, valid: Mask) -> F32:
    # Only where both have structure: a ground that was replaced must not set the exposure of the piece.
    told = valid & (_structure(after) > _FLAT) & (_structure(before) > _FLAT)
    a, b = after[told], before[told]
    gain, offset = 1.0, 0.0
    keep = np.ones(a.shape, bool)
    for _ in range(3):  # refit without the worst third: that is where something changed
        x, y = a[keep], b[keep]
        if x.size < 16 or float(x.std()) < 1:
            break
        gain = float(np.clip(np.cov(x, y, bias=True)[0, 1] / x.var(), 0.4, 2.5))
        offset = float(y.mean() - gain * x.mean())
        error = np.abs(gain * a + offset - b)
        keep = error <= np.quantile(error, 0.67)
    return (gain * after + offset).astype(np.float32)


def _structure(grey: F32) -> F32:
    mean = cv2.blur(grey, (9, 9))
    return np.sqrt(np.maximum(cv2.blur(grey * grey, (9, 9)) - mean * mean, 0)).astype(np.float32)


def _cut(picture: npt.NDArray[T], place: Region) -> npt.NDArray[T]:
    return picture[place.y : place.y + place.height, place.x : place.x + place.width]


def _cropped(rgb: U8, place: Region) -> Shot:
    small = _reduced(rgb, CROP_PX) if place.shown < 1 else rgb
    return _shot(small, _jpeg(small, _CROP_QUALITY, full_colour=True))


def _fitted(centre: float, span: int, size: int) -> tuple[int, int]:
    span = min(span, size)
    start = min(max(round(centre - span / 2), 0), size - span)
    return start, start + span


def _reduced(rgb: U8, long_side: int) -> U8:
    height, width = rgb.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return rgb
    to = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(rgb, to, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _jpeg(rgb: U8, quality: int, *, full_colour: bool) -> bytes:
    # Evidence keeps full colour resolution: halved chroma would smear the edges that a crop is to prove.
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444 if full_colour else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    options += [cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError(f"cannot encode a picture of shape {rgb.shape} as JPEG")
    return bytes(data)


def _shot(rgb: U8, data: bytes) -> Shot:
    return Shot(f"data:image/jpeg;base64,{base64.b64encode(data).decode()}", rgb.shape[1], rgb.shape[0])
