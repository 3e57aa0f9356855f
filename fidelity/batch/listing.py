"""The files of a folder: every one that is not hidden, and what it is taken for."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fidelity.batch.naming import READABLE, ending
from fidelity.errors import InputError

QUIET = (
    *(".xmp", ".toml", ".txt", ".csv", ".tsv", ".json", ".xml", ".md", ".rtf", ".pdf", ".html", ".htm"),
    *(".doc", ".docx", ".odt", ".xls", ".xlsx", ".ods", ".numbers", ".pages"),
    *(".db", ".ini", ".log", ".url", ".webloc", ".lnk", ".md5", ".sha1", ".sha256", ".sfv"),
    *(".pp3", ".dop", ".cos", ".on1", ".thm", ".icc", ".icm", ".cube", ".lrcat", ".ds_store"),
)
"""File name endings of what lies beside photographs and is none: sidecars, lists, notes, an editor's settings."""

_HIDDEN = ("__macosx", "@eadir", "#recycle", "$recycle.bin", "system volume information", "captureone", "icon\r")
"""Folders and files that a system keeps for itself, in lower case: macOS in ZIPs, a Synology's previews and its bin,
the bins of Windows, previews of Capture One, the picture of a macOS folder."""

_HIDDEN_ENDINGS = (".lrdata", ".cocatalogdb")  # folders with the previews of Lightroom and Capture One


@dataclass(frozen=True)
class Listing:
    """Names inside a folder or ZIP, sorted, each in one of three.

    `pictures` have an ending that is read; `unread` are other photographs, unknown files, and what cannot be
    listed; `aside` are files that lie beside photographs and are none.
    """

    pictures: tuple[str, ...]
    unread: tuple[str, ...]
    aside: tuple[str, ...]


def listing(names: Collection[str], unread: Collection[str] = ()) -> Listing:
    """Sort POSIX paths; hidden ones are left out. `unread` are known to be no files that can be read."""
    seen = sorted(name for name in names if not hidden(name))
    pictures = [name for name in seen if name not in unread and ending(name) in READABLE]
    aside = [name for name in seen if name not in unread and ending(name) in QUIET]
    rest = set(seen) - {*pictures, *aside}
    return Listing(tuple(pictures), tuple(sorted(rest)), tuple(aside))


def hidden(name: str) -> bool:
    """`.DS_Store`, `._ring.jpg`, `__MACOSX/…`, `@eaDir/…`, `Previews.lrdata/…`: what systems leave in folders.

    `.ring.jpg.icloud` is not hidden: it stands for a photograph that was not fetched.
    """
    parts = PurePosixPath(name).parts
    if parts and parts[-1].startswith(".") and parts[-1].lower().endswith(".icloud"):
        parts = parts[:-1]
    return any(_is_hidden(part.lower()) for part in parts)


def _is_hidden(part: str) -> bool:
    return (part.startswith(".") and part != "..") or part in _HIDDEN or part.endswith(_HIDDEN_ENDINGS)


def of_folder(folder: Path, away: Sequence[Path]) -> Listing:
    """Files at any depth, as POSIX paths relative to `folder`, but for what lies in `away`.

    Folders that are links are followed, each place once: what is reached both ways is called by its own path.
    A link to `folder` or above it is not followed. Raises `InputError` when `folder` itself cannot be listed.
    """
    names, special = set[str](), set[str]()
    for entry, name in _entries(folder, [path.resolve() for path in away]):
        names.add(name)
        if entry is None:
            special.add(name)
    return listing(names, special)


def _entries(folder: Path, away: Sequence[Path]) -> Iterator[tuple[os.DirEntry[str] | None, str]]:
    """Files with their names in `folder`; None for what is no file: a pipe, a folder that cannot be listed."""
    root = folder.resolve()
    seen = {_place_of(above) for above in root.parents}
    away_names = {path.name for path in away}
    waiting, linked = [(folder, "")], list[tuple[Path, str]]()
    while waiting or linked:
        here, prefix = waiting.pop() if waiting else linked.pop(0)  # links last: a folder goes by its own path
        if _place_of(here) in seen:
            continue
        seen.add(_place_of(here))
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise InputError(
                    f"{folder} cannot be listed ({error.strerror or error}); check its permissions"
                ) from error
            yield None, prefix
            continue
        for entry in entries:
            name, path = prefix + entry.name, Path(entry.path)
            if hidden(name) or ((entry.name in away_names or entry.is_symlink()) and _resolved(path) in away):
                continue
            if _is_folder(entry):
                (linked if entry.is_symlink() else waiting).append((path, f"{name}/"))
            else:  # a link that leads nowhere is a photograph that is missing: its pair says so
                nowhere = entry.is_symlink() and not _leads_somewhere(path)
                yield (entry if nowhere or entry.is_file() else None), name


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _leads_somewhere(link: Path) -> bool:
    try:
        return link.exists()
    except (OSError, RuntimeError):  # a link to itself
        return False


def _place_of(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_dev, about.st_ino


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        return path
