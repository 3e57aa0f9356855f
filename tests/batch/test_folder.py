"""The output folder: nothing of the user's is overwritten, and a full disk costs only what had no room."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from fidelity.batch import journal
from fidelity.batch.journal import JOURNAL
from fidelity.cli.batch import exit_of
from fidelity.cli.exits import Exit
from fidelity.errors import InputError

from .conftest import picture
from .test_resume import pages, shoot, stand_in_audit  # noqa: F401 - a fixture


@pytest.mark.parametrize("name", ["results.csv", "./results.csv"])
def test_a_manifest_that_results_would_overwrite_is_refused(batch, delivery, tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    manifest = out / name
    manifest.write_text(delivery.read_text().replace("in/", "../in/"))
    before = manifest.read_bytes()
    with pytest.raises(InputError, match=r"results\.csv would be overwritten, because results go to .*out; move it"):
        batch(manifest)
    assert manifest.read_bytes() == before


def test_a_manifest_beside_the_results_is_read(batch, delivery, tmp_path):
    (tmp_path / "out").mkdir()
    manifest = tmp_path / "out" / "pairs.csv"
    manifest.write_text(delivery.read_text().replace("in/", "../in/"))
    before = manifest.read_bytes()
    assert len(batch(manifest).audits) == 5
    assert manifest.read_bytes() == before


def test_a_picture_that_a_thumbnail_would_overwrite_is_refused(batch, tmp_path):
    retouched = picture(tmp_path / "out" / "thumbs" / "a-retouched.jpg")
    picture(tmp_path / "a.png")
    (tmp_path / "pairs.csv").write_text("original,retouched,id\na.png,out/thumbs/a-retouched.jpg,a\n")
    before = retouched.read_bytes()
    with pytest.raises(InputError, match=r"a-retouched\.jpg would be overwritten"):
        batch(tmp_path / "pairs.csv")
    assert retouched.read_bytes() == before


def test_an_id_of_eighty_one_cjk_letters_has_its_pages(batch, tmp_path):
    name = "戒" * 81
    for side in ("before", "after"):
        picture(tmp_path / side / f"{name}.png")
    (audit,) = batch(tmp_path / "before", tmp_path / "after").audits
    assert (audit.id, audit.verdict) == (name, "pass")
    assert len(pages(tmp_path / "out")) == 3


def test_when_no_report_can_be_written_the_exit_code_is_2(batch, shoot, tmp_path):  # noqa: F811
    for name in ("a", "b"):
        (tmp_path / "out" / "reports" / f"{name}.html").mkdir(parents=True)
    run = batch(*shoot)
    assert [audit.verdict for audit in run.audits] == ["pass", "pass"]
    assert [problem.split(" (")[0] for problem in run.summary.problems] == ["no report for a", "no report for b"]
    assert json.loads((tmp_path / "out" / "results.json").read_text())["summary"]["problems"]
    assert exit_of(run) is Exit.ERROR


def test_a_result_that_cannot_be_replaced_is_said_and_the_others_are_written(batch, shoot, tmp_path):  # noqa: F811
    (tmp_path / "out" / "results.csv").mkdir(parents=True)
    run = batch(*shoot)
    (problem,) = run.summary.problems
    assert "results.csv cannot be written (Is a directory)" in problem
    assert {"index.html", "results.json", "junit.xml"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert not list((tmp_path / "out").glob("*.new"))
    assert exit_of(run) is Exit.ERROR


# ---------------------------------------------------------------------------------------------- a full disk


class Disk:
    """A file on a disk with so much room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.data = b""

    def seek(self, place: int, whence: int) -> int:
        return len(self.data)

    def write(self, data: bytes) -> int:
        taken = data[: max(0, self.room - len(self.data))]
        self.data += taken
        if not taken:
            raise OSError(28, "No space left on device")
        return len(taken)

    def truncate(self, size: int) -> None:
        self.data = self.data[:size]

    def close(self) -> None:
        pass


def test_the_journal_keeps_no_half_lines_and_catches_up_when_there_is_room(tmp_path):
    audit = stand_in_audit(tmp_path)
    with journal.Journal(tmp_path) as kept:
        kept._stream.close()
        disk = kept._stream = Disk(10**6)
        kept.add("1", audit)
        line = len(disk.data)
        disk.room = line + line // 2  # the second takes half of its room
        kept.add("2", audit)
        assert (len(disk.data), kept.problem) == (line, "No space left on device")
        disk.room = line  # no room at all
        kept.add("3", audit)
        assert (len(disk.data), kept.problem) == (line, "No space left on device")
        disk.room = 10**6
        kept.add("4", audit)
        assert kept.problem == ""
    assert [json.loads(each)["fingerprint"] for each in disk.data.splitlines()] == ["1", "2", "3", "4"]


@pytest.fixture
def small_disk(tmp_path):
    """tmp_path/out, a disk of one megabyte."""
    out = tmp_path / "out"
    out.mkdir()
    if not hasattr(os, "getuid") or os.getuid() or not shutil.which("mount"):
        pytest.skip("only root makes a small disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(out)], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield out
    subprocess.run(["umount", str(out)], check=True)


def test_on_a_full_disk_all_is_audited_and_written_when_there_is_room_again(batch, shoot, small_disk):  # noqa: F811
    batch(*shoot, reports=False)
    old = (small_disk / "results.json").read_bytes()
    (shoot[1] / "b.bmp").write_bytes(picture(shoot[1] / "c.bmp", 90).read_bytes())
    with (small_disk / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(b"\0" * 4096) == 4096:
                pass
        except OSError:
            pass
    with pytest.raises(InputError, match=r"out cannot be written \(No space left on device\); make room there"):
        batch(*shoot)
    os.truncate(small_disk / "filler", (small_disk / "filler").stat().st_size - 4096)  # room to begin

    run = batch(*shoot)
    assert [audit.verdict for audit in run.audits] == ["pass", "fail"]
    said = "\n".join(run.summary.problems)
    assert "no report for a (OSError: [Errno 28] No space left on device" in said
    assert "results.json cannot be written (No space left on device); the one there is of an earlier run" in said
    assert (small_disk / "results.json").read_bytes() == old
    assert not list(small_disk.rglob("*.new"))

    (small_disk / "filler").unlink()
    again = batch(*shoot, resume=True)
    assert [audit.verdict for audit in again.audits] == ["pass", "fail"]
    assert again.summary.problems == ()
    assert [a["verdict"] for a in json.loads((small_disk / "results.json").read_text())["audits"]] == ["pass", "fail"]
    assert len(pages(small_disk)) == 6
    assert len((small_disk / JOURNAL).read_bytes().splitlines()) >= 2
