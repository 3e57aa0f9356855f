"""The overview of a run, read back as a browser would."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from report_pages import Page, sha256
from report_samples import NASTY, audit, failing, passing, puzzling, unregistered

from fidelity.report import write_index
from fidelity.report.overview import local
from fidelity.result import Audit, Run, RunSummary, Verdict


def run_of(*audits: Audit, **left: tuple[str, ...]) -> Run:
    checks: dict[str, Counter[str]] = {}
    for one in audits:
        for result in one.checks:
            checks.setdefault(result.id, Counter())[result.status.value] += 1
    return Run(
        audits=audits,
        summary=RunSummary(
            pairs=len(audits),
            verdicts=dict(Counter(one.verdict.value for one in audits)),
            checks={check: dict(counts) for check, counts in checks.items()},
            **left,
        ),
    )


def broken(id: str) -> Audit:
    return audit(id=id, verdict=Verdict.ERROR, error="broken.jpg: the file is cut short; send it again")


def index(run: Run, path: Path, **options: object) -> Page:
    write_index(run, path, **{"links": {}, "thumbnails": {}, **options})  # type: ignore[arg-type]
    return Page(path)


def test_two_thousand_pairs_stay_small_and_failures_come_first(page: Path) -> None:
    makers = (passing, unregistered, failing, lambda id: puzzling().model_copy(update={"id": id}), broken)
    audits = [
        makers[i % 5](id=f"pair-{i:04}").model_copy(update={"extra": {"vendor": "V" * 500, "piece": f"{i}"}})
        for i in range(2000)
    ]
    ids = [one.id for one in audits]
    read = index(
        run_of(*audits),
        page,
        links={i: f"pairs/{i}.html" for i in ids},
        thumbnails={i: (f"thumbs/{i}-a.jpg", f"thumbs/{i}-b.jpg") for i in ids},
    )
    assert read.wrong == []
    verdicts = [attrs["data-v"] for attrs in read.all("li") if "data-v" in attrs]
    assert Counter(verdicts) == {"fail": 800, "error": 400, "review": 400, "pass": 400}
    assert verdicts == sorted(verdicts, key=["fail", "error", "review", "pass"].index)
    assert len(read.all("img")) == 4000 and all(i["loading"] == "lazy" for i in read.all("img"))
    assert page.stat().st_size < 10_000_000


def test_the_policy_lets_pictures_beside_it_in_and_nothing_else(page: Path) -> None:
    read = index(run_of(failing(id="a")), page)
    assert sha256(read.blocks["style"][0]) in read.policy
    assert sha256(read.blocks["script"][0]) in read.policy
    assert "img-src 'self' file: data:" in read.policy
    assert "http" not in read.source.replace("http-equiv", "")


def test_each_row_says_why_and_leads_to_its_report(page: Path) -> None:
    read = index(run_of(passing(id="good"), failing(id="bad")), page, links={"bad": "pairs/bad%20one.html"})
    assert "pairs/bad%20one.html" in read.urls
    assert "Prongs 5 of 6 prongs found; 1 missing" in read.said
    assert read.said.index("bad") < read.said.index("good")
    assert "1 of 2 pairs failed" in read.said


def test_an_audit_without_verdict_and_files_without_partner_are_shown(page: Path) -> None:
    read = index(run_of(broken("b"), unmatched=("lonely.jpg", NASTY)), page)
    assert "the file is cut short; send it again" in read.said
    assert "2 files without a partner" in read.said and "lonely.jpg" in read.said
    assert "1 of 1 pair could not be judged" in read.said


def test_every_list_of_files_is_shown_and_the_heading_counts_what_was_not_audited(page: Path) -> None:
    run = run_of(
        passing(id="a"),
        unmatched=("lonely.jpg",),
        unread=("x.heic", "evil\u202egpj.xyz"),
        aside=("list.csv",),
        ambiguous=("b.jpg could belong to c.jpg or d.jpg",),
    )
    read = index(run, page)
    assert "The pair passed; 3 files were not audited" in read.said
    assert "1 file without a partner, never audited lonely.jpg" in read.said
    assert "b.jpg could belong to c.jpg or d.jpg" in read.said
    assert "2 files of kinds that are not read, never audited x.heic evil\\u202egpj.xyz" in read.said
    assert "1 file beside the photographs list.csv" in read.said
    assert "not audited" not in index(run_of(passing(id="a"), aside=("list.csv",)), page).said


def test_text_from_outside_stays_text(page: Path) -> None:
    read = index(run_of(puzzling()), page)
    assert len(read.all("script")) == 1
    assert NASTY not in read.source


def test_an_empty_run_is_said_so(page: Path) -> None:
    assert "No pair was audited" in index(run_of(), page).said


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("pairs/a.html", "pairs/a.html"),
        ("pairs/a:b.html", "pairs/a:b.html"),
        ("../out/a%20b.html", "../out/a%20b.html"),
        ("https://example.org/a.html", ""),
        ("javascript:alert(1)", ""),
        ("//example.org/a.html", ""),
        ("\\\\example.org/a.html", ""),
    ],
)
def test_an_overview_never_leads_outside(url: str, kept: str) -> None:
    assert local(url) == kept
