"""The colours that a PNG declares without a profile: cICP, sRGB, gAMA and cHRM (PNG, third edition, 4.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.linalg import LinAlgError

from fidelity.image.picture import F64, U8
from fidelity.image.refusals import unsupported

_D50 = np.array((0.9642, 1.0, 0.8249))  # ICC.1:2022, 7.2.16: what profiles are written for
_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))
_SRGB_XY = (0.3127, 0.329, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)  # white, red, green, blue (IEC 61966-2-1)
_P3_XY = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)  # SMPTE EG 432-1
_BT2020_XY = (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046)
_PRIMARIES = {1: _SRGB_XY, 9: _BT2020_XY, 12: _P3_XY}  # ITU-T H.273, table 2
_TRANSFERS = {4: 1 / 2.2, 5: 1 / 2.8, 8: 1.0, 13: None}  # ITU-T H.273, table 3; None is sRGB's own
_LIGHT_ABOVE_PAPER = {16: "PQ", 18: "HLG"}
_SRGB_GAMMA = 0.45455
_SAME_GAMMA = 0.002  # writers put 45455, 45454 or 45000 to 45500 for sRGB
_SAME_XY = 0.0025  # writers round primaries to two or three decimals
_UNIT = 100_000  # gAMA and cHRM count in hundred-thousandths
_CURVE_POINTS = 1024


@dataclass(frozen=True)
class Colours:
    """How to bring the pixels to sRGB.

    `gamma` is the exponent with which light became samples (1 for linear ones), None for sRGB's curve;
    `primaries` the chromaticities of white, red, green and blue, None for sRGB's.
    """

    gamma: float | None
    primaries: tuple[float, ...] | None
    chunk: str

    @property
    def note(self) -> str:
        """What is done, in plain words."""
        return f"converted to sRGB from the colours that its {self.chunk} declares"

    def table(self, levels: int) -> U8 | None:
        """Sample (0 to `levels` − 1) → sRGB level, (levels,) uint8; None where nothing changes."""
        if self.gamma is None:
            return None
        light = np.linspace(0, 1, levels) ** (1 / self.gamma)
        return np.rint(255 * _srgb_of(light)).astype(np.uint8)

    def profile(self) -> bytes | None:
        """An ICC profile of the primaries with sRGB's curve, None for sRGB's primaries."""
        return None if self.primaries is None else _profile(_colorants(self.primaries))


def declared(held: dict[str, bytes], path: Path) -> tuple[Colours | None, tuple[str, ...]]:
    """What the chunks in `held` (kind → data) say beside an ICC profile: None for sRGB, with notes.

    Raises `InputError` for the transfer functions of high dynamic range, which an 8-bit picture cannot show.
    """
    if "cICP" in held:
        return _from_code_points(held["cICP"], path)
    if "iCCP" in held or "sRGB" in held:
        return None, ()
    chunks = [name for name in ("gAMA", "cHRM") if name in held]
    try:
        gamma = struct.unpack(">I", held["gAMA"])[0] / _UNIT if "gAMA" in held else _SRGB_GAMMA
        primaries = tuple(n / _UNIT for n in struct.unpack(">8I", held["cHRM"])) if "cHRM" in held else _SRGB_XY
        if not 0.1 <= gamma <= 10:
            raise ValueError("no gamma")
        colours = _colours(gamma, primaries, " and ".join(chunks))
        if colours and colours.primaries:
            _colorants(colours.primaries)
    except (struct.error, ValueError, LinAlgError):
        return None, (f"its {' and '.join(chunks)} make no sense and were left out",)
    return colours, ()


def is_code_points(held: dict[str, bytes]) -> bool:
    """Whether cICP is there, which overrules a profile."""
    return "cICP" in held


def _from_code_points(data: bytes, path: Path) -> tuple[Colours | None, tuple[str, ...]]:
    if len(data) != 4:
        return None, ("its cICP makes no sense and was left out",)
    primaries, transfer, matrix, full = data
    if transfer in _LIGHT_ABOVE_PAPER:
        name = _LIGHT_ABOVE_PAPER[transfer]
        raise unsupported(path, f"high-dynamic-range colours ({name})", "export it in sRGB")
    if primaries not in _PRIMARIES or transfer not in _TRANSFERS or matrix != 0 or full != 1:
        return None, (f"its cICP ({primaries}, {transfer}, {matrix}, {full}) is not known here; read as sRGB",)
    gamma = _TRANSFERS[transfer]
    return _colours(_SRGB_GAMMA if gamma is None else gamma, _PRIMARIES[primaries], "cICP", exact=True), ()


def _colours(gamma: float, primaries: tuple[float, ...], chunk: str, *, exact: bool = False) -> Colours | None:
    srgb_curve = abs(gamma - _SRGB_GAMMA) <= (1e-9 if exact else _SAME_GAMMA)
    srgb_primaries = bool(np.allclose(primaries, _SRGB_XY, rtol=0, atol=_SAME_XY))
    if srgb_curve and srgb_primaries:
        return None
    return Colours(None if srgb_curve else gamma, None if srgb_primaries else primaries, chunk)


def _srgb_of(light: F64) -> F64:
    """IEC 61966-2-1's encoding of linear light, 0 to 1."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _colorants(primaries: tuple[float, ...]) -> F64:
    """XYZ of red, green and blue (rows) under D50, adapted by Bradford's matrix (ICC.1:2022, annex E)."""
    white, *rest = (np.array((x / y, 1, (1 - x - y) / y)) for x, y in _pairs(primaries))
    share = np.linalg.solve(np.array(rest).T, white)
    adapt = np.linalg.inv(_BRADFORD) @ np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white)) @ _BRADFORD
    found: F64 = (adapt @ (np.array(rest).T * share)).T
    if not np.isfinite(found).all() or np.abs(found).max() > 2:
        raise ValueError("no colours")
    return found


def _pairs(primaries: tuple[float, ...]) -> list[tuple[float, float]]:
    pairs = list(zip(primaries[::2], primaries[1::2], strict=True))
    if any(y <= 0 for _, y in pairs):
        raise ValueError("no chromaticities")
    return pairs


def _profile(colorants: F64) -> bytes:
    """A version 2 display profile (ICC.1:2001-04) of three colorants and sRGB's curve."""
    steps = np.linspace(0, 1, _CURVE_POINTS)
    light = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    curve = struct.pack(">4s4xI", b"curv", _CURVE_POINTS) + np.rint(light * 65535).astype(">u2").tobytes()
    name = b"the PNG's own colours\0"
    tags = {
        b"desc": struct.pack(">4s4xI", b"desc", len(name)) + name + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz(_D50),
        **{tag: _xyz(row) for tag, row in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    body, table, start = b"", struct.pack(">I", len(tags)), 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        table += tag + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s28x3i", 2001, 4, 1, 0, 0, 0, b"acsp", *np.rint(_D50 * 65536).astype(int).tolist())
    return header.ljust(128, b"\0") + table + body


def _xyz(values: F64) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *np.rint(values * 65536).astype(int).tolist())
