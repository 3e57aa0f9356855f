"""Where pairs come from: a manifest, or two folders or ZIPs matched by file name."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fidelity.batch import archives
from fidelity.batch.listing import Listing, listing, of_folder
from fidelity.batch.manifest import read_manifest
from fidelity.batch.matching import match
from fidelity.batch.pairs import Pair, told_apart
from fidelity.errors import InputError
from fidelity.texts import printable

MANIFEST_SUFFIXES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Sources:
    """The pairs of a run in order, and every other file of two folders or ZIPs that is not hidden.

    `unmatched` are pictures without a partner, `unread` other photographs and unknown files, `aside` files that
    are no photographs; each file is in a pair or in one of the three. `ambiguous` are sentences about names that
    fit more than one original.
    """

    pairs: tuple[Pair, ...]
    unmatched: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


@contextmanager
def opened(sources: Sequence[Path], *, out: Path) -> Iterator[Sources]:
    """Find the pairs; what was unpacked from a ZIP lives until the context ends.

    `out` is left out when it lies inside a source folder, and so is one source that lies inside the other.
    Raises `InputError` for anything but one manifest or two folders or ZIPs, for the same folder or ZIP twice,
    for a manifest that is wrong, and when no pair is found.
    """
    sources = [Path(source) for source in sources]
    for source in sources:
        if not source.exists():
            raise InputError(f"{source} does not exist; check the path")
    manifests = [source for source in sources if source.suffix.lower() in MANIFEST_SUFFIXES]
    if len(sources) == 1 and manifests:
        yield Sources(read_manifest(sources[0]))
    elif len(sources) == 2 and not manifests:
        if sources[0].samefile(sources[1]):
            raise InputError(
                f"{sources[0]} and {sources[1]} are the same {'folder' if sources[0].is_dir() else 'file'}, and would "
                "only be compared with themselves; give the originals and the retouched"
            )
        with ExitStack() as stack:
            yield _matched(sources[0], sources[1], out, stack)
    else:
        given = ", ".join(map(str, sources)) or "nothing"
        raise InputError(f"give one manifest CSV, or two folders or ZIPs (originals, retouched); given: {given}")


@dataclass(frozen=True)
class _Store:
    """A folder or ZIP of pictures and what else lies in it."""

    source: Path
    files: Listing
    archive: archives.Archive | None = field(default=None)

    def shown(self, name: str) -> str:
        return printable(f"{self.source}/{name}")  # as text: a name in a ZIP may begin with a slash

    def path(self, name: str, folder: Path) -> Path:
        return self.archive.extract(name, folder) if self.archive else self.source / name


def _matched(originals: Path, retouched: Path, out: Path, stack: ExitStack) -> Sources:
    away = (out, *(source for source in (originals, retouched) if source.is_dir() or zipfile.is_zipfile(source)))
    if retouched.is_dir() and not originals.is_dir():  # a folder's names help to read a ZIP's
        after = _store(retouched, away, stack)
        before = _store(originals, away, stack, after.files.pictures)
    else:
        before = _store(originals, away, stack)
        after = _store(retouched, away, stack, before.files.pictures)
    found = match(before.files.pictures, after.files.pictures)
    if not found.pairs:
        why = printable(found.ambiguous[0]) if found.ambiguous else "rename them, or write a manifest CSV"
        raise InputError(
            f"none of the {len(before.files.pictures)} pictures in {originals} has a partner of the same name "
            f"among the {len(after.files.pictures)} in {retouched}; {why}"
        )
    if before.archive or after.archive:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fidelity-")))
        chosen = [(before, list(dict.fromkeys(a for a, _ in found.pairs))), (after, [b for _, b in found.pairs])]
        archives.check_space([(store.archive, names) for store, names in chosen if store.archive], folder)
    else:
        folder = Path()
    lying = {name: before.path(name, folder) for name in dict.fromkeys(a for a, _ in found.pairs)}
    pairs = tuple(
        Pair(
            id=id,
            original=lying[first],
            retouched=after.path(second, folder),
            original_shown=before.shown(first),
            retouched_shown=after.shown(second),
        )
        for id, (first, second) in zip(_ids(found.pairs), found.pairs, strict=True)
    )
    return Sources(
        pairs,
        unmatched=_shown((before, found.originals), (after, found.retouched)),
        unread=_shown((before, before.files.unread), (after, after.files.unread)),
        aside=_shown((before, before.files.aside), (after, after.files.aside)),
        ambiguous=tuple(map(printable, found.ambiguous)),
    )


def _ids(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The original's name without ending; a second retouch of it goes by its own name, which says which it is."""
    named, seen = list[str](), set[str]()
    for original, retouch in pairs:
        named.append(PurePosixPath(retouch).name if original in seen else PurePosixPath(original).stem)
        seen.add(original)
    return told_apart(named)


def _shown(*sides: tuple[_Store, Sequence[str]]) -> tuple[str, ...]:
    return tuple(store.shown(name) for store, names in sides for name in names)


def _store(source: Path, away: Sequence[Path], stack: ExitStack, known: Sequence[str] = ()) -> _Store:
    if source.is_dir():
        archive, files = None, of_folder(source, away)
    else:
        archive = stack.enter_context(archives.opened(source, known))
        files = listing(archive.names)
    if not files.pictures:
        unread = f"; it has {len(files.unread)} files of other kinds ({_some(files.unread)})" if files.unread else ""
        raise InputError(
            f"{source} holds no pictures{' that are read' if unread else ''}{unread}; "
            "give the folder or ZIP that does, or convert them"
        )
    return _Store(source, files, archive)


def _some(names: Sequence[str]) -> str:
    return printable(", ".join(names[:2])) + (", …" if len(names) > 2 else "")
