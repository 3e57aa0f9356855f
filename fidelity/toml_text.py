"""TOML from values. The standard library reads TOML and does not write it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def value_text(value: Any) -> str:
    """A value as TOML writes it: a text, a number, true or false, or a list of these. Raises `TypeError` else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value).removesuffix(".0")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    raise TypeError(f"TOML has no word for a {type(value).__name__}")


def key_text(*path: str) -> str:
    """A dotted key, quoted where it must be."""
    return ".".join(part if _BARE.fullmatch(part) else value_text(part) for part in path)
