"""What a run leaves behind: JSON for programs, CSV for spreadsheets, JUnit for CI."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from fidelity.result import Audit, CheckResult, Run, RunSummary, Status
from fidelity.writing import write_whole

RESULTS = ("results.json", "results.csv", "junit.xml")
"""What `write_results` writes."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything that XML 1.0 (2.2 Characters) does not allow, even escaped."""


def run_of(audits: Sequence[Audit], unmatched: Sequence[str], problems: Sequence[str] = ()) -> Run:
    """A run with its counts; audits keep their order. `problems` are sentences about what could not be written."""
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
        problems=tuple(problems),
    )
    return Run(audits=tuple(audits), summary=summary)


def write_results(run: Run, out: Path) -> list[str]:
    """Write results.json, results.csv and junit.xml into `out`, each whole or not at all.

    Returns a sentence for each that could not be written; an earlier one then stays as it was.
    """
    texts = (run.to_json, lambda: table(run).to_csv(index=False, lineterminator="\n"), lambda: junit(run))
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

    A manifest column that is called like one of ours becomes `manifest.NAME`.
    """
    statuses = list(run.summary.checks)
    ours = ["id", "verdict", *statuses, "original", "retouched", "error"]
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
            | {(f"manifest.{k}" if k in ours else k): value for k, value in audit.extra.items()}
        )
    columns = dict.fromkeys([*ours, *(name for row in rows for name in row)])
    return pd.DataFrame(rows, columns=list(columns))


def junit(run: Run) -> str:
    """One test case for each pair and check, so that a CI page names the check that failed.

    Failure: a gating check failed. Error: a gating check crashed, or the pair could not be read. Skipped: the
    check does not apply, or could not tell (review): neither proves anything, and exit code 3 tells a review
    from a pass. What a check that does not gate has to say is printed under a passed case.
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
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            parent.set(name, str(len(suite.findall(f"testcase/{tag}"))))
        parent.set("time", f"{sum(float(case.get('time', 0)) for case in suite.findall('testcase')):.3f}")
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
