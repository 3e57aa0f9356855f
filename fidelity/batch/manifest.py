"""The manifest: a CSV with one pair a row."""

from __future__ import annotations

import codecs
import csv
import functools
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fidelity.batch.naming import folded
from fidelity.batch.pairs import Pair, told_apart
from fidelity.brief import Expected
from fidelity.errors import InputError
from fidelity.expectations import allowed, parsed
from fidelity.texts import printable

REQUIRED = ("original", "retouched")
EXPECT = "expect."
AREA_MASK = "area_mask"
_DELIMITERS = (",", ";", "\t")  # a spreadsheet saves 'CSV' with semicolons in half of Europe
_TOLD = re.compile(r"sep=(.)\Z", re.IGNORECASE)
"""The first line by which a spreadsheet is told the separator; it is no header."""
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Encoding by the first two bytes: what spreadsheets call 'Unicode text'."""


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


def read_manifest(path: Path) -> tuple[Pair, ...]:
    """The pairs of a manifest, in its order.

    Columns `original` and `retouched` are required, paths relative to the manifest. `id` names the pair and
    must be unique; without one the original's file name does, with -2, -3 … where two are alike. `expect.X`
    states what the original shows of X: a count, yes or no, for `metal` and `hallmark` a word. `area_mask` is a
    picture, white where the retouch may change. Every other column is carried through in `Pair.extra`.

    UTF-8 or, with its mark, UTF-16; commas, semicolons or tabs, or what a first line `sep=…` says. A path may have
    the backslashes of Windows, and its letters may be composed otherwise than on this disk: where nothing of that
    very name exists, the one file that reads the same is taken.

    A file that does not exist is not an error here: it costs its own pair, later, and no other. Raises
    `InputError`, one sentence with the line, for a manifest that cannot be understood.
    """
    _by_name.cache_clear()
    columns, rows = _table(path)
    for name in REQUIRED:
        if name not in columns:
            raise InputError(f"manifest {path} has no column '{name}'; its columns are {', '.join(columns) or 'none'}")
    if not rows:
        raise InputError(f"manifest {path} lists no pairs; write one row for each")
    ids = _ids(path, rows)
    return tuple(_pair(path, row, id) for row, id in zip(rows, ids, strict=True))


def _pair(path: Path, row: _Row, id: str) -> Pair:
    for name in REQUIRED:
        if not row.cells[name]:
            raise InputError(f"manifest {path}, line {row.line}: '{name}' is empty; name the file")
    known = (*REQUIRED, "id", AREA_MASK)
    area = row.cells.get(AREA_MASK)
    original, retouched = (_found(path.parent, row.cells[name]) for name in REQUIRED)
    return Pair(
        id=id,
        original=original,
        retouched=retouched,
        original_shown=printable(str(original)),
        retouched_shown=printable(str(retouched)),
        expect={
            name.removeprefix(EXPECT): _expected(path, row.line, name, value)
            for name, value in row.cells.items()
            if name.startswith(EXPECT) and value
        },
        area_mask=_found(path.parent, area) if area else None,
        extra={k: v for k, v in row.cells.items() if k not in known and not k.startswith(EXPECT)},
    )


def _ids(path: Path, rows: list[_Row]) -> list[str]:
    """Ids as given; an id twice is an error, since whoever gave it looks the audit up by it."""
    lines: dict[str, int] = {}
    for row in rows:
        id = row.cells.get("id", "")
        if id and id in lines:
            raise InputError(
                f"manifest {path}, line {row.line}: id '{id}' is also in line {lines[id]}; make ids unique"
            )
        if id:
            lines[id] = row.line
    made = iter(
        told_apart([_stem(row.cells["original"]) for row in rows if not row.cells.get("id")], taken=tuple(lines))
    )
    return [row.cells.get("id") or next(made) for row in rows]


def _expected(path: Path, line: int, name: str, value: str) -> Expected:
    feature = name.removeprefix(EXPECT)
    try:
        return parsed(feature, value)
    except ValueError:
        what = allowed(feature).removeprefix("must be ")
        raise InputError(f"manifest {path}, line {line}: '{name}' is '{value}'; give {what}, or nothing") from None


def _stem(cell: str) -> str:
    return Path(cell.replace("\\", "/")).stem


def _found(folder: Path, cell: str) -> Path:
    """The file that a cell names, else where it would lie."""
    written = folder / cell
    if os.path.lexists(written):
        return written
    path = folder
    for part in Path(cell.replace("\\", "/")).parts:
        literal = path / part
        alike = () if os.path.lexists(literal) else _by_name(path).get(folded(part), ())
        path = literal if len(alike) != 1 else path / alike[0]
    return path


@functools.lru_cache(maxsize=256)  # folders that rows with a missing file name; emptied before each manifest
def _by_name(folder: Path) -> dict[str, tuple[str, ...]]:
    """What lies in a folder, by its folded name."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        for entry in folder.iterdir():
            found[folded(entry.name)] = (*found.get(folded(entry.name), ()), entry.name)
    except OSError:
        return {}
    return found


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return data.decode(_UTF16.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"manifest {path} is not {'UTF-16' if error.encoding.startswith('utf-16') else 'UTF-8'} text "
            f"(byte {error.start}); save it as 'CSV UTF-8'"
        ) from error
    except OSError as error:
        raise InputError(f"manifest {path} cannot be read ({error.strerror}); check the path") from error


def _table(path: Path) -> tuple[list[str], list[_Row]]:
    try:
        lines = list(_cells(_text(path)))
    except csv.Error as error:
        raise InputError(f"manifest {path} is not a CSV file ({error}); save it as 'CSV UTF-8'") from error
    columns = [_column(name) for name in (lines[0][1] if lines else [])]
    used = [any(len(cells) > i and cells[i] for _, cells in lines[1:]) for i in range(len(columns))]
    # A column without a name still has values that somebody wrote down.
    columns = [name or (f"column {i}" if used[i - 1] else "") for i, name in enumerate(columns, 1)]
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    if doubled:
        raise InputError(f"manifest {path} has column '{doubled[0]}' twice; keep one")
    rows = []
    for line, cells in lines[1:]:
        if any(cells[len(columns) :]):
            raise InputError(
                f"manifest {path}, line {line}: {len(cells)} cells for {len(columns)} columns; "
                f"put quotes around a text that holds the separator"
            )
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        rows.append(_Row(line, {name: cell for name, cell in zip(columns, padded, strict=False) if name}))
    return columns, rows


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, cells) of every row that is not blank.

    The separator is what a first line `sep=` says, else the header's most frequent one.
    """
    stream = io.StringIO(text, newline="")  # lines end as CSV has it; a cell may hold any other line break
    first = stream.readline()
    told, before = _TOLD.match(first.rstrip("\r\n")), 1
    if told is None:
        stream.seek(0)
        before = 0
        header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
        delimiter = max(_DELIMITERS, key=header.count)
    else:
        delimiter = told[1]
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield before + start, [cell.strip() for cell in cells]
        start = reader.line_num + 1


def _column(name: str) -> str:
    """Our own columns in any case; a user's as written."""
    lowered = name.lower()
    return lowered if lowered in (*REQUIRED, "id", AREA_MASK) or lowered.startswith(EXPECT) else name
