"""The command, in an environment with a third party's check that misbehaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

SITE = Path(__file__).parent / "site"
sys.path.insert(0, str(SITE))
from hostile_check import ACTS  # noqa: E402

sys.path.remove(str(SITE))

LONG_SECONDS = 400.0
"""For a command to come to an end on a busy machine."""


def environment(temporary: Path) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(SITE), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "200", "TMPDIR": str(temporary)}


class Shoot:
    """A folder with originals and retouches, each named for what the check does with it."""

    def __init__(self, folder: Path, acts: tuple[str, ...]) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        y, x = np.mgrid[0:48, 0:64]
        picture = np.stack([x * 3, y * 4, x + y], -1).astype(np.uint8)
        rows = ["original,retouched,id"]
        for act in acts:
            for side in ("before", "after"):
                picture[0, 0, 0] = ACTS.index(act) if side == "after" else 0
                (folder / side).mkdir(exist_ok=True)
                Image.fromarray(picture).save(folder / side / f"{act}.png")
            rows.append(f"before/{act}.png,after/{act}.png,{act}")
        (folder / "pairs.csv").write_text("\n".join(rows) + "\n")

    def started(self, *arguments: object, **options: object) -> subprocess.Popen[str]:
        """The command, running; its paths are relative to the folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "fidelity", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(self.temporary),
            cwd=self.folder,
            **options,  # type: ignore[call-overload]
        )

    def ran(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """The command, ended."""
        process = self.started(*arguments)
        out, err = process.communicate(timeout=LONG_SECONDS)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def audits(self, out: str = "out") -> dict[str, dict]:
        """Of results.json, by id."""
        return {audit["id"]: audit for audit in self.results(out)["audits"]}

    def results(self, out: str = "out") -> dict:
        return json.loads((self.folder / out / "results.json").read_text(encoding="utf-8"))

    def journal(self, out: str = "out") -> list[str]:
        """Ids of what is written down by now."""
        path = self.folder / out / "audits.jsonl"
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        return [entry["audit"]["id"] for entry in map(json.loads, lines) if "audit" in entry]


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[..., Shoot]:
    return lambda *acts: Shoot(tmp_path, acts)


def until(holds: Callable[[], bool], what: str, seconds: float = LONG_SECONDS) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Everything that it has started and that lives."""
    return psutil.Process(process.pid).children(recursive=True)


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)
