"""What reaches a terminal or a pipe: characters that it can show, and none that command it."""

from __future__ import annotations

import codecs
import sys
import unicodedata

from fidelity.texts import spelled

_ASCII = {
    **{"·": "-", "–": "-", "—": "-", "−": "-", "…": "...", "→": "->", "←": "<-", "×": "x", "≤": "<=", "≥": ">="},
    **{"’": "'", "‘": "'", "“": '"', "”": '"', "′": "'", "″": '"', "°": " deg", "Δ": "d", "µ": "u", "±": "+/-"},
    **{"✓": "+", "✗": "x", "•": "*", "²": "2", "³": "3", "\u00a0": " ", "\u202f": " "},
}
"""How the characters of our own sentences are written where there is only ASCII. Never `?`: that marks a review."""


def plain(text: str) -> str:
    """`text` in ASCII: our own signs by what is like them, letters without their accents, others spelled out."""
    return "".join(_plain(sign) for sign in text)


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign in _ASCII:
        return _ASCII[sign]
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
    return bare or spelled(sign)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


def prepare() -> None:
    """Let both streams write what they cannot show in ASCII instead of failing in the middle of a table."""
    codecs.register_error(_HANDLER, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


_HANDLER = "fidelity.plain"


def write_json(text: str) -> None:
    """A JSON document on stdout, the same for a program whatever the encoding: there it is ASCII with escapes."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    if not encoding.startswith("utf8"):
        text = "".join(sign if sign.isascii() else _json_escape(sign) for sign in text)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _json_escape(sign: str) -> str:
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
