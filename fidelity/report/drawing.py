"""Where things stand in the drawings: numbered boxes on a picture, a change against its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fidelity.result import Box, Measurement

BADGE = 0.021  # radius of a numbered badge as a share of the picture's longer side

BAR_WIDTH = 400  # units of the bar's own drawing
_BAR_INSET = 10.0  # room for half a tick label at either end
_MAX_STEPS = 12  # more single steps than this are not drawn


@dataclass(frozen=True)
class Mark:
    """A finding's box and badge in the original's pixels; `box` is `None` for the whole picture."""

    number: int
    severity: str
    title: str
    box: Box | None
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Bar:
    """A change against its limit, true to scale; every x is in units of `BAR_WIDTH`."""

    zero: float
    limit: float
    change_from: float
    change_width: float
    allowed_from: float
    allowed_width: float
    steps: tuple[float, ...]
    beyond: bool
    zero_limit: bool


def marks(found: Sequence[tuple[int, str, str, Box | None]], frame: tuple[int, int]) -> tuple[Mark, ...]:
    """Give each (number, severity, title, box) a badge that hides neither its box nor an earlier badge."""
    height, width = frame
    radius = max(BADGE * max(height, width), 1.0)
    taken: list[tuple[float, float]] = []
    out = []
    for figure, severity, title, box in found:
        drawn = _inside(box, width, height)
        spots = _spots(drawn, radius, width, height)
        x, y = max(spots, key=lambda spot: _freedom(spot, taken, radius))
        taken.append((x, y))
        out.append(Mark(figure, severity, title, drawn, round(x, 1), round(y, 1), round(radius, 1)))
    return tuple(out)


def bar(m: Measurement) -> Bar | None:
    """Lay out a judged measurement; `None` when there is no limit or no number to draw."""
    if m.limit is None or m.change is None:
        return None
    # From here on right is worse, whatever direction the number itself takes.
    change, limit = m.change, max(float(m.limit), 0.0)
    low, high = min(0.0, change), max(limit, change, 0.0)
    if high == low:
        high = low + 1.0  # nothing allowed and nothing happened: an empty scale
    unit = (BAR_WIDTH - 2 * _BAR_INSET) / (high - low)

    def at(value: float) -> float:
        return round(_BAR_INSET + (value - low) * unit, 2)

    whole = all(float(v).is_integer() for v in (change, limit, low, high))
    steps = range(int(low), int(high) + 1) if whole and high - low <= _MAX_STEPS else range(0)
    return Bar(
        zero=at(0),
        limit=at(limit),
        change_from=at(min(0.0, change)),
        change_width=round(abs(change) * unit, 2),
        allowed_from=at(low),
        allowed_width=round((limit - low) * unit, 2),
        steps=tuple(at(step) for step in steps),
        beyond=m.exceeded,
        zero_limit=limit == 0,
    )


def _inside(box: Box | None, width: int, height: int) -> Box | None:
    """Cut a box to the picture; `None` when nothing of it lies there."""
    if box is None:
        return None
    x, y, w, h = box
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def _spots(box: Box | None, r: float, width: int, height: int) -> list[tuple[float, float]]:
    if box is None:  # about the whole picture: along the upper edge
        step = 2.3 * r
        columns = range(int(width / step - 0.6))
        return [(step * (i + 0.6), step * (j + 0.6)) for j in range(3) for i in columns] or [(r, r)]
    x, y, w, h = box
    gap = r * 0.9
    around = [
        (x - gap, y - gap),
        (x + w + gap, y - gap),
        (x - gap, y + h + gap),
        (x + w + gap, y + h + gap),
        (x + w / 2, y - r * 1.2),
        (x + w / 2, y + h + r * 1.2),
        (x - r * 1.2, y + h / 2),
        (x + w + r * 1.2, y + h / 2),
        (x - 3.2 * gap, y - gap),
        (x + w + 3.2 * gap, y - gap),
        (x - gap, y - 3.2 * gap),
        (x + w + gap, y + h + 3.2 * gap),
    ]
    edge = r * 1.1
    return [(min(max(cx, edge), width - edge), min(max(cy, edge), height - edge)) for cx, cy in around]


def _freedom(spot: tuple[float, float], taken: Sequence[tuple[float, float]], radius: float) -> float:
    """Distance to the nearest badge; enough is enough, so that the first free spot wins."""
    nearest = min(((spot[0] - x) ** 2 + (spot[1] - y) ** 2 for x, y in taken), default=float("inf"))
    return min(nearest, (2.1 * radius) ** 2)
