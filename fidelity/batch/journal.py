"""What is finished, written down at once, so that a run can be taken up where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO

from pydantic import ValidationError

from fidelity.batch.pairs import Pair
from fidelity.policy import Policy
from fidelity.policy.reading import sidecar_of
from fidelity.result import Audit, Verdict

JOURNAL = "audits.jsonl"
"""One finished audit a line, in the order in which they finished: {"fingerprint": …, "audit": {…}}."""


def fingerprint(pair: Pair, policy: Policy, only: Collection[str] | None, skip: Collection[str], version: str) -> str:
    """Changes with anything that the audit depends on: the files' size and time, sidecar, policy, version."""
    aside = sidecar_of(pair.original)
    facts = {
        "id": pair.id,
        "files": [_stamp(pair.original, pair.original_shown), _stamp(pair.retouched, pair.retouched_shown)],
        "beside": [_stamp(path, path.name) for path in (aside, pair.area_mask) if path is not None and path.exists()],
        "expect": sorted(pair.expect.items(), key=lambda item: item[0]),
        "policy": policy.model_dump_json(),
        "only": sorted(only) if only is not None else None,
        "skip": sorted(skip),
        "version": version,
    }
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _stamp(path: Path, shown: str) -> tuple[str, int, int]:
    try:
        about = path.stat()
    except (OSError, ValueError):
        return shown, -1, -1
    return shown, about.st_size, about.st_mtime_ns


def read(out: Path) -> dict[str, Audit]:
    """Fingerprint → audit of an earlier run. Errors are left out, so that a resumed run tries them again.

    A line cut short by a power failure is left out as well.
    """
    found: dict[str, Audit] = {}
    try:
        text = (out / JOURNAL).read_text(encoding="utf-8")
    except OSError:
        return found
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            audit = Audit.model_validate(entry["audit"])
            if audit.verdict is not Verdict.ERROR:
                found[entry["fingerprint"]] = audit
        except (ValueError, KeyError, TypeError, ValidationError):
            continue
    return found


class Journal:
    """Append-only, a line written as `add` returns; begins with what is `kept` of the last run."""

    def __init__(self, out: Path, kept: Iterable[tuple[str, Audit]] = ()) -> None:
        fresh = out / f"{JOURNAL}.new"
        with fresh.open("w", encoding="utf-8") as stream:
            stream.writelines(_line(key, audit) for key, audit in kept)
        self._path = fresh.replace(out / JOURNAL)
        self._stream: IO[str] | None = None

    def __enter__(self) -> Journal:
        self._stream = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream:
            self._stream.close()

    def add(self, key: str, audit: Audit) -> None:
        """Write down one finished audit."""
        assert self._stream is not None, "use the journal as a context"
        self._stream.write(_line(key, audit))
        self._stream.flush()


def _line(key: str, audit: Audit) -> str:
    return f'{{"fingerprint": "{key}", "audit": {audit.to_json(indent=None)}}}\n'
