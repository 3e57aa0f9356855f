"""Permits: what a brief allows a retouch to change. Data, in `permits.toml` beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Zone = Literal[
    "inside stone", "inside drawn stone", "shifted stone", "metal", "off stones", "mark", "gone chain", "below"
]
"""What lies at a finding in the original: nothing but a large stone, or but one that the brief drew; a stone that
agrees after its own move; plain metal; no stone and no setting; a stamp; a chain of which next to nothing is left;
the ground below."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cover(_Model):
    """Findings that a permit allows: all conditions must hold."""

    checks: tuple[str, ...] = Field(description="ids of checks")
    kinds: tuple[str, ...] = Field(default=(), description="kinds of finding; empty for any")
    zones: tuple[Zone, ...] = Field(default=(), description="what lies there; empty for anything")
    largest_percent: float | None = Field(
        default=None, gt=0, le=100, description="longer side of the finding's box, percent of the piece's longer side"
    )


class Permit(_Model):
    """One thing that a brief may allow."""

    allows: str = Field(description="one sentence: what may change")
    not_allows: str = Field(description="one sentence: what still may not")
    reference: Literal["metal", "gem"] | None = Field(
        default=None, description="the change must reach a reference colour; without one it is review"
    )
    covers: tuple[Cover, ...] = Field(min_length=1)


@cache
def permits() -> Mapping[str, Permit]:
    """Every permit by name, in the order of the file."""
    text = (files("fidelity.policy") / "permits.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: Permit.model_validate(table) for name, table in tomllib.loads(text).items()})
