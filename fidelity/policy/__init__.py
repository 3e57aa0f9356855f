"""What a failure means: limits, permits, expectations, and which checks gate.

A policy is a TOML file on top of a named profile; `docs/policy.md` describes every key. Whatever is misspelt, of
the wrong type, in the wrong unit or out of range is refused with file, line, key and what is allowed: a limit
that silently keeps its default is worse than no limit.
"""

from fidelity.policy.model import DEFAULT_PROFILE, CheckSettings, Policy, profile_about, profiles
from fidelity.policy.permits import Permit, permits
from fidelity.policy.reading import FILE, found_upward
from fidelity.policy.template import template

__all__ = [
    "DEFAULT_PROFILE",
    "FILE",
    "CheckSettings",
    "Permit",
    "Policy",
    "found_upward",
    "permits",
    "profile_about",
    "profiles",
    "template",
]
