"""Which retouched file belongs to which original, by name alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_ADDED = re.compile(
    r"[ _.-]+\(?(retouched|retouch|edited|edit|final|after|done|out|output|clean|ai|v\d{1,2}"
    r"|original|orig|before|raw|source|input)\)?$"
)
"""What vendors and studios hang on a file name; a separator must stand before it."""


@dataclass(frozen=True)
class Match:
    """Pairs in the order of the originals, and what is left on either side."""

    pairs: tuple[tuple[str, str], ...]
    originals: tuple[str, ...]
    retouched: tuple[str, ...]


def match(originals: Sequence[str], retouched: Sequence[str]) -> Match:
    """Match POSIX paths by name without ending, upper and lower case alike.

    Tried in turn, each on what the one before left over: the same place and name; the same place and name
    but for a usual suffix (`_retouched`, `-edited`, `_final`, …); the same name anywhere; the same name but
    for a suffix anywhere. A key that two files of one side share matches nothing: a guess could compare two
    different rings.
    """
    partner: dict[str, str] = {}
    left, right = list(originals), list(retouched)
    for key in (_place_and_name, _place_and_bare_name, _name, _bare_name):
        partner |= _pairs_by(key, left, right)
        taken = set(partner.values())
        left = [name for name in left if name not in partner]
        right = [name for name in right if name not in taken]
    pairs = tuple((name, partner[name]) for name in originals if name in partner)
    return Match(pairs, tuple(left), tuple(right))


def _pairs_by(key: Callable[[str], str], left: Sequence[str], right: Sequence[str]) -> dict[str, str]:
    by_key: tuple[dict[str, list[str]], ...] = (defaultdict(list), defaultdict(list))
    for names, found in zip((left, right), by_key, strict=True):
        for name in names:
            found[key(name)].append(name)
    first, second = by_key
    return {first[k][0]: second[k][0] for k in first if k in second and len(first[k]) == len(second[k]) == 1}


def _name(path: str) -> str:
    return PurePosixPath(path).stem.casefold()


def _bare_name(path: str) -> str:
    name = _name(path)
    while (shorter := _ADDED.sub("", name)) and shorter != name:
        name = shorter
    return name


def _place_and_name(path: str) -> str:
    return f"{PurePosixPath(path).parent}/{_name(path)}".casefold()


def _place_and_bare_name(path: str) -> str:
    return f"{PurePosixPath(path).parent}/{_bare_name(path)}".casefold()
