"""Rendered pictures with the exact owner of every pixel, kept in memory as they are needed: bytes.

A picture NAME is four files: NAME.jpg; NAME.png, 16 bit, the number of the thing at each pixel (0: ground); NAME.json,
`instances`: [{"id": 1, "class": "metal"}, …] with the classes of CLASSES;
NAME_a.png, how much of each pixel is piece; and, unless the ground mirrors the piece, NAME_s.png, the light that
the ground keeps in the piece's shadow (255: all).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.sight.labels import Label

U8, F32, Ids = npt.NDArray[np.uint8], npt.NDArray[np.float32], npt.NDArray[np.uint16]

CLASSES = {
    "ground": Label.GROUND, "metal": Label.METAL, "stone": Label.STONE, "melee": Label.STONE, "small": Label.STONE,
    "small_stone": Label.STONE, "cabochon": Label.CABOCHON, "pearl": Label.CABOCHON, "enamel": Label.CABOCHON,
    "opal": Label.CABOCHON, "prong": Label.PRONG, "bead": Label.PRONG, "link": Label.LINK, "mark": Label.MARK,
    "prop": Label.PROP,
}  # fmt: skip
SINGLE = (Label.STONE, Label.CABOCHON, Label.PRONG)
"""Classes whose things are parted by how far inside a pixel lies."""
HELD_OUT = 10
"""One picture in so many is never trained on."""
LEAST_PX = 6
"""Things of fewer pixels teach nothing: they are taken for what is around them."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A rendered picture: (h, w, 3) sRGB, (h, w) numbers of things, by number its class and inner radius in pixels."""

    name: str
    rgb: U8
    ids: Ids
    labels: npt.NDArray[np.uint8]
    radii: F32
    middles: dict[int, tuple[float, float, float]]
    """Of each link: the middle and the mean of its sides, in pixels."""
    alpha: U8
    shade: U8 | None
    """Light that the ground keeps, 255 all; None where the ground mirrors the piece and is not to be painted anew."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.ids.shape[0], self.ids.shape[1]


def edges_of(ids: Ids) -> U8:
    """(h, w) 0 on both sides of a border between two things, else 1: what a distance transform takes."""
    inside = np.ones(ids.shape, np.uint8)
    across, down = ids[:, 1:] != ids[:, :-1], ids[1:] != ids[:-1]
    for view in (inside[:, 1:], inside[:, :-1]):
        view[across] = 0
    for view in (inside[1:], inside[:-1]):
        view[down] = 0
    return inside


def depth_of(ids: Ids) -> F32:
    """(h, w) distance to the nearest border of a thing in pixels; the picture's frame is none."""
    return np.asarray(cv2.distanceTransform(edges_of(ids), cv2.DIST_L2, 5) + 0.5, np.float32)


def read(stem: Path) -> Sample:
    """The picture of which `stem` is the path without suffix."""
    bgr = cv2.imread(str(stem) + ".jpg", cv2.IMREAD_COLOR)
    ids = cv2.imread(str(stem) + ".png", cv2.IMREAD_UNCHANGED)
    if bgr is None or ids is None:
        raise FileNotFoundError(f"{stem}.jpg or {stem}.png is missing or damaged; render it again")
    about = json.loads(Path(str(stem) + ".json").read_text(encoding="utf-8"))
    alpha, shade = (_grey(Path(f"{stem}_{kind}.png")) for kind in "as")
    ids = ids.astype(np.uint16)
    labels = np.zeros(int(ids.max()) + 1, np.uint8)
    for thing in about["instances"]:
        if thing["id"] < len(labels):
            labels[thing["id"]] = CLASSES[thing["class"]]
    area = np.bincount(ids.ravel(), minlength=len(labels))
    radii = np.ones(len(labels), np.float32)
    np.maximum.at(radii, ids.ravel(), depth_of(ids).ravel())
    middles = {}
    for i in np.flatnonzero((labels == Label.LINK) & (area >= LEAST_PX)):
        ys, xs = np.nonzero(ids == i)
        whole = xs.min() > 0 and xs.max() < ids.shape[1] - 1 and ys.min() > 0 and ys.max() < ids.shape[0] - 1
        if whole:
            sides = float(np.ptp(xs)) + 1, float(np.ptp(ys)) + 1
            middles[int(i)] = ((xs.min() + xs.max()) / 2, (ys.min() + ys.max()) / 2, sum(sides) / 2)
        else:
            middles[int(i)] = (float(xs.mean()), float(ys.mean()), 2.0 * float(np.sqrt(len(xs))))
    whole = np.where(labels[ids] > 0, 255, 0).astype(np.uint8)
    return Sample(
        stem.name,
        np.ascontiguousarray(bgr[..., ::-1]),
        ids,
        labels,
        radii,
        middles,
        whole if alpha is None else alpha,
        shade,
    )


def _grey(path: Path) -> U8 | None:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8) if path.exists() else None


def stems(folders: list[Path], *, held_out: bool | None = None) -> list[Path]:
    """Pictures of the folders and the folders in them, in the order of their names; half-written ones left out.

    With `held_out`, only those that are measured on (True) or only those that are trained on (False).
    """
    found = []
    for folder in folders:
        for about in sorted(folder.rglob("*.json")):
            stem = about.with_suffix("")
            there = Path(f"{stem}.jpg").exists() and Path(f"{stem}.png").exists()
            if there and held_out in (None, _held_out(stem)):
                found.append(stem)
    return found


def _held_out(stem: Path) -> bool:
    """One picture in HELD_OUT, told by its folder and name, so that it stays when others are added."""
    return zlib.crc32(f"{stem.parent.name}/{stem.name}".encode()) % HELD_OUT == 0
