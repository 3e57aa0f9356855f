"""What the files in a ZIP are called: most tools write names in the encoding of the machine and do not say which.

APPNOTE.TXT knows UTF-8 (with a flag, or in Info-ZIP's extra field) and the code page of the first PC, 437; Python
takes everything without the flag for 437, so that a Chinese vendor's 戒指 is read as ╜Σ╓╕.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Sequence

from fidelity.batch.naming import bare, parts

_UTF8 = 0x800  # general purpose bit flag 11, APPNOTE.TXT 4.4.4
_UNICODE_PATH = 0x7075  # Info-ZIP Unicode Path extra field, APPNOTE.TXT 4.6.9
_DOS = "cp437"
_WINDOWS = "cp1252"
_CHINESE = "gb18030"

_LONG_RUN = 3
"""High bytes in a row that no Western word has: 'créée' has two."""

_HIGH = re.compile(rb"[\x80-\xff]+")
_HANZI = re.compile(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+")
"""Rows of GB 2312, the common part of GBK: punctuation and letters, then the 6,763 usual characters."""


_OTHERS = ("cp850", "cp1250", "cp1251", "mac_roman", "cp932", "big5", "euc_kr")
"""Pages that are believed only where they make the names of files that are known."""

_USUAL = frozenset("°€’‘“”–—©®™´")
"""What stands in file names that Windows wrote, beside letters."""


def names_of(members: Sequence[zipfile.ZipInfo], known: Collection[str] = ()) -> list[str]:
    """The members' names as POSIX paths, in their order; two of the same name are told apart.

    A name without any mark is UTF-8 if all such names of the ZIP are; else in the page that makes the most of
    the `known` names, those of the files that these were made from; else GBK, Windows' 1252 or the DOS page 437,
    whichever makes letters of all of them together: one machine packed them.
    """
    unmarked = {index: raw for index, member in enumerate(members) if (raw := _unmarked(member)) is not None}
    encoding = encoding_of(list(unmarked.values()), known)
    names, used = list[str](), set[str]()
    for index, member in enumerate(members):
        raw = unmarked.get(index)
        name = _marked(member) if raw is None else raw.decode(encoding, "replace")
        name = name.split("\0")[0].replace("\\", "/")  # old Windows tools, against APPNOTE.TXT 4.4.17
        names.append(_another(name, used))
        used.add(names[-1])
    return names


def _another(name: str, used: set[str]) -> str:
    """A name that is not in `used`: unpacking would overwrite the first of two files with the second."""
    number, unique = 1, name
    while unique in used:
        number += 1
        folder, slash, last = name.rpartition("/")
        stem, _, ending = last.rpartition(".")
        unique = f"{folder}{slash}{stem} (entry {number}).{ending}" if stem else f"{name} (entry {number})"
    return unique


def _unmarked(member: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name of which nothing says how to read them; None for plain ASCII too."""
    if member.flag_bits & _UTF8 or member.orig_filename.isascii() or _unicode_path(member) is not None:
        return None
    try:
        return member.orig_filename.encode(_DOS)
    except UnicodeEncodeError:  # Python has read it from elsewhere
        return None


def _marked(member: zipfile.ZipInfo) -> str:
    return _unicode_path(member) or member.orig_filename


def _unicode_path(member: zipfile.ZipInfo) -> str | None:
    """The name in Info-ZIP's extra field, unless a tool renamed the file and left the field as it was."""
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind != _UNICODE_PATH or len(field) < 6:
            continue
        version, check = struct.unpack_from("<BI", field)
        try:
            if version == 1 and check == zlib.crc32(member.orig_filename.encode(_DOS)):
                return field[5:].decode("utf-8")
        except UnicodeError:
            return None
    return None


def encoding_of(names: Sequence[bytes], known: Collection[str] = ()) -> str:
    """The encoding of file names that one machine wrote, beside files that have the `known` names or like ones."""
    if _decodes(names, "utf-8"):
        return "utf-8"  # certain: no other text follows its rules by chance
    wanted = {_stem(name) for name in known}
    pages = [_likely(names), _DOS, _WINDOWS, _CHINESE, *_OTHERS]
    return max((page for page in pages if _decodes(names, page)), key=lambda page: _known(names, page, wanted))


def _known(names: Sequence[bytes], page: str, wanted: Collection[str]) -> int:
    return sum(_stem(name.decode(page)) in wanted for name in names) if wanted else 0


def _stem(name: str) -> str:
    return bare(parts(name.replace("\\", "/"))[1])


def _likely(names: Sequence[bytes]) -> str:
    """From the letters alone.

    GBK has its common characters in pairs of high bytes, and so in long runs; Western letters stand alone, or at
    most in twos within a word. Between the two Western pages the letters decide: what is é in one is ‚ or Θ in
    the other.
    """
    runs = [run for name in names for run in _HIGH.findall(name)]
    if any(len(run) >= _LONG_RUN for run in runs) and _decodes(names, _CHINESE):
        return _CHINESE
    if all(_HANZI.fullmatch(run) for run in runs) and not all(_within_word(name) for name in names):
        return _CHINESE
    best = max((page for page in (_DOS, _WINDOWS) if _decodes(names, page)), key=lambda page: _letters(runs, page))
    if _letters(runs, best) * 2 < sum(map(len, runs)) and _decodes(names, _CHINESE):
        return _CHINESE  # rarer characters, outside GB 2312
    return best


def _within_word(name: bytes) -> bool:
    """Whether each run of high bytes is as short as Western letters are, and touches an ASCII letter."""
    return all(
        len(run.group()) <= 2
        and (name[run.start() - 1 : run.start()].isalpha() or name[run.end() : run.end() + 1].isalpha())
        for run in _HIGH.finditer(name)
    )


def _decodes(names: Sequence[bytes], encoding: str) -> bool:
    try:
        for name in names:
            name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _letters(runs: Sequence[bytes], page: str) -> int:
    """How many high bytes are Latin letters in this page, or signs that file names have."""
    text = b"".join(runs).decode(page)
    return sum(unicodedata.name(sign, "").startswith("LATIN") or sign in _USUAL for sign in text)
