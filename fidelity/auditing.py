"""One pair, from two pictures to a verdict."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from fidelity.check import Check
from fidelity.errors import PolicyError
from fidelity.evidence import Evidence
from fidelity.exhibit import Exhibit
from fidelity.image.decode import load
from fidelity.image.picture import Picture
from fidelity.policy import Policy
from fidelity.result import Audit, CheckResult, Outcome, Status, verdict_of

log = logging.getLogger(__name__)

Source = str | Path | Picture | npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Examination:
    """An audit with the evidence it rests on, for whoever wants to draw or dig."""

    audit: Audit
    evidence: Evidence

    @property
    def exhibit(self) -> Exhibit:
        """The pixels that a report shows."""
        return self.evidence.exhibit


def audit(
    original: Source,
    retouched: Source,
    *,
    policy: Policy | None = None,
    only: Collection[str] | None = None,
    skip: Collection[str] = (),
    expect: Mapping[str, float] | None = None,
    id: str | None = None,
) -> Audit:
    """Audit one pair and return checks and verdict.

    `original` and `retouched` are paths, decoded `Picture`s, or arrays (height, width[, 3 or 4]) in sRGB:
    uint8, uint16, or floats from 0 to 1. `only` and `skip` select checks by id. `expect` states counts that
    the original shows, e.g. `{"prongs": 6}`; a check that finds another count is sent to review.

    Raises `InputError` for an unreadable picture, `PolicyError` for an unknown check or expectation,
    `RegistryError` when no checks are installed.
    """
    return examine(original, retouched, policy=policy, only=only, skip=skip, expect=expect, id=id).audit


def examine(
    original: Source,
    retouched: Source,
    *,
    policy: Policy | None = None,
    only: Collection[str] | None = None,
    skip: Collection[str] = (),
    expect: Mapping[str, float] | None = None,
    id: str | None = None,
) -> Examination:
    """As `audit`, but keeps the evidence and the pictures for a report."""
    policy = policy or Policy.named("standard")
    expectations = {**policy.expect, **(expect or {})}
    checks = policy.configured(only=only, skip=skip)
    unknown = sorted(set(expectations) - {check.id for check in checks})
    if unknown:
        raise PolicyError(
            f"expectation for {', '.join(unknown)}: no such check is run; "
            f"expectations may name {', '.join(check.id for check in checks)}"
        )
    before, after = load(original), load(retouched)
    evidence = Evidence(before, after)
    results = tuple(_judged(check, evidence, policy, expectations.get(check.id)) for check in checks)
    return Examination(
        audit=Audit(
            id=id or _name_of(before),
            verdict=verdict_of(results),
            original=before.info,
            retouched=after.info,
            registration=evidence.registration.info,
            checks=results,
            profile=policy.profile,
        ),
        evidence=evidence,
    )


def _judged(check: Check, evidence: Evidence, policy: Policy, expected: float | None) -> CheckResult:
    started = time.perf_counter()
    try:
        outcome = check.judge(evidence)
    except Exception as error:  # a third party's check may raise anything; the other checks go on
        log.exception("check %s crashed", check.id)
        outcome = Outcome(status=Status.ERROR, summary=f"the check crashed: {type(error).__name__}: {error}")
    if expected is not None:
        outcome = _held_to(expected, check.id, outcome)
    return CheckResult(
        **dict(outcome),
        id=check.id,
        title=check.title,
        question=check.question,
        advice=check.advice,
        gating=policy.gates(check.id),
        seconds=time.perf_counter() - started,
    )


def _held_to(expected: float, name: str, outcome: Outcome) -> Outcome:
    """A count that somebody knows better than the detector turns a pass into a review; a fail stays one."""
    if outcome.status is Status.FAIL or outcome.status is Status.ERROR:
        return outcome
    found = next((m.original for m in outcome.measurements if m.name == name), None)
    if found == expected:
        return outcome
    seen = "none" if found is None or found == 0 else f"{found:g}"
    return Outcome(
        status=Status.REVIEW,
        summary=f"expected {expected:g} {name}, found {seen} in the original: look at the piece",
        measurements=outcome.measurements,
        findings=outcome.findings,
    )


def _name_of(picture: Picture) -> str:
    return Path(picture.info.path).stem if picture.info.path else "pair"
