"""`docs/accuracy.md`, from what earlier runs left in `docs/accuracy/*.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring.curves import draw
from benchmarks.measuring.rates import ANY

#: The set whose rates and plots the page is about; every other set is a second table.
MAIN = "rendered"

HEAD = """\
# Accuracy

What the checks catch, what they miss, and how often they stop a retouch that changed nothing. Written by
`benchmarks/accuracy.py`; do not edit by hand.

    python benchmarks/accuracy.py              # the committed set, all of it: this page and its plots
    python benchmarks/accuracy.py --fast 60    # a part of it, printed and not written

How to read it. **Recall**: the share of the defects of a check that the check itself fails. **+ review**: how many
more it at least stops for a human. **By any check**: the verdict is fail, whoever said so. **Right place**: a finding's
box touches the box of the defect. **False alarms**: faithful pairs (cleaned, other ground, exposure, framing, size,
sharpening, format) that the check fails. In brackets the Wilson interval at 95 %: with no alarm in 100 pairs the true
rate may still be 4 %."""

SET = """\
The pictures are our own renders (see [fixtures/README.md](../fixtures/README.md)), and a defect is made in the scene
wherever that is possible, so that its truth is exact. They are not photographs: no fingers, little depth of field, one
light tent. Pieces are split once and for all in `fixtures/manifest.json`: limits may be set on the pieces of `limits`,
the rates below come from the pieces of `rates`. Nobody may tune on those."""

PEERS = """\
The same pairs, judged by one number. Peers are given what they do not have by themselves: fidelity's registration, the
crop to the piece and the piece's mask, so that a new ground does not count against them. Each peer's limit is then set
so that it raises as many false alarms on the faithful pairs as the check beside it, on the very pairs reported, which
flatters the peer. A registration also undoes mirroring and stretching before a peer looks."""

CURVES = """\
The whole set, both sides of the split, each pair also at {scales} of its size (original and retouch reduced alike).
Steps: the best curve that never falls (isotonic regression). Points: groups of neighbouring sizes with their Wilson
intervals. **Detectable size**: the smallest size from which on that curve stays at or above 90 %; a check should
answer `review` rather than `pass` below it. Measured on the `limits` pieces for whoever sets a limit, and on the
`rates` pieces for whoever wants to know whether that held. A dash: 90 % is not reached at any size in the set."""


def percent(value: dict[str, Any] | None, interval: bool = True) -> str:
    """A rate as "92 % (83–97), 55/60"; a dash where there is nothing to count."""
    if not value or not value["n"]:
        return "–"
    text = f"{value['hits'] / value['n']:.0%}".replace("%", " %")
    spread = f" ({100 * value['low']:.0f}–{100 * value['high']:.0f})" if interval else ""
    return f"{text}{spread}, {value['hits']}/{value['n']}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def checks_table(rows: Sequence[dict[str, Any]]) -> str:
    """A row per check: recall, review, by any check, place, false alarms, review on faithful pairs."""
    head = ["check", "recall", "+ review", "by any check", "right place", "false alarms", "review on faithful"]
    body = []
    for row in rows:
        name = f"**{ANY}**" if row["check"] == ANY else f"`{row['check']}`"
        if not row["built"]:
            body.append([name, "not built yet", "–", percent(row["by_any_check"]), "–", "–", "–"])
            continue
        keys = ("recall", "review", "by_any_check", "place", "false_alarms", "review_on_faithful")
        cells = [percent(row[key], key not in ("review", "review_on_faithful")) for key in keys]
        if row["check"] == ANY:
            cells[2] = "–"  # the same as recall
        body.append([name, *cells])
    return table(head, body)


def sorts_table(rows: Sequence[dict[str, Any]]) -> str:
    """A row per kind of defect."""
    return table(
        ["check", "defect", "recall", "+ review", "by any check"],
        [
            [
                f"`{row['check']}`",
                row["kind"],
                percent(row["recall"]),
                percent(row["review"], False),
                percent(row["by_any_check"]),
            ]
            for row in rows
        ],
    )


def faithful_table(rows: Sequence[dict[str, Any]]) -> str:
    """A row per faithful edit."""
    return table(
        ["faithful edit", "false alarms", "review"],
        [[row["edit"], percent(row["false_alarms"]), percent(row["review"], False)] for row in rows],
    )


def peers_table(rows: Sequence[dict[str, Any]], checks: Sequence[dict[str, Any]]) -> str:
    """A row per check: its own recall, then each peer's at the same number of false alarms."""
    names = list(rows[0]["peers"])
    own = {row["check"]: row for row in checks}
    body = []
    for row in rows:
        mine = own[row["check"]]
        label = f"**{ANY}**" if row["check"] == ANY else f"`{row['check']}`"
        recall = mine["recall"] if mine["built"] else None
        cells = [f"{row['peers'][n]['hits'] / max(1, row['peers'][n]['n']):.0%}".replace("%", " %") for n in names]
        body.append([label, str(row["peers"][names[0]]["n"]), str(row["allowed"]), percent(recall), *cells])
    return table(["defects of", "n", "alarms allowed", "fidelity", *names], body)


def sizes_table(on_limits: Sequence[dict[str, Any]], on_rates: Sequence[dict[str, Any]]) -> str:
    """A row per check and quantity: the detectable size on either side of the split."""
    sides = [{(c["check"], c["quantity"]): c for c in side} for side in (on_limits, on_rates)]
    body = []
    for key in sorted({*sides[0], *sides[1]}):
        cells = []
        for side in sides:
            curve = side.get(key)
            if curve is None:
                cells += ["too few", "–"]
            else:
                size = curve["detectable"]
                cells += ["–" if size is None else f"{size:g} {curve['unit']}", str(len(curve["points"]))]
        body.append([f"`{key[0]}`", key[1], *cells])
    return table(["check", "size of what", "detectable size, `limits`", "n", "detectable size, `rates`", "n"], body)


def _about(run: dict[str, Any]) -> str:
    return (
        f"Set “{run['set']}”, {run['faithful']} faithful pairs and {run['defects']} defects of {run['pieces']} pieces; "
        f"fidelity {run['version']} ({run['commit']}), {run['date']}."
    )


def _main(run: dict[str, Any], pictures: Path) -> list[str]:
    note = f"\n\n{run['note']}" if run.get("note") else ""
    parts = [f"{_about(run)}\n\n{SET}{note}", "## Rates\n\n" + checks_table(run["checks"])]
    parts += ["### By kind of defect\n\n" + sorts_table(run["kinds"])]
    parts += ["### By faithful edit\n\n" + faithful_table(run["faithful_edits"])]
    parts += [f"## Beside other measures\n\n{PEERS}\n\n" + peers_table(run["peers"], run["checks"])]
    parts += ["Recall where not said otherwise; `alarms allowed` is how many faithful pairs the check itself fails."]
    scales = " and ".join(f"{100 * s:.0f} %" for s in run["scales"] if s != 1) or "100 %"
    parts += [f"## Recall against the size of the change\n\n{CURVES.format(scales=scales)}"]
    parts += [sizes_table(run["curves_limits"], run["curves_rates"])]
    for check in sorted({curve["check"] for curve in run["curves"]}):
        draw(check, [c for c in run["curves"] if c["check"] == check], pictures / f"{check}.png")
        parts.append(f"![{check}: recall against the size of the change](accuracy/{check}.png)")
    return parts


def _also(run: dict[str, Any]) -> list[str]:
    note = run.get("note", "")
    return [
        f"## On {run['set']}\n\n{_about(run)} {note}".rstrip(),
        checks_table(run["checks"]),
        "Peers on the same pairs, as above:\n\n" + peers_table(run["peers"], run["checks"]),
    ]


def write(docs: Path) -> Path:
    """Write `docs/accuracy.md` and its plots from the runs in `docs/accuracy/`; returns the page."""
    folder = docs / "accuracy"
    runs = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    parts = [HEAD]
    if MAIN in runs:
        parts += _main(runs.pop(MAIN), folder)
    for run in runs.values():
        parts += _also(run)
    page = docs / "accuracy.md"
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page
