"""What is known of one piece before it is looked at: expectations, regions, reference colours, the area mask.

A brief overrules the detectors: whoever drew a polygon around the stamp knows better where it is. It comes from
the policy, the manifest, a sidecar file beside the original and the command line, later ones over earlier ones.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

MAX_REFERENCES = 5
"""Reference colours that a brief may name; vendors' own briefs go up to five."""

Expected = bool | float | str
"""A count, whether there is such a feature at all, or (for `hallmark` and `metal`) a text."""

METALS = ("white", "yellow", "rose", "none")
"""Families of metal colour that `metal` may name (ISO 8654 names the gold alloys'); `none` for a loose stone."""

Coordinate = Annotated[float, Field(ge=0, le=1_000_000, description="pixels of the original")]
Point = tuple[Coordinate, Coordinate]
Polygon = Annotated[tuple[Point, ...], Field(min_length=3)]

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Regions(_Model):
    """Polygons, each a list of at least three `[x, y]` corners in pixels of the original."""

    ignore: tuple[Polygon, ...] = Field(default=(), description="never judged: a prop, a label, a known repair")
    focus: tuple[Polygon, ...] = Field(default=(), description="only what touches these is judged")
    hallmark: tuple[Polygon, ...] = Field(default=(), description="stamps and engraving, instead of the detector's")
    stone: tuple[Polygon, ...] = Field(default=(), description="large stones, one each, instead of the detector's")
    metal: tuple[Polygon, ...] = Field(default=(), description="plain metal, instead of the detector's")
    chain: tuple[Polygon, ...] = Field(default=(), description="chain, instead of the detector's")

    def over(self, other: Regions) -> Regions:
        """`other` with every kind that this one names replaced."""
        return other.model_copy(update={name: polygons for name, polygons in self if polygons})


class Reference(_Model):
    """A colour that the retouch must show, as `colour` (hex, sRGB) or `lab` (CIELAB, D65)."""

    target: Literal["metal", "gem", "enamel"] = Field(alias="for", description="where the colour must be found")
    name: str = Field(default="", description="what people call it, e.g. '18 ct rose'")
    colour: str | None = Field(default=None, description="sRGB hex, e.g. '#e0b8a0'")
    lab: tuple[float, float, float] | None = Field(default=None, description="L* 0 to 100, a* and b* -128 to 127")
    delta_e00: float = Field(default=3.0, ge=0, le=100, description="largest CIEDE2000 difference; zero means zero")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    @field_validator("colour")
    @classmethod
    def _hex(cls, value: str | None) -> str | None:
        if value is not None and not _HEX.fullmatch(value):
            raise ValueError("must be a hex colour such as '#e0b8a0'")
        return value

    @field_validator("lab")
    @classmethod
    def _gamut(cls, value: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
        if value is not None and not (0 <= value[0] <= 100 and all(-128 <= v <= 127 for v in value[1:])):
            raise ValueError("must be [L, a, b] with L from 0 to 100 and a, b from -128 to 127")
        return value

    @model_validator(mode="after")
    def _one_colour(self) -> Self:
        if (self.colour is None) == (self.lab is None):
            raise ValueError("must name one colour: either 'colour' (hex) or 'lab' ([L, a, b])")
        return self

    @property
    def title(self) -> str:
        """How to call it in a sentence."""
        return self.name or self.colour or "Lab " + ", ".join(f"{v:g}" for v in self.lab or ())


class Brief(_Model):
    """All that is known of one pair beside its pixels."""

    expect: dict[str, Expected] = Field(default_factory=dict)
    regions: Regions = Regions()
    references: tuple[Reference, ...] = ()
    area_mask: Path | None = Field(default=None, description="picture that is white where the retouch may change")

    @property
    def without_metal(self) -> bool:
        """Whether the piece is a loose stone."""
        return self.expect.get("metal") == "none"

    def denies(self, feature: str) -> bool:
        """Whether the piece is said to have no such feature: `false` or a count of zero."""
        value = self.expect.get(feature)
        return value is not None and not isinstance(value, str) and not value
