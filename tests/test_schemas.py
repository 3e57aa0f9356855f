"""The shipped JSON Schema files say what the code writes, today."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest

from fidelity.image.picture import PictureInfo
from fidelity.result import (
    Audit,
    CheckResult,
    Finding,
    Measurement,
    RegistrationInfo,
    Run,
    RunSummary,
)
from fidelity.schemas import NAMES, path_of, text_of

PICTURE = PictureInfo(path="ring.jpg", width=640, height=480, format="JPEG", mode="RGB", dpi=300.0)
PRONGS = CheckResult(
    id="prongs",
    status="fail",
    summary="5 of 6 prongs found; 1 missing",
    measurements=(
        Measurement(name="prongs", original=6, retouched=5, limit=0, unit="prongs", worse_when="lower"),
        Measurement(name="shift", original=math.nan, retouched=math.inf, limit=None),
    ),
    findings=(Finding(kind="missing", severity="critical", box=(10, 20, 30, 40), message="One is missing."),),
)
REGISTERED = RegistrationInfo(
    status="registered", matrix=((1.0, 0, 2.5), (0, 1, -3), (0, 0, 1)), residual_px=0.4, inliers=812
)
FULL = Audit(id="ring", verdict="fail", original=PICTURE, retouched=PICTURE, registration=REGISTERED, checks=(PRONGS,))
BARE = Audit(
    id="broken",
    verdict="error",
    original=PictureInfo(),
    retouched=PictureInfo(),
    registration=RegistrationInfo(status="failed"),
    error="ring.jpg is truncated",
    extra={"shelf": "12"},
)


def schema(name: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path_of(name).read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_current(name: Any) -> None:
    assert path_of(name).read_text(encoding="utf-8") == text_of(name), "run `python -m fidelity.schemas`"
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("audit", [FULL, BARE], ids=["a full audit", "a pair that could not be read"])
def test_an_audit_validates(audit: Audit) -> None:
    jsonschema.validate(json.loads(audit.to_json()), schema("audit"))


def test_a_run_validates() -> None:
    summary = RunSummary(pairs=2, verdicts={"fail": 1, "error": 1}, checks={"prongs": {"fail": 1}})
    run = Run(audits=(FULL, BARE), summary=summary)
    jsonschema.validate(json.loads(run.to_json()), schema("run"))


def test_the_keys_that_others_rely_on() -> None:
    said = json.loads(FULL.to_json())
    assert said["schema"] == "fidelity.audit/1"
    assert said["registration"]["matrix"] == [[1, 0, 2.5], [0, 1, -3], [0, 0, 1]]
    (check,) = said["checks"]
    assert check["gating"] is True
    assert check["findings"][0]["box"] == [10, 20, 30, 40]
    assert check["measurements"][0] == {
        "name": "prongs",
        "original": 6,
        "retouched": 5,
        "limit": 0,
        "unit": "prongs",
        "worse_when": "lower",
    }
    assert check["measurements"][1]["original"] is None
    assert "seconds" not in check


def without(*path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FULL.to_json())
    inner: Any = document
    for key in path[:-1]:
        inner = inner[int(key) if key.isdigit() else key]
    del inner[path[-1]]
    return document


@pytest.mark.parametrize("path", [("schema",), ("verdict",), ("checks", "0", "gating"), ("registration", "matrix")])
def test_a_document_that_lacks_a_key_does_not_validate(path: tuple[str, ...]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(without(*path), schema("audit"))
