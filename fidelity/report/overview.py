"""What the overview of a run shows, as plain frozen data, before any template sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import fidelity
from fidelity.image.same import SAME_FILES
from fidelity.report import words
from fidelity.report.facts import Facts, file_name, today
from fidelity.report.views import in_order
from fidelity.result import Audit, Run, Status, Verdict
from fidelity.texts import visible

ORDER = (Verdict.FAIL, Verdict.ERROR, Verdict.REVIEW, Verdict.PASS)

# 2,000 rows stay under 10 MB when one row stays under 5 kB whatever the manifest and the checks say.
_REASON_LENGTH = 220
_REASONS = 8
_COLUMN_LENGTH = 80
_COLUMNS = 6
_FIRST_COLUMNS = ("piece", "vendor")


@dataclass(frozen=True)
class Reason:
    """One check that keeps a pair from passing."""

    name: str
    status: str
    status_word: str
    summary: str


@dataclass(frozen=True)
class Row:
    """One pair."""

    id: str
    verdict: str
    verdict_word: str
    link: str
    thumbnails: tuple[str, str] | None
    names: tuple[str, str]
    columns: Facts
    reasons: tuple[Reason, ...]
    more: int
    note: str


@dataclass(frozen=True)
class CheckCounts:
    """How often one check said what."""

    id: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class FileList:
    """Files that were not audited: what they are, how many, and which."""

    title: str
    names: tuple[str, ...]
    quiet: bool = False


@dataclass(frozen=True)
class IndexView:
    """Everything that the overview says."""

    date: str
    version: str
    pairs: int
    sentence: str
    verdicts: tuple[tuple[str, str, int], ...]  # verdict, word, pairs
    statuses: tuple[tuple[str, str], ...]  # status, word: the columns of `checks`
    checks: tuple[CheckCounts, ...]
    rows: tuple[Row, ...]
    lists: tuple[FileList, ...]


def index_view(run: Run, links: Mapping[str, str], thumbnails: Mapping[str, tuple[str, str]]) -> IndexView:
    """Build the view: failures first, otherwise in the run's order."""
    ordered = sorted(run.audits, key=lambda audit: ORDER.index(audit.verdict))
    counts = {verdict: sum(a.verdict is verdict for a in run.audits) for verdict in ORDER}
    return IndexView(
        date=today(),
        version=fidelity.__version__,
        pairs=len(run.audits),
        sentence=_sentence(counts, len(run.audits)) + _left(run),
        verdicts=tuple((v.value, words.VERDICT[v], counts[v]) for v in ORDER),
        statuses=tuple((s.value, words.STATUS[s]) for s in Status),
        checks=tuple(
            CheckCounts(check_id, tuple(by_status.get(s.value, 0) for s in Status))
            for check_id, by_status in sorted(
                run.summary.checks.items(), key=lambda item: (-item[1].get("fail", 0), item[0])
            )
        ),
        rows=tuple(_row(audit, links.get(audit.id, ""), thumbnails.get(audit.id)) for audit in ordered),
        lists=_lists(run),
    )


def _lists(run: Run) -> tuple[FileList, ...]:
    summary = run.summary
    lists = (
        FileList(f"{_files(summary.unmatched)} without a partner, never audited", summary.unmatched),
        FileList("Not clear which original they belong to, never audited", summary.ambiguous),
        FileList(f"{_files(summary.unread)} of kinds that are not read, never audited", summary.unread),
        FileList(f"{_files(summary.aside)} beside the photographs", summary.aside, quiet=True),
    )
    return tuple(replace(one, names=tuple(map(visible, one.names))) for one in lists if one.names)


def _files(names: tuple[str, ...]) -> str:
    return f"{len(names)} file{'' if len(names) == 1 else 's'}"


def local(url: str) -> str:
    """Keep a relative URL and drop anything with a scheme or a host: an overview never leads outside."""
    head = url.replace("\\", "/").split("/", 1)[0]
    return "" if ":" in head or url.replace("\\", "/").startswith("//") else url


def _row(audit: Audit, link: str, thumbnails: tuple[str, str] | None) -> Row:
    telling = [c for c in in_order(audit.checks) if c.status in {Status.FAIL, Status.REVIEW, Status.ERROR}]
    # A passing pair is not cluttered by what only advises; its report says that.
    reasons = [c for c in telling if c.gating]
    return Row(
        id=audit.id,
        verdict=audit.verdict.value,
        verdict_word=words.VERDICT[audit.verdict],
        link=local(link),
        thumbnails=None if thumbnails is None else (local(thumbnails[0]), local(thumbnails[1])),
        names=(visible(file_name(audit.original.path)), visible(file_name(audit.retouched.path))),
        columns=_columns(audit.extra),
        reasons=tuple(
            Reason(
                words.name(c),
                c.status.value,
                words.STATUS[c.status],
                words.shortened(c.summary, _REASON_LENGTH),
            )
            for c in reasons[:_REASONS]
        ),
        more=max(0, len(reasons) - _REASONS),
        note=words.shortened(_note(audit), 2 * _REASON_LENGTH),
    )


def _note(audit: Audit) -> str:
    if audit.verdict is Verdict.ERROR:
        return audit.error or words.VERDICT_MEANS[Verdict.ERROR]
    if audit.same_files:
        return f"Note: {SAME_FILES}, byte for byte."
    advising = [c for c in audit.checks if not c.gating and c.status is Status.FAIL]
    return f"Advice: {', '.join(words.name(c) for c in advising)}." if advising else ""


def _columns(extra: Mapping[str, str]) -> Facts:
    names = sorted(
        (name for name, value in extra.items() if value.strip()),
        key=lambda name: _FIRST_COLUMNS.index(name) if name in _FIRST_COLUMNS else len(_FIRST_COLUMNS),
    )
    return tuple(
        (words.shortened(name, _COLUMN_LENGTH), words.shortened(extra[name], _COLUMN_LENGTH))
        for name in names[:_COLUMNS]
    )


def _left(run: Run) -> str:
    """What the sentence above does not speak of, since nobody looked at it."""
    left = (*run.summary.unmatched, *run.summary.unread)
    return f"; {_files(left)} {'was' if len(left) == 1 else 'were'} not audited" if left else ""


def _sentence(counts: Mapping[Verdict, int], pairs: int) -> str:
    of = f"of {pairs} pair{'' if pairs == 1 else 's'}"
    if not pairs:
        return "No pair was audited"
    if counts[Verdict.FAIL]:
        return f"{counts[Verdict.FAIL]} {of} failed"
    if counts[Verdict.ERROR]:
        return f"{counts[Verdict.ERROR]} {of} could not be judged"
    if counts[Verdict.REVIEW]:
        return f"Nothing failed; {counts[Verdict.REVIEW]} {of} to be looked at"
    return "The pair passed" if pairs == 1 else f"All {pairs} pairs passed"
