"""The report of one pair, read back as a browser would."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from report_pages import Page, sha256
from report_samples import (
    HEIGHT,
    NASTY,
    WIDTH,
    audit,
    check,
    failing,
    info,
    passing,
    pictures,
    puzzling,
    ring,
    unregistered,
)

from fidelity.errors import InputError
from fidelity.exhibit import Exhibit
from fidelity.report import write_report
from fidelity.result import Audit, Finding, Status

KINDS: dict[str, tuple[Callable[[], Audit], Exhibit]] = {
    "a failing pair": (failing, pictures()),
    "a passing pair": (passing, pictures(retouched=ring(), registered=ring())),
    "a review with odd text": (puzzling, pictures(covered=np.tri(HEIGHT, WIDTH, dtype=bool))),
    "a pair that nothing lays together": (unregistered, pictures(registered=None, covered=None)),
    "an audit without checks": (audit, pictures()),
}


@pytest.fixture(params=KINDS, name="any_page")
def _any_page(request: pytest.FixtureRequest, page: Path) -> Page:
    make, exhibit = KINDS[request.param]
    write_report(make(), exhibit, page)
    return Page(page)


def test_parses_as_html_with_every_tag_closed(any_page: Page) -> None:
    assert any_page.wrong == []
    assert len(any_page.ids) == len(set(any_page.ids))


def test_asks_nobody_for_anything(any_page: Page) -> None:
    assert all(url.startswith(("data:image/jpeg;base64,", "#")) for url in any_page.urls)
    assert "http://" not in any_page.source and "https://" not in any_page.source


def test_the_policy_allows_its_own_two_blocks_and_nothing_else(any_page: Page) -> None:
    (style,), (script,) = any_page.blocks["style"], any_page.blocks["script"]
    assert sha256(style) in any_page.policy
    assert sha256(script) in any_page.policy
    assert any_page.policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in any_page.policy
    names = {name for _, attrs in any_page.tags for name in attrs}
    assert "style" not in names and not any(name.startswith("on") for name in names)


def test_links_inside_the_page_lead_somewhere(any_page: Page) -> None:
    assert {url[1:] for url in any_page.urls if url.startswith("#")} <= set(any_page.ids)


def test_text_from_outside_stays_text(page: Path) -> None:
    write_report(puzzling(), pictures(), page)
    read = Page(page)
    assert len(read.all("script")) == 1
    assert "alert(" in read.said
    assert read.source.count(NASTY) == 0


def test_every_finding_is_on_both_pictures_and_in_a_card(page: Path) -> None:
    write_report(failing(), pictures(), page)
    read = Page(page)
    for figure in range(1, 6):
        assert read.urls.count(f"#finding-{figure}") == 3  # two pictures and the table
        assert f"finding-{figure}" in read.ids


def test_without_registration_only_the_original_is_marked(page: Path) -> None:
    write_report(unregistered(), pictures(registered=None, covered=None), page)
    read = Page(page)
    assert read.urls.count("#finding-2") == 2
    assert "Nothing could be laid on top of each other" in read.said
    assert not [attrs for attrs in read.all("button") if "data-mode" in attrs]


def test_the_verdict_says_why_in_one_sentence(page: Path) -> None:
    write_report(failing(), pictures(), page)
    assert "Fails: prongs – 5 of 6 prongs found; 1 missing. Also: metal tone." in Page(page).said


def test_failures_come_first_and_what_does_not_apply_comes_last(page: Path) -> None:
    write_report(failing(), pictures(), page)
    cards = [i.removeprefix("check-") for i in Page(page).ids if i.startswith("check-")]
    assert cards == ["prongs", "metal-tone", "outline", "texture", "hallmark", "chain"]


def test_tells_no_folder_of_the_studio(any_page: Page) -> None:
    assert "/studio/shelf" not in any_page.source


def test_a_big_picture_with_many_findings_stays_mailable(page: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3000, 4000, 3), np.uint8)
    boxes = [(x, y, 150, 150) for x in range(0, 3800, 200) for y in range(0, 2800, 280)]
    found = [Finding(kind="missing", box=box, message="A stone is missing.") for box in boxes]
    big = audit(
        check("pave", Status.FAIL, f"{len(boxes)} stones missing", findings=found),
        original=info("big.tif", width=4000, height=3000),
    )
    write_report(big, Exhibit(noise, noise, noise, np.ones((3000, 4000), bool)), page)
    assert page.stat().st_size < 3_500_000
    read = Page(page)
    assert all(f"finding-{n}" in read.ids for n in range(1, len(boxes) + 1))
    assert "no close-up here, to keep this file small" in read.said


def test_a_studio_restyles_one_file_and_keeps_the_rest(tmp_path: Path, page: Path) -> None:
    (tmp_path / "report.css").write_bytes(b"h1 { color: teal; }\r\n/* </style> */")
    write_report(passing(), pictures(), page, templates=tmp_path)
    read = Page(page)
    assert "color: teal" in read.blocks["style"][0]
    assert sha256(read.blocks["style"][0]) in read.policy
    assert read.wrong == []


def test_a_studio_replaces_the_page(tmp_path: Path, page: Path) -> None:
    (tmp_path / "report.html.j2").write_text("<p>{{ report.title }}: {{ report.verdict }}</p>")
    write_report(passing(), pictures(), page, templates=tmp_path)
    assert page.read_text() == "<p>solitaire-01: pass</p>"


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ report.nothing }}", "nothing"),
        ("line one\n{% if %}", "line 2"),
    ],
    ids=["an unknown name", "broken syntax"],
)
def test_a_broken_template_is_the_users_error(tmp_path: Path, page: Path, template: str, says: str) -> None:
    (tmp_path / "report.html.j2").write_text(template)
    with pytest.raises(InputError, match=says):
        write_report(passing(), pictures(), page, templates=tmp_path)


def test_a_missing_template_folder_is_the_users_error(tmp_path: Path, page: Path) -> None:
    with pytest.raises(InputError, match="no such template folder"):
        write_report(passing(), pictures(), page, templates=tmp_path / "none")


def test_the_same_audit_writes_the_same_bytes(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    write_report(failing(), pictures(), page)
    first = page.read_bytes()
    write_report(failing(), pictures(), page)
    assert page.read_bytes() == first
    assert b"14 November 2023" in first


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, fidelity.report; print([m for m in ('cv2', 'jinja2', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_permitted_change_is_shown_with_its_permit(page: Path) -> None:
    gone = Finding(kind="lost", box=(10, 10, 20, 12), message="The stamp is gone.", permitted="remove-hallmark")
    stamp = check("hallmark", Status.PASS, "permitted by remove-hallmark", findings=(gone,))
    write_report(audit(stamp), pictures(), page)
    source = Page(page).source
    assert "The stamp is gone." in source
    assert "<b>permitted</b> (remove-hallmark)" in source
