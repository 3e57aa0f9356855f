"""Counts to rates: recall, review, false alarms and right place, with Wilson 95 % intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from scipy.stats import binomtest

from benchmarks.measuring.auditing import Found
from benchmarks.measuring.peers import PEERS, threshold

ANY = "any check"


def rate(hits: int, n: int) -> dict[str, Any]:
    """`hits` of `n`, with the Wilson interval at 95 %; null bounds where n is 0."""
    if not n:
        return {"hits": 0, "n": 0, "low": None, "high": None}
    interval = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return {"hits": hits, "n": n, "low": round(float(interval.low), 4), "high": round(float(interval.high), 4)}


def counted(flags: Iterable[bool]) -> dict[str, Any]:
    """The rate of the true ones."""
    listed = list(flags)
    return rate(sum(listed), len(listed))


def caught(found: Found, check: str) -> bool:
    """Whether the check (or the verdict, for any check) failed the pair."""
    return found.verdict == "fail" if check == ANY else found.status(check) == "fail"


def stopped(found: Found, check: str) -> bool:
    """Whether the check, or the verdict, asks for a human."""
    status = found.verdict if check == ANY else found.status(check)
    return status in ("review", "error")


def alarmed(found: Found, check: str) -> bool:
    """Whether a faithful pair was failed; a crash is an alarm too."""
    status = found.verdict if check == ANY else found.status(check)
    return status in ("fail", "error")


def per_check(results: Sequence[Found]) -> list[dict[str, Any]]:
    """A row per check that has defects in the set, and one for the verdict over all checks."""
    built = {check for r in results for check in r.statuses}
    good = [r for r in results if r.pair.faithful]
    bad = [r for r in results if not r.pair.faithful]
    rows = []
    for check in [*sorted({r.pair.check for r in bad}), ANY]:
        mine = bad if check == ANY else [r for r in bad if r.pair.check == check]
        own = check == ANY or check in built
        hits = [r for r in mine if caught(r, check)]
        rows.append(
            {
                "check": check,
                "built": own,
                "recall": counted(caught(r, check) for r in mine) if own else None,
                "review": counted(stopped(r, check) for r in mine) if own else None,
                "by_any_check": counted(caught(r, ANY) or caught(r, check) for r in mine),
                "place": counted(r.in_place(check) for r in hits if r.pair.where) if own and check != ANY else None,
                "false_alarms": counted(alarmed(r, check) for r in good) if own else None,
                "review_on_faithful": counted(stopped(r, check) for r in good) if own else None,
            }
        )
    return rows


def per_sort(results: Sequence[Found]) -> list[dict[str, Any]]:
    """A row per check and kind of defect: caught by that check, and by any."""
    groups: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for r in results:
        if not r.pair.faithful:
            groups[r.pair.check, r.pair.sort].append(r)
    return [
        {
            "check": check,
            "kind": sort,
            "recall": counted(caught(r, check) for r in group),
            "review": counted(stopped(r, check) for r in group),
            "by_any_check": counted(caught(r, ANY) or caught(r, check) for r in group),
        }
        for (check, sort), group in sorted(groups.items())
    ]


def per_faithful(results: Sequence[Found]) -> list[dict[str, Any]]:
    """A row per faithful edit: failed, and sent to review, by the verdict."""
    groups: dict[str, list[Found]] = defaultdict(list)
    for r in results:
        if r.pair.faithful:
            groups[r.pair.sort].append(r)
    return [
        {
            "edit": sort,
            "false_alarms": counted(alarmed(r, ANY) for r in group),
            "review": counted(stopped(r, ANY) for r in group),
        }
        for sort, group in sorted(groups.items())
    ]


def of_peers(results: Sequence[Found]) -> list[dict[str, Any]]:
    """What each peer catches of a check's defects with as many false alarms as the check has.

    The peer's limit is chosen on the very faithful pairs of the same results, which flatters it.
    """
    seen = [r for r in results if r.peers]
    good, bad = [r for r in seen if r.pair.faithful], [r for r in seen if not r.pair.faithful]
    rows = []
    for check in [*sorted({r.pair.check for r in bad}), ANY]:
        mine = bad if check == ANY else [r for r in bad if r.pair.check == check]
        allowed = sum(alarmed(r, check) for r in good)
        peers = {}
        for name in PEERS:
            limit = threshold([r.peers[name] for r in good], allowed)
            peers[name] = counted(r.peers[name] > limit for r in mine)
        rows.append({"check": check, "allowed": allowed, "peers": peers})
    return rows
