"""The command line with a stand-in for the audit: what is under test is options, words and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from fidelity.cli import app
from fidelity.exhibit import Exhibit
from fidelity.image.picture import PictureInfo
from fidelity.result import Audit, CheckResult, Finding, Measurement, RegistrationInfo, verdict_of


def result(id: str = "prongs", status: str = "pass", **more: Any) -> CheckResult:
    return CheckResult(id=id, title=id.title(), question=f"{id}?", status=status, summary=f"{id} seen", **more)


def an_audit(*checks: CheckResult, **more: Any) -> Audit:
    picture = PictureInfo(path="ring [a].jpg", width=40, height=30, format="JPEG", mode="RGB")
    values: dict[str, Any] = {
        "id": "ring",
        "verdict": verdict_of(checks),
        "original": picture,
        "retouched": picture.model_copy(update={"path": "ring.jpg"}),
        "registration": RegistrationInfo(
            status="registered", matrix=((1, 0, 0), (0, 1, 0), (0, 0, 1)), residual_px=0.2, inliers=300
        ),
        "checks": checks,
    }
    return Audit(**{**values, **more})


MISSING = Finding(kind="missing", severity="critical", box=(3, 4, 5, 6), message="The prong at 2 o'clock is missing.")
MOVED = Finding(kind="moved", severity="minor", box=(1, 1, 2, 2), message="A prong moved.")
FAILED = result(
    status="fail",
    measurements=(Measurement(name="prongs", original=6, retouched=5, limit=0, unit="prongs", worse_when="lower"),),
    findings=(MOVED, MISSING),
)


@pytest.fixture
def audits(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Let `fidelity check` see this audit (or raise this error); returns the calls it makes."""

    def in_this_process(work: Callable[[Any], Any], tasks: list[Any], *_: Any, **__: Any) -> Iterator[Any]:
        for task in tasks:
            yield task, work(task)

    def stand_in(audit: Audit | BaseException) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def examine(original: Path, retouched: Path, **options: Any) -> Any:
            calls.append({"original": original, "retouched": retouched, **options})
            if isinstance(audit, BaseException):
                raise audit
            grey = np.full((30, 40, 3), 128, np.uint8)
            return SimpleNamespace(audit=audit, exhibit=Exhibit(grey, grey, grey, np.ones((30, 40), bool)))

        module = ModuleType("fidelity.auditing")
        module.examine = examine  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "fidelity.auditing", module)
        monkeypatch.setattr("fidelity.apart.results", in_this_process)
        return calls

    return stand_in


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("NO_COLOR", "1")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])
