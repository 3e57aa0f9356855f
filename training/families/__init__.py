"""Families of pieces that are rendered for training, beside the eleven of the fixtures' studio.

Each family is a function of a random generator that makes one piece. A family's numbers depend on the picture's own
seed only, so that a new family leaves the pictures of the others as they were.
"""

from __future__ import annotations

from collections.abc import Callable

from training.families.chains import chain, strand
from training.families.classic import classic
from training.families.fancy import cabochon, cluster, fancy, loose
from training.families.held import held
from training.families.lines import station, tennis
from training.families.ornate import heart, hoops, ornate, stack
from training.families.plain import band, enamelled, plaque, signet, stamped
from training.families.rows import channel, pave_band, pave_piece, studs
from training.subject import Rng, Subject

FAMILIES: dict[str, Callable[[Rng], Subject]] = {
    "classic": classic,
    "fancy": fancy,
    "cabochon": cabochon,
    "cluster": cluster,
    "loose": loose,
    "pave": pave_band,
    "studs": studs,
    "channel": channel,
    "tennis": tennis,
    "dome": pave_piece,
    "station": station,
    "band": band,
    "chain": chain,
    "stamped": stamped,
    "signet": signet,
    "plaque": plaque,
    "enamel": enamelled,
    "strand": strand,
    "held": held,
    "ornate": ornate,
    "heart": heart,
    "hoops": hoops,
    "stack": stack,
}
