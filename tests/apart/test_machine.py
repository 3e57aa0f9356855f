"""How much memory there is: the machine's, or what a container is allowed."""

from __future__ import annotations

import psutil
import pytest

from fidelity.apart import machine
from fidelity.apart.machine import default_workers, memory_bytes

GIB = 1 << 30


@pytest.fixture
def groups(tmp_path):
    """`_limits` for these lines of /proc/self/cgroup and these files below /sys/fs/cgroup."""

    def limits(own: str, **files: str) -> list[int]:
        (tmp_path / "cgroup").write_text(own)
        for name, text in files.items():
            path = tmp_path / "sys" / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return sorted(machine._limits(tmp_path / "cgroup", tmp_path / "sys"))

    return limits


def test_version_2_asks_its_own_group_and_those_above(groups):
    found = groups(
        "0::/a/b\n",
        **{"a__b__memory.max": "max\n", "a__memory.max": f"{2 * GIB}\n", "memory.max": f"{4 * GIB}\n"},
    )
    assert found == [2 * GIB, 4 * GIB]


def test_version_1_asks_the_memory_controller_alone(groups):
    found = groups(
        "5:devices:/a\n4:cpu,memory:/a\n0::/\n",
        **{
            "memory__a__memory.limit_in_bytes": f"{3 * GIB}\n",
            "memory__memory.limit_in_bytes": "9223372036854771712\n",
            "devices__a__memory.limit_in_bytes": "1\n",
        },
    )
    assert found == [3 * GIB, 9223372036854771712]


def test_a_container_that_sees_its_group_as_the_root_is_asked_there(groups):
    assert groups("0::/docker/0123\n", **{"memory.max": f"{GIB}\n"}) == [GIB]


def test_without_groups_there_is_the_machine(tmp_path, monkeypatch):
    assert machine._limits(tmp_path / "none", tmp_path) == []
    monkeypatch.setattr(machine, "_limits", lambda *_: [])
    assert memory_bytes() == psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("gigabytes", "tasks", "workers"),
    [
        pytest.param(64, 1, 1, id="no more than tasks"),
        pytest.param(64, 0, 1, id="always one"),
        pytest.param(1, 100, 1, id="one where there is room for none"),
        pytest.param(3.2, 100, 2, id="two in 3.2 GB, at 1.5 GB each"),
        pytest.param(64, 100, 8, id="one a core where memory is plenty"),
    ],
)
def test_workers_fit_cores_memory_and_tasks(monkeypatch, gigabytes, tasks, workers):
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(machine, "memory_bytes", lambda: int(gigabytes * 1e9))
    assert default_workers(tasks) == workers
