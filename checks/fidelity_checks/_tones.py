"""What the two checks of colour share."""

from __future__ import annotations

from math import atan2, degrees, hypot

CURVE_FREE_L = 5.0
"""Brightening (L*) that costs no accuracy; the faithful close-up pairs stay below 9."""
CURVE_DOUBT = 0.2
"""ΔE00 that each further L* adds to the limit. Vendors' faithful pairs, brightened by up to 34 L*, stay below it."""
COLOURLESS = 6.0


def brightened(limit: float, brightening: float) -> float:
    """A limit on a shift of colour (ΔE00), widened for a picture that was made much brighter or darker (L*)."""
    return limit + CURVE_DOUBT * max(0.0, abs(brightening) - CURVE_FREE_L)


def in_words(before: tuple[float, float, float], moved: tuple[float, float]) -> str:
    """A shift of (a*, b*) as chroma and hue where there was a hue, else as the tint that it became."""
    after = before[1] + moved[0], before[2] + moved[1]
    chroma = hypot(*before[1:]), hypot(*after)
    if min(chroma) > COLOURLESS:
        turn = degrees(atan2(after[1], after[0]) - atan2(before[2], before[1]))
        return f"chroma {chroma[1] - chroma[0]:+.0f}, hue {(turn + 180) % 360 - 180:+.0f}°"
    a, b = moved
    tint = ("warmer" if b > 0 else "bluer") if abs(b) > abs(a) else ("pinker" if a > 0 else "greener")
    return f"{tint} by {hypot(a, b):.0f}"
