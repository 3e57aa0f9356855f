"""The policy that is in force, setting by setting, and where each value comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fidelity.brief import Expected
from fidelity.policy import reading
from fidelity.policy.errors import Key
from fidelity.policy.model import DEFAULT_PROFILE, Policy, profile_text
from fidelity.registry import limits_of
from fidelity.toml_lines import nearest_line
from fidelity.toml_text import key_text

if TYPE_CHECKING:
    from fidelity.check import Check

DEFAULT = "default"


@dataclass(frozen=True)
class Layer:
    """One source of settings; a later one overrules an earlier one."""

    name: str
    table: Mapping[str, Any]
    text: str = ""

    def origin(self, key: Key) -> str | None:
        """Where this layer sets `key`; None where it does not."""
        value: Any = self.table
        for part in key:
            listed = isinstance(value, list) and isinstance(part, int) and part < len(value)
            if not listed and not (isinstance(value, Mapping) and part in value):
                return None
            value = value[part]
        line = nearest_line(self.text, key)
        return f"{self.name}, line {line}" if line else self.name


@dataclass(frozen=True)
class Entry:
    """One setting: its name in its table, its value, and where the value comes from."""

    name: str
    value: Any
    origin: str


@dataclass(frozen=True)
class Section:
    """A table of a policy: its header as TOML writes it (empty for the top), its settings, those that are not set."""

    header: str
    entries: tuple[Entry, ...]
    unset: tuple[str, ...] = field(default=())


def layers(path: Path | None, profile: str | None, expect: Mapping[str, Expected]) -> tuple[Layer, ...]:
    """The profile, the file and the command line, later ones over earlier ones."""
    table, text = reading.parsed(path) if path else ({}, "")
    name = profile or table.get("profile", DEFAULT_PROFILE)
    written = profile_text(name)
    asked: dict[str, Any] = {"expect": dict(expect)} if expect else {}
    if profile:
        asked["profile"] = profile
    return (
        Layer(f"profile {name}", tomllib.loads(written), written),
        *([Layer(str(path), table, text)] if path else []),
        Layer("command line", asked),
    )


def sections(policy: Policy, checks: Sequence[Check], said: Sequence[Layer]) -> Iterator[Section]:
    """All settings in force, for `checks` as they are configured, each with its origin."""

    def origin(*key: str | int) -> str:
        return next((found for layer in reversed(said) if (found := layer.origin(key))), DEFAULT)

    profile = next((str(layer.table["profile"]) for layer in reversed(said) if "profile" in layer.table), None)
    top = [Entry("profile", profile or DEFAULT_PROFILE, origin("profile"))]
    for name in ("required", "permits"):
        top.append(Entry(name, getattr(policy, name), origin(name)))
    yield Section("", tuple(top))
    if policy.expect:
        expected = (Entry(key_text(name), value, origin("expect", name)) for name, value in policy.expect.items())
        yield Section("[expect]", tuple(expected))
    for index, reference in enumerate(policy.references):
        said_of_it = reference.model_dump(by_alias=True, exclude_defaults=True) | {"delta_e00": reference.delta_e00}
        named = (Entry(name, value, origin("references", index, name)) for name, value in said_of_it.items())
        yield Section("[[references]]", tuple(named))
    drawn = tuple(Entry(kind, polygons, origin("regions", kind)) for kind, polygons in policy.regions if polygons)
    if drawn:
        yield Section("[regions]", drawn)
    for check in checks:
        values = {name: getattr(check, name) for name in limits_of(type(check))}
        entries = [Entry("gating", policy.gates(check.id), origin("checks", check.id, "gating"))]
        entries += [Entry(n, v, origin("checks", check.id, n)) for n, v in values.items() if v is not None]
        unset = tuple(name for name, value in values.items() if value is None)
        yield Section(f"[{key_text('checks', check.id)}]", tuple(entries), unset)
