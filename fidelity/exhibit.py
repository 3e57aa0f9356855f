"""The pixels that a report shows beside an audit. No judgement lives here."""

from __future__ import annotations

from dataclasses import dataclass

from fidelity.image.picture import U8, Mask


@dataclass(frozen=True, eq=False)
class Exhibit:
    """Pictures of one pair, all in the original's pixel frame but for `retouched`.

    `original` is (height, width, 3) uint8 sRGB. `registered` is the retouch warped onto it, same shape, and
    `covered` (height, width) says where the retouch reaches; both are None when there is no registration.
    `retouched` is the retouch as delivered, in its own size. Transparent areas are white.
    """

    original: U8
    retouched: U8
    registered: U8 | None
    covered: Mask | None
