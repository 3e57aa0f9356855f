"""What an audit says: plain, frozen, JSON-ready. The JSON Schema files are generated from these models.

Nothing here computes on pixels. Numbers are finite or `None`: a NaN or an infinity that reaches a model
becomes `None`, because JSON has no other honest way to say "no number".
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from fidelity.image.picture import PictureInfo, Text
from fidelity.image.same import SAME_FILES

AUDIT_SCHEMA: Literal["fidelity.audit/1"] = "fidelity.audit/1"
RUN_SCHEMA: Literal["fidelity.run/1"] = "fidelity.run/1"


class Status(StrEnum):
    """What one check says. Five different things, never mixed."""

    PASS = "pass"
    FAIL = "fail"
    REVIEW = "review"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


class Verdict(StrEnum):
    """What a whole audit says."""

    PASS = "pass"
    FAIL = "fail"
    REVIEW = "review"
    ERROR = "error"


class Severity(StrEnum):
    """How much a finding matters to somebody who would buy the piece."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


def _finite(value: Any) -> Any:
    if value is None:
        return None
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else round(number, 6)


Number = Annotated[int | float | None, BeforeValidator(_finite)]
"""A finite number or `None`."""

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the original."""

WorseWhen = Literal["lower", "higher", "different"]


class Model(BaseModel):
    """Base of all result models: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Measurement(Model):
    """One number in the original, the same number in the retouch, and the largest change allowed.

    `limit` bounds the CHANGE from `original` to `retouched`, in `unit`: with `worse_when="lower"` the drop,
    with `"higher"` the rise, with `"different"` the absolute difference. Zero means zero. `None` as limit
    means that the number is information and is not judged.
    """

    name: str
    original: Number = None
    retouched: Number = None
    limit: Number = None
    unit: str = ""
    worse_when: WorseWhen = "different"

    @property
    def change(self) -> float | None:
        """Signed so that a positive value is worse; `None` where a number is missing."""
        if self.original is None or self.retouched is None:
            return None
        delta = float(self.retouched) - float(self.original)
        return {"higher": delta, "lower": -delta, "different": abs(delta)}[self.worse_when]

    @property
    def exceeded(self) -> bool:
        """Whether the change is beyond the limit."""
        change = self.change
        return change is not None and self.limit is not None and change > float(self.limit)


class Finding(Model):
    """One place where something changed."""

    kind: str = Field(description="missing, extra, merged, moved, softened, invented, recoloured, …")
    severity: Severity = Severity.MAJOR
    box: Box | None = Field(default=None, description="x, y, width, height in pixels of the original")
    message: Text = Field(description="one plain sentence")
    permitted: str = Field(default="", description="what of the policy or brief allows this change; empty if nothing")


class Outcome(Model):
    """What a check returns."""

    status: Status
    summary: Text = Field(description="one line, e.g. '5 of 6 prongs found; 1 missing'")
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def review(cls, why: str, *measurements: Measurement, findings: tuple[Finding, ...] = ()) -> Outcome:
        """Cannot tell; `why` says what is missing."""
        return cls(status=Status.REVIEW, summary=why, measurements=measurements, findings=findings)

    @classmethod
    def not_applicable(cls, why: str) -> Outcome:
        """The piece has no such feature."""
        return cls(status=Status.NOT_APPLICABLE, summary=why)


class CheckResult(Outcome):
    """An outcome with the check's name and what the policy makes of it."""

    id: str
    title: str = ""
    question: str = ""
    advice: str = Field(default="", description="what a retoucher does about a failure")
    gating: bool = True
    permitted: tuple[str, ...] = Field(default=(), description="permits without which the status would be worse")
    seconds: float = Field(default=0.0, exclude=True)


class RegistrationInfo(Model):
    """The transform retouched → original and how far to trust it."""

    status: Literal["registered", "mirrored", "different", "failed"]
    matrix: tuple[tuple[Number, Number, Number], ...] | None = Field(
        default=None, description="3×3, homogeneous, retouched pixels → original pixels"
    )
    residual_px: Number = Field(default=None, description="median inlier residual, original pixels")
    inliers: int = 0
    trust: Number = Field(default=None, description="0 (none) to 1")
    method: Literal["features", "layout", "silhouette", "none"] = "none"
    scale: Number = Field(default=None, description="original pixels per retouched pixel")
    rotation_deg: Number = None
    stretch: Number = Field(default=None, description="larger over smaller axis scale; 1 is unstretched")
    message: Text = ""


class Audit(Model):
    """Checks and verdict of one pair."""

    schema_: Literal["fidelity.audit/1"] = Field(default=AUDIT_SCHEMA, alias="schema")
    id: Text
    verdict: Verdict
    original: PictureInfo
    retouched: PictureInfo
    registration: RegistrationInfo
    checks: tuple[CheckResult, ...] = ()
    profile: str = "standard"
    error: Text | None = Field(default=None, description="why there is no verdict, when it is 'error'")
    extra: dict[str, str] = Field(default_factory=dict, description="further manifest columns, carried through")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    @property
    def same_files(self) -> bool:
        """Whether original and retouch were the same file, byte for byte."""
        return SAME_FILES in self.retouched.notes

    def check(self, check_id: str) -> CheckResult:
        """The result of one check; `KeyError` when it was not run."""
        for result in self.checks:
            if result.id == check_id:
                return result
        raise KeyError(check_id)

    def to_json(self, indent: int | None = 2) -> str:
        """The `fidelity.audit/1` document."""
        return self.model_dump_json(indent=indent, by_alias=True)


class RunSummary(Model):
    """Counts over a run."""

    pairs: int
    verdicts: dict[str, int] = Field(description="verdict → number of pairs")
    checks: dict[str, dict[str, int]] = Field(description="check id → status → number of pairs")
    unmatched: tuple[str, ...] = Field(default=(), description="files without a partner, never audited")
    unread: tuple[str, ...] = Field(
        default=(), description="photographs of kinds that are not read, and unknown files; never audited"
    )
    aside: tuple[str, ...] = Field(
        default=(), description="files that lie beside photographs and are none: sidecars, lists, notes"
    )
    ambiguous: tuple[str, ...] = Field(
        default=(), description="sentences: names that fit more than one original, so that no pair was made"
    )
    problems: tuple[str, ...] = Field(default=(), description="sentences about reports and results not written")


class Run(Model):
    """Many audits."""

    schema_: Literal["fidelity.run/1"] = Field(default=RUN_SCHEMA, alias="schema")
    audits: tuple[Audit, ...]
    summary: RunSummary

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def to_json(self, indent: int | None = 2) -> str:
        """The `fidelity.run/1` document."""
        return self.model_dump_json(indent=indent, by_alias=True)


def verdict_of(checks: tuple[CheckResult, ...]) -> Verdict:
    """`fail` if a gating check fails; else `review` if a gating one is review or error; else `pass`.

    A pair for which no gating check could say anything (all not applicable) is `review`: nothing was proven.
    """
    gating = [c.status for c in checks if c.gating]
    if Status.FAIL in gating:
        return Verdict.FAIL
    if Status.REVIEW in gating or Status.ERROR in gating or Status.PASS not in gating:
        return Verdict.REVIEW
    return Verdict.PASS
