"""The sentences with which a file is refused: what is wrong, with which file, and what to do."""

from __future__ import annotations

from pathlib import Path

from fidelity.errors import InputError

READABLE = "JPEG, PNG, WebP, TIFF, AVIF, GIF or BMP"
DOUBT = "possibly damaged"
"""How every note begins that says a file may be damaged where that cannot be told for sure."""


def damaged(path: Path, why: str | BaseException | None = None) -> InputError:
    """`path` holds less, or something else, than it announces; `why` is a few words or what a decoder raised."""
    words = f" ({reason(why) if isinstance(why, BaseException) else why})" if why else ""
    return InputError(f"{path} is damaged or incomplete{words}; copy or export it again")


def unsupported(path: Path, what: str, instead: str = "export it as 8- or 16-bit RGB") -> InputError:
    """`path` may be whole, but is of a kind that is not read here: `what` names it ('32-bit numbers')."""
    return InputError(f"{path} has {what}, which cannot be read here; {instead}")


def raw_file(path: Path, kind: str) -> InputError:
    """`path` is a camera's raw file, of which image libraries open only the small preview."""
    return InputError(
        f"{path} is a camera raw file ({kind}), of which only a small preview could be opened; "
        "develop it in the raw converter and export it as TIFF or JPEG"
    )


def unreadable(path: Path) -> InputError:
    """`path` is no picture of a kind that is read."""
    return InputError(f"{path} is not a picture that can be read here; export it as {READABLE}")


def doubt(why: str) -> str:
    """The note for a file that may be damaged, where a legal file can look the same."""
    return f"{DOUBT}: {why}"


def reason(error: BaseException) -> str:
    """What an exception says, on one line."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())
