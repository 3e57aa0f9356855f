"""ZIPs of pictures, unpacked with care: a vendor's delivery comes from outside."""

from __future__ import annotations

import hashlib
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fidelity.batch.zipnames import names_of
from fidelity.errors import InputError
from fidelity.policy.reading import sidecar_of

MAX_MEMBERS = 50_000
"""Files in one ZIP; a delivery has hundreds, a bomb millions."""

MAX_MEMBER_BYTES = 2 * 1024**3
"""Unpacked size of one picture. 200 megapixels of 16-bit RGBA are 1.6 GB."""

MAX_TOTAL_BYTES = 64 * 1024**3
"""Unpacked size of what is taken from one ZIP: a thousand 16-megapixel TIFFs."""

_UNPACKING = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError),
    *(OSError, ValueError, struct.error, RuntimeError),
)
"""What `zipfile` raises for a damaged member: bzip2 says OSError, a cut LZMA header `struct.error`, a header that
contradicts the directory one of the others."""

_CHUNK_BYTES = 1 << 20
_ENCRYPTED = 0x1  # general purpose bit flag, APPNOTE.TXT 4.4.4


class _DamagedError(Exception):
    """A member cannot be unpacked."""


@dataclass(frozen=True)
class Archive:
    """An open ZIP: its members by name, as POSIX paths whatever made the ZIP."""

    path: Path
    zip: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]

    @property
    def names(self) -> list[str]:
        """Sorted."""
        return sorted(self.members)

    def extract(self, name: str, folder: Path) -> Path:
        """Unpack one member, and its sidecar, to files of our own naming in `folder`; return the member's.

        The member's own path is never used on disk, so it cannot lead out of the folder; a link inside a
        ZIP becomes a small text file. Raises `InputError` for a member that is locked or too large. A
        damaged member becomes an empty file: decoding it complains, and only its pair is lost.
        """
        own = hashlib.sha256(f"{self.path}\0{name}".encode("utf-8", "replace")).hexdigest()[:24]
        target = self._unpacked(name, folder / f"{own}{PurePosixPath(name).suffix.lower()}")
        aside = sidecar_of(PurePosixPath(name)).as_posix()
        if aside in self.members:
            # What is known of a piece lies beside it in the ZIP, and is looked for beside it on disk.
            self._unpacked(aside, sidecar_of(target))
        return target

    def _unpacked(self, name: str, target: Path) -> Path:
        member = self.members[name]
        if member.flag_bits & _ENCRYPTED:
            raise InputError(f"{self.path} is locked with a password; unpack it and give the folder")
        written = 0
        try:
            with target.open("wb") as out:
                for chunk in self._chunks(member):
                    written += len(chunk)
                    if written > MAX_MEMBER_BYTES:  # whatever its header declared
                        raise InputError(_too_much(self.path, name))
                    out.write(chunk)
        except _DamagedError:
            target.write_bytes(b"")
        except OSError as error:
            raise InputError(
                f"{self.path} cannot be unpacked to {target.parent} ({error.strerror or error}); "
                "make room, or set TMPDIR"
            ) from error
        return target

    def _chunks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self.zip.open(member) as packed:
                while chunk := packed.read(_CHUNK_BYTES):
                    yield chunk
        except _UNPACKING as error:
            raise _DamagedError from error


@contextmanager
def opened(path: Path, known: Collection[str] = ()) -> Iterator[Archive]:
    """Open a ZIP and list its files; `known` names help to read theirs, see `names_of`.

    Raises `InputError` when it is none, or has too many.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise InputError(f"{path} is neither a folder nor a whole ZIP file; copy or make it again") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise InputError(f"{path} holds {len(members)} files, more than {MAX_MEMBERS}; split it")
        yield Archive(path, archive, dict(zip(names_of(members, known), members, strict=True)))


def check_space(wanted: Sequence[tuple[Archive, Sequence[str]]], folder: Path) -> None:
    """Refuse before unpacking what is too large by its own declaration, or larger than the free disk."""
    total = 0
    for archive, names in wanted:
        sizes = [archive.members[name].file_size for name in names]
        for name, size in zip(names, sizes, strict=True):
            if size > MAX_MEMBER_BYTES:
                raise InputError(_too_much(archive.path, name))
        if sum(sizes) > MAX_TOTAL_BYTES:
            raise InputError(f"{archive.path} unpacks to more than {MAX_TOTAL_BYTES // 1024**3} GB; split it")
        total += sum(sizes)
    free = shutil.disk_usage(folder).free
    if total > free:
        raise InputError(
            f"unpacking needs {total / 1024**3:.1f} GB in {folder.parent}, which has {free / 1024**3:.1f}; "
            f"make room, or set TMPDIR"
        )


def _too_much(path: Path, name: str) -> str:
    return f"{path} holds '{name}' of more than {MAX_MEMBER_BYTES // 1024**3} GB unpacked; take it out"
