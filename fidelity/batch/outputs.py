"""What a run leaves behind: JSON for programs, CSV for spreadsheets, JUnit for CI."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from fidelity.result import Audit, CheckResult, Run, RunSummary, Status
from fidelity.writing import write_whole

RESULTS = ("results.json", "results.csv", "junit.xml")
"""What `write_results` writes."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything that XML 1.0 (2.2 Characters) does not allow, even escaped."""


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of what spreadsheets calculate, or strip and then calculate (OWASP, CSV Injection)."""

_NUMBER = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,18})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def run_of(
    audits: Sequence[Audit],
    unmatched: Sequence[str] = (),
    *,
    unread: Sequence[str] = (),
    aside: Sequence[str] = (),
    ambiguous: Sequence[str] = (),
    problems: Sequence[str] = (),
) -> Run:
    """A run with its counts; audits keep their order. What lies beside the pairs is as in `Sources`.

    `problems` are sentences about what could not be written.
    """
    verdicts: dict[str, int] = {}
    checks: dict[str, dict[str, int]] = {}
    for audit in audits:
        verdicts[audit.verdict.value] = verdicts.get(audit.verdict.value, 0) + 1
        for result in audit.checks:
            seen = checks.setdefault(result.id, {})
            seen[result.status.value] = seen.get(result.status.value, 0) + 1
    summary = RunSummary(
        pairs=len(audits),
        verdicts=verdicts,
        checks=checks,
        unmatched=tuple(unmatched),
        unread=tuple(unread),
        aside=tuple(aside),
        ambiguous=tuple(ambiguous),
        problems=tuple(problems),
    )
    return Run(audits=tuple(audits), summary=summary)


def write_results(run: Run, out: Path) -> list[str]:
    """Write results.json, results.csv and junit.xml into `out`, each whole or not at all.

    Returns a sentence for each that could not be written; an earlier one then stays as it was.
    """
    texts = (run.to_json, lambda: csv_of(table(run)), lambda: junit(run))
    tried = [unwritten(out / name, _writer(out / name, text)) for name, text in zip(RESULTS, texts, strict=True)]
    return [problem for problem in tried if problem]


def unwritten(path: Path, write: Callable[[], None]) -> str:
    """Have `write` make the file `path`; empty when that is done, else a sentence that says why not."""
    try:
        write()
    except OSError as error:
        older = "; the one there is of an earlier run" if path.exists() else ""
        return f"{path} cannot be written ({error.strerror or error}){older}; mend that and run again with --resume"
    return ""


def _writer(path: Path, text: Callable[[], str]) -> Callable[[], None]:
    return lambda: write_whole(path, text().encode("utf-8"))


def table(run: Run) -> pd.DataFrame:
    """One row a pair: id, verdict, the status of each check, both paths, error, further manifest columns.

    A manifest column that is called like one of ours becomes `manifest.NAME`, or `manifest.manifest.NAME` where
    the manifest has that too: no value is lost.
    """
    statuses = list(run.summary.checks)
    ours = ["id", "verdict", *statuses, "original", "retouched", "error"]
    theirs = _columns_for(dict.fromkeys(name for audit in run.audits for name in audit.extra), ours)
    rows = []
    for audit in run.audits:
        seen = {result.id: result.status.value for result in audit.checks}
        rows.append(
            {"id": audit.id, "verdict": audit.verdict.value}
            | {name: seen.get(name, "") for name in statuses}
            | {
                "original": audit.original.path,
                "retouched": audit.retouched.path,
                "error": audit.error or "",
            }
            | {theirs[name]: value for name, value in audit.extra.items()}
        )
    return pd.DataFrame(rows, columns=[*ours, *theirs.values()])


def _columns_for(names: Iterable[str], ours: Sequence[str]) -> dict[str, str]:
    """A column for each of the manifest's, as it is called there where that is free."""
    wanted = list(names)
    found = {name: name for name in wanted if name not in ours}
    for name in wanted:
        column = name
        while column in ours or (column in found.values() and name not in found):
            column = f"manifest.{column}"
        found.setdefault(name, column)
    return {name: found[name] for name in wanted}


def csv_of(frame: pd.DataFrame) -> str:
    """The table as CSV that a spreadsheet opens without running anything.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises; a plain
    number stays a number.
    """
    rows = [[str(column) for column in frame.columns], *frame.fillna("").astype(str).to_numpy().tolist()]
    text = io.StringIO(newline="")
    for row in rows:
        line = io.StringIO(newline="")
        # Python quotes a cell with the characters of the row's ending; a bare CR in a cell must be quoted too.
        csv.writer(line, lineterminator="\r\n").writerow([_inert(cell) for cell in row])
        text.write(line.getvalue().removesuffix("\r\n") + "\n")
    return text.getvalue()


def _inert(cell: str) -> str:
    """One that has an apostrophe there already gets another, so that two texts never become one."""
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


def junit(run: Run) -> str:
    """One test case for each pair and check, so that a CI page names the check that failed.

    Failure: a gating check failed. Error: a gating check crashed, or the pair could not be read. Skipped: the
    check does not apply, or could not tell (review): neither proves anything, and exit code 3 tells a review
    from a pass. What a check that does not gate has to say is printed under a passed case. Elements and attributes
    are those of the schema `junit-10.xsd` that Jenkins holds reports against.
    """
    suite = ET.Element("testsuite", name="fidelity")
    for audit in run.audits:
        if audit.error is not None:
            case = ET.SubElement(suite, "testcase", classname=_xml(audit.id), name="audit", time="0")
            ET.SubElement(case, "error", message=_xml(audit.error), type="unreadable")
        for result in audit.checks:
            _case(suite, audit, result)
    for parent in (suites := ET.Element("testsuites", name="fidelity"), suite):
        parent.set("tests", str(len(suite.findall("testcase"))))
        for name, tag in (("failures", "failure"), ("errors", "error")):
            parent.set(name, str(len(suite.findall(f"testcase/{tag}"))))
        parent.set("time", f"{sum(float(case.get('time', 0)) for case in suite.findall('testcase')):.3f}")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))  # the schema has it here alone
    suites.append(suite)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _case(suite: ET.Element, audit: Audit, result: CheckResult) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=_xml(audit.id), name=_xml(result.id), time=f"{result.seconds:.3f}"
    )
    details = _xml(_details(audit, result))
    if result.status is Status.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", message=_xml(f"not applicable: {result.summary}"))
    elif result.status is Status.PASS:
        return
    elif not result.gating:
        ET.SubElement(case, "system-out").text = _xml(f"advice, {result.status.value}: {details}")
    elif result.status is Status.REVIEW:
        ET.SubElement(case, "skipped", message=_xml(f"review: {result.summary}"))
    else:
        tag = "failure" if result.status is Status.FAIL else "error"
        ET.SubElement(case, tag, message=_xml(result.summary), type=_xml(result.id)).text = details


def _details(audit: Audit, result: CheckResult) -> str:
    lines = [result.summary]
    lines += [f"{finding.severity.value}: {finding.message}" for finding in result.findings]
    lines += [f"original: {audit.original.path}", f"retouched: {audit.retouched.path}"]
    return "\n".join(lines)


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
