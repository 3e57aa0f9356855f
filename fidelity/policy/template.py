"""A `fidelity.toml` to start from: every key that there is, explained, and switched off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fidelity.policy.model import Policy, profile_about, profiles
from fidelity.policy.permits import permits
from fidelity.registry import limits_of
from fidelity.toml_text import key_text, value_text
from fidelity.units import words_of

if TYPE_CHECKING:
    from fidelity.check import Check

_HEAD = """\
# What a retouch may change, and how much. Every fidelity command that runs in this folder or below it reads this file.
# A setting behind '#' is off; take the '#' away to use it. `fidelity policy show` prints what is in force and why.

# Where to start from:"""

_PIECE = """
# What the original shows, for all pieces here. A file NAME.fidelity.toml beside NAME.jpg says it for one piece,
# `expect.*` columns of a manifest and --expect do, too. What is expected and not found is sent to review.
[expect]
#prongs = 6
#melee = 28
#chain = true
#hallmark = "750"
#metal = "rose"  # white, yellow, rose, or none for a loose stone

# Colours that the retouch must show, at most five: for metal, gem or enamel, as hex or as Lab.
#[[references]]
#for = "metal"
#name = "18 ct rose"
#colour = "#e0b8a0"
#delta_e00 = 3

# Polygons in pixels of the original that overrule what is detected, for pictures that share one frame.
# Kinds: ignore, focus, hallmark, stone, metal, chain.
[regions]
#ignore = [[[0, 0], [200, 0], [200, 80], [0, 80]]]

# The checks. With gating = false a failure is shown as advice and does not fail the verdict. Zero means zero."""


def template(profile: str, installed: Mapping[str, type[Check]]) -> str:
    """The text of a policy that starts from `profile` and changes nothing."""
    return "\n".join(_lines(profile, installed)) + "\n"


def _lines(profile: str, installed: Mapping[str, type[Check]]) -> Iterator[str]:
    policy = Policy.named(profile)
    yield _HEAD
    width = max(len(name) for name in profiles())
    for name in profiles():
        yield f"#   {name:{width}}  {profile_about(name).split('. ')[0].rstrip('.')}."
    yield f"profile = {value_text(profile)}"
    yield ""
    yield "# Changes that the brief allows; they are still found and told, as permitted:"
    width = max(len(name) for name in permits())
    for name, permit in permits().items():
        yield f"#   {name:{width}}  {permit.allows}"
    yield f"#permits = {value_text(policy.permits or (next(iter(permits())),))}"
    yield ""
    yield "# Checks without which nothing is judged, so that a broken installation is never a pass:"
    yield f"#required = {value_text(policy.required)}"
    yield _PIECE
    for name, check in installed.items():
        yield f"\n[{key_text('checks', name)}]  # {check.question}"
        yield f"#gating = {value_text(policy.gates(name))}"
        limits = {**limits_of(check), **(policy.checks[name].limits if name in policy.checks else {})}
        for limit, value in limits.items():
            unit = words_of(limit)
            if value is not None:
                yield f"#{limit} = {value_text(value)}" + (f"  # {unit}" if unit else "")
        unset = [limit for limit, value in limits.items() if value is None]
        if unset:
            yield f"# Not set: {', '.join(unset)}"
