"""ICC profiles: from the file's colours to sRGB."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

_COLOUR_SPACE = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
"""ICC signature → Pillow mode of the pictures such a profile describes."""

_PROBE_STEPS = 9  # levels per channel of the colours on which a profile is tried
_SAME_AS_SRGB = 1  # 8-bit levels: rounding of the two conversions, invisible


def describe(icc: bytes | None) -> str:
    """The profile's own description, e.g. 'Adobe RGB (1998)'; '' for none, 'unreadable' for a broken one."""
    if not icc:
        return ""
    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc))).strip() or "unnamed"
    except (OSError, ImageCms.PyCMSError):
        return "unreadable"


def to_srgb(image: Image.Image, icc: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert an L, RGB, CMYK or LAB image to RGB in sRGB; also returns what was done, in plain words.

    Perceptual intent, or relative colorimetric where the profile has no perceptual table. A profile that
    is broken or describes another kind of picture is left out, and said so.
    """
    if icc:
        return _through(image, icc)
    if image.mode == "LAB":
        return _apply(image, ImageCms.createProfile("LAB")), ("CIELAB was converted to sRGB",)
    if image.mode == "CMYK":
        note = "CMYK without a profile: converted by the plain formula, colours are approximate"
        return image.convert("RGB"), (note,)
    return image if image.mode == "RGB" else image.convert("RGB"), ()  # convert copies even when it need not


def _through(image: Image.Image, icc: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    name = describe(icc)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        expects = _COLOUR_SPACE.get(profile.profile.xcolor_space, profile.profile.xcolor_space)
        if expects == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if expects != image.mode:
            note = f"profile '{name}' is for {expects.strip()} and was left out: the picture is {image.mode}"
            return image.convert("RGB"), (note,)
        if image.mode == "RGB" and _is_srgb(icc):
            return image, ()
        return _apply(image, profile), (f"converted from '{name}' to sRGB",)
    except (OSError, ImageCms.PyCMSError):
        return image.convert("RGB"), (f"profile '{name}' could not be used and was left out",)


def _apply(image: Image.Image, profile: Any) -> Image.Image:
    target = ImageCms.createProfile("sRGB")
    try:
        transform = ImageCms.buildTransform(
            profile, target, image.mode, "RGB", renderingIntent=ImageCms.Intent.PERCEPTUAL
        )
    except ImageCms.PyCMSError:
        transform = ImageCms.buildTransform(
            profile, target, image.mode, "RGB", renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC
        )
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # only an in-place conversion returns nothing
    return converted


@lru_cache(maxsize=64)
def _is_srgb(icc: bytes) -> bool:
    """Whether converting would change nothing: tried on colours, since a profile's name may say anything."""
    levels = np.linspace(0, 255, _PROBE_STEPS).round().astype(np.uint8)
    probe = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(_PROBE_STEPS, -1, 3)
    after = np.asarray(_apply(Image.fromarray(probe), ImageCms.ImageCmsProfile(io.BytesIO(icc))))
    return int(np.abs(after.astype(int) - probe).max()) <= _SAME_AS_SRGB
