"""The one picture type that everything else works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fidelity.texts import printable

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


Text = Annotated[str, AfterValidator(printable)]
"""Text from outside that is always valid UTF-8."""


class PictureInfo(BaseModel):
    """What was read: the file's own facts, before anything was converted."""

    # A copy with another path is not validated until an audit holds it; then it must be, or JSON cannot be written.
    model_config = ConfigDict(frozen=True, extra="forbid", revalidate_instances="always")

    path: Text = ""
    width: int = Field(default=0, description="pixels, after EXIF orientation")
    height: int = Field(default=0, description="pixels, after EXIF orientation")
    format: str = Field(default="", description="JPEG, PNG, WEBP, TIFF, AVIF, …; 'array' for an array")
    mode: str = Field(default="", description="colour mode of the file: RGB, RGBA, L, CMYK, P, I;16, …")
    bit_depth: int = 8
    profile: Text = Field(default="", description="ICC profile description; empty when the file has none")
    orientation: int = Field(default=1, description="EXIF orientation that was applied, 1 to 8")
    dpi: float | None = None
    alpha: bool = False
    frames: int = Field(default=1, description="frames in the file; only the first is judged")
    bytes: int = 0
    metadata: tuple[str, ...] = Field(default=(), description="kinds of metadata in the file: exif, icc, iptc, xmp")
    digital_source_type: Text = Field(default="", description="IPTC DigitalSourceType, e.g. trainedAlgorithmicMedia")
    notes: tuple[Text, ...] = Field(default=(), description="what was converted or assumed, in plain words")


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded photograph: sRGB, 8 bit, axis order (row, column, channel), read-only.

    `rgb` is (height, width, 3) uint8 with transparent areas laid on white; `alpha` is (height, width) uint8,
    255 opaque, or None when the file has no transparency at all.
    """

    rgb: U8
    alpha: U8 | None
    info: PictureInfo

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(f"rgb must be (height, width, 3) uint8, got {self.rgb.shape} {self.rgb.dtype}")
        self.rgb.setflags(write=False)
        if self.alpha is not None:
            if self.alpha.shape != self.rgb.shape[:2] or self.alpha.dtype != np.uint8:
                raise ValueError(f"alpha must be {self.rgb.shape[:2]} uint8, got {self.alpha.shape} {self.alpha.dtype}")
            self.alpha.setflags(write=False)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.rgb.shape[0], self.rgb.shape[1]
