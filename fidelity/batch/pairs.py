"""One pair to audit, and the names by which it is known."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fidelity.brief import Expected
from fidelity.texts import printable

_LONGEST_NAME = 80
"""Bytes; with its hash and '-original.jpg.new' behind it well under the 143 of an encrypted home folder."""

_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
"""File names that Windows does not allow, whatever their ending."""


@dataclass(frozen=True)
class Pair:
    """`original` and `retouched` are where the files lie; the `_shown` ones are how to call them to a person.

    They differ for a ZIP: 'retouched.zip/ring.jpg' lies in a temporary folder.
    """

    id: str
    original: Path
    retouched: Path
    original_shown: str
    retouched_shown: str
    expect: Mapping[str, Expected] = field(default_factory=dict)
    area_mask: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def told_apart(ids: Sequence[str], taken: Sequence[str] = ()) -> list[str]:
    """Ids made from file names, the second and later of equal ones with -2, -3 …; none is in `taken`."""
    used, result = set(taken), []
    for id in ids:
        name, number = printable(id), 1
        while name in used:
            number += 1
            name = f"{printable(id)}-{number}"
        used.add(name)
        result.append(name)
    return result


def file_names(ids: Sequence[str]) -> dict[str, str]:
    """A file name without ending for each id: safe everywhere, unique also where case does not count.

    An id that is a fair file name stays as it is; another gets a few digits of its hash, so that the name
    depends on nothing but the ids and stays the same when a run is resumed.
    """
    plain = {id: _cut(re.sub(r"[^\w.-]+", "_", id).strip("._ ")) for id in ids}
    shared = Counter(name.casefold() for name in plain.values())
    return {
        id: name
        if name == id and shared[name.casefold()] == 1 and name.split(".")[0].casefold() not in _DEVICES
        else f"{name}-{hashlib.sha256(id.encode()).hexdigest()[:8]}".lstrip("-")
        for id, name in plain.items()
    }


def _cut(name: str) -> str:
    """No longer than `_LONGEST_NAME`, no letter cut in two: file systems count bytes, and a CJK letter has three."""
    return name.encode("utf-8")[:_LONGEST_NAME].decode("utf-8", "ignore").rstrip("._ ")
