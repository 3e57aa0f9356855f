"""What `fidelity calibrate` relies on: the measurements that checks say their limits bound are really made."""

from __future__ import annotations

from pathlib import Path

import pytest

import fidelity
from fidelity import Status
from fidelity.policy import Policy
from fidelity.registry import discover, limits_of

from ..evidence import drawn
from .drawn_pairs import CHAIN, pendant

FIRST = Path(__file__).parents[2] / "fixtures" / "first"
NOT_ALL_AT_ONCE = {"stone-colour", "facets", "pave", "silhouette"}
"""Measure the worst stone only, one of two numbers at a time, fine detail where there is enough of it, or the outline
as a whole only where nothing else agrees."""

BOUND = {name: check.bounds for name, check in discover().items() if getattr(check, "bounds", None)}  # type: ignore[attr-defined]


def test_the_checklist_can_be_calibrated() -> None:
    from fidelity.registry import CHECKLIST

    assert set(CHECKLIST) <= set(BOUND)


@pytest.mark.parametrize("name", BOUND)
def test_bounds_name_limits(name: str) -> None:
    assert set(BOUND[name]) <= set(limits_of(discover()[name]))


@pytest.fixture(scope="module")
def audits() -> list[fidelity.Audit]:
    ring, chain = drawn.signet(), pendant()
    drawn_chain = Policy(regions=fidelity.Regions(chain=(CHAIN,)))
    return [
        fidelity.audit(ring, ring),
        fidelity.audit(chain, chain, policy=drawn_chain),
        fidelity.audit(FIRST / "original.jpg", FIRST / "faithful.jpg"),
    ]


@pytest.mark.parametrize("name", BOUND)
def test_each_is_measured_with_a_limit_where_the_check_judges(name: str, audits: list[fidelity.Audit]) -> None:
    judged = [result for audit in audits if (result := audit.check(name)).status in (Status.PASS, Status.FAIL)]
    assert judged, f"no picture here lets {name} judge"
    for result in judged:
        measured = {m.name for m in result.measurements if m.limit is not None and m.change is not None}
        bound = set(BOUND[name].values())
        assert measured & bound if name in NOT_ALL_AT_ONCE else bound <= measured
