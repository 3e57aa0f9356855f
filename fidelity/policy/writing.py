"""A policy as a file: what it sets beyond its profile, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fidelity.policy.effective import DEFAULT, Layer, sections
from fidelity.policy.model import CheckSettings, Policy
from fidelity.toml_text import value_text

if TYPE_CHECKING:
    from fidelity.check import Check

Limits = Mapping[str, Mapping[str, Any]]
"""Check id → limit → value."""


def with_limits(policy: Policy, limits: Limits) -> Policy:
    """`policy` with these limits in place of its own."""
    checks = dict(policy.checks)
    for name, changed in limits.items():
        before = checks.get(name, CheckSettings(gating=policy.gates(name)))
        checks[name] = before.model_copy(update={"limits": {**before.limits, **changed}})
    return policy.model_copy(update={"checks": checks})


def written(
    policy: Policy, checks: Sequence[Check], said: Sequence[Layer], *, head: Sequence[str], notes: Mapping[str, str]
) -> str:
    """The TOML of a policy: what `said` sets on top of its first layer, and every setting that `notes` speak of.

    `notes` map `check.limit` to a comment; `head` is the comment at the top. `checks` are configured by `policy`.
    """
    return "\n".join(_lines(policy, checks, said, head, notes)) + "\n"


def _lines(
    policy: Policy, checks: Sequence[Check], said: Sequence[Layer], head: Sequence[str], notes: Mapping[str, str]
) -> Iterator[str]:
    yield from (f"# {line}".rstrip() for line in head)
    for section in sections(policy, checks, said):
        check = section.header.removeprefix("[checks.").rstrip("]") if section.header.startswith("[checks.") else ""
        lines = []
        for entry in section.entries:
            note = notes.get(f"{check}.{entry.name}")
            of_profile = entry.origin == DEFAULT or entry.origin.startswith(said[0].name)
            if note or not of_profile or (not section.header and entry.name == "profile"):
                lines.append(f"{entry.name} = {value_text(entry.value)}" + (f"  # {note}" if note else ""))
        if lines:
            yield from ("", section.header, *lines) if section.header else ("", *lines)
