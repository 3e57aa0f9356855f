"""What a file name says once systems, vendors and browsers have had it in their hands."""

from __future__ import annotations

import functools
import re
import unicodedata

READABLE = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".png", ".webp"),
    *(".tif", ".tiff", ".avif", ".gif", ".bmp"),
)
"""File name endings that are taken for pictures in a folder or ZIP."""

FOREIGN = (
    *(".heic", ".heif", ".hif", ".jxl", ".jp2", ".j2k", ".jpf", ".jpx", ".psd", ".psb", ".xcf", ".kra", ".afphoto"),
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos", ".mrw"),
    *(".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)
"""Photographs that are not read: listed, so that nobody believes they were audited. With `READABLE` also the
endings that a converter leaves inside a name, as in `ring.nef.jpg`."""

_ADDED = re.compile(
    r"[ _.-]+[(\[]?(?:"
    r"retouched|retouch|ret|rt|edited|edit|final|after|done|out|output|cleaned|clean|ai|v|version|fixed|corrected"
    r"|processed|exported|export|enhanced(?:-nr)?|upscaled|web|hires|srgb|cut-?out|clipped|transparent"
    r"|no[-_ ]?bg|bg[-_ ]?removed|remove[-_ ]?bg(?:[-_ ]preview)?|white[-_ ]?bg"
    r"|original|orig|before|source|src|input|unedited|raw"
    r"|精修|修图|已修|最终|原图"
    r")(?P<version>\d{0,2})[)\]]?(?P<counter>[-_ ]\(?\d{1,2}\)?)?$"
)
"""What vendors and studios hang on a file name; a separator must stand before it. Digits that follow at once count
the versions of the retouch (FINAL2) and go with the word; digits behind a separator stay as a counter."""

_COPY = re.compile(r"[ _.-]+[(\[]?(?:copy|kopie|copie|copia)(?:[-_ ]?\(?\d{1,2}\)?)?[)\]]?$")
"""What a file manager or an editor adds to a second copy: 'ring copy', 'ring - Copy (2)'."""

_COUNTER = re.compile(r"(?:[-_ ]\d{1,2}| ?\(\d{1,2}\))$")
"""A second download ('ring (1)'), a second try ('ring-2'), or the number of a view: only the other names can tell."""

_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Characters without a shape, which come with a name that was copied from a window."""


def folded(text: str) -> str:
    """The same for names that look the same: composed or decomposed, any blank for a blank, any case.

    >>> folded("Bague\u0301\u00a01.JPG ") == folded("bagu\u00e9 1.jpg")
    True
    """
    text = unicodedata.normalize("NFD", _UNSEEN.sub("", text)).casefold()
    return " ".join(unicodedata.normalize("NFC", text).split())


def ending(name: str) -> str:
    """The ending of a file name or path in lower case, with its dot; empty without one."""
    return parts(name)[2]


@functools.lru_cache(maxsize=1 << 17)  # both sides of the largest ZIP that is opened
def parts(path: str) -> tuple[str, str, str]:
    """(folder, stem, ending) of a POSIX path, each folded; the folder of a bare name is empty."""
    folder, _, name = path.rpartition("/")
    name = folded(name)
    stem, dot, last = name.rpartition(".")
    if not dot or not stem.strip("."):
        stem, last = name, ""
    return "/".join(map(folded, folder.split("/"))), stem.rstrip(), f".{last}" if last else ""


def bare(stem: str) -> str:
    """A folded stem without what was hung on it; what would leave nothing stays.

    >>> bare("ring_final2"), bare("ring.nef"), bare("ring-edited-2"), bare("final")
    ('ring', 'ring', 'ring-2', 'final')
    """
    while True:
        shorter = _COPY.sub("", _ADDED.sub(_kept, stem))
        inner = shorter.rpartition(".")
        if inner[0] and f".{inner[2]}" in _PICTURES:
            shorter = inner[0]
        shorter = shorter.rstrip(" _.-")
        if not shorter or shorter == stem:
            return stem
        stem = shorter


def _kept(found: re.Match[str]) -> str:
    """A counter behind a word, in one form: 'ring_raw (2)' and 'ring-edited-2' are about the same view."""
    counter = found["counter"]
    return f"-{int(re.sub(r'[^0-9]', '', counter))}" if counter else ""


def uncounted(stem: str) -> str:
    """A bare stem without its counter."""
    shorter = _COUNTER.sub("", stem).rstrip(" _.-")
    return shorter or stem


_PICTURES = frozenset((*READABLE, *FOREIGN))
