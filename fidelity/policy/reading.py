"""From TOML to a policy: every key is known, typed, in its unit and in its range, or refused by name."""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from fidelity import expectations
from fidelity.brief import MAX_REFERENCES, Brief, Expected, Reference, Regions
from fidelity.errors import PolicyError
from fidelity.policy.errors import BadKeyError, Key, dotted, known, of_model, shown
from fidelity.policy.permits import permits
from fidelity.registry import RESERVED
from fidelity.toml_lines import nearest_line
from fidelity.units import other_unit, unit_of, words_of

if TYPE_CHECKING:
    from fidelity.check import Check
    from fidelity.policy.model import Policy

KEYS = ("profile", "required", "expect", "checks", "permits", "references", "regions")
SIDECAR_KEYS = ("expect", "references", "regions")
SIDECAR = ".fidelity.toml"
"""Ending of the file beside `ring.jpg` that says what is known of it: `ring.fidelity.toml`."""
_CHECK_IDS = "a list of check ids"
_TYPES = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}

FILE = "fidelity.toml"
"""Name of the policy that is found without being named."""

Checks = Mapping[str, "type[Check]"]


def parsed(path: Path) -> tuple[dict[str, Any], str]:
    """A TOML file's table and text; raises `PolicyError` for one that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), text
    except FileNotFoundError:
        raise PolicyError(f"policy {path} does not exist") from None
    except OSError as error:
        raise PolicyError(f"policy {path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"policy {path} is not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"policy {path} is not TOML: {error}") from error


def found_upward(folder: Path) -> Path | None:
    """The nearest `fidelity.toml` in `folder` or a folder above it; None without one."""
    return next((found for here in (folder, *folder.parents) if (found := here / FILE).is_file()), None)


@contextmanager
def told(path: Path, text: str) -> Iterator[None]:
    """Turn a wrong key into one sentence with file and line."""
    try:
        yield
    except BadKeyError as wrong:
        line = nearest_line(text, wrong.key)
        where = f"{path}, line {line}" if line else str(path)
        raise PolicyError(f"policy {where}: '{dotted(wrong.key)}' {wrong}") from None


def laid_over(table: dict[str, Any], base: Policy, *, installed: Checks | None) -> Policy:
    """`table` laid over `base`. With `installed`, every check it names must be there, with the limits it sets."""
    known(table, KEYS, (), "key")
    if installed is not None:
        _check_limits(table, installed)
    return base.model_copy(
        update={
            "required": _typed(tuple[str, ...], table.get("required", base.required), ("required",), _CHECK_IDS),
            "permits": _permits(table, base.permits),
            "checks": _settings(table, base),
            "expect": {**base.expect, **_expect(table, installed)},
            "references": _references(table) or base.references,
            "regions": _regions(table).over(base.regions),
        }
    )


def sidecar(original: Path, installed: Checks) -> Brief:
    """What the file beside `original` says; an empty brief where there is none.

    Raises `PolicyError` as a policy does.
    """
    path = sidecar_of(original)
    if not path.is_file():
        return Brief()
    table, text = parsed(path)
    with told(path, text):
        known(table, SIDECAR_KEYS, (), "key")
        return Brief(expect=_expect(table, installed), regions=_regions(table), references=_references(table))


P = TypeVar("P", bound=PurePath)


def sidecar_of(original: P) -> P:
    """Where the sidecar of a picture stands, whether it exists or not."""
    return original.with_name(original.stem + SIDECAR)


def _check_limits(table: dict[str, Any], installed: Checks) -> None:
    """Every check that is named must be installed, with the limits that are set; profiles may run ahead of them."""
    for name, settings in _table(table, "checks").items():
        known((name,), installed, ("checks",), "check")
        if not isinstance(settings, dict):
            continue
        limits = {}
        for key, value in settings.items():
            if key not in RESERVED:
                try:
                    limits[key] = limit(installed[name], key, value)
                except BadKeyError as wrong:
                    raise wrong.under("checks", name) from None
        try:
            cast("Callable[..., Check]", installed[name])(**limits)
        except (ValueError, PolicyError) as error:  # from the check's own __post_init__
            raise BadKeyError(("checks", name), f"is refused: {error}") from None


def _settings(table: dict[str, Any], base: Policy) -> dict[str, Any]:
    from fidelity.policy.model import CheckSettings  # noqa: PLC0415  (the model reads through this module)

    checks = dict(base.checks)
    for name, settings in _table(table, "checks").items():
        if not isinstance(settings, dict):
            raise BadKeyError(("checks", name), f"must be a table of settings; got {shown(settings)}")
        before = checks.get(name, CheckSettings())
        gating = _typed(bool, settings.get("gating", before.gating), ("checks", name, "gating"), "true or false")
        limits = {key: value for key, value in settings.items() if key not in RESERVED}
        checks[name] = CheckSettings(gating=gating, limits={**before.limits, **limits})
    return checks


def _permits(table: dict[str, Any], before: tuple[str, ...]) -> tuple[str, ...]:
    wanted = f"a list of permits ({', '.join(permits())})"
    named = _typed(tuple[str, ...], table.get("permits", before), ("permits",), wanted)
    for index, name in enumerate(named):
        if name not in permits():
            what = f"is {shown(name)}, which is no permit; allowed: {', '.join(permits())}"
            raise BadKeyError(("permits", index), what)
    return tuple(dict.fromkeys(named))


def _expect(table: dict[str, Any], installed: Checks | None) -> dict[str, Expected]:
    found: dict[str, Expected] = {}
    for name, value in _table(table, "expect").items():
        if installed is not None:
            known((name,), expectations.names(installed), ("expect",), "check")
        try:
            found[name] = expectations.verified(name, value)
        except ValueError as error:
            raise BadKeyError(("expect", name), f"{error}; got {shown(value)}") from None
    return found


def _references(table: dict[str, Any]) -> tuple[Reference, ...]:
    listed = table.get("references", [])
    if not isinstance(listed, list):
        raise BadKeyError(("references",), f"must be an array of tables, [[references]]; got {shown(listed)}")
    if len(listed) > MAX_REFERENCES:
        raise BadKeyError(("references", MAX_REFERENCES), f"is one too many; at most {MAX_REFERENCES} are allowed")
    return tuple(of_model(Reference, item, ("references", index)) for index, item in enumerate(listed))


def _regions(table: dict[str, Any]) -> Regions:
    return of_model(Regions, _table(table, "regions"), ("regions",))


def limit(check: type[Check], key: str, value: Any) -> Any:
    """`value` as the check's field `key` wants it: known, typed, finite, in its unit's range."""
    fields = {field.name: field for field in dataclasses.fields(cast(Any, check))}
    allowed = (*RESERVED, *fields)
    if key not in allowed:
        meant = other_unit(key, fields)
        hint = f"{meant} is set in {words_of(meant) or 'its own unit'}; " if meant else ""
        raise BadKeyError((key,), f"is not a known setting; {hint}allowed: {', '.join(allowed)}")
    hint = typing.get_type_hints(check)[key]
    unit = unit_of(key)
    wanted = _in_words(hint) + (f" ({unit.words})" if unit else "")
    made = _typed(hint, value, (key,), wanted)
    default = fields[key].default
    if isinstance(made, int | float) and not isinstance(made, bool):
        if not math.isfinite(made):
            raise BadKeyError((key,), f"must be a finite number; got {shown(value)}")
        if made < 0 and not (isinstance(default, int | float) and default < 0):
            raise BadKeyError((key,), f"must be at least 0, and zero means zero; got {shown(value)}")
        if unit and unit.highest is not None and made > unit.highest:
            raise BadKeyError((key,), f"must be at most {unit.highest:g} ({unit.words}); got {shown(value)}")
    return made


def _in_words(hint: Any) -> str:
    """A type as a person says it; a limit that may stay unset is asked for by what it is when it is set."""
    kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join(_in_words(kind) for kind in kinds)
    if typing.get_origin(hint) in (tuple, list):
        return f"a list, each {_in_words(kinds[0])}"
    return _TYPES.get(hint, str(hint))


def _typed(hint: Any, value: Any, key: Key, wanted: str) -> Any:
    try:
        # Strict, but by JSON's rules: 3 is a fine float, a list a fine tuple; "3" and true are no numbers.
        return TypeAdapter(hint).validate_json(json.dumps(value), strict=True)
    except (ValidationError, TypeError):
        raise BadKeyError(key, f"must be {wanted}; got {shown(value)}") from None


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise BadKeyError((key,), f"must be a table; got {shown(value)}")
    return value
