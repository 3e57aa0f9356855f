"""What a failure means: limits, expectations, and which checks gate.

A policy is a TOML file on top of a named profile:

    profile = "standard"          # the profile to start from
    required = ["prongs"]         # checks that must be installed
    [expect]
    prongs = 6                    # what the original shows
    [checks.metal-tone]
    gating = false                # show it, but do not fail the verdict
    <limit> = 3.0                 # any field of the check; `fidelity checks metal-tone` lists them

Whatever is misspelt, of the wrong type or out of range is refused with file, line, key and what is allowed:
a limit that silently keeps its default is worse than no limit.
"""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
import typing
from collections.abc import Callable, Collection, Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from fidelity.errors import PolicyError, RegistryError
from fidelity.registry import RESERVED, discover
from fidelity.toml_lines import line_of

if TYPE_CHECKING:
    from fidelity.check import Check

DEFAULT_PROFILE = "standard"
_KEYS = ("profile", "required", "expect", "checks")
_TYPES = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}


class CheckSettings(BaseModel):
    """What a policy says about one check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gating: bool = True
    limits: dict[str, JsonValue] = Field(default_factory=dict, description="field name of the check → value")


class Policy(BaseModel):
    """Limits, expectations and gating for an audit. Immutable, picklable, the same JSON every time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: str = DEFAULT_PROFILE
    required: tuple[str, ...] = Field(default=(), description="checks that must be installed")
    checks: dict[str, CheckSettings] = Field(default_factory=dict)
    expect: dict[str, float] = Field(default_factory=dict, description="check id → count in the original")

    @classmethod
    def named(cls, profile: str) -> Policy:
        """One of the profiles that come with fidelity; `profiles()` lists them."""
        known = profiles()
        if profile not in known:
            raise PolicyError(f"there is no profile '{profile}'; the profiles are {', '.join(known)}")
        text = (files("fidelity") / "profiles" / f"{profile}.toml").read_text(encoding="utf-8")
        # A profile may speak of a check that is not installed; limits are verified when it is configured.
        return _read(tomllib.loads(text), cls(profile=profile), strict=False)

    @classmethod
    def load(cls, path: str | Path, *, profile: str | None = None) -> Policy:
        """A TOML file on top of `profile`, else of the profile that the file names, else of `standard`.

        `Policy.profile` then names both, so that a report never calls a changed profile by its plain name.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
            table = tomllib.loads(text)
        except FileNotFoundError:
            raise PolicyError(f"policy {path} does not exist") from None
        except OSError as error:
            raise PolicyError(f"policy {path} cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise PolicyError(f"policy {path} is not UTF-8 text (byte {error.start})") from error
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"policy {path} is not TOML: {error}") from error
        try:
            named = table.get("profile", DEFAULT_PROFILE)
            if named not in profiles():
                raise _BadKeyError(("profile",), f"must be one of {', '.join(profiles())}; got {_shown(named)}")
            base = cls.named(profile or named)
            policy = _read(table, base, strict=True)
        except _BadKeyError as wrong:
            line = line_of(text, wrong.key)
            where = f"{path}, line {line}" if line else str(path)
            raise PolicyError(f"policy {where}: '{'.'.join(wrong.key)}' {wrong}") from None
        return policy.model_copy(update={"profile": f"{base.profile} + {path.name}"})

    def configured(self, only: Collection[str] | None = None, skip: Collection[str] = ()) -> tuple[Check, ...]:
        """The checks to run, limits set, in checklist order.

        Raises `PolicyError` for an id that is not installed or a limit that a check does not have, and
        `RegistryError` when a required check is missing or no check is left to run: that is never a pass.
        """
        installed = discover()
        for option, names in (("only", only or ()), ("skip", skip)):
            for name in names:
                if name not in installed:
                    raise PolicyError(f"{option}: there is no check '{name}'; {_the_checks(installed)}")
        missing = [name for name in self.required if name not in installed]
        if missing:
            raise RegistryError(
                f"required by policy '{self.profile}' but not installed: {', '.join(missing)}; {_the_checks(installed)}"
            )
        chosen = [n for n in installed if (only is None or n in only) and n not in skip]
        if not chosen:
            raise RegistryError(f"no check is left to run after 'only' and 'skip'; {_the_checks(installed)}")
        return tuple(self._instance(name, installed[name]) for name in chosen)

    def gates(self, check_id: str) -> bool:
        """Whether a failure of this check fails the verdict. A check that no policy mentions does."""
        settings = self.checks.get(check_id)
        return settings is None or settings.gating

    def _instance(self, name: str, check: type[Check]) -> Check:
        settings = self.checks.get(name, CheckSettings())
        make = cast("Callable[..., Check]", check)
        try:
            limits = {key: _limit(check, key, value) for key, value in settings.limits.items()}
            return make(**limits)
        except _BadKeyError as wrong:
            raise PolicyError(f"policy '{self.profile}': '{name}.{'.'.join(wrong.key)}' {wrong}") from None
        except ValueError as error:  # from the check's own __post_init__
            raise PolicyError(f"policy '{self.profile}': check '{name}' refuses its limits: {error}") from error


def profiles() -> tuple[str, ...]:
    """Names of the profiles that come with fidelity."""
    found = sorted(
        p.name.removesuffix(".toml") for p in (files("fidelity") / "profiles").iterdir() if p.name.endswith(".toml")
    )
    return tuple(sorted(found, key=lambda name: name != DEFAULT_PROFILE))


class _BadKeyError(Exception):
    """A value that a policy may not have; `key` is its path in the file."""

    def __init__(self, key: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.key = key


def _read(table: dict[str, Any], base: Policy, *, strict: bool) -> Policy:
    """`table` laid over `base`. `strict`: every check it names must be installed, with the limits it sets."""
    _known(table, _KEYS, (), "key")
    required = _typed(tuple[str, ...], table.get("required", base.required), ("required",), "a list of check ids")
    expect = dict(base.expect)
    installed = discover() if strict else {}
    for name, value in _table(table, "expect").items():
        if strict:
            _known((name,), installed, ("expect",), "check")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise _BadKeyError(("expect", name), f"must be a count of at least 0; got {_shown(value)}")
        expect[name] = float(value)
    checks = dict(base.checks)
    for name, settings in _table(table, "checks").items():
        if strict:
            _known((name,), installed, ("checks",), "check")
        if not isinstance(settings, dict):
            raise _BadKeyError(("checks", name), f"must be a table of settings; got {_shown(settings)}")
        before = checks.get(name, CheckSettings())
        gating = _typed(bool, settings.get("gating", before.gating), ("checks", name, "gating"), "true or false")
        limits = {key: value for key, value in settings.items() if key not in RESERVED}
        if strict:
            for key, value in limits.items():
                try:
                    _limit(installed[name], key, value)
                except _BadKeyError as wrong:
                    raise _BadKeyError(("checks", name, *wrong.key), str(wrong)) from None
        checks[name] = CheckSettings(gating=gating, limits={**before.limits, **limits})
    return Policy(profile=base.profile, required=required, checks=checks, expect=expect)


def _limit(check: type[Check], key: str, value: Any) -> Any:
    """`value` as the check's field `key` wants it."""
    fields = {field.name: field for field in dataclasses.fields(cast(Any, check))}
    _known((key,), (*RESERVED, *fields), (), "setting")
    hint = typing.get_type_hints(check)[key]
    made = _typed(hint, value, (key,), _TYPES.get(hint, str(hint)))
    default = fields[key].default
    if isinstance(made, int | float) and not isinstance(made, bool):
        if not math.isfinite(made):
            raise _BadKeyError((key,), f"must be a finite number; got {_shown(value)}")
        if made < 0 and not (isinstance(default, int | float) and default < 0):
            raise _BadKeyError((key,), f"must be at least 0, and zero means zero; got {_shown(value)}")
    return made


def _typed(hint: Any, value: Any, key: tuple[str, ...], wanted: str) -> Any:
    try:
        # Strict, but by JSON's rules: 3 is a fine float, a list a fine tuple; "3" and true are no numbers.
        return TypeAdapter(hint).validate_json(json.dumps(value), strict=True)
    except (ValidationError, TypeError):
        raise _BadKeyError(key, f"must be {wanted}; got {_shown(value)}") from None


def _known(names: Iterable[str], allowed: Iterable[str], path: tuple[str, ...], kind: str) -> None:
    allowed = tuple(allowed)
    for name in names:
        if name not in allowed:
            raise _BadKeyError((*path, name), f"is not a known {kind}; allowed: {', '.join(allowed)}")


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise _BadKeyError((key,), f"must be a table; got {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)


def _the_checks(installed: Iterable[str]) -> str:
    return f"the checks are {', '.join(installed)}"
