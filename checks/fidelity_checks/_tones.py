"""What the two checks of colour share."""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sin

CURVE_FREE_L = 5.0
"""Brightening (L*) that costs no accuracy; the faithful close-up pairs stay below 9."""
CURVE_DOUBT = 0.2
"""ΔE00 that each further L* adds to the limit. Vendors' faithful pairs, brightened by up to 34 L*, stay below it."""
COLOURLESS = 6.0


def brightened(limit: float, brightening: float, doubt: float = 0.0) -> float:
    """A limit on a shift of colour (ΔE00), widened for a picture that was made much brighter or darker (L*).

    `doubt` (ΔE00) widens it further. A limit of zero stays zero.
    """
    return limit + doubt + CURVE_DOUBT * max(0.0, abs(brightening) - CURVE_FREE_L) if limit else 0.0


HUES = ((0, "pink"), (25, "red"), (60, "orange"), (92, "yellow"), (140, "green"), (200, "teal"), (265, "blue"))
"""CIELAB hue angles (degrees) at which a saturated colour is called so; violet lies between blue and pink."""
LAST_HUE = (315, "violet")
ONWARD_DEG = 40.0
"""Where a hue keeps its name, the name that lies this far on is the one it turned towards."""
TURN_DEG = 3.0
STEP_CHROMA = 2.0


def hue_name(lab: tuple[float, float, float]) -> str:
    """The everyday name nearest to the hue of a colour."""
    angle = degrees(atan2(lab[2], lab[1])) % 360
    return min((*HUES, LAST_HUE), key=lambda hue: abs((angle - hue[0] + 180) % 360 - 180))[1]


def in_words(before: tuple[float, float, float], moved: tuple[float, float]) -> str:
    """A shift of (a*, b*) as a turn of hue and a change of chroma where there was a hue, else as a tint."""
    after = before[0], before[1] + moved[0], before[2] + moved[1]
    chroma = hypot(*before[1:]), hypot(*after[1:])
    if min(chroma) <= COLOURLESS:
        a, b = moved
        tint = ("warmer" if b > 0 else "bluer") if abs(b) > abs(a) else ("pinker" if a > 0 else "greener")
        return f"{tint} by {hypot(a, b):.0f} units of a*b*"
    turn = (degrees(atan2(after[2], after[1]) - atan2(before[2], before[1])) + 180) % 360 - 180
    step = chroma[1] - chroma[0]
    words = []
    if abs(turn) >= TURN_DEG:
        name = hue_name(after)
        if name == hue_name(before):
            name = hue_name(turned(after, ONWARD_DEG if turn > 0 else -ONWARD_DEG))
        words.append(f"turned by {abs(turn):.0f}° of hue towards {name}")
    if abs(step) >= STEP_CHROMA or not words:
        words.append(f"{'deeper' if step > 0 else 'paler'} by {abs(step):.0f} C*")
    return ", ".join(words)


def turned(lab: tuple[float, float, float], degrees_on: float) -> tuple[float, float, float]:
    """A colour with its hue turned."""
    size, angle = hypot(*lab[1:]), atan2(lab[2], lab[1]) + radians(degrees_on)
    return lab[0], size * cos(angle), size * sin(angle)
