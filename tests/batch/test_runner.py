"""Whole batches: same results however they are run, one broken pair costs one pair, nothing done is lost."""

from __future__ import annotations

import io
import json
import os
from importlib import import_module

import pytest
from rich.console import Console

from fidelity.batch import run_batch, runner
from fidelity.batch.journal import JOURNAL
from fidelity.batch.pairs import file_names
from fidelity.errors import InputError, PolicyError
from fidelity.policy import CheckSettings, Policy
from fidelity.result import Verdict

from . import stand_in
from .conftest import picture

VERDICTS = ["pass", "pass", "fail", "error", "error"]


@pytest.fixture(params=[1, 2, 3], ids=["in this process", "in two processes", "in three processes"])
def workers(request):
    return request.param


def without_seconds(run):
    return json.loads(run.to_json())


def test_results_are_the_same_and_in_order_however_they_are_run(batch, delivery, tmp_path, workers):
    run = batch(delivery, workers=workers)
    assert [audit.id for audit in run.audits] == [f"ring {name}" for name in "abcde"]
    assert [audit.verdict for audit in run.audits] == VERDICTS
    assert run.summary.verdicts == {"pass": 2, "fail": 1, "error": 2}
    serial = batch(delivery, workers=1)
    assert without_seconds(run) == without_seconds(serial)
    assert json.loads((tmp_path / "out" / "results.json").read_text()) == without_seconds(serial)


def test_a_broken_file_is_one_error_audit_that_names_it(batch, delivery, tmp_path):
    broken, missing = batch(delivery).audits[3:]
    assert broken.error == (
        f"{tmp_path / 'in' / 'd_retouched.png'} is not a picture that can be read here; "
        "export it as JPEG, PNG, WebP, TIFF, AVIF, GIF or BMP"
    )
    assert "does not exist" in missing.error
    assert missing.registration.status == "failed"
    assert missing.original.path.endswith("e.png")


def test_a_crash_costs_its_own_pair(batch, tmp_path, workers):
    for name in ("a", "crash", "z"):
        picture(tmp_path / "before" / f"{name}.png")
        picture(tmp_path / "after" / f"{name}.png")
    run = batch(tmp_path / "before", tmp_path / "after", workers=workers)
    assert [audit.verdict for audit in run.audits] == ["pass", "error", "pass"]
    assert "fidelity crashed on this pair (RuntimeError: a fault of ours)" in run.audits[1].error


def test_a_killed_worker_costs_its_own_pair(batch, tmp_path):
    for name in ("a", "b", "kill", "y", "z"):
        picture(tmp_path / "before" / f"{name}.png")
        picture(tmp_path / "after" / f"{name}.png")
    run = batch(tmp_path / "before", tmp_path / "after", workers=2)
    assert [audit.verdict for audit in run.audits] == ["pass", "pass", "error", "pass", "pass"]
    assert "was killed" in run.audits[2].error


def test_columns_of_the_manifest_are_carried_through_and_expectations_handed_on(batch, delivery):
    audits = batch(delivery).audits
    assert [audit.extra for audit in audits][:2] == [{"piece": "A 18k"}, {"piece": "B 18k"}]
    assert audits[4].extra == {"piece": "E 18k"}
    assert audits[0].checks[0].summary.endswith("expected {}")
    assert audits[1].checks[0].summary.endswith("expected {'prongs': 1.0}")


def test_each_audited_pair_has_a_report_and_two_thumbnails(batch, delivery, tmp_path):
    batch(delivery)
    out = tmp_path / "out"
    reports, thumbs = sorted((out / "reports").iterdir()), sorted((out / "thumbs").iterdir())
    assert len(reports) == 3
    assert len(thumbs) == 6
    page = (out / "index.html").read_text()
    for path in (*reports, *thumbs):
        assert f"{path.parent.name}/{path.name}" in page


def test_without_reports_there_are_results_all_the_same(batch, delivery, tmp_path):
    batch(delivery, reports=False)
    assert not list((tmp_path / "out" / "reports").iterdir())
    for name in ("index.html", "results.json", "results.csv", "junit.xml"):
        assert (tmp_path / "out" / name).stat().st_size


def test_a_report_that_cannot_be_written_does_not_cost_the_judgement(batch, delivery, tmp_path):
    name = file_names(["ring a"])["ring a"]
    (tmp_path / "out" / "reports" / f"{name}.html").mkdir(parents=True)
    printed = io.StringIO()
    run = batch(delivery, console=Console(file=printed))
    assert [audit.verdict for audit in run.audits] == VERDICTS
    assert "no report for ring a (IsADirectoryError" in printed.getvalue()


# ------------------------------------------------------------------------------------------------- resume


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


@pytest.mark.parametrize("side", ["c.png", "c_retouched.png"])
def test_resume_audits_a_changed_file_again(batch, delivery, tmp_path, resumed, side):
    batch(delivery)
    picture(tmp_path / "in" / side, 200)
    os.utime(tmp_path / "in" / side, (1, 1))
    ids, _ = resumed(delivery)
    assert "ring c" in ids
    assert "ring a" not in ids


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


def test_resume_survives_a_journal_cut_short(batch, delivery, tmp_path, resumed):
    batch(delivery)
    journal = tmp_path / "out" / JOURNAL
    journal.write_text(journal.read_text()[:-40] + "\nnot json\n{}\n[]\n")
    ids, run = resumed(delivery)
    assert ids == ["ring d", "ring e"]
    assert len(run.audits) == 5
    assert all(json.loads(line) for line in journal.read_text().splitlines())


def test_without_resume_all_is_audited_and_the_journal_begins_anew(batch, delivery, tmp_path):
    batch(delivery)
    batch(delivery)
    assert len((tmp_path / "out" / JOURNAL).read_text().splitlines()) == 5


def test_ctrl_c_leaves_what_is_done(batch, delivery, tmp_path, monkeypatch, resumed):
    def audit_pair(task):
        if task.pair.id == "ring c":
            raise KeyboardInterrupt
        return stand_in.audit_pair(task)

    monkeypatch.setattr(runner, "audit_pair", audit_pair)
    with pytest.raises(KeyboardInterrupt):
        batch(delivery)
    out = tmp_path / "out"
    assert [audit["id"] for audit in json.loads((out / "results.json").read_text())["audits"]] == [
        "ring a",
        "ring b",
    ]
    assert (out / "index.html").exists()
    assert len((out / JOURNAL).read_text().splitlines()) == 2
    monkeypatch.setattr(runner, "audit_pair", stand_in.audit_pair)
    assert [audit.verdict for audit in batch(delivery, resume=True).audits] == VERDICTS


# ----------------------------------------------------------------------------------- refused before the start


def test_an_expectation_of_an_unknown_check_is_refused(batch, delivery):
    delivery.write_text(delivery.read_text().replace("expect.prongs", "expect.prong"))
    with pytest.raises(PolicyError, match=r"'expect\.prong': there is no check 'prong'; expectations may name prongs"):
        batch(delivery)


def test_an_expectation_of_a_check_left_out_is_left_out(batch, delivery):
    run = batch(delivery, only=["texture"])
    assert run.audits[1].checks[0].summary.endswith("expected {}")


def test_an_output_folder_that_is_a_file_is_refused(batch, delivery, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="is a file, not a folder"):
        batch(delivery)


def test_no_workers_are_refused(batch, delivery):
    with pytest.raises(InputError, match="give at least 1"):
        batch(delivery, workers=0)


# --------------------------------------------------------------------------------------- with the real checks


def test_real_checks_say_the_same_in_a_pool_as_in_this_process(tmp_path):
    try:
        import_module("fidelity.auditing")
        import_module("fidelity.registry").discover()
    except Exception as error:
        pytest.skip(f"no real audit here: {error}")
    for name in ("a", "b", "c"):
        picture(tmp_path / "before" / f"{name}.png")
        picture(tmp_path / "after" / f"{name}.png", 200 if name == "a" else 120)
    sources = [tmp_path / "before", tmp_path / "after"]
    serial, pool = (run_batch(sources, tmp_path / f"out{n}", workers=n) for n in (1, 2))
    assert without_seconds(serial) == without_seconds(pool)
    assert Verdict.ERROR not in {audit.verdict for audit in serial.audits}
