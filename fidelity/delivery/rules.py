"""What a rule is, which there are, and the presets that come with fidelity."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fidelity.errors import PolicyError

Basis = Literal["official", "recommended", "contract"]
Value = float | str | tuple[str, ...]

NUMBERS = {
    "width_min_px": "width",
    "height_min_px": "height",
    "long_side_min_px": "long side",
    "long_side_max_px": "long side",
    "short_side_min_px": "short side",
    "size_min_mp": "picture",
    "size_max_mp": "picture",
    "resolution_min_dpi": "resolution",
    "file_max_mb": "file size",
    "fill_min_percent": "extent of the piece in the frame",
    "fill_max_percent": "extent of the piece in the frame",
    "border_max_px": "border",
    "frames_max_count": "number of frames",
}
"""Rules with a number, and what each measures; the name's ending is the unit."""

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP")
SPACES = ("sRGB", "Adobe RGB", "Display P3", "CMYK", "grey")
KEPT = ("exif", "icc", "iptc", "xmp", "digital-source-type")
LISTS = {"formats": FORMATS, "colour_spaces": SPACES, "metadata_kept": KEPT}
"""Rules with a list, and what it may hold."""

TEXTS = ("background", "aspect_ratio")
NAMES = (*NUMBERS, *LISTS, *TEXTS)

_BACKGROUND = re.compile(r"transparent|#[0-9a-fA-F]{6}")
_ASPECT = re.compile(r"[1-9][0-9]{0,3}:[1-9][0-9]{0,3}")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Model):
    """One demand on a picture's file."""

    rule: str = Field(description="what is asked, unit in the name")
    value: Value
    tolerance: float = Field(default=0, ge=0, description="for background: steps of 8 bit; for aspect_ratio: percent")
    basis: Basis = "contract"
    date: datetime.date | None = Field(default=None, description="when the rule was last read at its source")
    source: str = Field(default="", description="who asks for it, and where")
    note: str = Field(default="", description="what the rule leaves open and how it is measured here")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        problem = why_not(self.rule, self.value)
        if problem:
            raise ValueError(problem)
        return self


class Preset(_Model):
    """A marketplace's or a catalogue's rules."""

    name: str
    title: str
    rules: tuple[Rule, ...]

    def with_rules(self, own: Iterable[Rule]) -> Preset:
        """These rules, those of the same name replaced by `own`."""
        own = tuple(own)
        named = {rule.rule for rule in own}
        return self.model_copy(update={"rules": (*(r for r in self.rules if r.rule not in named), *own)})


def why_not(rule: str, value: Any) -> str:
    """What keeps `value` from being a value of `rule`; empty when nothing does."""
    if rule in NUMBERS:
        fine = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        if not fine:
            return f"{rule} must be a number of at least 0"
        # Parts of the frame; other percentages (an aspect ratio's tolerance) have no highest value.
        return f"{rule} must be at most 100 %" if rule.startswith("fill_") and value > 100 else ""
    if rule in LISTS:
        fine = isinstance(value, tuple | list) and len(value) > 0 and all(item in LISTS[rule] for item in value)
        return "" if fine else f"{rule} must be a list of {', '.join(LISTS[rule])}"
    if rule == "background":
        fine = isinstance(value, str) and _BACKGROUND.fullmatch(value) is not None
        return "" if fine else "background must be 'transparent' or a hex colour such as '#ffffff'"
    if rule == "aspect_ratio":
        fine = isinstance(value, str) and _ASPECT.fullmatch(value) is not None
        return "" if fine else "aspect_ratio must be width to height, such as '1:1' or '4:3'"
    return f"there is no rule '{rule}'; the rules are {', '.join(NAMES)}"


def preset_names() -> tuple[str, ...]:
    """Names of the presets that come with fidelity."""
    folder = files("fidelity.delivery") / "presets"
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def preset_of(name: str) -> Preset:
    """A preset by name; raises `PolicyError` that lists the known ones."""
    if name not in preset_names():
        raise PolicyError(f"there is no delivery preset '{name}'; the presets are {', '.join(preset_names())}")
    text = (files("fidelity.delivery") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return Preset.model_validate({"name": name, **tomllib.loads(text)})
