"""What the report of one pair shows, as plain frozen data, before any template sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import fidelity
from fidelity.exhibit import Exhibit
from fidelity.report import words
from fidelity.report.drawing import Bar, Mark, bar, marks
from fidelity.report.facts import TIMES, Facts, file_name, picture_facts, registration_facts, today
from fidelity.report.pictures import SMALL_PX, Shot, framed, whole
from fidelity.report.strips import Strip, strips_of
from fidelity.result import Audit, CheckResult, Finding, Measurement, Status

_ORDER = (Status.FAIL, Status.ERROR, Status.REVIEW, Status.PASS, Status.NOT_APPLICABLE)


@dataclass(frozen=True)
class MeasurementView:
    """One number, what it was allowed to do and what it did."""

    name: str
    original: str
    retouched: str
    alone: str  # the value, where only one picture has one and no limit compares them; else empty
    change: str
    limit: str
    state: str  # within, beyond, unknown (no number), free (no limit)
    bar: Bar | None


@dataclass(frozen=True)
class FindingView:
    """One numbered place."""

    number: int
    kind: str
    severity: str
    message: str
    permitted: str
    place: str
    strip: Strip | None


@dataclass(frozen=True)
class CheckView:
    """One check as a card."""

    id: str
    name: str
    question: str
    summary: str
    status: str
    status_word: str
    gating: bool
    advice: str
    measurements: tuple[MeasurementView, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class PicturesView:
    """The two whole pictures; `width` and `height` are the drawing's units: pixels of the original."""

    original: Shot
    retouched: Shot
    registered: bool
    width: int
    height: int
    marks: tuple[Mark, ...]
    retouched_width: int
    retouched_height: int
    delivered: Shot | None
    partly_covered: bool


@dataclass(frozen=True)
class ReportView:
    """Everything that the report says."""

    title: str
    verdict: str
    verdict_word: str
    verdict_means: str
    sentence: str
    date: str
    version: str
    profile: str
    original_name: str
    retouched_name: str
    extra: Facts
    pictures: PicturesView
    checks: tuple[CheckView, ...]
    registration_message: str
    registration: Facts
    original_facts: Facts
    retouched_facts: Facts
    notes: tuple[tuple[str, str], ...]
    crops_left_out: int = field(default=0)

    @property
    def decisive(self) -> tuple[CheckView, ...]:
        """Checks that decide the verdict and apply."""
        return tuple(c for c in self.checks if c.gating and c.status != Status.NOT_APPLICABLE)

    @property
    def advisory(self) -> tuple[CheckView, ...]:
        """Checks that only advise, and apply."""
        return tuple(c for c in self.checks if not c.gating and c.status != Status.NOT_APPLICABLE)

    @property
    def found(self) -> bool:
        """Whether any check found a place."""
        return any(c.findings for c in self.checks)

    @property
    def idle(self) -> tuple[CheckView, ...]:
        """Checks for features that the piece does not have."""
        return tuple(c for c in self.checks if c.status == Status.NOT_APPLICABLE)


def report_view(audit: Audit, exhibit: Exhibit) -> ReportView:
    """Build the view: order the checks, number the findings, cut the crops."""
    aligned = audit.registration
    ordered = in_order(audit.checks)
    numbered = tuple(_numbered(ordered))
    strips = strips_of([(figure, finding) for figure, _, finding in numbered], exhibit)
    return ReportView(
        title=audit.id,
        verdict=audit.verdict.value,
        verdict_word=words.VERDICT[audit.verdict],
        verdict_means=words.VERDICT_MEANS[audit.verdict],
        sentence=words.sentence(audit),
        date=today(),
        version=fidelity.__version__,
        profile=audit.profile,
        original_name=file_name(audit.original.path) or "original (no file)",
        retouched_name=file_name(audit.retouched.path) or "retouch (no file)",
        extra=tuple(audit.extra.items()),
        pictures=_pictures(numbered, exhibit),
        checks=tuple(_check(c, [(figure, f) for figure, owner, f in numbered if owner is c], strips) for c in ordered),
        registration_message=aligned.message or f"{words.REGISTRATION[aligned.status]}.",
        registration=registration_facts(aligned),
        original_facts=picture_facts(audit.original),
        retouched_facts=picture_facts(audit.retouched),
        notes=(
            *(("Original", note) for note in audit.original.notes),
            *(("Retouch", note) for note in audit.retouched.notes),
        ),
        crops_left_out=sum(1 for figure, _, f in numbered if f.box and figure not in strips),
    )


def in_order(checks: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Failures first, then what nobody could tell, passes, advice, and at last what does not apply."""

    def rank(check: CheckResult) -> tuple[bool, bool, int]:
        return check.status is Status.NOT_APPLICABLE, not check.gating, _ORDER.index(check.status)

    return tuple(sorted(checks, key=rank))


def _numbered(checks: tuple[CheckResult, ...]) -> Iterator[tuple[int, CheckResult, Finding]]:
    figure = 0
    for check in checks:
        # Worst first, and stable: the check's own order says more than the boxes' places.
        for finding in sorted(check.findings, key=lambda f: ("critical", "major", "minor").index(f.severity)):
            figure += 1
            yield figure, check, finding


def _check(check: CheckResult, findings: list[tuple[int, Finding]], strips: dict[int, Strip]) -> CheckView:
    return CheckView(
        id=check.id,
        name=words.name(check),
        question=check.question,
        summary=words.opened(check.summary),
        status=check.status.value,
        status_word=words.STATUS[check.status],
        gating=check.gating,
        # Advice tells a retoucher how to mend a fault; where nothing could be judged there is none to mend.
        advice=check.advice if check.status is Status.FAIL else "",
        measurements=tuple(_measurement(m) for m in check.measurements),
        findings=tuple(
            FindingView(
                number=figure,
                kind=finding.kind,
                severity=finding.severity.value,
                message=finding.message,
                permitted=finding.permitted,
                place=_place(finding),
                strip=strips.get(figure),
            )
            for figure, finding in findings
        ),
    )


def _measurement(m: Measurement) -> MeasurementView:
    if m.limit is None:
        state = "free"
    elif m.change is None:
        state = "unknown"
    else:
        state = "beyond" if m.exceeded else "within"
    return MeasurementView(
        name=m.name,
        original=words.number(m.original, unlike=m.retouched),
        retouched=words.quantity(m.retouched, m.unit, unlike=m.original),
        alone=_alone(m),
        change=words.change(m),
        limit=words.limit(m),
        state=state,
        bar=bar(m),
    )


def _alone(m: Measurement) -> str:
    if m.limit is not None or (m.original is None) == (m.retouched is None):
        return ""
    return words.quantity(m.retouched if m.original is None else m.original, m.unit)


def _place(finding: Finding) -> str:
    if finding.box is None:
        return "the whole picture"
    x, y, width, height = finding.box
    return f"{width} {TIMES} {height} px at {x}, {y}"


def _pictures(numbered: tuple[tuple[int, CheckResult, Finding], ...], exhibit: Exhibit) -> PicturesView:
    height, width = exhibit.original.shape[:2]
    beside = exhibit.retouched if exhibit.registered is None else framed(exhibit.registered, exhibit.covered)
    # A picture that was cropped, turned or scaled is shown as delivered, too: it is what the shop will show.
    reshaped = exhibit.registered is not None and (
        exhibit.retouched.shape != exhibit.original.shape or not bool(_covered_all(exhibit))
    )
    return PicturesView(
        original=whole(exhibit.original),
        retouched=whole(beside),
        registered=exhibit.registered is not None,
        width=width,
        height=height,
        marks=marks([(n, f.severity.value, f.message, f.box) for n, _, f in numbered], (height, width)),
        retouched_width=beside.shape[1],
        retouched_height=beside.shape[0],
        delivered=whole(exhibit.retouched, long_side=SMALL_PX) if reshaped else None,
        partly_covered=not _covered_all(exhibit),
    )


def _covered_all(exhibit: Exhibit) -> bool:
    return exhibit.covered is None or bool(exhibit.covered.all())
