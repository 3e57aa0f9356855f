"""Whole batches: same results however they are run, one broken pair costs one pair, nothing done is lost."""

from __future__ import annotations

import json
from importlib import import_module

import pytest

from fidelity.batch import run_batch
from fidelity.batch.pairs import file_names
from fidelity.errors import InputError, PolicyError
from fidelity.result import Verdict

from .conftest import picture

VERDICTS = ["pass", "pass", "fail", "error", "error"]


@pytest.fixture(params=[1, 2, 3], ids=["in one process", "in two processes", "in three processes"])
def workers(request):
    return request.param


def without_seconds(run):
    return json.loads(run.to_json())


def test_results_are_the_same_and_in_order_however_they_are_run(batch, delivery, tmp_path, workers):
    run = batch(delivery, workers=workers)
    assert [audit.id for audit in run.audits] == [f"ring {name}" for name in "abcde"]
    assert [audit.verdict for audit in run.audits] == VERDICTS
    assert run.summary.verdicts == {"pass": 2, "fail": 1, "error": 2}
    serial = batch(delivery)
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
    assert "the system killed it; out of memory?" in run.audits[2].error


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
    run = batch(delivery)
    assert [audit.verdict for audit in run.audits] == VERDICTS
    (problem,) = run.summary.problems
    assert problem.startswith("no report for ring a (IsADirectoryError")


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


def test_real_checks_say_the_same_in_two_processes_as_in_one(tmp_path):
    try:
        import_module("fidelity.auditing")
        import_module("fidelity.registry").discover()
    except Exception as error:
        pytest.skip(f"no real audit here: {error}")
    for name in ("a", "b", "c"):
        picture(tmp_path / "before" / f"{name}.png")
        picture(tmp_path / "after" / f"{name}.png", 200 if name == "a" else 120)
    sources = [tmp_path / "before", tmp_path / "after"]
    one, two = (run_batch(sources, tmp_path / f"out{n}", workers=n) for n in (1, 2))
    assert without_seconds(one) == without_seconds(two)
    assert Verdict.ERROR not in {audit.verdict for audit in one.audits}
