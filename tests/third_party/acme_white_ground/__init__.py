"""A studio's own check, in its own distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fidelity import Evidence, Finding, Measurement, Outcome, Severity, Status


@dataclass(frozen=True)
class WhiteGround:
    """Is the picture delivered on pure white?

    Why: the shop's pages are white, and a grey rim around a picture shows.

    How: the darkest pixel of the outermost rows and columns of the retouched picture, in steps of 8 bit below
    255. Transparent areas count as white.

    Does not apply: never; every picture has a rim.
    """

    id: ClassVar[str] = "white-ground"
    title: ClassVar[str] = "White ground"
    question: ClassVar[str] = "Is the picture delivered on pure white?"
    advice: ClassVar[str] = "Set the white point of the ground to 255 before export."

    below_white_steps: int = 2

    def judge(self, evidence: Evidence) -> Outcome:
        """Look at the rim."""
        picture = evidence.exhibit.retouched
        rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        depth = 255 - int(rim.min())
        measured = Measurement(
            name="below white",
            original=0,
            retouched=depth,
            limit=self.below_white_steps,
            unit="steps",
            worse_when="higher",
        )
        if not measured.exceeded:
            return Outcome(status=Status.PASS, summary="the rim is white", measurements=(measured,))
        message = f"The rim is {depth} steps darker than white."
        return Outcome(
            status=Status.FAIL,
            summary=f"the rim is up to {depth} steps below white",
            measurements=(measured,),
            findings=(Finding(kind="ground", severity=Severity.MINOR, message=message),),
        )
