"""How often the network is right on rendered pictures that it was not trained on, and how sure it may be.

    python -m training.measure --data DIR [DIR ...] [--calibrate] [--plot FILE.svg]

Per class: things that are there, things that are said, how many agree (stones and cabochons by overlap, the others by
their middles), with Wilson's 95 % interval; and the mean overlap of the piece. With --calibrate the curve from score to
confidence is set anew (isotonic, Zadrozny and Elkan, 2002) and written to fidelity/sight/confidence.json; --plot draws
what was said against what was there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from fidelity.sight import seeing
from fidelity.sight.labels import Label
from fidelity.sight.parting import Thing
from training.samples import LEAST_PX, Sample, read, stems

CURVES = Path(seeing.__file__).with_name("confidence.json")
OVERLAP = 0.5
"""Least intersection over union of a stone that counts as found."""
NEAR, NEAR_PX = 1.0, 4.0
"""Prongs, links and marks are found within this many of their radii, at least within NEAR_PX."""
SEEN_PX = 12
"""Things of fewer pixels are neither asked for nor held against the network."""
KNOTS = 12
LEAST_EVENTS = 25
"""A class with fewer things said keeps the curve it has."""


@dataclass
class Tally:
    """Of one class: how many there are, are said and agree; and of each thing considered, its score and its truth."""

    there: int = 0
    said: int = 0
    agreed: int = 0
    scores: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.agreed / max(1, self.there + self.said)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927)."""
    if not whole:
        return 0.0, 1.0
    z, p = 1.96, part / whole
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * np.sqrt(p * (1 - p) / whole + z * z / (4 * whole**2)) / (1 + z * z / whole)
    return float(max(0, middle - half)), float(min(1, middle + half))


@dataclass(frozen=True, eq=False)
class True_:  # noqa: N801
    """A thing that is there."""

    label: Label
    mask: npt.NDArray[np.bool_]
    x: float
    y: float
    radius: float


def truth(sample: Sample) -> Iterable[True_]:
    """The single things of a rendered picture."""
    for number in np.unique(sample.ids):
        label = Label(int(sample.labels[number]))
        if label in (Label.GROUND, Label.METAL, Label.PROP):
            continue
        mask = sample.ids == number
        area = int(mask.sum())
        if area < LEAST_PX:
            continue
        ys, xs = np.nonzero(mask)
        x, y = float(xs.mean()), float(ys.mean())
        if int(number) in sample.middles:
            x, y, side = sample.middles[int(number)]
            yield True_(label, mask, x, y, side / 2)
        else:
            yield True_(label, mask, x, y, float(np.sqrt(area / np.pi)))


def agreement(there: list[True_], said: list[Thing], shape: tuple[int, int]) -> list[int | None]:
    """For each thing said, the index of the one that is there; None where it is none."""
    cost = np.full((len(said), len(there)), 1e6)
    for i, thing in enumerate(said):
        painted = np.zeros(shape, np.uint8)
        cv2.fillPoly(painted, [np.round(thing.outline).astype(np.int32)], 1)
        for j, true in enumerate(there):
            if true.label in (Label.STONE, Label.CABOCHON):
                both = float((painted & true.mask).sum())
                iou = both / max(1.0, float(painted.sum() + true.mask.sum()) - both)
                if iou >= OVERLAP:
                    cost[i, j] = 1 - iou
            else:
                away = float(np.hypot(thing.middle[0] - true.x, thing.middle[1] - true.y))
                if away <= max(NEAR_PX, NEAR * true.radius):
                    cost[i, j] = away / max(NEAR_PX, true.radius)
    if not cost.size:
        return [None] * len(said)
    rows, columns = linear_sum_assignment(cost)
    found = {int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < 1e6}
    return [found.get(i) for i in range(len(said))]


def group(label: Label) -> str:
    """The class's name in tables; stones and cabochons are one there."""
    return "stone" if label == Label.CABOCHON else label.name.lower()


def measured(samples: Iterable[Sample]) -> tuple[dict[str, Tally], list[float]]:
    """Tallies by class, and the overlap of the piece in each picture."""
    tallies = {name: Tally() for name in ("stone", "prong", "link", "mark")}
    overlaps = []
    kept, seeing.SAID = dict(seeing.SAID), dict.fromkeys(seeing.SAID, 0.0)
    try:
        for sample in samples:
            looks = seeing.first_looks(sample.rgb)
            first = looks[-1]
            outlines, _ = seeing.areas.piece_of(first)
            sure = first.maps[list(seeing.areas.PIECE)].sum(0)
            piece = cv2.resize(sure, sample.size[::-1]) > seeing.areas.SURE
            true = ~np.isin(sample.labels, (Label.GROUND, Label.PROP))[sample.ids]
            overlaps.append(float((piece & true).sum() / max(1, (piece | true).sum())))
            things = seeing._in_piece(seeing._things(sample.rgb, looks), outlines)
            there = list(truth(sample))
            for name, tally in tallies.items():
                mine = [t for t in there if group(t.label) == name]
                said = [t for t in things if group(t.label) == name]
                sure_ = [seeing._sure(t) >= kept[t.label] for t in said]
                small = {j for j, t in enumerate(mine) if t.mask.sum() < SEEN_PX}
                matches = agreement(mine, said, sample.size)
                tally.there += len(mine) - len(small)
                for thing, match, is_said in zip(said, matches, sure_, strict=True):
                    if match in small:
                        continue
                    tally.scores.append(thing.score)
                    tally.right.append(match is not None)
                    tally.said += is_said
                    tally.agreed += is_said and match is not None
    finally:
        seeing.SAID = kept
    return tallies, overlaps


def isotonic(scores: list[float], right: list[bool]) -> tuple[list[float], list[float]]:
    """Score → share that is right, never falling: pooled adjacent violators, thinned to KNOTS."""
    order = np.argsort(scores)
    blocks = [[float(scores[i]), float(right[i]), 1.0] for i in order]
    pooled: list[list[float]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and pooled[-2][1] / pooled[-2][2] >= pooled[-1][1] / pooled[-1][2]:
            s, r, n = pooled.pop()
            last = pooled[-1]
            last[0] = (last[0] * last[2] + s * n) / (last[2] + n)
            last[1], last[2] = last[1] + r, last[2] + n
    # Two imaginary things, one right and one wrong, keep small blocks from being certain.
    x = np.array([b[0] for b in pooled])
    y = np.array([(b[1] + 1) / (b[2] + 2) for b in pooled])
    y = np.maximum.accumulate(y)
    pick = np.unique(np.round(np.linspace(0, len(x) - 1, KNOTS)).astype(int))
    return [0.0, *np.round(x[pick], 4).tolist(), 1.0], [0.0, *np.round(y[pick], 4).tolist(), round(float(y[-1]), 4)]


def plot(tallies: dict[str, Tally], path: Path) -> None:
    """What was said against what was there, in tenths of confidence."""
    import matplotlib  # noqa: PLC0415

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    plt.rcParams.update({"svg.hashsalt": "fidelity", "font.size": 8})
    figure, axes = plt.subplots(figsize=(3.6, 3.4), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, tally in tallies.items():
        curve = json.loads(CURVES.read_text(encoding="utf-8"))[name]
        sure = np.interp(tally.scores, curve["score"], curve["confidence"])
        right = np.array(tally.right, float)
        tenths = np.clip((sure * 10).astype(int), 0, 9)
        xs, ys = [], []
        for tenth in range(10):
            here = tenths == tenth
            if here.sum() >= 10:
                xs.append(float(sure[here].mean()))
                ys.append(float(right[here].mean()))
        if xs:
            axes.plot(xs, ys, marker="o", markersize=3, label=f"{name} ({len(right)})")
    axes.set(xlabel="confidence said", ylabel="share that is there", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--all", action="store_true", help="measure all pictures, not only the held-out ones")
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    tallies, overlaps = measured(read(stem) for stem in stems(given.data, held_out=None if given.all else True))
    print(f"{len(overlaps)} pictures; overlap of the piece {np.mean(overlaps):.3f}, least {min(overlaps):.2f}")
    for name, t in tallies.items():
        recall, precision = wilson(t.agreed, t.there), wilson(t.agreed, t.said)
        print(
            f"{name:6s} found {t.agreed}/{t.there} [{recall[0]:.2f}, {recall[1]:.2f}], "
            f"right {t.agreed}/{t.said} [{precision[0]:.2f}, {precision[1]:.2f}], F1 {t.f1:.2f}"
        )
    if given.calibrate:
        curves = json.loads(CURVES.read_text(encoding="utf-8"))
        for name, t in tallies.items():
            if len(t.scores) >= LEAST_EVENTS:
                score, confidence = isotonic(t.scores, t.right)
                curves[name] = {"score": score, "confidence": confidence}
        curves["cabochon"] = curves["stone"]
        CURVES.write_text(
            "{\n" + ",\n".join(f' "{name}": {json.dumps(curve)}' for name, curve in curves.items()) + "\n}\n",
            encoding="utf-8",
        )
        print(f"written: {CURVES}")
    if given.plot:
        plot(tallies, given.plot)


if __name__ == "__main__":
    main()
