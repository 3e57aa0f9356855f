"""Recall against the size of the change, and the size from which on a check can be relied on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression

from benchmarks.measuring.auditing import Found
from benchmarks.measuring.rates import caught, rate
from benchmarks.measuring.sets import COLOUR

#: A check can be relied on from the size on at which it finds this share of the defects.
WANTED = 0.90
#: Fewer defects than this make no curve.
FEWEST = 8
INK, GRID = "#1c1c1c", "#d9d9d9"
LINES = ("#1f5f8b", "#b5541c", "#3f7d3a", "#7a4a8c")


def curves(results: Sequence[Found]) -> list[dict[str, Any]]:
    """A curve per check and quantity: sizes, hits, and the detectable size (null: never reached)."""
    groups: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    for r in results:
        pair = r.pair
        if not pair.faithful and r.size and pair.check in r.statuses:
            groups[pair.check, pair.quantity].append((r.size, caught(r, pair.check)))
    return [
        {
            "check": check,
            "quantity": quantity,
            "unit": "ΔE00" if quantity == COLOUR else "px",
            "points": sorted(points),
            "detectable": detectable(points),
        }
        for (check, quantity), points in sorted(groups.items())
        if len(points) >= FEWEST
    ]


def rising(points: Sequence[tuple[float, bool]]) -> tuple[list[float], list[float]]:
    """The best recall curve that never falls with size (isotonic regression): sizes and recalls.

    Pairs of one size stand or fall together, so they are pooled first.
    """
    sizes = sorted({size for size, _ in points})
    shares = [float(np.mean([hit for s, hit in points if s == size])) for size in sizes]
    weights = [sum(s == size for s, _ in points) for size in sizes]
    return sizes, [float(v) for v in isotonic_regression(shares, weights=weights).x]


def detectable(points: Sequence[tuple[float, bool]]) -> float | None:
    """The smallest size from which on recall is at least WANTED; None when it is never reached."""
    sizes, recalls = rising(points)
    return next((round(size, 1) for size, recall in zip(sizes, recalls, strict=True) if recall >= WANTED), None)


def binned(points: Sequence[tuple[float, bool]], bins: int = 6) -> list[tuple[float, dict[str, Any]]]:
    """Middle size and rate of groups of neighbouring sizes, as many pairs in each."""
    ranked = sorted(points)
    groups = np.array_split(np.arange(len(ranked)), min(bins, max(1, len(ranked) // 4)))
    return [
        (
            float(np.exp(np.mean([np.log(ranked[i][0]) for i in group]))),
            rate(sum(ranked[i][1] for i in group), len(group)),
        )
        for group in groups
    ]


def draw(check: str, mine: Sequence[dict[str, Any]], target: Path) -> None:
    """The curves of one check as a PNG."""
    import matplotlib  # noqa: PLC0415

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    axes.axhline(WANTED, color=INK, lw=0.8, ls=(0, (4, 3)))
    for colour, curve in zip(LINES, mine, strict=False):
        sizes, recalls = rising(curve["points"])
        label = f"{curve['quantity']} ({curve['unit']}), n = {len(curve['points'])}"
        axes.step(sizes, recalls, where="post", color=colour, lw=1.6, label=label)
        for at, share in binned(curve["points"]):
            value = share["hits"] / share["n"]
            spread = [[max(value - share["low"], 0)], [max(share["high"] - value, 0)]]
            axes.errorbar([at], [value], yerr=spread, color=colour, fmt="o", ms=4, lw=0.9, capsize=2)
        if curve["detectable"]:
            axes.axvline(curve["detectable"], color=colour, lw=0.8, ls=":")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    ticks = [t for t in (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500) if _within(t, mine)]
    axes.set_xticks(ticks)
    axes.set(ylim=(-0.04, 1.04), xlabel="size of the change", ylabel="recall", title=check)
    axes.grid(True, color=GRID, lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="best")
    figure.savefig(target, dpi=110, metadata={"Software": ""})
    plt.close(figure)


def _within(tick: float, mine: Sequence[dict[str, Any]]) -> bool:
    sizes = [size for curve in mine for size, _ in curve["points"]]
    return bool(0.8 * min(sizes) <= tick <= 1.25 * max(sizes))
