"""From whatever a decoder or an array holds to 8-bit sRGB and alpha, upright and on white."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from fidelity.errors import InputError
from fidelity.image.picture import U8
from fidelity.image.png_colours import Colours
from fidelity.image.profiles import to_srgb
from fidelity.image.refusals import unsupported
from fidelity.image.tiff_pixels import eight_bit

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
_SAMPLE = np.s_[::7, ::7]  # the pixels on which two decoders are compared


@dataclass(frozen=True, eq=False)
class Pixels:
    """`rgb` (height, width, 3) uint8 on white, `alpha` (height, width) uint8 or None."""

    rgb: U8
    alpha: U8 | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Decoded:
    """A decoded picture as it lies in the file: L, RGB, CMYK or LAB, 8 bit, and its alpha.

    `colours` are those of a PNG that has no profile; `shaded` says that their curve was applied already, to
    all 16 bits.
    """

    colour: Image.Image
    alpha: Image.Image | None
    icc: bytes | None = None
    colours: Colours | None = None
    shaded: bool = False


def finished(decoded: Decoded, *, depth: int, orientation: int, what: str) -> Pixels:
    """To sRGB, upright, on white; `depth` is the file's bits per channel and `what` its name for an error.

    Raises `InputError` for a picture that is transparent everywhere.
    """
    colour, alpha = decoded.colour, decoded.alpha
    colour, notes = to_srgb(colour, decoded.icc)
    if decoded.colours is not None:
        colour = _declared_to_srgb(colour, decoded.colours, shaded=decoded.shaded)
        notes = (*notes, decoded.colours.note)
    if orientation in _UPRIGHT:
        colour = colour.transpose(_UPRIGHT[orientation])
        alpha = alpha.transpose(_UPRIGHT[orientation]) if alpha else None
    if depth > 8:
        notes = (f"{depth} bits per channel were rounded to 8", *notes)
    return _on_white(colour, alpha, notes, what)


def _declared_to_srgb(colour: Image.Image, colours: Colours, *, shaded: bool) -> Image.Image:
    table, profile = colours.table(256), colours.profile()
    if table is not None and not shaded:
        colour = colour.point(table.tolist() * len(colour.getbands()))
    return to_srgb(colour, profile)[0] if profile else colour


def from_array(array: npt.NDArray[Any]) -> Pixels:
    """Convert a grey, RGB or RGBA array in sRGB; see `decode.load` for what is accepted. Copies."""
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise InputError(f"the array has shape {array.shape}; give (height, width) or (height, width, 3 or 4)")
    levels = _levels_of(array)
    if levels.ndim == 2:
        return Pixels(np.repeat(levels[:, :, None], 3, axis=2), None, ())
    if levels.shape[2] == 3:
        return Pixels(np.array(levels, order="C"), None, ())
    colour, alpha = Image.fromarray(np.ascontiguousarray(levels[:, :, :3])), Image.fromarray(levels[:, :, 3])
    return _on_white(colour, alpha, (), "the array")


def _levels_of(array: npt.NDArray[Any]) -> U8:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.uint16:
        return eight_bit(array)
    if not np.issubdtype(array.dtype, np.floating):
        raise InputError(f"the array holds {array.dtype}; give uint8, uint16, or floats from 0 to 1")
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError("the array holds NaN or infinity; give finite floats from 0 to 1")
    if low < 0 or high > 1:
        raise InputError(f"the array's floats run from {low:g} to {high:g}; scale them to 0 to 1")
    return np.rint(array * 255.0).astype(np.uint8)


def with_all_bits(image: Image.Image, data: bytes, colours: Colours | None) -> tuple[Image.Image, bool]:
    """A 16-bit PNG of mode LA, RGB or RGBA rounded to 8 bits by OpenCV, and whether `colours`' curve is in it.

    Pillow has only the high bytes; they are what is returned where OpenCV sees another picture.
    """
    cut = np.asarray(image)[_SAMPLE].copy()
    deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16 or deep.ndim != 3 or deep.shape[:2] != image.size[::-1]:
        return image, False
    order = [0, 3] if image.mode == "LA" else [2, 1, 0]
    if not np.array_equal(deep[_SAMPLE][..., order] // 256, cut[..., : len(order)]):
        return image, False
    alpha = Image.fromarray(eight_bit(deep[..., 3])) if deep.shape[2] == 4 else None
    deep = deep[..., :1] if image.mode == "LA" else deep[..., :3]
    table = colours.table(65_536) if colours else None
    levels = eight_bit(deep) if table is None else table[deep]
    del deep
    rgb = Image.fromarray(levels[..., 0] if image.mode == "LA" else cv2.cvtColor(levels, cv2.COLOR_BGR2RGB))
    if alpha is not None:
        rgb.putalpha(alpha)
    return rgb, table is not None


def split(image: Image.Image, path: Path) -> tuple[Image.Image, Image.Image | None]:
    """(L, RGB, CMYK or LAB image, alpha or None), whatever the mode of the loaded image."""
    keyed = image.info.get("transparency")
    if image.mode.startswith("I;16"):
        deep = np.asarray(image)
        opaque = np.where(deep == keyed, 0, 255).astype(np.uint8)
        return Image.fromarray(eight_bit(deep)), None if keyed is None else Image.fromarray(opaque)
    if image.mode in ("I", "F"):
        raise unsupported(path, "32-bit numbers instead of 8- or 16-bit colours", "export it as 8 or 16 bit")
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
