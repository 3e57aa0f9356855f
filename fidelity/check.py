"""What a check is. The engine knows this and never which checks exist."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from fidelity.evidence import Evidence
from fidelity.result import Outcome


@runtime_checkable
class Check(Protocol):
    """One point of the checklist.

    A check is a frozen dataclass whose fields are its limits, each with a default and its unit in the name
    (`tone_delta_e00`, `shift_px`); a policy sets them by these names. Its class docstring is its help page:
    what, why a jeweller cares, how, when it does not apply, known problems, where the limits come from.

    A class attribute `bounds`, limit → name of the measurement that it alone bounds, lets `fidelity calibrate`
    propose that limit; a check without it is never calibrated.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    advice: ClassVar[str]

    def judge(self, evidence: Evidence) -> Outcome:
        """Judge one pair. An exception becomes status `error`; it never stops the other checks.

        `SystemExit` is one as well, and the working folder is set back after each check.
        """
        ...
