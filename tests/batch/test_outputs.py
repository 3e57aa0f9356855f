"""results.csv, junit.xml and the counts."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from fidelity.batch.outputs import junit, run_of, table, write_results
from fidelity.image.picture import PictureInfo
from fidelity.result import Audit, CheckResult, Finding, RegistrationInfo, verdict_of

PICTURE = PictureInfo(path="in/ring.jpg", width=40, height=40)


def check(id: str, status: str, *, gating: bool = True) -> CheckResult:
    finding = Finding(kind="missing", severity="critical", message="the prong at <2 o'clock> & \x00\x1f is gone")
    return CheckResult(id=id, status=status, summary=f"{id} \x08seen", gating=gating, findings=(finding,), seconds=0.25)


def audit(id: str, *checks: CheckResult, **more) -> Audit:
    values = {"verdict": verdict_of(checks), "original": PICTURE, "retouched": PICTURE}
    values |= {"registration": RegistrationInfo(status="registered"), "checks": checks} | more
    return Audit(id=id, **values)


RUN = run_of(
    [
        audit("good", check("prongs", "pass"), check("chain", "not_applicable"), extra={"vendor": "Ö & Co"}),
        audit("bad", check("prongs", "fail"), check("texture", "fail", gating=False)),
        audit("dark <1>", check("prongs", "review"), check("chain", "error")),
        audit("broken", verdict="error", error="b.jpg is truncated", extra={"verdict": "mine", "vendor": "Z"}),
    ],
    ["lonely.jpg"],
)


def test_counts():
    assert RUN.summary.pairs == 4
    assert RUN.summary.verdicts == {"pass": 1, "fail": 1, "review": 1, "error": 1}
    assert RUN.summary.checks["prongs"] == {"pass": 1, "fail": 1, "review": 1}
    assert RUN.summary.unmatched == ("lonely.jpg",)


def test_the_csv_reads_back(tmp_path):
    write_results(RUN, tmp_path)
    rows = pd.read_csv(tmp_path / "results.csv", keep_default_na=False)
    assert list(rows.columns) == [
        *("id", "verdict", "prongs", "chain", "texture", "original", "retouched", "error"),
        *("vendor", "manifest.verdict"),
    ]
    assert list(rows["verdict"]) == ["pass", "fail", "review", "error"]
    assert list(rows["prongs"]) == ["pass", "fail", "review", ""]
    assert list(rows["vendor"]) == ["Ö & Co", "", "", "Z"]
    assert rows["error"][3] == "b.jpg is truncated"
    assert rows["manifest.verdict"][3] == "mine"


def test_an_empty_run_has_a_header_all_the_same():
    assert list(table(run_of([], [])).columns) == ["id", "verdict", "original", "retouched", "error"]


@pytest.fixture
def cases():
    suites = ET.fromstring(junit(RUN).encode())  # bytes, as a CI system reads them
    assert suites.tag == "testsuites"
    (suite,) = suites
    for element in (suites, suite):
        counts = {name: element.get(name) for name in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": "7", "failures": "1", "errors": "2", "skipped": "2"}
    return {(case.get("classname"), case.get("name")): case for case in suite}


@pytest.mark.parametrize(
    ("case", "tag", "message"),
    [
        pytest.param(("bad", "prongs"), "failure", "prongs seen", id="a gating check that fails is a failure"),
        pytest.param(("dark <1>", "chain"), "error", "chain seen", id="a crash is an error"),
        pytest.param(("broken", "audit"), "error", "b.jpg is truncated", id="an unreadable pair is an error"),
        pytest.param(("dark <1>", "prongs"), "skipped", "review: prongs seen", id="a review is skipped"),
        pytest.param(("good", "chain"), "skipped", "not applicable: chain seen", id="so is what does not apply"),
        pytest.param(("bad", "texture"), "system-out", None, id="advice is printed under a passed case"),
    ],
)
def test_junit_says_each_status_in_its_own_way(cases, case, tag, message):
    (element,) = cases[case]
    assert element.tag == tag
    assert element.get("message") == message


def test_a_pass_is_an_empty_case_with_its_time(cases):
    assert len(cases["good", "prongs"]) == 0
    assert cases["good", "prongs"].get("time") == "0.250"


def test_junit_names_files_and_findings_without_what_xml_forbids(cases):
    text = cases["bad", "prongs"][0].text
    assert "critical: the prong at <2 o'clock> &  is gone" in text
    assert "in/ring.jpg" in text
