"""A stranger's code is kept in: what it raises, where it goes, how much it says."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from fidelity.containing import bounded, settled_again, shortened, told
from fidelity.result import Finding, Measurement, Outcome, Status


def test_the_user_s_ctrl_c_is_told_from_an_interrupt_that_was_raised():
    with settled_again() as by_the_user:
        assert not by_the_user(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as caught, settled_again() as by_the_user:
        signal.raise_signal(signal.SIGINT)
    assert by_the_user(caught.value)
    assert not by_the_user(SystemExit())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_thread_has_no_signals_and_contains_all_the_same():
    said = []

    def work():
        with settled_again() as by_the_user:
            said.append(by_the_user(KeyboardInterrupt()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == [False]


def test_the_folder_is_set_back_also_when_something_is_raised(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="x"), settled_again():
        os.chdir("/")
        raise ValueError("x")
    assert Path.cwd() == tmp_path


def test_a_folder_that_is_gone_is_no_fault(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    with settled_again():
        os.chdir("/")
        (tmp_path / "gone").rmdir()
    assert Path.cwd() == Path("/")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SystemExit(), "SystemExit"),
        (SystemExit(3), "SystemExit: 3"),
        (ValueError("two\nlines"), "ValueError: two lines"),
    ],
)
def test_an_exception_is_one_line(error, says):
    assert told(error) == says


def test_a_long_text_is_cut_and_counted():
    assert shortened("x" * 2000) == "x" * 2000
    assert shortened("x" * 3234) == "x" * 2000 + "… (1,234 more characters left out)"


def outcome(findings=(), measurements=(), summary="seen"):
    return Outcome(status=Status.FAIL, summary=summary, findings=tuple(findings), measurements=tuple(measurements))


def test_what_a_person_reads_is_left_as_it_is():
    said = outcome([Finding(kind="gone", message=str(n)) for n in range(500)])
    assert bounded(said) == said


def test_of_too_many_findings_the_worst_stay_in_their_order_and_the_rest_is_counted():
    findings = [Finding(kind="dust", severity="minor", message=f"speck {n}") for n in range(600)]
    findings[550] = Finding(kind="moved", severity="major", message="moved")
    findings[580] = Finding(kind="gone", severity="critical", message="gone")
    said = bounded(outcome(findings))
    assert [f.message for f in said.findings] == [*(f"speck {n}" for n in range(498)), "moved", "gone"]
    assert said.summary == "seen (100 more findings left out)"
    assert said.status is Status.FAIL


def test_too_many_measurements_and_long_texts_are_bounded_as_well():
    said = bounded(
        outcome(
            [Finding(kind="k" * 3000, message="m" * 3000)],
            [Measurement(name="n" * 3000, unit="u" * 3000) for _ in range(203)],
        )
    )
    assert len(said.measurements) == 200
    assert said.summary == "seen (3 more measurements left out)"
    for text in (said.findings[0].kind, said.findings[0].message, said.measurements[0].name, said.measurements[0].unit):
        assert text.endswith("… (1,000 more characters left out)")
