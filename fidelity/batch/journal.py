"""What is finished, written down at once, so that a run can be taken up where it stopped."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, BinaryIO

from fidelity.batch.pairs import Pair
from fidelity.policy import Policy
from fidelity.policy.reading import sidecar_of
from fidelity.result import Audit, Verdict
from fidelity.writing import write_whole

JOURNAL = "audits.jsonl"
"""One finished audit a line, in the order in which they finished: {"fingerprint", "digest", "files", "audit"}, where
`digest` is of the audit and `files` are its pages and their digests. A line {"files": …} names what earlier runs wrote.
"""

FOLDERS = ("reports", "thumbs")
"""Where pages lie, relative to the output folder."""

_DIGEST_BYTES = 16  # 128 bits: no two of a billion files share one by chance

Digest = Callable[[Path], str | None]


def basis_of(policy: Policy, only: Collection[str] | None, skip: Collection[str], versions: Collection[str]) -> str:
    """What the audits of a run depend on besides their own pair: policy, checks, versions of all that judges."""
    facts = {
        "policy": policy.model_dump_json(),
        "only": sorted(only) if only is not None else None,
        "skip": sorted(skip),
        "versions": sorted(versions),
    }
    return _digest(json.dumps(facts).encode())


def fingerprint(pair: Pair, basis: str, digest: Digest | None = None) -> str:
    """Changes with anything that the audit depends on: what the files and those beside them hold, and `basis`.

    Files are known by their content: a copy keeps an old time, and an export may come out equally large.
    """
    digest = digest or digest_of
    aside = sidecar_of(pair.original)
    facts = {
        "id": pair.id,
        "files": [(pair.original_shown, digest(pair.original)), (pair.retouched_shown, digest(pair.retouched))],
        "beside": [digest(path) for path in (aside, pair.area_mask) if path is not None],
        "expect": sorted(pair.expect.items(), key=lambda item: item[0]),
        "basis": basis,
    }
    return _digest(json.dumps(facts).encode())


def digest_of(path: Path) -> str | None:
    """BLAKE2b of a file's content; None where there is none to read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()
    except (OSError, ValueError):
        return None


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


@dataclass(frozen=True)
class Entry:
    """One finished audit, and the pages written for it: name relative to the output folder → digest."""

    audit: Audit
    files: Mapping[str, str] = field(default_factory=dict)

    def intact(self, out: Path, names: Collection[str]) -> bool:
        """Whether the pages called `names` are all there as they were written."""
        return all(name in self.files and digest_of(out / name) == self.files[name] for name in names)


@dataclass(frozen=True)
class Earlier:
    """What earlier runs left: entries by fingerprint, and every page that they wrote."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[str]:
        """Of the pairs in `entries`."""
        return frozenset(entry.audit.id for entry in self.entries.values())


def read(out: Path) -> Earlier:
    """Read the journal in `out`, if any. Errors are no entries, so that a resumed run tries them again.

    A line that was cut short or damaged is left out, and no other.
    """
    try:
        lines = (out / JOURNAL).read_bytes().split(b"\n")
    except OSError:
        return Earlier()
    entries: dict[str, Entry] = {}
    files: dict[str, str] = {}
    for line in lines:
        try:
            said = json.loads(line.decode("utf-8"))
            written = _checked(said["files"])
            files |= written
            if "audit" in said:
                audit = Audit.model_validate(said["audit"])
                if audit.verdict is not Verdict.ERROR and said["digest"] == _digest(
                    audit.to_json(indent=None).encode()
                ):
                    entries[str(said["fingerprint"])] = Entry(audit, written)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # pydantic's error is a ValueError
            continue
    return Earlier(entries, files)


def _checked(files: Any) -> dict[str, str]:
    """Names of pages and nothing else: what is named here may be removed."""
    found = {}
    for name, digest in files.items():
        parts = PurePosixPath(name).parts
        if len(parts) == 2 and parts[0] in FOLDERS and parts[1] not in {".", ".."} and isinstance(digest, str):
            found[name] = digest
    return found


class Journal:
    """Append-only, a line written as `add` returns; begins with what is `kept` of the last run.

    A line for which the disk has no room is written later, when there is some, and never leaves half of itself.
    """

    def __init__(
        self, out: Path, kept: Iterable[tuple[str, Entry]] = (), files: Mapping[str, str] | None = None
    ) -> None:
        """Begin anew in `out`; `files` are the pages of earlier runs. Raises `OSError`."""
        # Never empty, so that a disk without any room is noticed before the first pair.
        lines = [json.dumps({"files": dict(files or {})}).encode() + b"\n"]
        lines += [_line(key, entry) for key, entry in kept]
        self._path = out / JOURNAL
        write_whole(self._path, b"".join(lines))
        self._stream: BinaryIO | None = None
        self._owed = b""
        self.problem = ""
        """Why not all is written down; empty when it is."""

    def __enter__(self) -> Journal:
        self._stream = self._path.open("ab", buffering=0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream:
            self._settle()
            self._stream.close()

    def add(self, key: str, audit: Audit, files: Mapping[str, str] | None = None) -> None:
        """Write down one finished audit. Never raises for a disk: see `problem`."""
        self._owed += _line(key, Entry(audit, files or {}))
        self._settle()

    def _settle(self) -> None:
        assert self._stream is not None, "use the journal as a context"
        if not self._owed:
            return
        whole = self._stream.seek(0, 2)
        try:
            written = self._stream.write(self._owed)
            if written != len(self._owed):  # the disk took a part
                raise OSError(28, "No space left on device")
            self._owed, self.problem = b"", ""
        except OSError as error:
            self.problem = error.strerror or str(error)
            with contextlib.suppress(OSError):
                self._stream.truncate(whole)


def _line(key: str, entry: Entry) -> bytes:
    text = entry.audit.to_json(indent=None)
    head = {"fingerprint": key, "digest": _digest(text.encode()), "files": dict(entry.files)}
    return f'{json.dumps(head)[:-1]}, "audit": {text}}}\n'.encode()
