"""What happened to the outline of the piece: places eaten, places moved."""

from __future__ import annotations

from dataclasses import dataclass

from fidelity.evidence.bending import Bend, find_bends
from fidelity.evidence.edges import Bite, find_bites, repainted
from fidelity.evidence.rim import Rim


@dataclass(frozen=True)
class OutlineChanges:
    """`bites` and `bends`, the largest first; `repainted` where colour tells nothing and `bites` is empty."""

    bites: tuple[Bite, ...] = ()
    bends: tuple[Bend, ...] = ()
    repainted: bool = False


def find_outline_changes(rim: Rim) -> OutlineChanges:
    """Measure both kinds."""
    return OutlineChanges(bites=find_bites(rim), bends=find_bends(rim), repainted=repainted(rim))
