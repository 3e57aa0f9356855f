"""One pair, from two pictures to a verdict."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fidelity.brief import Brief, Expected
from fidelity.check import Check
from fidelity.containing import bounded, settled_again, told
from fidelity.errors import InputError, PolicyError
from fidelity.evidence import Evidence
from fidelity.exhibit import Exhibit
from fidelity.expectations import checks_of, family_of, held_to, names, verified
from fidelity.image.beside import Beside
from fidelity.image.decode import load
from fidelity.image.picture import Mask, Picture
from fidelity.image.same import noted, same_bytes
from fidelity.permitting import settled
from fidelity.policy import Policy
from fidelity.policy.reading import sidecar
from fidelity.registry import discover
from fidelity.result import Audit, CheckResult, Outcome, Status, verdict_of

log = logging.getLogger(__name__)

AREA_CHECK = "untouched"
"""The check that an area mask is for."""
HALF = 127
"""Grey level above which a mask counts as white."""

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
    expect: Mapping[str, Expected] | None = None,
    area_mask: Source | None = None,
    id: str | None = None,
) -> Audit:
    """Audit one pair and return checks and verdict.

    `original` and `retouched` are paths, decoded `Picture`s, or arrays (height, width[, 3 or 4]) in sRGB:
    uint8, uint16, or floats from 0 to 1. `only` and `skip` select checks by id. `expect` states what the
    original shows, e.g. `{"prongs": 6, "chain": True, "metal": "rose"}`; a check that finds something else is
    sent to review. `area_mask` is a picture of the original's size, white where the retouch may change.
    A file `NAME.fidelity.toml` beside the original says more of the piece.

    Raises `InputError` for an unreadable picture, `PolicyError` for an unknown check or expectation,
    `RegistryError` when no checks are installed. Two files that are the same, byte for byte, are audited as any
    pair is; `retouched.notes` then holds `SAME_FILES`.
    """
    return examine(
        original, retouched, policy=policy, only=only, skip=skip, expect=expect, area_mask=area_mask, id=id
    ).audit


def examine(
    original: Source,
    retouched: Source,
    *,
    policy: Policy | None = None,
    only: Collection[str] | None = None,
    skip: Collection[str] = (),
    expect: Mapping[str, Expected] | None = None,
    area_mask: Source | None = None,
    id: str | None = None,
) -> Examination:
    """As `audit`, but keeps the evidence and the pictures for a report."""
    policy = policy or Policy.named("standard")
    checks = policy.configured(only=only, skip=skip)
    asked = _verified(expect or {}, list(discover()))
    if area_mask is not None and AREA_CHECK not in {check.id for check in checks}:
        # Saying nothing would let somebody believe that the mask was looked at.
        raise PolicyError(f"area mask: the check '{AREA_CHECK}' is not run, and no other uses the mask; leave it out")
    aside = sidecar(Path(original), discover()) if isinstance(original, str | Path) else Brief()
    brief = policy.brief(aside.model_copy(update={"expect": {**aside.expect, **asked}}))
    coming = Beside().start(partial(load, retouched))
    before, after = load(original), coming()
    area = None if area_mask is None else _area(area_mask, before)
    evidence = Evidence(before, after, brief=brief, area=area)
    run = {check.id for check in checks}
    results = tuple(_judged(check, evidence, policy, run) for check in checks)
    return Examination(
        audit=Audit(
            id=id or _name_of(before),
            verdict=verdict_of(results),
            original=before.info,
            retouched=noted(after.info, same=same_bytes(original, retouched)),
            registration=evidence.registration.info,
            checks=results,
            profile=policy.profile,
        ),
        evidence=evidence,
    )


def _judged(check: Check, evidence: Evidence, policy: Policy, run: Collection[str]) -> CheckResult:
    started = time.perf_counter()
    permitted: tuple[str, ...] = ()
    with settled_again() as by_the_user:
        try:
            outcome = check.judge(evidence)
            outcome, permitted = settled(outcome, check.id, policy, evidence, run=run)
        except BaseException as error:  # a third party's check may raise anything, even the end of the program
            if by_the_user(error):
                raise
            log.exception("check %s crashed", check.id)
            outcome = Outcome(status=Status.ERROR, summary=f"the check crashed: {told(error)}")
    for name, expected in evidence.brief.expect.items():
        if check.id in checks_of(name):
            outcome = held_to(expected, name, outcome, seen=_seen(name, evidence))
    outcome = bounded(outcome)
    return CheckResult(
        **dict(outcome),
        id=check.id,
        title=check.title,
        question=check.question,
        advice=check.advice,
        gating=policy.gates(check.id),
        permitted=permitted,
        seconds=time.perf_counter() - started,
    )


def _verified(expect: Mapping[str, Expected], ids: Collection[str]) -> dict[str, Expected]:
    """The expectations as they are held against checks; raises `PolicyError` for one that no check answers.

    One for a check that is installed and not run is no mistake: a manifest says all that is known of a piece.
    """
    unknown = sorted(name for name in expect if not set(checks_of(name)) & set(ids))
    if unknown:
        raise PolicyError(
            f"expectation for {', '.join(unknown)}: there is no such check; "
            f"expectations may name {', '.join(names(ids))}"
        )
    found: dict[str, Expected] = {}
    for name, value in expect.items():
        try:
            found[name] = verified(name, value)
        except ValueError as error:
            raise PolicyError(f"expectation for {name} {error}; got {value!r}") from None
    return found


def _seen(name: str, evidence: Evidence) -> str | None:
    """What the original reads for an expectation in words; None where nothing can be compared."""
    if name != "metal" or evidence.unusable or not evidence.features.metal.any():
        return None
    return family_of(evidence.features.metal_lab)


def _area(source: Source, original: Picture) -> Mask:
    """(height, width) where the retouch may change, from a mask picture: its alpha, else what is light in it."""
    picture = load(source)
    if picture.shape != original.shape:
        (height, width), (wanted_height, wanted_width) = picture.shape, original.shape
        raise InputError(
            f"area mask {picture.info.path or 'array'} is {width} x {height} px, but the original is "
            f"{wanted_width} x {wanted_height} px; draw the mask on the original"
        )
    if picture.alpha is not None:
        return np.asarray(picture.alpha > HALF)
    return np.asarray(picture.rgb.mean(axis=2) > HALF)


def _name_of(picture: Picture) -> str:
    return Path(picture.info.path).stem if picture.info.path else "pair"
