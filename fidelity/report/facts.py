"""Facts beside the judgement: the files, how they were laid onto each other, the date."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import PurePath, PureWindowsPath

from fidelity.image.picture import PictureInfo
from fidelity.report import words
from fidelity.result import RegistrationInfo

Facts = tuple[tuple[str, str], ...]

TIMES = "\u00d7"
_METHODS = {
    "features": "matched details",
    "layout": "directions of edges only",
    "silhouette": "outlines only",
    "none": "none",
}


def today() -> str:
    """Write the date in words; `SOURCE_DATE_EPOCH` fixes it for reproducible reports."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now().astimezone()
    return f"{now.day} {now:%B %Y}"


def file_name(path: str) -> str:
    """Cut a path of either kind to its name: a client need not know where the studio's disks are."""
    return PureWindowsPath(path).name if "\\" in path else PurePath(path).name


def registration_facts(info: RegistrationInfo) -> Facts:
    """List how the retouch was laid onto the original."""
    facts = [
        ("Result", words.REGISTRATION[info.status]),
        ("Method", _METHODS[info.method]),
        ("Trust", words.trust(info.trust)),
        ("Scale", _given(info.scale, "{} original px per retouched px")),
        ("Rotation", _given(info.rotation_deg, "{}°")),
        ("Stretch", _given(info.stretch, "{}")),
        ("Matching details", words.number(info.inliers)),
        ("Residual", _given(info.residual_px, "{} px")),
    ]
    return tuple((name, value) for name, value in facts if value)


def picture_facts(info: PictureInfo) -> Facts:
    """List what was read from one file."""
    weight = words.size(info.bytes) if info.bytes else ""
    facts = [
        ("File", file_name(info.path)),
        ("Size", f"{info.width} {TIMES} {info.height} px"),
        ("Format", _listed(info.format, weight)),
        ("Colour", _listed(info.mode, f"{info.bit_depth} bit")),
        ("Profile", info.profile or "none in the file"),
        ("Resolution", f"{words.number(info.dpi)} DPI" if info.dpi else "not stated"),
        ("Transparency", "yes" if info.alpha else "no"),
        ("Turned", f"EXIF orientation {info.orientation}, applied" if info.orientation != 1 else ""),
        ("Frames", f"{info.frames}; only the first was judged" if info.frames > 1 else ""),
    ]
    return tuple((name, value) for name, value in facts if value)


def _given(value: float | None, form: str) -> str:
    return "" if value is None else form.format(words.number(value))


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
