"""TIFF by its tags: what is in the file, whether it is read here, and by which decoder.

Depth, planes, colour model and the meaning of extra samples come from the tags (TIFF 6.0), not from what a
decoder makes of them: Pillow drops low bits and reads uncompressed 16-bit planes as if they were interleaved;
OpenCV takes any fourth channel for transparency.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fidelity.image.limits import MAX_FRAMES_COUNTED
from fidelity.image.refusals import damaged, unsupported

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS, YCBCR, CIELAB = 0, 1, 2, 3, 5, 6, 8  # photometric, tag 262
UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2  # extra samples, tag 338: no transparency; premultiplied; not
PLANAR = 2  # planar configuration, tag 284: one channel after the other
UNCOMPRESSED, LZW, WEBP = 1, 5, 50_001  # compression, tag 259
ZIPPED = (8, 32_946)  # deflate, as Adobe and as the libtiff of old number it

_COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, INKS: 4}
_OTHER_MODELS = {
    4: "a transparency mask instead of a picture",
    9: "ICC L*a*b* colours",
    10: "ITU L*a*b* colours",
    32_844: "LogL luminances",
    32_845: "LogLuv colours",
}
_FORMATS = {2: "signed numbers", 3: "floating-point numbers", 5: "complex numbers", 6: "complex numbers"}
_PILLOW_UNPACKS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 32_771, 32_773, 32_946, 34_925, 50_000})
_TIFFFILE_UNPACKS = frozenset({UNCOMPRESSED, *ZIPPED, 32_773})  # without imagecodecs
_NAMES = {WEBP: "WebP", 50_002: "JPEG XL", 34_712: "JPEG 2000", 34_887: "LERC", 33_003: "JPEG 2000"}
_INK_SET, _CMYK_INKS = 332, 1
_PHOTOMETRIC = 262
_DECISIVE = frozenset({256, 257, 258, 259, _PHOTOMETRIC, 273, 277, 278, 279, 284, 317, 322, 323, 324, 325, 338, 339})
"""Tags on which the pixels hang: size, bits, compression, colours, strips, tiles, planes, predictor, samples."""
_MOST_TAGS = 4096  # of a page; the TIFF registry knows some hundreds
_ICC, _XMP, _ORIENTATION, _X_RESOLUTION, _RESOLUTION_UNIT = 34_675, 700, 274, 282, 296
_ADVICE = "export it as 8- or 16-bit RGB or grey, uncompressed or with LZW or ZIP"
WITH_EXTRA = "install the extra 'tiff' (pip install 'fidelity-qa[tiff]'), or export it uncompressed or with ZIP"


@dataclass(frozen=True)
class Layout:
    """The first page's tags. `extras` has one entry a channel beyond the colours, UNSPECIFIED where undeclared."""

    width: int
    height: int
    bits: int
    colour_model: int
    colours: int
    extras: tuple[int, ...]
    planar: bool
    compression: int
    predictor: int
    icc: bytes | None
    orientation: int
    dpi: float | None
    metadata: tuple[str, ...]
    xmp: bytes

    @property
    def samples(self) -> int:
        """Channels a pixel."""
        return self.colours + len(self.extras)

    @property
    def alpha(self) -> int | None:
        """The channel of transparency, or None."""
        for place, meaning in enumerate(self.extras):
            if meaning in (ASSOCIATED, UNASSOCIATED):
                return self.colours + place
        return None

    @property
    def premultiplied(self) -> bool:
        """Whether the colours were multiplied with the alpha (associated alpha)."""
        return self.alpha is not None and self.extras[self.alpha - self.colours] == ASSOCIATED

    @property
    def by_tags(self) -> bool:
        """Whether it is decoded by `tiff_pixels`; else Pillow reads it right."""
        if self.colour_model not in _COLOURS or self.bits not in (8, 16):
            return False
        if self.bits == 16:
            return True
        pillows = not self.extras or (self.colour_model == RGB and self.extras == (UNASSOCIATED,))
        if pillows and self.compression not in ZIPPED and self.compression in _PILLOW_UNPACKS:
            return False
        return self.compression in _TIFFFILE_UNPACKS or has_codecs()


def has_codecs() -> bool:
    """Whether imagecodecs, the extra that unpacks what tifffile alone does not, is there."""
    try:
        import imagecodecs  # noqa: F401, PLC0415  (optional, and slow to import)
    except ImportError:
        return False
    return True


def layout(page: Any, path: Path) -> Layout:
    """Read the tags of an open `tifffile.TiffPage`; raise `InputError` for what is not read here, by its name."""
    width, height, samples = int(page.imagewidth), int(page.imagelength), int(page.samplesperpixel)
    _refuse_broken_tags(page, path)
    bits, model = page.bitspersample, int(page.photometric)
    if not isinstance(bits, int):
        bits = set(bits)
        raise unsupported(path, f"channels of different depths ({', '.join(map(str, sorted(bits)))} bits)", _ADVICE)
    _refuse_numbers(bits, int(page.sampleformat or 1), path)
    if model not in (*_COLOURS, PALETTE, YCBCR, CIELAB):
        raise unsupported(path, _OTHER_MODELS.get(model, f"colours of kind {model}"), _ADVICE)
    if bits == 16 and model not in _COLOURS:
        names = {PALETTE: "a palette", YCBCR: "YCbCr colours", CIELAB: "CIELAB colours"}
        raise unsupported(path, f"{names[model]} with 16 bits", _ADVICE)
    if model == INKS and (samples < 4 or _value(page, _INK_SET, _CMYK_INKS) != _CMYK_INKS):
        raise unsupported(path, "inks other than CMYK", _ADVICE)
    colours = _COLOURS.get(model, 1 if model == PALETTE else 3)
    if samples < colours:
        raise damaged(path, f"{samples} channels instead of {colours}")
    if getattr(page, "imagedepth", 1) != 1:
        raise unsupported(path, "a volume of several slices", _ADVICE)
    found = Layout(
        width, height, bits, model, colours, _extras(page, samples - colours, path), int(page.planarconfig) == PLANAR,
        int(page.compression), int(page.predictor or 1), _value(page, _ICC), _orientation(page), _dpi(page),
        _metadata(page), _bytes(_value(page, _XMP)),
    )  # fmt: skip
    _refuse_compression(found, path)
    return found


def _refuse_broken_tags(page: Any, path: Path) -> None:
    """Tifffile leaves out a tag that it cannot read and takes a default; here that is damage."""
    stream, order = page.parent.filehandle, page.parent.byteorder
    head, entry, count = (8, 20, "Q") if page.parent.is_bigtiff else (2, 12, "H")
    stream.seek(page.offset)
    entries = struct.unpack(order + count, stream.read(head))[0]
    if entries > _MOST_TAGS:
        raise damaged(path, f"{entries} tags in its first page")
    table = stream.read(entries * entry)
    there = {struct.unpack_from(order + "H", table, at)[0] for at in range(0, len(table) - 1, entry)}
    broken = sorted(tag for tag in there & _DECISIVE if not _sound(_value(page, tag)))
    if broken or _PHOTOMETRIC not in there:
        raise damaged(path, f"its tag {broken[0] if broken else _PHOTOMETRIC} cannot be read")
    own = (page.offset, page.offset + head + len(table))
    if any(at < own[1] and at + size > own[0] for at, size in zip(page.dataoffsets, page.databytecounts, strict=False)):
        raise damaged(path, "its pixels lie over its tags")


def _sound(value: Any) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return bool(values) and all(isinstance(one, int) for one in values)


def _refuse_numbers(bits: int, kind: int, path: Path) -> None:
    if kind in _FORMATS:
        raise unsupported(path, f"{bits}-bit {_FORMATS[kind]}", _ADVICE)
    if bits not in (1, 2, 4, 8, 16):
        raise unsupported(path, f"{bits}-bit numbers", _ADVICE)


def _refuse_compression(found: Layout, path: Path) -> None:
    name = _NAMES.get(found.compression, f"method {found.compression}")
    if found.by_tags:
        if found.compression in _TIFFFILE_UNPACKS or has_codecs():
            return
        plain = not found.planar and found.colour_model != INKS and found.samples in (1, 3, 4)
        if found.compression != LZW:
            raise unsupported(path, f"{name} compression of 16-bit channels", WITH_EXTRA)
        if not plain:
            raise unsupported(path, "LZW compression of 16-bit planes, inks or extra channels", WITH_EXTRA)
    elif found.compression not in _PILLOW_UNPACKS:
        raise unsupported(path, f"{name} compression", WITH_EXTRA if found.compression == WEBP else _ADVICE)


def _extras(page: Any, count: int, path: Path) -> tuple[int, ...]:
    """Meanings of the extra samples. A file without the tag has always been read as if a lone one were alpha."""
    declared = tuple(int(meaning) for meaning in page.extrasamples or ())
    if not declared and count == 1:
        declared = (UNASSOCIATED,)
    elif not declared and count > 1:
        raise unsupported(path, f"{count} extra channels of which it does not say what they are", _ADVICE)
    return (declared + (UNSPECIFIED,) * count)[:count]


def _value(page: Any, tag: int, without: Any = None) -> Any:
    found = page.tags.get(tag)
    return without if found is None else found.value


def _orientation(page: Any) -> int:
    value = _value(page, _ORIENTATION, 1)
    return int(value) if isinstance(value, int) and 1 <= value <= 8 else 1


def _dpi(page: Any) -> float | None:
    """Horizontal pixels per inch, or None; unit 2 is inches (also when it is left out), 3 centimetres."""
    value, unit = _value(page, _X_RESOLUTION), int(_value(page, _RESOLUTION_UNIT, 2))
    per_inch = {2: 1.0, 3: 2.54}.get(unit)
    if per_inch is None or not isinstance(value, tuple) or len(value) != 2 or not value[0] or not value[1]:
        return None
    return round(float(value[0]) / float(value[1]) * per_inch, 2)


def _bytes(value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else bytes(value or b"")


def _metadata(page: Any) -> tuple[str, ...]:
    tags = {"exif": (34_665,), "icc": (_ICC,), "iptc": (33_723, 34_377), "xmp": (_XMP,)}
    return tuple(name for name, numbers in tags.items() if any(number in page.tags for number in numbers))


def count_pages(stream: BinaryIO) -> int:
    """Pages of a TIFF or BigTIFF, at most `MAX_FRAMES_COUNTED` + 1; ends early where the chain is broken."""
    stream.seek(0)
    head = stream.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", head, 2)[0] == 43
    count_format, entry, offset_format = ("Q", 20, "Q") if big else ("H", 12, "I")
    at = struct.unpack_from(order + offset_format, head, 8 if big else 4)[0]
    seen: set[int] = set()
    while at and at not in seen and len(seen) <= MAX_FRAMES_COUNTED:
        try:
            stream.seek(at)
            count = struct.unpack(order + count_format, stream.read(struct.calcsize(count_format)))[0]
            seen.add(at)
            stream.seek(at + struct.calcsize(count_format) + count * entry)
            at = struct.unpack(order + offset_format, stream.read(struct.calcsize(offset_format)))[0]
        except (struct.error, OSError, ValueError, OverflowError):
            break
    return len(seen)
