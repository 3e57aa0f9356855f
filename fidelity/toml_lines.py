"""Where in a TOML text a key stands. The standard library's parser keeps no positions."""

from __future__ import annotations

import re

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_PATH = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER = re.compile(rf"\s*\[\s*({_PATH})\s*\]")
_ENTRY = re.compile(rf"\s*({_PATH})\s*=")


def line_of(text: str, key: tuple[str, ...]) -> int | None:
    """The 1-based line on which `key` is set or its table opened, or `None` (inline tables hide their keys).

    Good enough for a message: a line of a multi-line string that looks like the key is taken for it.
    """
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            here = table
        elif entry := _ENTRY.match(line):
            here = (*table, *_parts(entry[1]))
        else:
            continue
        if here[: len(key)] == key:
            return number
    return None


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_NAME, path))
