"""Limits from runs that people have accepted: what each would have cost in false alarms.

Every pair of an accepted run counts as faithful, so whatever exceeds a limit there is a false alarm. A proposal is
the lowest limit that keeps the share of alarms at or under a target, rounded up to two digits. Its rate is told on
pairs that it was not set on: each piece (manifest column `piece`, else each pair) is left out in turn, the limit is
set on the others, and the piece is held to it; a tighter limit that costs more than the target there is not
proposed. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

from fidelity.check import Check
from fidelity.result import Audit, Measurement, Status
from fidelity.units import unit_of

TARGET_RATE = 0.01
"""Share of false alarms that a limit may cost by itself; what the checks' own limits were set for."""
MIN_PAIRS = 20
"""With fewer pairs not even a limit without one alarm is known to stay under 17 % (Wilson)."""
DIGITS = 2

Answer = Literal["tightens", "loosens", "keeps", "unproven", "too few"]


@dataclass(frozen=True)
class Rate:
    """`alarms` of `pairs`, with the Wilson interval at 95 % (0 to 1)."""

    alarms: int
    pairs: int
    low: float
    high: float

    def __str__(self) -> str:
        """As a person reads it: `1 of 224 (0.1–2.5 %)`."""
        return f"{self.alarms} of {self.pairs} ({100 * self.low:.1f}–{100 * self.high:.1f} %)"


@dataclass(frozen=True)
class Proposal:
    """One limit: what it is, what it costs, what it might be (`then` on pairs left out), and what that means."""

    check: str
    limit: str
    current: float
    proposed: float
    now: Rate
    then: Rate
    answer: Answer

    @property
    def name(self) -> str:
        """As `--loosen` names it."""
        return f"{self.check}.{self.limit}"


@dataclass(frozen=True)
class Accepted:
    """One accepted pair: its piece, and what each limit would have to be for it to pass."""

    piece: str
    needs: Mapping[tuple[str, str], float]


def accepted(runs: Sequence[Sequence[Audit]], checks: Iterable[Check]) -> tuple[Accepted, ...]:
    """What every audited pair of `runs` needs. Audits of one run were made with the same limits.

    A check may widen its limit for one pair (a strong brightening); that allowance, told from the run's
    smallest limit, is taken off. What a permit settled, and what was not judged, says nothing of a limit.
    """
    bounded = {
        (check.id, name): limit for check in checks for limit, name in getattr(type(check), "bounds", {}).items()
    }
    found = []
    for number, run in enumerate(runs):
        strictest: dict[tuple[str, str], float] = defaultdict(lambda: math.inf)
        for key, measured in chain.from_iterable(_judged(audit) for audit in run):
            strictest[key] = min(strictest[key], float(measured.limit or 0))
        for audit in run:
            needs: dict[tuple[str, str], float] = {}
            for key, measured in _judged(audit):
                if key in bounded:
                    allowance = float(measured.limit or 0) - strictest[key]
                    setting = (key[0], bounded[key])
                    need = max(0.0, float(measured.change or 0) - allowance)
                    needs[setting] = max(need, needs.get(setting, 0.0))
            if needs:
                found.append(Accepted(audit.extra.get("piece") or f"{number}/{audit.id}", needs))
    return tuple(found)


def _judged(audit: Audit) -> Iterable[tuple[tuple[str, str], Measurement]]:
    for result in audit.checks:
        if result.status in (Status.PASS, Status.FAIL) and not result.permitted:
            for measured in result.measurements:
                if measured.limit is not None and measured.change is not None:
                    yield (result.id, measured.name), measured


def proposals(pairs: Sequence[Accepted], checks: Iterable[Check], target: float = TARGET_RATE) -> tuple[Proposal, ...]:
    """A proposal for every limit that `pairs` were judged by; `checks` hold the limits as they are now."""
    made = []
    for check in checks:
        for limit in getattr(type(check), "bounds", {}):
            key = (check.id, limit)
            seen = [(pair.piece, pair.needs[key]) for pair in pairs if key in pair.needs]
            if seen:
                made.append(_proposal(key, getattr(check, limit), seen, target))
    return tuple(made)


def _proposal(key: tuple[str, str], current: float, seen: Sequence[tuple[str, float]], target: float) -> Proposal:
    needs = [need for _, need in seen]
    now = rate(sum(need > current for need in needs), len(needs))
    kept = Proposal(*key, current=current, proposed=current, now=now, then=now, answer="keeps")
    if len(needs) < MIN_PAIRS:
        return replace(kept, answer="too few")
    highest = unit.highest if (unit := unit_of(key[1])) else None
    unproven = None
    # A target that holds on the runs may not hold beyond them; then the limit that nothing exceeded is tried.
    for share in (target, 0.0):
        set_on = Setting(share, isinstance(current, int), highest)
        proposed = set_on.limit(needs)
        # A run without any change at all (the same files twice) says nothing about what a retouch needs.
        if proposed == 0 or proposed >= current:
            break
        then = _left_out(seen, set_on)
        unproven = replace(kept, proposed=proposed, then=then, answer="unproven")
        if then.alarms <= target * len(needs):
            return replace(unproven, answer="tightens")
    if unproven or proposed in (0, current):
        return unproven or kept
    return replace(kept, proposed=proposed, then=_left_out(seen, set_on), answer="loosens")


@dataclass(frozen=True)
class Setting:
    """How a limit is set: share of alarms allowed (0 to 1), whole numbers only, the highest that makes sense."""

    share: float
    whole: bool = False
    highest: float | None = None

    def limit(self, needs: Sequence[float]) -> float:
        """The lowest limit with at most that share of alarms among `needs`, rounded up; 0 for no needs at all."""
        if not needs:
            return 0.0
        worst = sorted(needs, reverse=True)[min(len(needs) - 1, math.floor(self.share * len(needs)))]
        limit = float(math.ceil(worst)) if self.whole else _rounded_up(worst)
        return limit if self.highest is None else min(limit, self.highest)


def _left_out(seen: Sequence[tuple[str, float]], set_on: Setting) -> Rate:
    """Alarms at limits that were set on the other pieces."""
    alarms = 0
    by_piece: dict[str, list[float]] = defaultdict(list)
    for piece, need in seen:
        by_piece[piece].append(need)
    for left, needs in by_piece.items():
        limit = set_on.limit([need for piece, need in seen if piece != left])
        alarms += sum(need > limit for need in needs)
    return rate(alarms, len(seen))


def _rounded_up(value: float) -> float:
    if value <= 0:
        return 0.0
    places = DIGITS - 1 - math.floor(math.log10(value))
    # What is two digits already must not climb by an error of the last bit.
    return round(math.ceil(round(value * 10.0**places, 6)) / 10.0**places, max(0, places))


def rate(alarms: int, pairs: int) -> Rate:
    """With Wilson's interval at 95 %; of no pairs anything may be true."""
    if not pairs:
        return Rate(0, 0, 0.0, 1.0)
    from scipy.stats import binomtest  # noqa: PLC0415 (slow to import, and only needed here)

    interval = binomtest(alarms, pairs).proportion_ci(0.95, method="wilson")
    return Rate(alarms, pairs, float(interval.low), float(interval.high))


def together(pairs: Sequence[Accepted], limits: Mapping[tuple[str, str], float]) -> Rate:
    """How many pairs would have at least one alarm with all these limits at once."""
    hit = sum(any(need > limits.get(key, math.inf) for key, need in pair.needs.items()) for pair in pairs)
    return rate(hit, len(pairs))


def chosen(found: Iterable[Proposal], loosened: Collection[str]) -> dict[str, dict[str, Any]]:
    """Check → limit → value that goes into the policy: what tightens, and what was named to be loosened."""
    limits: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in found:
        if one.answer == "tightens" or (one.answer == "loosens" and one.name in loosened):
            value = one.proposed
            limits[one.check][one.limit] = int(value) if isinstance(one.current, int) else value
    return dict(limits)
