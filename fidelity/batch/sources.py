"""Where pairs come from: a manifest, or two folders or ZIPs matched by file name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fidelity.batch import archives
from fidelity.batch.manifest import read_manifest
from fidelity.batch.matching import match
from fidelity.batch.pairs import Pair, printable, told_apart
from fidelity.errors import InputError

MANIFEST_SUFFIXES = (".csv", ".tsv", ".txt")

READABLE = (".jpg", ".jpeg", ".jpe", ".mpo", ".png", ".webp", ".tif", ".tiff", ".avif", ".gif", ".bmp")
"""File name endings that are taken for pictures in a folder or ZIP."""

FOREIGN = (".heic", ".heif", ".psd", ".psb", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".dng")
"""Photographs that cannot be read: never matched, but listed, so that nobody believes they were audited."""


@dataclass(frozen=True)
class Sources:
    """The pairs of a run in order, and the files that have no partner."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[str, ...] = ()


@contextmanager
def opened(sources: Sequence[Path], *, out: Path) -> Iterator[Sources]:
    """Find the pairs; what was unpacked from a ZIP lives until the context ends.

    `out` is left out when it lies inside a source folder. Raises `InputError` for anything but one manifest
    or two folders or ZIPs, for a manifest that is wrong, and when no pair is found.
    """
    sources = [Path(source) for source in sources]
    for source in sources:
        if not source.exists():
            raise InputError(f"{source} does not exist; check the path")
    manifests = [source for source in sources if source.suffix.lower() in MANIFEST_SUFFIXES]
    if len(sources) == 1 and manifests:
        yield Sources(read_manifest(sources[0]))
    elif len(sources) == 2 and not manifests:
        with ExitStack() as stack:
            yield _matched(sources[0], sources[1], out, stack)
    else:
        given = ", ".join(map(str, sources)) or "nothing"
        raise InputError(f"give one manifest CSV, or two folders or ZIPs (originals, retouched); given: {given}")


@dataclass(frozen=True)
class _Store:
    """A folder or ZIP of pictures: names inside it, and those of photographs that cannot be read."""

    source: Path
    names: tuple[str, ...]
    foreign: tuple[str, ...]
    archive: archives.Archive | None = field(default=None)

    def shown(self, name: str) -> str:
        return printable(f"{self.source}/{name}")  # as text: a name in a ZIP may begin with a slash

    def path(self, name: str, folder: Path) -> Path:
        return self.archive.extract(name, folder) if self.archive else self.source / name


def _matched(originals: Path, retouched: Path, out: Path, stack: ExitStack) -> Sources:
    before, after = (_store(source, out, stack) for source in (originals, retouched))
    found = match(before.names, after.names)
    if not found.pairs:
        raise InputError(
            f"none of the {len(before.names)} pictures in {originals} has a partner of the same name "
            f"among the {len(after.names)} in {retouched}; rename them, or write a manifest CSV"
        )
    if before.archive or after.archive:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fidelity-")))
        chosen = [(before, [a for a, _ in found.pairs]), (after, [b for _, b in found.pairs])]
        archives.check_space([(store.archive, names) for store, names in chosen if store.archive], folder)
    else:
        folder = Path()
    ids = told_apart([PurePosixPath(name).stem for name, _ in found.pairs])
    pairs = tuple(
        Pair(
            id=id,
            original=before.path(first, folder),
            retouched=after.path(second, folder),
            original_shown=before.shown(first),
            retouched_shown=after.shown(second),
        )
        for id, (first, second) in zip(ids, found.pairs, strict=True)
    )
    alone = [before.shown(name) for name in (*found.originals, *before.foreign)]
    alone += [after.shown(name) for name in (*found.retouched, *after.foreign)]
    return Sources(pairs, tuple(alone))


def _store(source: Path, out: Path, stack: ExitStack) -> _Store:
    if source.is_dir():
        archive, names = None, _files_in(source, out)
    else:
        archive = stack.enter_context(archives.opened(source))
        names = archive.names
    visible = [name for name in names if not _hidden(name)]
    pictures = tuple(name for name in visible if PurePosixPath(name).suffix.lower() in READABLE)
    foreign = tuple(name for name in visible if PurePosixPath(name).suffix.lower() in FOREIGN)
    if not pictures:
        raise InputError(f"{source} holds no pictures; give the folder or ZIP that does")
    return _Store(source, pictures, foreign, archive)


def _files_in(folder: Path, out: Path) -> list[str]:
    """Files at any depth, as sorted POSIX paths relative to `folder`, but for those in `out`."""
    away = out.resolve()
    try:
        files = [path for path in folder.rglob("*") if path.is_file()]
    except OSError as error:
        raise InputError(f"{folder} cannot be listed ({error.strerror}); check its permissions") from error
    inside = away.is_relative_to(folder.resolve()) and away != folder.resolve()
    kept = (path for path in files if not (inside and path.resolve().is_relative_to(away)))
    return sorted(path.relative_to(folder).as_posix() for path in kept)


def _hidden(name: str) -> bool:
    """`.DS_Store`, `._ring.jpg`, `__MACOSX/…`: what macOS leaves in folders and ZIPs."""
    parts = PurePosixPath(name).parts
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts)
