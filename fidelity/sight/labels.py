"""What the network says of a pixel: one of these classes, and where single things are."""

from __future__ import annotations

from enum import IntEnum


class Label(IntEnum):
    """Classes of pixels; the number is the channel."""

    GROUND = 0
    METAL = 1
    STONE = 2
    """Faceted, large or small: the border between them is a size, so it is drawn afterwards."""
    CABOCHON = 3
    """Cabochons, pearls, enamel, opals: bodies without facets."""
    PRONG = 4
    LINK = 5
    MARK = 6
    PROP = 7


INNER, CENTRE = len(Label), len(Label) + 1
"""Channels behind the classes: how far inside its own thing a pixel lies (0 edge, 1 innermost; stones, bodies,
prongs), and how near to the middle of a link (1 there)."""
CHANNELS = len(Label) + 2
