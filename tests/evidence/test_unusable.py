"""What cannot be judged is said to be so: no piece, no registration, nothing of it visible in both pictures."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import fidelity
from fidelity import Evidence, Status, Verdict
from fidelity.policy import Policy
from fidelity.registry import catalogue

WITHOUT_A_PIECE = {"geometry", "delivery", "untouched"}
"""Checks that judge the whole frame; every other one of ours needs the piece."""
OURS = [
    name for name, found in catalogue().items() if found.distribution == "fidelity-qa" and name not in WITHOUT_A_PIECE
]

Rgb = npt.NDArray[np.uint8]


def cloth() -> Rgb:
    """Soft folds of many colours and nothing on them: no plain ground, nothing sharp, no piece."""
    rng = np.random.default_rng(11)
    folds = cv2.resize(rng.uniform(90, 190, (5, 5, 3)).astype(np.float32), (480, 480), interpolation=cv2.INTER_CUBIC)
    return np.clip(cv2.GaussianBlur(folds, (0, 0), 24), 0, 255).astype(np.uint8)


def blank() -> Rgb:
    return np.full((480, 480, 3), 230, np.uint8)


PAIRS = {
    "no piece stands out of its ground": (cloth, cloth, "could not be told from its ground"),
    "nothing to lay one picture on the other by": (cloth, blank, "too little detail"),
}


@pytest.mark.parametrize(("before", "after", "why"), PAIRS.values(), ids=PAIRS.keys())
def test_the_reason_is_one_sentence(before, after, why: str) -> None:  # type: ignore[no-untyped-def]
    said = Evidence(fidelity.load(before()), fidelity.load(after())).unusable
    assert said is not None and why in said


@pytest.fixture(scope="module", params=PAIRS.values(), ids=PAIRS.keys())
def audit(request: pytest.FixtureRequest) -> fidelity.Audit:
    before, after, _ = request.param
    # Without a reference colour there would be nothing for its check to judge, piece or no piece.
    gold = (fidelity.Reference(target="metal", colour="#c0a060"),)
    policy = Policy.named("standard").model_copy(update={"references": gold})
    return fidelity.audit(before(), after(), policy=policy)


@pytest.mark.parametrize("check", OURS)
def test_a_check_that_needs_the_piece_says_review(audit: fidelity.Audit, check: str) -> None:
    result = audit.check(check)
    assert result.status is Status.REVIEW, f"{check} says {result.status}: {result.summary}"
    assert result.summary


def test_the_verdict_is_review(audit: fidelity.Audit) -> None:
    assert audit.verdict is Verdict.REVIEW
