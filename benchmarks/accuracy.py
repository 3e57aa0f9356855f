"""How much the checks catch and how often they are wrong, on labelled pairs, beside what other measures reach.

    python benchmarks/accuracy.py                                # the committed set; writes docs/accuracy.md and plots
    python benchmarks/accuracy.py --fast 60                      # about 60 pairs, printed only
    python benchmarks/accuracy.py --set DIR --name photographs   # a folder with labels.json: a second table

Without `--fast` and `--only` (or with `--write`) it writes the run's figures to docs/accuracy/NAME.json, and the page
from all runs that lie there.
The rates of a set that is split by piece come from the pieces of `rates`; curves use all of it, and each side alone.
Peers look at every pair once, at full size.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # for `benchmarks.measuring`, whatever the working directory

from benchmarks.measuring import page, rates  # noqa: E402
from benchmarks.measuring.auditing import Found, audited  # noqa: E402
from benchmarks.measuring.curves import curves  # noqa: E402
from benchmarks.measuring.sets import Labelled, read, thinned  # noqa: E402

#: Sizes at which every defect is looked at again for the curves, as shares of its own.
SCALES = (0.7, 0.5)


def measured(pairs: Sequence[Labelled], scales: Sequence[float], jobs: int) -> list[Found]:
    """Audits of all pairs at full size with peers, and of the defects at the smaller scales without."""
    # A faithful pair at a smaller size adds nothing to a curve of recall.
    tasks = [(pair, 1.0, True) for pair in pairs]
    tasks += [(pair, scale, False) for scale in scales for pair in pairs if not pair.faithful]
    columns = (TextColumn("pairs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    results = []
    with Progress(*columns) as progress:
        bar = progress.add_task("pairs", total=len(tasks))
        for found in audited(tasks, jobs):
            results.append(found)
            progress.advance(bar)
    order = {pair.id: k for k, pair in enumerate(pairs)}
    return sorted(results, key=lambda found: (-found.scale, order[found.pair.id]))


def figures(results: Sequence[Found], name: str, note: str) -> dict[str, Any]:
    """Everything the page says about one run, as JSON."""
    import fidelity  # noqa: PLC0415

    split = {found.pair.split for found in results} - {""}
    published = [f for f in results if f.scale == 1 and (not split or f.pair.split == "rates")]
    return {
        "set": name,
        "note": note,
        "date": datetime.date.today().isoformat(),
        "version": fidelity.__version__,
        "commit": _commit(),
        "pieces": len({f.pair.piece for f in published}),
        "faithful": sum(f.pair.faithful for f in published),
        "defects": sum(not f.pair.faithful for f in published),
        "scales": sorted({f.scale for f in results}, reverse=True),
        "checks": rates.per_check(published),
        "kinds": rates.per_sort(published),
        "faithful_edits": rates.per_faithful(published),
        "peers": rates.of_peers(published),
        "curves": curves(results),
        "curves_limits": curves([f for f in results if f.pair.split == "limits"]),
        "curves_rates": curves([f for f in results if f.pair.split == "rates"]),
    }


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown commit"


def listed(results: Sequence[Found]) -> str:
    """Every miss and every false alarm, a line each."""
    lines = []
    for f in results:
        pair = f.pair
        if pair.faithful and f.verdict != "pass":
            loud = ", ".join(f"{c} {s}" for c, s in f.statuses.items() if s in ("fail", "review", "error"))
            lines.append(f"{f.verdict:6} {pair.id}: {loud}")
        elif not pair.faithful and f.status(pair.check) != "fail":
            lines.append(f"missed {pair.id} at {f.scale:g}: {pair.check} {f.status(pair.check)}, verdict {f.verdict}")
    return "\n".join(lines)


def main() -> None:
    """Audit the set, print the tables, and write the page unless only a part was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=ROOT / "fixtures", help="folder with manifest.json or labels.json")
    parser.add_argument("--name", default=page.MAIN, help="what the set is called in the page")
    parser.add_argument("--note", default="", help="a sentence about the set, for the page")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--fast", type=int, default=0, metavar="N", help="about N pairs, full size only, print only")
    parser.add_argument("--only", default="", help="pairs with this in their id; print only")
    parser.add_argument("--scales", default=",".join(map(str, SCALES)), help="smaller sizes for the curves")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where accuracy.md and accuracy/ are written")
    parser.add_argument("--write", action="store_true", help="write the page after --fast or --only too")
    parser.add_argument("--list", action="store_true", help="list every miss and every false alarm")
    asked = parser.parse_args()
    pairs = [pair for pair in read(asked.set) if asked.only in pair.id]
    partly = bool(asked.fast or asked.only)
    if asked.fast:
        pairs = thinned(pairs, asked.fast)
    scales = [] if partly and not asked.write else [float(s) for s in asked.scales.split(",") if s]
    results = measured(pairs, scales, asked.jobs)
    run = figures(results, asked.name, asked.note)
    if asked.list:
        print(listed(results))
    if not run["checks"]:
        raise SystemExit("accuracy: no pair to report on; is only one side of the split left?")
    print(page.checks_table(run["checks"]))
    print("\n" + page.sorts_table(run["kinds"]))
    print("\n" + page.peers_table(run["peers"], run["checks"]))
    if asked.write or not partly:
        (asked.out / "accuracy").mkdir(parents=True, exist_ok=True)
        text = json.dumps(run, indent=1, ensure_ascii=False)
        (asked.out / "accuracy" / f"{asked.name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"\nwritten: {page.write(asked.out)}")


if __name__ == "__main__":
    main()
