"""Labelled pairs, from our own manifest or from a folder of labelled photographs."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

Box = tuple[int, int, int, int]

#: What the size of a defect is the size of, by kind of defect; everything else is a region's thickness.
QUANTITIES = {
    "facets softened": "sigma of the blur",
    "small stones blurred": "sigma of the blur",
    "metal smoothed to plastic": "sigma of the blur",
    "facets re-cut": "side of the stone",
    "sparkle added": "side of the star",
    "stone scaled": "shift of the edge",
    "stone stretched": "shift of the edge",
    "pearl scaled": "shift of the edge",
    "picture stretched": "shift of the edge",
    "picture mirrored": "side of the piece",
    "edge eaten": "depth of the bite",
}
THICKNESS, LETTERS, COLOUR, BOX = "width of the changed part", "height of the text", "CIEDE2000", "side of the box"


@dataclass(frozen=True)
class Labelled:
    """One pair with its label. Boxes and sizes are pixels of the original.

    `kind` is "faithful" or "defect"; a defect has the `check` that must notice it, the box `where` it is and its
    `size`, which is a size of `quantity`. `split` is "limits" (limits may be set on it), "rates" (rates are
    published from it) or "" where a set has no such division.
    """

    id: str
    piece: str
    kind: str
    original: Path
    retouched: Path
    edit: str
    split: str = ""
    check: str = ""
    where: Box | None = None
    size: float | None = None
    quantity: str = ""

    @property
    def faithful(self) -> bool:
        """Whether nothing but the photograph was changed."""
        return self.kind == "faithful"

    @property
    def sort(self) -> str:
        """The edit without its numbers: "stone scaled x0.94" is a "stone scaled"."""
        return sort_of(self.edit)


def sort_of(edit: str) -> str:
    """An edit in words, without the numbers that say how much of it."""
    return re.split(r"\s*[,({]|\s+(?:of\s+)?[x+−-]?\d", edit)[0].strip()


def read(place: Path) -> list[Labelled]:
    """The pairs of a set: a folder with `manifest.json` (ours) or with `labels.json`, pictures in `pairs/`."""
    ours, photographs = place / "manifest.json", place / "labels.json"
    labels = ours if ours.exists() else photographs
    if not labels.exists():
        raise SystemExit(f"accuracy: {place} has neither manifest.json nor labels.json")
    entries: list[dict[str, Any]] = json.loads(labels.read_text(encoding="utf-8"))
    return [_pair(entry, place / "pairs") for entry in entries]


def _pair(entry: dict[str, Any], folder: Path) -> Labelled:
    size, quantity = _size(entry)
    return Labelled(
        id=entry["id"],
        piece=entry["piece"],
        kind=entry["kind"],
        original=folder / entry["original"],
        retouched=folder / entry["retouched"],
        edit=entry["edit"],
        split=entry.get("split", ""),
        check=entry.get("check", ""),
        where=tuple(entry["where"]) if entry.get("where") else None,
        size=size,
        quantity=quantity,
    )


def _size(entry: dict[str, Any]) -> tuple[float | None, str]:
    if entry["kind"] == "faithful":
        return None, ""
    if "change_de" in entry:
        return float(entry["change_de"]), COLOUR
    if "change_px" in entry:
        usual = LETTERS if entry["check"] == "hallmark" else THICKNESS
        return float(entry["change_px"]), QUANTITIES.get(sort_of(entry["edit"]), usual)
    return (float(min(entry["where"][2:])), BOX) if entry.get("where") else (None, "")


def thinned(pairs: list[Labelled], count: int) -> list[Labelled]:
    """About `count` pairs, faithful ones and defects in turn, with every sort of edit, the same ones every time."""
    sides: list[list[list[Labelled]]] = []
    for faithful in (True, False):
        by_sort: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
        for pair in pairs:
            if pair.faithful == faithful:
                by_sort[pair.check, pair.sort].append(pair)
        sides.append(list(by_sort.values()))
    groups = [group for both in zip_longest(*sides) for group in both if group]
    chosen: list[Labelled] = []
    for turn in range(max(map(len, groups), default=0)):
        # starting elsewhere in every group, so that all pieces take part
        chosen += [group[(turn + k) % len(group)] for k, group in enumerate(groups) if turn < len(group)]
    return chosen[:count]
