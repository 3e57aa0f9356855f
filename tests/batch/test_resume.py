"""`--resume`: what still holds is kept, what changed is judged anew, and nothing stale is left behind."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from fidelity.batch import journal, runner
from fidelity.batch.journal import JOURNAL
from fidelity.policy import CheckSettings, Policy

from . import stand_in
from .conftest import picture


def without_seconds(run):
    return json.loads(run.to_json())


@pytest.fixture
def counted(monkeypatch):
    """Ids that were really audited, in order; the batch must run in this process."""
    ids: list[str] = []

    def audit_pair(task):
        ids.append(task.pair.id)
        return stand_in.audit_pair(task)

    return ids, audit_pair, monkeypatch


@pytest.fixture
def resumed(batch, counted):
    ids, audit_pair, monkeypatch = counted
    monkeypatch.setattr(runner, "audit_pair", audit_pair)

    def run(*sources, **options):
        ids.clear()
        done = batch(*sources, resume=True, **options)
        return list(ids), done

    return run


def test_resume_audits_only_errors_again(batch, delivery, resumed):
    first = batch(delivery)
    ids, second = resumed(delivery)
    assert ids == ["ring d", "ring e"]
    assert without_seconds(second) == without_seconds(first)


@pytest.fixture
def shoot(tmp_path):
    """Two pairs of uncompressed pictures, so that one byte can change and the size stay."""
    for name in ("a", "b"):
        for side in ("before", "after"):
            picture(tmp_path / side / f"{name}.bmp")
    return tmp_path / "before", tmp_path / "after"


def one_byte_changed(path: Path) -> None:
    """Another last pixel, under the same size and time."""
    about, data = path.stat(), bytearray(path.read_bytes())
    data[-1] ^= 0xFF
    path.write_bytes(data)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (about.st_size, about.st_mtime_ns)


@pytest.mark.parametrize("side", ["before", "after"])
def test_one_byte_that_changed_under_the_same_size_and_time_is_audited_again(batch, shoot, tmp_path, resumed, side):
    assert [audit.verdict for audit in batch(*shoot).audits] == ["pass", "pass"]
    one_byte_changed(tmp_path / side / "b.bmp")
    ids, run = resumed(*shoot)
    assert ids == ["b"]
    assert [audit.verdict for audit in run.audits] == ["pass", "fail"]


def test_files_that_were_copied_and_hold_the_same_are_not_audited_again(batch, shoot, tmp_path, resumed):
    batch(*shoot)
    for path in tmp_path.glob("*/*.bmp"):
        os.utime(path, (1, 1))
    assert resumed(*shoot)[0] == []


def test_a_member_of_a_zip_that_changed_under_the_same_size_and_date_is_audited_again(batch, shoot, tmp_path, resumed):
    def pack():
        with zipfile.ZipFile(tmp_path / "after.zip", "w") as packed:
            for path in sorted((tmp_path / "after").iterdir()):
                packed.writestr(zipfile.ZipInfo(path.name, (2024, 5, 1, 12, 0, 0)), path.read_bytes())
        return tmp_path / "before", tmp_path / "after.zip"

    batch(*pack())
    assert resumed(*pack())[0] == []
    one_byte_changed(tmp_path / "after" / "a.bmp")
    ids, run = resumed(*pack())
    assert ids == ["a"]
    assert [audit.verdict for audit in run.audits] == ["fail", "pass"]


@pytest.mark.parametrize("change", ["made", "changed", "removed"])
def test_a_sidecar_that_was(batch, shoot, tmp_path, resumed, change):
    aside = tmp_path / "before" / "a.fidelity.toml"
    if change != "made":
        aside.write_text("[expect]\nprongs = 4\n")
    batch(*shoot)
    aside.write_text("[expect]\nprongs = 6\n")
    if change == "removed":
        aside.unlink()
    assert resumed(*shoot)[0] == ["a"]


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param(("acme 1.0", "fidelity-qa 0.2"), id="our own version"),
        pytest.param(("acme 1.1", "fidelity-qa 0.1"), id="a third party's version"),
        pytest.param(("fidelity-qa 0.1",), id="a third party that is gone"),
    ],
)
def test_other_versions_of_what_judges_are_all_audited_again(batch, shoot, resumed, monkeypatch, versions):
    monkeypatch.setattr(runner.registry, "versions", lambda: ("acme 1.0", "fidelity-qa 0.1"))
    batch(*shoot)
    assert resumed(*shoot)[0] == []
    monkeypatch.setattr(runner.registry, "versions", lambda: versions)
    assert resumed(*shoot)[0] == ["a", "b"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"policy": Policy(checks={"texture": CheckSettings(gating=False)})}, id="another policy"),
        pytest.param({"only": ["prongs"]}, id="fewer checks"),
        pytest.param({"skip": ["texture"]}, id="a skipped check"),
    ],
)
def test_resume_audits_all_again_under_other_rules(batch, delivery, resumed, change):
    batch(delivery)
    ids, _ = resumed(delivery, **change)
    assert len(ids) == 5


def test_resume_takes_new_columns_from_the_manifest(batch, delivery, resumed):
    batch(delivery)
    delivery.write_text(delivery.read_text().replace("A 18k", "A 14k"))
    ids, run = resumed(delivery)
    assert "ring a" not in ids
    assert run.audits[0].extra == {"piece": "A 14k"}


def test_resume_audits_again_what_lost_its_report(batch, delivery, tmp_path, resumed):
    batch(delivery)
    next((tmp_path / "out" / "reports").glob("ring_b*")).unlink()
    assert "ring b" in resumed(delivery)[0]


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda line: line[:-40], id="cut short"),
        pytest.param(lambda line: line.replace(b"unchanged", b"unch\xffnged", 1), id="with a byte that is no UTF-8"),
        pytest.param(lambda line: line.replace(b"unchanged", b"unchanted", 1), id="with a letter that is another"),
        pytest.param(lambda line: b'{"files": ' + b"[" * 100_000, id="nested a hundred thousand deep"),
        pytest.param(lambda line: b"[]", id="that is something else"),
        pytest.param(lambda line: b"\0" * len(line), id="of zeros"),
    ],
)
def test_a_line_of_the_journal_costs_itself_and_no_other(batch, shoot, tmp_path, resumed, harm):
    batch(*shoot)
    kept = tmp_path / "out" / JOURNAL
    _, first, second = kept.read_bytes().splitlines()
    assert b'"id":"b"' in second
    kept.write_bytes(first + b"\n" + harm(second) + b"\n")
    ids, run = resumed(*shoot)
    assert ids == ["b"]
    assert len(run.audits) == 2
    kept.write_bytes(harm(first) + b"\n" + second + b"\n")
    assert resumed(*shoot)[0] == ["a"]
    assert all(json.loads(line) for line in kept.read_bytes().splitlines())


def test_without_resume_all_is_audited_and_the_journal_begins_anew(batch, shoot, tmp_path):
    def ids():
        lines = (tmp_path / "out" / JOURNAL).read_text().splitlines()
        return [line["audit"]["id"] for line in map(json.loads, lines) if "audit" in line]

    batch(*shoot)
    batch(*shoot)
    assert ids() == ["a", "b"]


# -------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("page", ["reports/a.html", "thumbs/a-original.jpg", "thumbs/a-retouched.jpg"])
def test_a_page_cut_short_is_written_again(batch, shoot, tmp_path, resumed, page):
    batch(*shoot)
    path = tmp_path / "out" / page
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    assert resumed(*shoot)[0] == ["a"]
    assert path.stat().st_size == len(whole)


def pages(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for folder in ("reports", "thumbs") for path in (out / folder).iterdir()}


def pages_of(*names: str) -> set[str]:
    return {
        page for n in names for page in (f"reports/{n}.html", f"thumbs/{n}-original.jpg", f"thumbs/{n}-retouched.jpg")
    }


@pytest.mark.parametrize("resume", [True, False], ids=["with --resume", "without --resume"])
def test_pages_of_a_pair_that_is_gone_are_removed(batch, shoot, tmp_path, resume):
    batch(*shoot)
    assert pages(tmp_path / "out") == pages_of("a", "b")
    for side in shoot:
        (side / "b.bmp").unlink()
    batch(*shoot, resume=resume)
    assert pages(tmp_path / "out") == pages_of("a")


def test_pages_of_a_pair_that_can_no_longer_be_judged_are_removed(batch, shoot, tmp_path):
    batch(*shoot)
    (tmp_path / "after" / "b.bmp").write_text("a shopping list")
    assert [audit.verdict for audit in batch(*shoot, resume=True).audits] == ["pass", "error"]
    assert pages(tmp_path / "out") == pages_of("a")


def test_pages_of_a_run_that_was_killed_are_removed_by_a_later_one(batch, shoot, tmp_path):
    batch(*shoot)
    for side in shoot:
        (side / "b.bmp").unlink()
    # Killed after it began its journal: what was written before it is known all the same.
    earlier = journal.read(tmp_path / "out")
    journal.Journal(tmp_path / "out", (), earlier.files)
    batch(*shoot)
    assert pages(tmp_path / "out") == pages_of("a")


def test_files_that_the_run_did_not_write_stay(batch, shoot, tmp_path):
    batch(*shoot)
    out = tmp_path / "out"
    (out / "reports" / "notes.html").write_text("mine")
    (out / "reports" / "b.html").write_text("I wrote into this one")
    with (out / JOURNAL).open("a") as stream:
        stream.write(json.dumps({"files": {"../pairs.csv": "0", "reports/../../x": "0", "reports/..": "0"}}) + "\n")
    for side in shoot:
        (side / "b.bmp").unlink()
    batch(*shoot)
    assert pages(out) == {*pages_of("a"), "reports/notes.html", "reports/b.html"}


def test_an_audit_reads_back_from_the_journal_as_it_was_written(tmp_path):
    audit = stand_in_audit(tmp_path)
    with journal.Journal(tmp_path) as kept:
        kept.add("key", audit, {"reports/a.html": "00"})
    found = journal.read(tmp_path)
    assert found.entries["key"].audit == audit
    assert found.files == {"reports/a.html": "00"}


def stand_in_audit(folder: Path):
    """With text and numbers that JSON has to work for."""
    path = picture(folder / "ri\u2028ng \x85 €.png")
    Image.open(path).convert("L").save(folder / "grey.png")
    found = stand_in.examine(
        path, folder / "grey.png", policy=Policy(), only=None, skip=(), expect={}, area_mask=None, id="a"
    )
    return found.audit
