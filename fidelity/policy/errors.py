"""A value that a policy may not have, on its way to a message with file and line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)

Key = tuple[str | int, ...]
"""Path of a key in a TOML file; a number is a place in a list or an array of tables."""

_SAID = {
    "missing": "is missing",
    "too_long": "holds too many; at most {max_length}",
    "too_short": "holds too few; at least {min_length}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "finite_number": "must be a finite number",
}


class BadKeyError(Exception):
    """A value that a policy may not have; `key` is its path in the file."""

    def __init__(self, key: Key, message: str) -> None:
        super().__init__(message)
        self.key = key

    def under(self, *parents: str | int) -> BadKeyError:
        """The same error, told from a table further out."""
        return BadKeyError((*parents, *self.key), str(self))


def dotted(key: Key) -> str:
    """A key as people write it: `references[2].delta_e00`, counted from 1."""
    out = ""
    for part in key:
        out += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if out else part
    return out


def shown(value: Any) -> str:
    """A value as it stands in the file."""
    return json.dumps(value, default=str, ensure_ascii=False)


def known(names: Iterable[str], allowed: Iterable[str], path: Key, kind: str) -> None:
    """Raise for the first of `names` that is not `allowed`."""
    allowed = tuple(allowed)
    for name in names:
        if name not in allowed:
            raise BadKeyError((*path, name), f"is not a known {kind}; allowed: {', '.join(allowed)}")


def of_model(model: type[M], value: Any, key: Key) -> M:
    """`value` as `model`, by JSON's strict rules; raises `BadKeyError` for the first thing that is wrong."""
    try:
        return model.model_validate_json(json.dumps(value, default=str), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadKeyError((*key, *first["loc"]), _said(model, first)) from None


def _said(model: type[BaseModel], error: Any) -> str:
    if error["type"] == "extra_forbidden":
        names = (field.alias or name for name, field in model.model_fields.items())
        return f"is not a known key; allowed: {', '.join(names)}"
    words = _SAID.get(error["type"])
    text = words.format(**error.get("ctx", {})) if words else _plain(error["msg"])
    return text if error["type"] == "missing" else f"{text}; got {shown(error['input'])}"


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").replace("Input should be", "must be").replace("array", "list")
    return text.replace("a valid ", "a ").replace("object", "table")
