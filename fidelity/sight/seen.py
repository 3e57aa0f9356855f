"""What one photograph shows, as plain data: the `fidelity.seen/1` document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from fidelity.image.picture import Text
from fidelity.result import Model

SEEN_SCHEMA: Literal["fidelity.seen/1"] = "fidelity.seen/1"

Point = tuple[float, float]
"""x to the right and y down, in pixels of the file as it is shown (EXIF turned)."""
Polygon = tuple[Point, ...]
Confidence = Annotated[float, Field(ge=0, le=1, description="of things said with 0.8, eight in ten are there")]


class SeenPiece(Model):
    """Where the piece lies: outlines, and the holes in them."""

    outlines: tuple[Polygon, ...] = ()
    holes: tuple[Polygon, ...] = ()


class SeenStone(Model):
    """A large stone, cabochon or pearl."""

    outline: Polygon
    kind: Literal["faceted", "cabochon", "pearl"]
    confidence: Confidence


class SeenSmallStone(Model):
    """A small set stone, as the disc of its area."""

    x: float
    y: float
    radius: float
    confidence: Confidence


class SeenProng(Model):
    """A prong or bead, as the disc of its area."""

    x: float
    y: float
    radius: float
    stone: int | None = Field(description="index into `stones` of the stone that it holds; null where none is near")
    confidence: Confidence


class SeenLink(Model):
    """A chain link; x, y is its middle, which may lie in its opening."""

    outline: Polygon
    x: float
    y: float
    confidence: Confidence


class SeenMark(Model):
    """A stamp or an engraving."""

    outline: Polygon
    confidence: Confidence


class SeenMetal(Model):
    """The metal's colour: the median of its midtones, CIE Lab (D65)."""

    family: Literal["white", "yellow", "rose", "none"]
    lab: tuple[float, float, float]


class SeenProp(Model):
    """What is in the picture and is neither piece nor ground: putty, fingers, stands, captions, mirror images."""

    outline: Polygon


class Seen(Model):
    """What one photograph shows. Counts are the lists' lengths."""

    schema_: Literal["fidelity.seen/1"] = Field(default=SEEN_SCHEMA, alias="schema")
    path: Text = ""
    width: int
    height: int
    piece: SeenPiece = SeenPiece()
    stones: tuple[SeenStone, ...] = ()
    small_stones: tuple[SeenSmallStone, ...] = ()
    prongs: tuple[SeenProng, ...] = ()
    links: tuple[SeenLink, ...] = ()
    marks: tuple[SeenMark, ...] = ()
    metal: SeenMetal = SeenMetal(family="none", lab=(0, 0, 0))
    props: tuple[SeenProp, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def to_json(self, indent: int | None = 2) -> str:
        """The `fidelity.seen/1` document."""
        return self.model_dump_json(indent=indent, by_alias=True)
