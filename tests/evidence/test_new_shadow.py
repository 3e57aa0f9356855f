"""A drop shadow on the new ground is no part of the piece; a bite into the piece is no ground, a deep one either."""

from __future__ import annotations

import pytest
from fidelity_checks.silhouette import Silhouette

from fidelity import Evidence, Status
from tests.evidence.composed import composed, original


@pytest.mark.parametrize(
    ("piece", "dark"), [("eternity-1", 0.25), ("eternity-1", 0.45), ("solitaire4-1", 0.25), ("solitaire6-2", 0.25)]
)
def test_a_drop_shadow_is_no_part_of_the_piece(piece: str, dark: float) -> None:
    shaded, plain = (Evidence(original(piece), composed(piece, dark=share)[0]) for share in (dark, 0.0))
    assert shaded.piece and plain.piece
    extra = shaded.piece.mask & ~plain.piece.mask
    assert extra.sum() < 0.1 * plain.piece.mask.sum()
    assert Silhouette().judge(shaded).status is Status.PASS


@pytest.mark.parametrize(
    ("piece", "radius", "dark"),
    [
        ("eternity-1", 0.035, 0.0),
        ("solitaire4-1", 0.02, 0.0),
        ("solitaire4-1", 0.035, 0.0),
        ("solitaire6-2", 0.035, 0.0),
        ("eternity-1", 0.035, 0.35),
        ("emerald-1", 0.035, 0.35),
        ("solitaire6-1", 0.035, 0.35),
    ],
)
def test_a_bite_deeper_than_an_undercut_is_found(piece: str, radius: float, dark: float) -> None:
    """Also where the new shadow falls into it."""
    retouched, (x, y) = composed(piece, bite=radius, dark=dark)
    outcome = Silhouette().judge(Evidence(original(piece), retouched))
    assert outcome.status is Status.FAIL
    reach = round(radius * max(retouched.shape))
    boxes = [finding.box for finding in outcome.findings if finding.box]
    assert any(left <= x + reach and x - reach <= left + w and top <= y <= top + h for left, top, w, h in boxes)
