"""An audit without checks, for tests of what surrounds it; importable, so that workers find it too."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np

from fidelity.batch import work
from fidelity.exhibit import Exhibit
from fidelity.image.decode import load
from fidelity.result import Audit, CheckResult, Finding, Measurement, RegistrationInfo, verdict_of

CHECKS = ("prongs", "texture")


def examine(original, retouched, *, policy, only, skip, expect, area_mask, id):
    """Fails when the pictures differ; the file name may ask for a crash or a killed worker."""
    asked = Path(original).stem
    if asked.startswith("crash"):
        raise RuntimeError("a fault of ours")
    if asked.startswith("kill") and multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    before, after = load(original), load(retouched)
    differs = before.shape != after.shape or bool(np.any(before.rgb != after.rgb))
    results = tuple(
        CheckResult(
            id=name,
            title=name.title(),
            status="fail" if differs else "pass",
            summary=f"{asked}: {'changed' if differs else 'unchanged'}, expected {dict(expect)}",
            measurements=(Measurement(name="mean", original=float(before.rgb.mean())),),
            findings=(Finding(kind="changed", message="all of it <&> \x07"),) if differs else (),
            gating=policy.gates(name) and name == "prongs",
        )
        for name in CHECKS
        if (only is None or name in only) and name not in skip
    )
    audit = Audit(
        id=id,
        verdict=verdict_of(results),
        original=before.info,
        retouched=after.info,
        registration=RegistrationInfo(status="registered", matrix=((1, 0, 0), (0, 1, 0), (0, 0, 1))),
        checks=results,
        profile=policy.profile,
    )
    return SimpleNamespace(audit=audit, exhibit=Exhibit(before.rgb, after.rgb, None, None))


def audit_pair(task: work.Task) -> work.Done:
    """The real one, around the audit above."""
    before = sys.modules.get("fidelity.auditing")
    module = ModuleType("fidelity.auditing")
    module.examine = examine  # type: ignore[attr-defined]
    sys.modules["fidelity.auditing"] = module
    try:
        return work.audit_pair(task)
    finally:
        if before is None:
            del sys.modules["fidelity.auditing"]
        else:
            sys.modules["fidelity.auditing"] = before
