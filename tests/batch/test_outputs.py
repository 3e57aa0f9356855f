"""results.csv, junit.xml and the counts."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fidelity.batch.outputs import csv_of, junit, run_of, table, write_results
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
    unread=["a.heic"],
    aside=["Thumbs.db"],
    ambiguous=["a or b"],
)


def test_counts():
    assert RUN.summary.pairs == 4
    assert RUN.summary.verdicts == {"pass": 1, "fail": 1, "review": 1, "error": 1}
    assert RUN.summary.checks["prongs"] == {"pass": 1, "fail": 1, "review": 1}
    assert RUN.summary.unmatched == ("lonely.jpg",)
    assert RUN.summary.unread == ("a.heic",)
    assert RUN.summary.aside == ("Thumbs.db",)
    assert RUN.summary.ambiguous == ("a or b",)


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
    assert list(table(run_of([])).columns) == ["id", "verdict", "original", "retouched", "error"]


@pytest.fixture
def cases():
    suites = ET.fromstring(junit(RUN).encode())  # bytes, as a CI system reads them
    assert suites.tag == "testsuites"
    (suite,) = suites
    for element in (suites, suite):
        counts = {name: element.get(name) for name in ("tests", "failures", "errors")}
        assert counts == {"tests": "7", "failures": "1", "errors": "2"}
    assert suite.get("skipped") == "2"
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


# junit-10.xsd of the Jenkins xUnit plug-in, as far as it goes for what is written here: the attributes that an element
# may have, those that it must have, and the elements in it.
SCHEMA = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "time", "classname", "group"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    **{tag: ({"type", "message"}, set(), set()) for tag in ("skipped", "error", "failure")},
    "system-out": (set(), set(), set()),
}


def test_junit_has_the_elements_and_attributes_of_the_schema_and_no_others():
    elements = list(ET.fromstring(junit(RUN).encode()).iter())
    assert {element.tag for element in elements} == set(SCHEMA)  # each kind was written, and is looked at
    for element in elements:
        may, must, inside = SCHEMA[element.tag]
        assert must <= set(element.attrib) <= may, element.tag
        assert {child.tag for child in element} <= inside
        if element.tag in {"testsuites", "testsuite"}:
            assert re.fullmatch(
                r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?", element.get("time")
            )  # SUREFIRE_TIME


# ------------------------------------------------------------------------------------------------ spreadsheets


def rows_of(run) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_of(table(run)), newline="")))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param('=HYPERLINK("//evil","x")', '\'=HYPERLINK("//evil","x")', id="a formula"),
        pytest.param("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0", id="a formula that begins like a number"),
        pytest.param("-2+3", "'-2+3", id="a sum"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="the at sign of an old spreadsheet"),
        pytest.param("\t=1", "'\t=1", id="a tab, which is stripped"),
        pytest.param("\r=1", "'\r=1", id="a carriage return"),
        pytest.param("＝1", "'＝1", id="a full-width sign"),
        pytest.param("-5", "-5", id="a negative number stays one"),
        pytest.param("+3.25", "+3.25", id="so does one with its sign"),
        pytest.param("-1,5e-3", "-1,5e-3", id="and one with a comma and an exponent"),
        pytest.param("'=1", "''=1", id="an apostrophe of its own is not taken for ours"),
        pytest.param("ring = gold", "ring = gold", id="a sign further on does nothing"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_no_cell_of_the_csv_is_a_formula(text, cell):
    (header, row) = rows_of(run_of([audit("a", check("prongs", "pass"), extra={"note": text})]))
    assert row[header.index("note")] == cell


def test_ids_paths_errors_and_column_names_are_no_formulas_either():
    picture = PictureInfo(path="-x/=ring.jpg")
    one = audit("=1+1", verdict="error", error="@oops", original=picture, extra={"=cmd": "x"})
    header, row = rows_of(run_of([one]))
    assert header == ["id", "verdict", "original", "retouched", "error", "'=cmd"]
    assert row == ["'=1+1", "error", "'-x/=ring.jpg", "in/ring.jpg", "'@oops", "x"]


def test_columns_called_like_ours_keep_all_their_values():
    extra = {"verdict": "mine", "manifest.verdict": "theirs", "prongs": "6", "vendor": "Z"}
    header, row = rows_of(run_of([audit("a", check("prongs", "pass"), extra=extra)]))
    assert dict(zip(header, row, strict=True)) == {
        "id": "a",
        "verdict": "pass",
        "prongs": "pass",
        "original": "in/ring.jpg",
        "retouched": "in/ring.jpg",
        "error": "",
        "manifest.manifest.verdict": "mine",
        "manifest.verdict": "theirs",
        "manifest.prongs": "6",
        "vendor": "Z",
    }


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))))
def test_every_value_of_a_manifest_comes_back_from_the_csv(extra):
    header, row = rows_of(run_of([audit("a", extra=extra)]))
    assert len(set(header)) == len(header) == 5 + len(extra)
    assert [told(cell) for cell in row[5:]] == list(extra.values())
    assert {told(cell) for cell in header[5:]} == {name if name not in OURS else f"manifest.{name}" for name in extra}


OURS = ("id", "verdict", "original", "retouched", "error")


def told(cell: str) -> str:
    """The text of a cell, as the docstring of `csv_of` has it."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in tuple("=+-@\t\r\n＝＋－＠") else cell
