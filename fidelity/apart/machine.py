"""What this machine lets a run have: its memory, or as much of it as a container is allowed."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

PEAK_BYTES = 1_500_000_000
"""Memory that one audit may take, from the design; there are no more workers than memory has room for."""

USABLE = 0.9
"""Part of the memory that all workers together may take; the rest is the parent's and the system's."""

_CGROUPS = Path("/sys/fs/cgroup")


def memory_bytes() -> int:
    """Memory of this machine, or of the control group that this process lives in where that is less."""
    return min([psutil.virtual_memory().total, *_limits(Path("/proc/self/cgroup"), _CGROUPS)])


def default_workers(tasks: int) -> int:
    """One worker a core, fewer when memory or tasks are few."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, memory_bytes() // PEAK_BYTES, tasks))


def _limits(own: Path, root: Path) -> list[int]:
    """What control groups allow, of either version, from the process's own upward: the narrowest holds.

    A container often sees its own group as the root, whatever path /proc names; that one is asked as well.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:  # not on this platform
        return []
    found = []
    for line in lines:
        _, controllers, group = [*line.split(":", 2), "", ""][:3]
        if not controllers:  # version 2, which has all controllers in one tree
            base, name = root, "memory.max"
        elif "memory" in controllers.split(","):
            base, name = root / "memory", "memory.limit_in_bytes"
        else:
            continue
        here = base / group.strip("/")
        for folder in (here, *here.parents):
            if folder.is_relative_to(base):
                found += _limit(folder / name)
    return found


def _limit(file: Path) -> list[int]:
    try:
        return [int(file.read_text(encoding="ascii"))]
    except (OSError, ValueError):  # no such group here, or "max"
        return []
