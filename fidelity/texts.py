"""Text from outside, file names above all, so that it can be written and looked at without harm."""

from __future__ import annotations

import re

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters of ASCII and ISO 6429, but for tab and line feed, line breaks that are none in a file name, and
what turns the direction of text (Unicode Bidirectional Algorithm, 2.1 to 2.6): a name with them could colour, move,
rename or hide what is printed."""


def printable(text: str) -> str:
    r"""`text` with the bytes of a file name that are not UTF-8 spelled out (`\xff`), so that it can be written.

    Python keeps such bytes as half characters, which JSON has not; a `?` would make different files look alike.
    """
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half characters that are no bytes, as in a name from Windows
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def visible(text: str) -> str:
    r"""`text` with what would command a terminal spelled out: `\x1b`, `\u202e`; half characters as their bytes.

    Tabs and line feeds stay.
    """
    return _COMMANDS.sub(lambda found: spelled(found.group()), printable(text))


def harmless(text: str) -> str:
    """`text` without what would command a terminal; as wide as before, for text whose place is given."""
    return _COMMANDS.sub("", text)


def spelled(sign: str) -> str:
    r"""One character in ASCII, as `\u202e`."""
    return sign.encode("unicode_escape").decode("ascii")
