"""The studio's own eleven families, as they are."""

from __future__ import annotations

from fixtures.studio.designs import FAMILIES
from training.subject import Rng, Subject

SPREAD = ("cable", "curb", "pearl")


def classic(rng: Rng) -> Subject:
    """One of the eleven families of the fixtures, drawn at random."""
    design = FAMILIES[int(rng.integers(len(FAMILIES)))](rng, 1)
    kind = design.id.rsplit("-", 1)[0]
    return Subject(kind, design.build(), design.pose, design.elevation, spread=kind in SPREAD)
