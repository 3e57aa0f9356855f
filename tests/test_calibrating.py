"""Limits from accepted runs: what they would cost, and what is never proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from fidelity.policy.calibrating import (
    MIN_PAIRS,
    Accepted,
    Proposal,
    Setting,
    accepted,
    chosen,
    proposals,
    rate,
    together,
)
from fidelity.result import Audit, CheckResult, Measurement

from .cli.conftest import an_audit


@dataclass(frozen=True)
class Outline:
    id: ClassVar[str] = "outline"
    title: ClassVar[str] = "Outline"
    question: ClassVar[str] = "?"
    advice: ClassVar[str] = "!"
    bounds: ClassVar[dict[str, str]] = {"size_percent": "stone size", "lost_count": "stones"}
    size_percent: float = 4.0
    lost_count: int = 3

    def judge(self, evidence: Any) -> Any: ...


CHECKS = (Outline(),)


def size(value: float, limit: float = 4.0) -> Measurement:
    return Measurement(name="stone size", original=100, retouched=100 + value, limit=limit, unit="%")


def audit(*measured: Measurement, piece: str = "", id: str = "ring", status: str = "pass", **more: Any) -> Audit:
    result = CheckResult(id="outline", status=status, summary="", measurements=measured, **more)
    return an_audit(result, id=id, extra={"piece": piece} if piece else {})


def proposal_for(values: Sequence[float], target: float = 0.01, pieces: int = 0) -> Proposal:
    run = [
        audit(size(value), id=str(n), piece=f"piece {n % pieces}" if pieces else "") for n, value in enumerate(values)
    ]
    (found,) = proposals(accepted([run], CHECKS), CHECKS, target)
    return found


def ramp(top: float, count: int = 200) -> list[float]:
    return [float(v) for v in np.linspace(0.1, top, count)]


def test_a_limit_far_above_what_is_needed_is_tightened() -> None:
    found = proposal_for(ramp(2.0))
    assert found.answer == "tightens" and found.name == "outline.size_percent"
    assert found.proposed == 2.0  # 198 of 200 stay under 1.98, rounded up to two digits
    assert (found.now.alarms, found.now.pairs) == (0, 200)
    assert found.then.alarms <= 2


def test_a_limit_that_accepted_pairs_exceed_would_loosen() -> None:
    found = proposal_for(ramp(8.0))
    assert found.answer == "loosens" and found.proposed > found.current
    assert found.now.alarms == sum(v > 4 for v in ramp(8.0))
    assert found.then.alarms <= 4


def test_rates_are_told_on_pieces_that_the_limit_was_not_set_on() -> None:
    """One piece of ten needs twice as much as the others: in the runs a limit fits it, left out it does not."""
    values = [1.0 + (n % 10 == 7) + 0.001 * n for n in range(200)]
    by_pair, by_piece = proposal_for(values), proposal_for(values, pieces=10)
    assert by_pair.answer == "tightens" and by_pair.then.alarms <= 2
    assert by_piece.answer == "unproven" and by_piece.then.alarms == 20


@pytest.mark.parametrize(
    ("values", "answer"),
    [([0.0] * 50, "keeps"), ([1.0] * (MIN_PAIRS - 1), "too few"), ([4.0] * 50, "keeps")],
    ids=["the same file twice", "few pairs", "the limit is right already"],
)
def test_what_says_nothing_changes_nothing(values: list[float], answer: str) -> None:
    found = proposal_for(values)
    assert found.answer == answer and found.proposed == found.current
    assert chosen([found], loosened=()) == {}


def test_nothing_is_loosened_that_was_not_named() -> None:
    found = proposal_for(ramp(8.0))
    assert chosen([found], loosened=()) == {}
    assert chosen([found], loosened=["outline.size_percent"]) == {"outline": {"size_percent": found.proposed}}


def test_a_count_stays_a_whole_number() -> None:
    lost = [Measurement(name="stones", original=28, retouched=28 - n % 2, limit=3) for n in range(60)]
    run = [audit(measured, id=str(n)) for n, measured in enumerate(lost)]
    (found,) = proposals(accepted([run], CHECKS), CHECKS)
    assert found.proposed == 1
    assert chosen([found], ()) == {"outline": {"lost_count": 1}}
    assert isinstance(chosen([found], ())["outline"]["lost_count"], int)


def test_an_allowance_for_one_pair_is_not_part_of_the_limit() -> None:
    """A check that widens its limit to 6 for a strongly brightened pair needs 5 - 2 there."""
    run = [audit(size(1.0)), audit(size(5.0, limit=6.0), id="bright")]
    assert [pair.needs["outline", "size_percent"] for pair in accepted([run], CHECKS)] == [1.0, 3.0]


@pytest.mark.parametrize(
    "silent",
    [
        audit(size(1.0), status="review"),
        audit(size(9.0), permitted=("symmetry-fix",)),
        audit(Measurement(name="stone size", original=None, retouched=3, limit=4)),
        audit(Measurement(name="another", original=1, retouched=3, limit=4)),
        audit(),
    ],
    ids=["not judged", "permitted", "no number", "bounded by no limit", "nothing measured"],
)
def test_what_was_not_judged_by_a_limit_does_not_count(silent: Audit) -> None:
    assert accepted([[silent]], CHECKS) == ()


def test_runs_are_read_together_and_their_pieces_kept_apart() -> None:
    pairs = accepted([[audit(size(1))], [audit(size(2))]], CHECKS)
    assert len({pair.piece for pair in pairs}) == 2
    same = accepted([[audit(size(1), piece="a")], [audit(size(2), piece="a")]], CHECKS)
    assert {pair.piece for pair in same} == {"a"}


@pytest.mark.parametrize(
    ("needs", "share", "limit"),
    [
        ([1, 2, 3, 4], 0.0, 4.0),
        ([1, 2, 3, 4], 0.25, 3.0),
        ([0.3337], 0.0, 0.34),
        ([12.34], 0.0, 13.0),
        ([0.3], 0.0, 0.3),
        ([1.0], 1.0, 1.0),
        ([], 0.0, 0.0),
    ],
)
def test_the_lowest_limit_for_a_share_of_alarms(needs: list[float], share: float, limit: float) -> None:
    assert Setting(share).limit(needs) == limit
    assert sum(need > limit for need in needs) <= share * len(needs)


def test_the_highest_value_of_a_unit_holds() -> None:
    assert Setting(0.0, highest=1.0).limit([1.7]) == 1.0


def test_intervals_are_wilsons() -> None:
    assert (rate(0, 20).low, rate(0, 20).high) == pytest.approx((0, 0.1611), abs=1e-4)
    assert (rate(5, 100).low, rate(5, 100).high) == pytest.approx((0.0215, 0.1118), abs=1e-4)
    assert (rate(0, 0).low, rate(0, 0).high) == (0, 1)
    assert str(rate(5, 100)) == "5 of 100 (2.2–11.2 %)"


def test_pairs_with_any_alarm() -> None:
    pairs = [Accepted("a", {("x", "p"): 1, ("y", "q"): 5}), Accepted("b", {("x", "p"): 3})]
    assert together(pairs, {("x", "p"): 2, ("y", "q"): 4}).alarms == 2
    assert together(pairs, {("x", "p"): 3, ("y", "q"): 5}).alarms == 0
