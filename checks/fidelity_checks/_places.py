"""Shared wording and sorting of changed places. Uses fidelity's public names only."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

from fidelity import Change, DetailKept, Evidence, Finding, Measurement, Outcome, Severity, Status

C = TypeVar("C")

TOUCHED_AGREEMENT = 0.985
"""A tool that wiped faint edges all over leaves less agreement than this; 224 faithful retouches keep 0.988."""
MAX_FINDINGS = 12
"""More boxes than this hide the piece; the rest is counted in the summary."""


def clock(dx: float, dy: float) -> str:
    """A direction as a jeweller says it: `12 o'clock` is up."""
    hour = round((math.degrees(math.atan2(dx, -dy)) % 360) / 30) % 12
    return f"{hour or 12} o'clock"


def place(evidence: Evidence, x: float, y: float) -> str:
    """Where a bench point lies, in words relative to the nearest large stone or to the piece."""
    stones = evidence.features.stones
    if stones:
        index = min(range(len(stones)), key=lambda i: math.dist((x, y), stones[i].centre))
        stone = stones[index]
        dx, dy = x - stone.centre[0], y - stone.centre[1]
        name = "the largest stone" if index == 0 else f"stone {index + 1}"
        if math.hypot(dx, dy) < 0.3 * stone.axes[1]:
            return f"in the middle of {name}"
        return f"at {clock(dx, dy)} of {name}"
    height, width = evidence.bench.shape
    return f"at {clock(x - width / 2, y - height / 2)} of the piece"


def whole(evidence: Evidence, kind: str, says: str) -> Finding:
    """A finding about all of the picture."""
    height, width = evidence.original.shape
    return Finding(kind=kind, severity=Severity.CRITICAL, box=(0, 0, width, height), message=says)


def sentence(words: str) -> str:
    """A reason as a sentence of its own: capital and full stop; capitals inside it stay."""
    return f"{words[0].upper()}{words[1:]}."


def of_what_is_left(judge: Callable[[C, Evidence], Outcome]) -> Callable[[C, Evidence], Outcome]:
    """For `judge` of a check that counts or compares parts of the piece: no pass hides that a part of it is gone."""

    @functools.wraps(judge)
    def judged_so(check: C, evidence: Evidence) -> Outcome:
        outcome = judge(check, evidence)
        if outcome.status is not Status.PASS or not any(part.alike for part in evidence.gone):
            return outcome
        return outcome.model_copy(update={"summary": f"{outcome.summary}, in what is left of the piece"})

    return judged_so


def measured(name: str, value: float, limit: float, unit: str = "% of the piece") -> Measurement:
    """A number that is 0 for the same picture twice and may rise to `limit`."""
    return Measurement(name=name, original=0, retouched=value, limit=limit, unit=unit, worse_when="higher")


def redrawn_as_a_whole(
    outcome: Outcome, kept: DetailKept | None, *, detail_lost: float, faint_lost: float, what: str
) -> Outcome:
    """`outcome`, or worse where no single place is wrong but the finest detail of `what` was drawn anew all over.

    Fail where faint edges lost more than `faint_lost` and more than the clear ones: a tool wiped them. Review where
    more than `detail_lost` does not agree: nothing proves then that the stones are the ones photographed.
    """
    if kept is None:
        return outcome
    chosen = kept.agreement < TOUCHED_AGREEMENT and kept.faint < kept.clear
    lost, faint = 1 - kept.agreement, max(0.0, 1 - kept.faint) if chosen else 0.0
    measurements = (
        measured("fine detail lost", lost, detail_lost, "of detail"),
        measured("faint edges lost", faint, faint_lost, "beyond clear ones"),
    )
    outcome = outcome.model_copy(update={"measurements": (*outcome.measurements, *measurements)})
    if outcome.status is not Status.PASS:
        return outcome
    if faint > faint_lost:
        why = (
            f"the faint edges of {what} were wiped all over while the clear ones were kept, as denoisers and "
            f"upscalers do: a quarter of them lost {100 * faint:.0f} % and more, at most {100 * faint_lost:.0f} % "
            "in faithful retouches"
        )
        wiped = Finding(kind="redrawn", severity=Severity.MAJOR, message=sentence(why))
        return outcome.model_copy(update={"status": Status.FAIL, "summary": why, "findings": (wiped,)})
    if lost > detail_lost:
        why = (
            f"the finest detail of {what} was drawn anew all over, as upscalers, denoisers and generative tools do: "
            f"{kept.agreement:.3f} of it agrees, faithful retouches keep {1 - detail_lost:.3f}"
        )
        return outcome.model_copy(update={"status": Status.REVIEW, "summary": why})
    return outcome


def judged(
    evidence: Evidence,
    changes: Iterable[Change],
    *,
    limit: float,
    name: str,
    wording: dict[str, str],
    good: str,
    extra: tuple[Measurement, ...] = (),
    severity: Severity = Severity.MAJOR,
) -> Outcome:
    """The common ending: places over the limit fail, each with its sentence; the worst score is measured.

    `wording` maps a change's kind (lost, invented, redrawn) to a sentence in which `{place}` is filled in.
    """
    places = list(changes)
    over = [c for c in places if c.score > limit]
    worst = max((c.score for c in places), default=0.0)
    measurement = measured(name, worst, limit, "of structure")
    findings = tuple(
        Finding(
            kind=c.kind,
            severity=severity,
            box=c.box,
            message=wording[c.kind].format(place=place(evidence, c.x, c.y)),
        )
        for c in over[:MAX_FINDINGS]
    )
    if over:
        count = "1 place" if len(over) == 1 else f"{len(over)} places"
        return Outcome(
            status=Status.FAIL,
            summary=f"changed in {count}; {findings[0].message}",
            measurements=(measurement, *extra),
            findings=findings,
        )
    return Outcome(status=Status.PASS, summary=good, measurements=(measurement, *extra))


def unless_too_small(outcome: Outcome, evidence: Evidence, seen: float | None, needed: float, what: str) -> Outcome:
    """`outcome`; no pass where what it is about is `seen` smaller than `needed` (pixels at which the pair is judged).

    `seen` is None where there is nothing of the kind. Two pictures of the same pixels pass: nothing was missed.
    """
    if outcome.status is not Status.PASS or seen is None or seen >= needed:
        return outcome
    if np.array_equal(evidence.original.rgb, evidence.retouched.rgb):
        return outcome
    why = f"{what} here are {seen:.1f} px wide; {needed:.0f} px are needed to see that one changed"
    return outcome.model_copy(update={"status": Status.REVIEW, "summary": f"{why}; {outcome.summary}"})


def with_findings(outcome: Outcome, further: Iterable[Finding]) -> Outcome:
    """`outcome`, failed if there are `further` findings, with those of them that lie at places it does not name yet."""
    named = list(outcome.findings)
    for finding in further:
        if not any(_overlap(finding, other) for other in named):
            named.append(finding)
    if len(named) == len(outcome.findings):
        return outcome
    count = "1 place" if len(named) == 1 else f"{len(named)} places"
    return outcome.model_copy(
        update={
            "status": Status.FAIL,
            "summary": f"changed in {count}; {named[0].message}",
            "findings": tuple(named[:MAX_FINDINGS]),
        }
    )


def _overlap(one: Finding, other: Finding) -> bool:
    if one.box is None or other.box is None:
        return False
    ax, ay, aw, ah = one.box
    bx, by, bw, bh = other.box
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah
