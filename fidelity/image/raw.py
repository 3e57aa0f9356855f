"""Camera raw files, told by what is in them: most begin like a TIFF, whose first page is a thumbnail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fidelity.image.refusals import raw_file, unsupported

_BEGINNINGS = (
    (0, b"FUJIFILMCCD-RAW", "Fujifilm RAF"),
    (0, b"IIRO", "Olympus ORF"),
    (0, b"IIRS", "Olympus ORF"),
    (0, b"MMOR", "Olympus ORF"),
    (0, b"IIU\0", "Panasonic RW2"),
    (0, b"FOVb", "Sigma X3F"),
    (0, b"\0MRM", "Minolta MRW"),
    (4, b"ftypcrx ", "Canon CR3"),
    (6, b"HEAPCCDR", "Canon CRW"),
    (8, b"CR\2\0", "Canon CR2"),
    (8, b"IIII", "Phase One IIQ"),
)
"""Offset and bytes at the beginning of what is not a plain TIFF."""

_DNG_VERSION = 50_706
_MAKER = 271
_NEW_SUBFILE_TYPE, _REDUCED = 254, 1  # bit 0: a reduced version of another picture in the file (TIFF 6.0)
_SUB_IFDS = 330
_PHOTOMETRIC = 262
_SENSOR = {32_803: "a sensor's colour filter array", 34_892: "linear sensor values"}  # DNG 1.7, photometric
_PAGES = 8  # pages and sub-pages that are looked at: raw files hold the sensor's among the first four


def refuse_by_beginning(head: bytes, path: Path) -> None:
    """Raise `InputError` for a raw file that says so in its first 32 bytes."""
    for offset, mark, kind in _BEGINNINGS:
        if head[offset : offset + len(mark)] == mark:
            raise raw_file(path, kind)


def refuse_by_tags(tiff: Any, path: Path) -> None:
    """Raise `InputError` for an open `tifffile.TiffFile` whose tags are a raw file's.

    A DNG names its version. The raw files of Nikon, Sony, Pentax, Samsung, Hasselblad, … have the sensor's
    values as a page or sub-page of their own, which the tag of the colour model tells, or a first page that
    calls itself a reduced picture of one of its sub-pages.
    """
    first = tiff.pages[0]
    maker = str(_value(first, _MAKER, "") or "").strip("\0 ")
    if _value(first, _DNG_VERSION) is not None:
        raise raw_file(path, f"DNG, {maker}" if maker else "DNG")
    for page in _pages(tiff, first):
        kind = _value(page, _PHOTOMETRIC)
        if kind is not None and int(kind) in _SENSOR:
            raise raw_file(path, f"{maker or 'TIFF'}, {_SENSOR[int(kind)]}")
    if _number(first, _NEW_SUBFILE_TYPE) & _REDUCED:
        if _value(first, _SUB_IFDS) is not None:
            raise raw_file(path, maker or "TIFF")
        raise unsupported(path, "only a reduced picture of another one as its first page", "export the full picture")


def _pages(tiff: Any, first: Any) -> list[Any]:
    """The first few pages and the first page's sub-pages; what cannot be read is left out."""
    found = [first]
    try:
        for offset in (first.subifds or ())[:_PAGES]:
            tiff.filehandle.seek(offset)
            found.append(type(first)(tiff, index=(0, 0)))
    except Exception:
        return found
    return found


def _value(page: Any, tag: int, without: Any = None) -> Any:
    found = page.tags.get(tag)
    return without if found is None else found.value


def _number(page: Any, tag: int) -> int:
    value = _value(page, tag, 0)
    return int(value) if isinstance(value, int) else 0
