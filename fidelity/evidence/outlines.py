"""What happened to the outline of the piece: places eaten, places moved."""

from __future__ import annotations

from dataclasses import dataclass

from fidelity.evidence.bending import Bend, find_bends
from fidelity.evidence.edges import Bite, find_bites, find_fillings
from fidelity.evidence.rim import Rim, reduced
from fidelity.image.picture import Mask


@dataclass(frozen=True)
class OutlineChanges:
    """`bites`, `fillings`, `bends`, the largest first; `repainted` where colour tells nothing of the first two."""

    bites: tuple[Bite, ...] = ()
    fillings: tuple[Bite, ...] = ()
    bends: tuple[Bend, ...] = ()
    repainted: bool = False


def find_outline_changes(rim: Rim, chain: Mask) -> OutlineChanges:
    """Measure all kinds; a `chain` (h, w) on the bench has notches of its own."""
    height, width = rim.piece.shape
    links = reduced(chain, (width, height), 0.5)
    return OutlineChanges(
        bites=find_bites(rim, links),
        fillings=find_fillings(rim),
        bends=find_bends(rim),
        repainted=rim.repainted,
    )
