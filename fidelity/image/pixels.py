"""From whatever Pillow or an array holds to 8-bit sRGB and alpha. `decode` is the door; this is behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from fidelity.errors import InputError
from fidelity.image.picture import U8
from fidelity.image.profiles import to_srgb

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation (TIFF 6.0, tag 274) → what turns the picture upright."""

_WHITE = (255, 255, 255)
_SAMPLE_STEP = 7  # rows and columns between the pixels on which two decoders are compared


@dataclass(frozen=True, eq=False)
class Pixels:
    """`rgb` (height, width, 3) uint8 on white, `alpha` (height, width) uint8 or None."""

    rgb: U8
    alpha: U8 | None
    notes: tuple[str, ...]


def from_image(image: Image.Image, path: Path, *, depth: int, orientation: int) -> Pixels:
    """Decode and convert an opened image; `path` is read again only where Pillow drops bits.

    `depth` is `declared_depth` of it and `orientation` its EXIF orientation, both from the header.

    Raises `InputError` for a kind of picture that cannot be shown (32-bit numbers), and whatever Pillow
    raises for a damaged file.
    """
    icc = image.info.get("icc_profile")
    image.load()
    colour, alpha = _split(_with_all_bits(image, path) if depth == 16 else image, path)
    colour, notes = to_srgb(colour, icc)
    if orientation in _UPRIGHT and image.format != "TIFF":  # Pillow turns TIFF upright by itself
        colour = colour.transpose(_UPRIGHT[orientation])
        alpha = alpha.transpose(_UPRIGHT[orientation]) if alpha else None
    if depth > 8:
        notes = (f"{depth} bits per channel were rounded to 8", *notes)
    return _on_white(colour, alpha, notes, str(path))


def from_array(array: npt.NDArray[Any]) -> Pixels:
    """Convert a grey, RGB or RGBA array in sRGB; see `decode.load` for what is accepted. Copies."""
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise InputError(f"the array has shape {array.shape}; give (height, width) or (height, width, 3 or 4)")
    levels = _eight_bit(array)
    if levels.ndim == 2:
        return Pixels(np.repeat(levels[:, :, None], 3, axis=2), None, ())
    if levels.shape[2] == 3:
        return Pixels(np.array(levels, order="C"), None, ())
    colour, alpha = Image.fromarray(np.ascontiguousarray(levels[:, :, :3])), Image.fromarray(levels[:, :, 3])
    return _on_white(colour, alpha, (), "the array")


def _eight_bit(array: npt.NDArray[Any]) -> U8:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.uint16:
        return _rounded(array)
    if not np.issubdtype(array.dtype, np.floating):
        raise InputError(f"the array holds {array.dtype}; give uint8, uint16, or floats from 0 to 1")
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError("the array holds NaN or infinity; give finite floats from 0 to 1")
    if low < 0 or high > 1:
        raise InputError(f"the array's floats run from {low:g} to {high:g}; scale them to 0 to 1")
    return np.rint(array * 255.0).astype(np.uint8)


def _rounded(deep: npt.NDArray[Any]) -> U8:
    """16 to 8 bits, to nearest: taking the high byte, as Pillow does, darkens by half a level on average."""
    native = np.ascontiguousarray(deep, dtype=np.uint16)
    flat = native.reshape(native.shape[0], -1)
    return cast(U8, cv2.convertScaleAbs(flat, alpha=1 / 257)).reshape(native.shape)


def declared_depth(image: Image.Image) -> int:
    """Bits per channel, from the raw mode ('RGB;16B', 'L;4'); known only while pixels are not yet loaded."""
    if image.mode == "1":
        return 1
    if image.mode.startswith("I;16"):
        return 16
    tiles = getattr(image, "tile", None)
    bits = re.search(r"[A-Za-z];(1|2|4|16)\D", str(tiles[0].args) + " ") if tiles else None
    if bits is None or image.format not in ("PNG", "TIFF"):  # a BMP's 'BGR;16' is 5 + 6 + 5 bits
        return 8
    return int(bits[1])


def _with_all_bits(image: Image.Image, path: Path) -> Image.Image:
    """The same picture rounded from 16 bits by OpenCV, or Pillow's (the high byte) if they disagree."""
    if image.mode not in ("RGB", "RGBA"):
        return image
    deep = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    cut = np.asarray(image)
    if deep is None or deep.dtype != np.uint16 or deep.ndim != 3 or deep.shape[:2] != cut.shape[:2]:
        return image
    order = cv2.COLOR_BGRA2RGBA if deep.shape[2] == 4 else cv2.COLOR_BGR2RGB
    deep = cv2.cvtColor(deep, order)
    sample = np.s_[::_SAMPLE_STEP, ::_SAMPLE_STEP]
    high = (deep[sample] // 256)[..., :3]
    if not np.array_equal(high, cut[sample][..., :3]):
        return image
    return Image.fromarray(_rounded(deep))


def _split(image: Image.Image, path: Path) -> tuple[Image.Image, Image.Image | None]:
    """(L, RGB, CMYK or LAB image, alpha or None), whatever the mode."""
    keyed = image.info.get("transparency")
    if image.mode.startswith("I;16"):
        deep = np.asarray(image)
        opaque = np.where(deep == keyed, 0, 255).astype(np.uint8)
        return Image.fromarray(_rounded(deep)), None if keyed is None else Image.fromarray(opaque)
    if image.mode in ("I", "F"):
        raise InputError(f"{path} has 32-bit numbers, not 8- or 16-bit colours; export it as 8 or 16 bit")
    if image.mode in ("P", "PA", "RGBa") or (keyed is not None and image.mode in ("1", "L", "RGB")):
        image = image.convert("RGBA" if keyed is not None or image.mode != "P" else "RGB")
    elif image.mode == "La":
        image = image.convert("LA")
    if image.mode in ("RGBA", "LA"):
        alpha = image.getchannel("A")
        return image.convert("RGB" if image.mode == "RGBA" else "L"), alpha
    if image.mode == "1":
        return image.convert("L"), None
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image, None
    return image.convert("RGB"), None


def _on_white(colour: Image.Image, alpha: Image.Image | None, notes: tuple[str, ...], what: str) -> Pixels:
    if alpha is None:
        return Pixels(np.asarray(colour), None, notes)
    least, most = cast(tuple[int, int], alpha.getextrema())
    if most == 0:
        raise InputError(f"{what} is transparent everywhere, there is nothing to see; export it again")
    if least == 255:
        return Pixels(np.asarray(colour), None, (*notes, "the alpha channel is opaque everywhere"))
    laid = Image.new("RGB", colour.size, _WHITE)
    laid.paste(colour, mask=alpha)
    return Pixels(np.asarray(laid), np.asarray(alpha), (*notes, "transparent areas were laid on white"))
