"""How long one audit of a 16-megapixel pair takes, against one colour SSIM call on the same two pictures.

    python benchmarks/speed.py [--runs 3] [--side 4000] [--original FILE --retouched FILE]

Prints the ratios of DESIGN §6, each measured in this very run:

- audit with all checks, decoding included  ÷  one call of skimage.metrics.structural_similarity(a, b,
  channel_axis=2) on the two decoded pictures (goal: at most 0.5);
- the same audit  ÷  merely decoding the two files (goal after that: 3);
- peak memory of both (goal for the audit: at most 1.5 GB).

Every measurement runs in a fresh process of its own, so that its peak memory is its own and nothing is warm
but the file cache. Imports are not counted (`fidelity --help` has its own limit), the first call is: that is
what a user waits for. Jobs alternate, so a busy machine is busy for all of them.
"""
# ruff: noqa: PLC0415 (every job imports only what it needs, so that its peak memory is its own)

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIRST = HERE.parent / "fixtures" / "first"
JOBS = ("decode", "ssim", "audit")
ENLARGE = "enlarge"


@dataclass(frozen=True)
class Timing:
    """Wall-clock seconds and peak resident memory (bytes) of one process; `note` says what it found."""

    seconds: float
    memory: int
    note: str = ""


def enlarged(source: Path, side: int, seed: int, target: Path) -> None:
    """Write `source` enlarged to side × side with the detail and noise a camera of that size would add."""
    import cv2
    import numpy as np

    small = cv2.imread(str(source), cv2.IMREAD_COLOR)
    if small is None:
        raise SystemExit(f"speed: cannot read {source}")
    big = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    soft = cv2.GaussianBlur(big, (0, 0), side / small.shape[1] * 0.6)
    rng = np.random.default_rng(seed)
    detail = rng.standard_normal((side // 2, side // 2), dtype=np.float32)
    detail = np.asarray(cv2.resize(detail, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)
    edges = np.abs(big - soft).mean(2)
    noise = rng.standard_normal((side, side), dtype=np.float32) * 2.0
    big += 0.8 * (big - soft) + (noise + detail * np.minimum(edges, 6.0) * 0.5)[..., None]
    cv2.imwrite(str(target), np.clip(big, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 93])


def prepared(job: str, original: Path, retouched: Path) -> Callable[[], str]:
    """The job as a function; whatever it needs beforehand is imported or read here, off the clock."""
    if job == "audit":
        import fidelity

        fidelity.discover()  # imports the checks and with them OpenCV, SciPy and scikit-image
        return lambda: ", ".join(
            [
                (audit := fidelity.audit(original, retouched)).verdict,
                *(f"{c.id} {c.status}" for c in audit.checks),
            ]
        )
    import cv2

    def decoded() -> list[cv2.typing.MatLike]:
        pictures = [cv2.imread(str(path), cv2.IMREAD_COLOR) for path in (original, retouched)]
        return [picture for picture in pictures if picture is not None]

    if job == "decode":
        return lambda: f"{sum(p.size for p in decoded()) / 1e6:.0f} MB of pixels"
    from skimage.metrics import structural_similarity

    a, b = decoded()
    if a.shape != b.shape:
        b = cv2.resize(b, (a.shape[1], a.shape[0]), interpolation=cv2.INTER_AREA)
    return lambda: f"SSIM {structural_similarity(a, b, channel_axis=2):.4f}"


def child(job: str, original: Path, retouched: Path) -> None:
    """Run one job in this process and print its timing as JSON."""
    work = prepared(job, original, retouched)
    start = time.perf_counter()
    note = work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"seconds": seconds, "memory": peak, "note": note}))


def in_child(job: str, original: Path, retouched: Path, *more: str) -> str:
    """Run one job in a fresh process and return what it prints.

    This process stays small (it never imports NumPy): on Linux a child starts out with its parent's peak.
    """
    command = [sys.executable, str(Path(__file__).resolve()), "--child", job, *more]
    command += ["--original", str(original), "--retouched", str(retouched)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    if done.returncode:
        raise SystemExit(f"speed: the job {job!r} failed:\n{done.stderr}")
    return done.stdout


def measured(job: str, original: Path, retouched: Path) -> Timing:
    """The timing of one job in a fresh process."""
    return Timing(**json.loads(in_child(job, original, retouched).strip().splitlines()[-1]))


def spread(values: list[float], digits: int = 2) -> str:
    """Median and range."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def report(timings: dict[str, list[Timing]], side: int) -> str:
    """The table and the ratios."""
    lines = [f"{'job':<8} {'seconds: median (min–max)':<28} {'peak memory':<12} found"]
    for job, runs in timings.items():
        memory = max(run.memory for run in runs) / 1e9
        lines.append(f"{job:<8} {spread([r.seconds for r in runs]):<28} {memory:>7.2f} GB   {runs[0].note}")

    def ratios(of: str, to: str) -> list[float]:
        return [a.seconds / b.seconds for a, b in zip(timings[of], timings[to], strict=True)]

    audit_memory, ssim_memory = (max(r.memory for r in timings[job]) / 1e9 for job in ("audit", "ssim"))
    lines += [
        "",
        f"audit ÷ SSIM    {spread(ratios('audit', 'ssim'))}   goal ≤ 0.5",
        f"audit ÷ decode  {spread(ratios('audit', 'decode'))}   goal ≤ 3",
        f"audit memory    {audit_memory:.2f} GB   goal ≤ 1.5 GB (SSIM takes {ssim_memory:.2f} GB)",
        f"{side}×{side} px, {len(timings['audit'])} runs, {os.cpu_count()} processors",
    ]
    return "\n".join(lines)


def main() -> None:
    """Make the pair, run the jobs in turn, print the table."""
    parser = argparse.ArgumentParser(description="Time one audit against one SSIM call on the same pair.")
    parser.add_argument("--runs", type=int, default=3, help="runs of every job; the median counts")
    parser.add_argument("--side", type=int, default=4000, help="the pair is made side × side pixels")
    parser.add_argument("--original", type=Path, help="use this pair as it is instead of the enlarged fixture")
    parser.add_argument("--retouched", type=Path)
    parser.add_argument("--child", choices=(*JOBS, ENLARGE), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child == ENLARGE:
        enlarged(FIRST / "original.jpg", asked.side, 1, asked.original)
        enlarged(FIRST / "prong_missing.jpg", asked.side, 2, asked.retouched)
        return
    if asked.child:
        child(asked.child, asked.original, asked.retouched)
        return
    if (asked.original is None) != (asked.retouched is None):
        parser.error("--original and --retouched go together")
    with tempfile.TemporaryDirectory() as folder:
        if asked.original:
            original, retouched = asked.original.resolve(), asked.retouched.resolve()
        else:
            original, retouched = Path(folder) / "original.jpg", Path(folder) / "retouched.jpg"
            in_child(ENLARGE, original, retouched, "--side", str(asked.side))
        timings: dict[str, list[Timing]] = {job: [] for job in JOBS}
        for _ in range(asked.runs):
            for job in JOBS:
                timings[job].append(measured(job, original, retouched))
        print(report(timings, asked.side))


if __name__ == "__main__":
    main()
