"""Which retouched file belongs to which original, by name alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fidelity.batch.naming import bare, parts, uncounted

_NAMED = 3
"""Candidates that an ambiguity spells out; the files are all listed elsewhere."""

Key = Callable[[str], str]


@dataclass(frozen=True)
class Match:
    """Pairs in the order of the originals, what is left on either side, and why a name could not be decided.

    An original may have several retouches, each a pair of its own, the closest name first. A retouch is in one
    pair at most.
    """

    pairs: tuple[tuple[str, str], ...]
    originals: tuple[str, ...]
    retouched: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()


def match(originals: Sequence[str], retouched: Sequence[str]) -> Match:
    """Match POSIX paths by name; upper and lower case, composed and decomposed letters, any blanks are alike.

    For each retouch are tried in turn: the same name to the letter, the full name, the name without ending, the
    name without what vendors add (`_retouched`, `-edit`, `_nobg`, `FINAL2`, ` copy`), and the name without a
    counter (` (1)`, `-2`) on one of the two sides; each in the same folder, in the same folder below the one that
    all files of a side lie in, and anywhere. The first of these under which any original is found decides: one
    original is the partner; several are a sentence in `ambiguous`, since a guess could compare two rings.

    Where originals lie in folders, one that has a retouch in its own folder takes none from another: cameras
    number anew in each.
    """
    before, after = _common_folder(originals), _common_folder(retouched)
    partner: dict[str, tuple[int, str]] = {}
    ambiguous: list[str] = []
    settled: set[str] = set()  # retouches with a partner, or with too many
    at_home: set[str] = set()  # originals in folders, with a retouch in their own
    level = 0
    for where in (_place, _place_below, _anywhere):
        place_before, place_after = where(before), where(after)
        for key, counted in _NAMES:
            level += 1
            by_key: dict[tuple[str, str], list[str]] = defaultdict(list)
            for name in originals:
                if where is not _anywhere or name not in at_home:
                    by_key[place_before(name), key(name)].append(name)
            for name in retouched:
                if name in settled or not (found := by_key.get((place_after(name), key(name)))):
                    continue
                if len(found) > 1:
                    ambiguous.append(_could_be(name, found))
                elif counted and _both_counted(found[0], name):
                    continue
                else:
                    partner[name] = level, found[0]
                    if place_before(found[0]):
                        at_home.add(found[0])
                settled.add(name)
    return _sorted(originals, retouched, partner, ambiguous)


def _sorted(
    originals: Sequence[str], retouched: Sequence[str], partner: dict[str, tuple[int, str]], ambiguous: list[str]
) -> Match:
    by_original: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in retouched:
        if name in partner:
            level, original = partner[name]
            by_original[original].append((level, name))
    pairs = [(name, other) for name in originals for _, other in sorted(by_original[name], key=lambda item: item[0])]
    return Match(
        tuple(pairs),
        tuple(name for name in originals if not by_original[name]),
        tuple(name for name in retouched if name not in partner),
        tuple(ambiguous),
    )


def _could_be(name: str, candidates: Sequence[str]) -> str:
    more = len(candidates) - _NAMED
    named = " or ".join(candidates[:_NAMED]) + (f" or {more} more" if more > 0 else "")
    return f"{name} could belong to {named}; rename them, or write a manifest CSV"


def _both_counted(original: str, retouch: str) -> bool:
    """'ring-2' and 'ring-3' are two views; only 'ring' may be either's other name."""
    stems = (bare(parts(name)[1]) for name in (original, retouch))
    return all(uncounted(stem) != stem for stem in stems)


def _common_folder(names: Sequence[str]) -> str:
    """The folder, folded, in which all files lie, as in a vendor's ZIP; empty without one."""
    common: list[str] | None = None
    for name in names:
        folders = parts(name)[0].split("/")
        if common is None:
            common = folders
        while common != folders[: len(common)]:
            common = common[:-1]
    return "/".join(common or [])


def _place(_: str) -> Key:
    return lambda path: parts(path)[0]


def _place_below(common: str) -> Key:
    return lambda path: parts(path)[0][len(common) :].lstrip("/")


def _anywhere(_: str) -> Key:
    return lambda _path: ""


def _to_the_letter(path: str) -> str:
    return path.rpartition("/")[2]


def _full(path: str) -> str:
    _, stem, last = parts(path)
    return stem + last


def _stem(path: str) -> str:
    return parts(path)[1]


def _bare(path: str) -> str:
    return bare(_stem(path))


def _uncounted(path: str) -> str:
    return uncounted(_bare(path))


_NAMES: tuple[tuple[Key, bool], ...] = (
    *((_to_the_letter, False), (_full, False), (_stem, False), (_bare, False)),
    (_uncounted, True),
)
"""What of a name is compared, in turn, and whether it is only the counter that may differ."""
