"""Where in a TOML text a key stands. The standard library's parser keeps no positions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_PATH = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_ARRAY = re.compile(rf"\s*\[\[\s*({_PATH})\s*\]\]")
_HEADER = re.compile(rf"\s*\[\s*({_PATH})\s*\]")
_ENTRY = re.compile(rf"\s*({_PATH})\s*=")

Key = tuple[str | int, ...]


def line_of(text: str, key: Key) -> int | None:
    """The 1-based line on which `key` is set or its table opened, or `None` (inline tables hide their keys).

    A number in `key` is the place in an array of tables, from 0. Good enough for a message: a line of a
    multi-line string that looks like the key is taken for it.
    """
    return next((number for number, here in _keys(text) if here[: len(key)] == key), None)


def nearest_line(text: str, key: Key) -> int | None:
    """As `line_of`, but of the longest beginning of `key` that has a line: of a list for one of its items."""
    lines = (line_of(text, key[:length]) for length in range(len(key), 0, -1))
    return next((line for line in lines if line is not None), None)


def _keys(text: str) -> Iterator[tuple[int, Key]]:
    table: Key = ()
    seen: Counter[Key] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if array := _ARRAY.match(line):
            name = _parts(array[1])
            table = (*name, seen[name])
            seen[name] += 1
            yield number, table
        elif header := _HEADER.match(line):
            table = _parts(header[1])
            yield number, table
        elif entry := _ENTRY.match(line):
            yield number, (*table, *_parts(entry[1]))


def _parts(path: str) -> Key:
    return tuple(part.strip("\"'") for part in re.findall(_NAME, path))
