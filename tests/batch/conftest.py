from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from fidelity.apart import pool
from fidelity.batch import run_batch, runner
from fidelity.policy import Policy

from . import stand_in


def picture(path: Path, level: int = 200, fmt: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[0:40, 0:56]
    Image.fromarray(np.stack([x * 2 + y, 0 * x + level, y * 3], -1).astype(np.uint8)).save(path, fmt)
    return path


def _check(name: str) -> type:
    @dataclass(frozen=True)
    class Check:
        id: ClassVar[str] = name

    return Check


def here(work, tasks, workers, *, limits, stop, first):
    """As `pool.results`, without processes: for tests of what surrounds them."""
    for task in tasks:
        if stop():
            return
        yield task, work(task)


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """`run_batch` around the stand-in audit, into tmp_path/out; in processes only if `workers` are given."""
    monkeypatch.setattr("fidelity.policy.model.discover", lambda: {name: _check(name) for name in stand_in.CHECKS})
    monkeypatch.setattr(runner, "audit_pair", stand_in.audit_pair)

    def run(*sources: Path, **options):
        monkeypatch.setattr(runner, "results", pool.results if "workers" in options else here)
        options = {"workers": 1, "policy": Policy(), "console": Console(file=io.StringIO())} | options
        return run_batch(list(sources), tmp_path / "out", **options)

    return run


@pytest.fixture
def delivery(tmp_path: Path):
    """Five pairs as a manifest: two faithful, one changed, one text named .jpg, one missing."""
    for name, level in (("a", 200), ("b", 200), ("c", 100)):
        picture(tmp_path / "in" / f"{name}.png")
        picture(tmp_path / "in" / f"{name}_retouched.png", level)
    picture(tmp_path / "in" / "d.png")
    (tmp_path / "in" / "d_retouched.png").write_text("a shopping list")
    picture(tmp_path / "in" / "e.png")
    rows = ["original,retouched,id,piece,expect.prongs"]
    rows += [f"in/{n}.png,in/{n}_retouched.png,ring {n},{n.upper()} 18k,{i or ''}" for i, n in enumerate("abcde")]
    manifest = tmp_path / "pairs.csv"
    manifest.write_text("\n".join(rows) + "\n")
    return manifest
