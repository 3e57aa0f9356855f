"""What was seen, drawn on the photograph for a person: outlines, numbers, one colour a class, a legend with counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from fidelity.image.picture import U8
from fidelity.sight.seen import Polygon, Seen
from fidelity.sight.tiles import scaled

LONGEST_PX, SHORTEST_PX = 2000, 900
"""Longer side of the drawing: larger photographs are reduced to the first, smaller ones enlarged to the second."""
COLOURS = {
    "piece": (60, 220, 90),
    "stones": (255, 60, 60),
    "small stones": (70, 140, 255),
    "prongs": (255, 225, 0),
    "links": (0, 215, 215),
    "marks": (240, 80, 240),
    "props": (255, 150, 40),
}
"""sRGB of each class in the drawing and its legend."""
INK, PAPER = (240, 240, 240), 24
LEGEND_PX = 30
CROWDED_PX = 13
"""Things narrower than this in the drawing carry no number: it would hide them."""


def drawn(rgb: U8, seen: Seen) -> U8:
    """(h, w, 3) the photograph with what was seen in it, and a legend below."""
    longest = max(rgb.shape[:2])
    scale = LONGEST_PX / longest if longest > LONGEST_PX else max(1.0, SHORTEST_PX / longest)
    canvas = scaled(rgb, scale).copy()
    thick = max(1, round(max(canvas.shape) / 700))
    for prop in seen.props:
        _line(canvas, [prop.outline], "props", scale, thick)
    _line(canvas, [*seen.piece.outlines, *seen.piece.holes], "piece", scale, thick)
    _line(canvas, (link.outline for link in seen.links), "links", scale, thick)
    _line(canvas, (mark.outline for mark in seen.marks), "marks", scale, 2 * thick)
    _line(canvas, (stone.outline for stone in seen.stones), "stones", scale, 2 * thick)
    discs = [
        *(("small stones", number, one.x, one.y, one.radius) for number, one in enumerate(seen.small_stones, 1)),
        *(("prongs", number, one.x, one.y, one.radius) for number, one in enumerate(seen.prongs, 1)),
    ]
    for name, _, x, y, radius in discs:
        cv2.circle(canvas, _at(x, y, scale), max(2, round(radius * scale)), COLOURS[name], thick, cv2.LINE_AA)
    for number, stone in enumerate(seen.stones, 1):
        middle = np.mean(stone.outline, axis=0)
        _number(canvas, number, _at(float(middle[0]), float(middle[1]), scale), "stones", 0.9)
    for number, link in enumerate(seen.links, 1):
        if _width(link.outline) * scale >= CROWDED_PX:
            _number(canvas, number, _at(link.x, link.y, scale), "links", 0.4)
    for name, number, x, y, radius in discs:
        if 2 * radius * scale >= CROWDED_PX:
            _number(canvas, number, _at(x, y, scale), name, 0.4)
    return np.vstack([canvas, _legend(canvas.shape[1], seen)])


def counts(seen: Seen) -> dict[str, int]:
    """How many of each class, in the legend's order and words."""
    return {
        "piece": len(seen.piece.outlines),
        "stones": len(seen.stones),
        "small stones": len(seen.small_stones),
        "prongs": len(seen.prongs),
        "links": len(seen.links),
        "marks": len(seen.marks),
        "props": len(seen.props),
    }


def counted(seen: Seen) -> str:
    """What was seen in one line: '1 stone, 6 prongs'; 'nothing' where nothing was."""
    said = [_words(name, count) for name, count in counts(seen).items() if count and name not in ("piece", "props")]
    return ", ".join(said) or ("a plain piece" if seen.piece.outlines else "nothing")


def _words(name: str, count: int) -> str:
    return f"{count} {name.removesuffix('s') if count == 1 else name}"


def _at(x: float, y: float, scale: float) -> tuple[int, int]:
    return round((x + 0.5) * scale - 0.5), round((y + 0.5) * scale - 0.5)


def _line(canvas: U8, outlines: Iterable[Polygon], name: str, scale: float, thick: int) -> None:
    polygons = [np.array([_at(x, y, scale) for x, y in outline], np.int32) for outline in outlines]
    cv2.polylines(canvas, polygons, True, COLOURS[name], thick, cv2.LINE_AA)


def _width(outline: Sequence[tuple[float, float]]) -> float:
    return float(np.ptp(np.array(outline), axis=0).min())


def _number(canvas: U8, number: int, at: tuple[int, int], name: str, size: float) -> None:
    """The number in the class's colour with a dark rim, so that it reads on metal and on stone."""
    text, font = str(number), cv2.FONT_HERSHEY_SIMPLEX
    (wide, high), _ = cv2.getTextSize(text, font, size, 1)
    cx, cy = at
    for colour, thick in (((0, 0, 0), 3), (COLOURS[name], 1)):
        cv2.putText(canvas, text, (cx - wide // 2, cy + high // 2), font, size, colour, thick, cv2.LINE_AA)


def _legend(width: int, seen: Seen) -> U8:
    """(h, width, 3) names and counts in their colours, in as many rows as it takes; then the metal."""
    words = [*((name, _words(name, count)) for name, count in counts(seen).items()), ("", f"metal {seen.metal.family}")]
    places, x, row = [], 10, 0
    for name, text in words:
        wide = 40 + cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1)[0][0]
        if x > 10 and x + wide > width:
            x, row = 10, row + 1
        places.append((name, text, x, row * LEGEND_PX))
        x += wide
    strip = np.full(((row + 1) * LEGEND_PX, width, 3), PAPER, np.uint8)
    for name, text, left, top in places:
        if name:
            cv2.rectangle(strip, (left, top + 9), (left + 13, top + 21), COLOURS[name], -1)
        at = left + 19, top + 21
        cv2.putText(strip, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, INK, 1, cv2.LINE_AA)
    return strip
