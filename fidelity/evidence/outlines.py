"""What happened to the outline of the piece: places eaten, places moved."""

from __future__ import annotations

from dataclasses import dataclass

from fidelity.evidence.bench import Bench
from fidelity.evidence.bending import Bend, find_bends
from fidelity.evidence.edges import Bite, find_bites, repainted
from fidelity.evidence.rim import look_at_rim
from fidelity.image.picture import Mask


@dataclass(frozen=True)
class OutlineChanges:
    """`bites` and `bends`, the largest first; `repainted` where colour tells nothing and `bites` is empty."""

    bites: tuple[Bite, ...] = ()
    bends: tuple[Bend, ...] = ()
    repainted: bool = False


def find_outline_changes(bench: Bench, piece: Mask, side: float) -> OutlineChanges:
    """Measure; `piece` (h, w) on the bench, `side` its longer side in bench pixels."""
    rim = look_at_rim(bench, piece, side)
    if rim is None:
        return OutlineChanges()
    return OutlineChanges(bites=find_bites(rim), bends=find_bends(rim), repainted=repainted(rim))
