"""Regions and expectations overrule the detectors, and leave out what nobody wants judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fidelity
from fidelity import Brief, Evidence, PolicyError, Regions, Status
from fidelity.policy import Policy

from .drawn import SIZE, STONE, Rgb, signet, softened_stone, stone_mask, without_stamp

STAMP = ((265.0, 460.0), (440.0, 460.0), (440.0, 540.0), (265.0, 540.0))
CORNER = ((100.0, 560.0), (200.0, 560.0), (200.0, 630.0), (100.0, 630.0))


@pytest.fixture(scope="module")
def original() -> Rgb:
    return signet()


def evidence(before: Rgb, after: Rgb | None = None, **brief: Any) -> Evidence:
    pictures = fidelity.load(before), fidelity.load(before if after is None else after)
    return Evidence(*pictures, brief=Brief(**brief))


def box_of(mask: np.ndarray, found: Evidence) -> tuple[float, ...]:
    ys, xs = np.nonzero(mask)
    return found.bench.box(float(xs.min()), float(ys.min()), float(np.ptp(xs)), float(np.ptp(ys)))


@pytest.mark.parametrize(("kind", "zone"), [("hallmark", "mark_zone"), ("chain", "chain_zone"), ("metal", "metal")])
def test_a_drawn_region_is_the_zone(original: Rgb, kind: str, zone: str) -> None:
    found = evidence(original, regions=Regions(**{kind: (CORNER,)}))
    assert box_of(getattr(found.features, zone), found) == pytest.approx((100, 560, 100, 70), abs=3)


def test_drawn_stones_are_the_stones(original: Rgb) -> None:
    (x, y), (a, b) = STONE
    rim = tuple((x + a * float(np.cos(t)), y + b * float(np.sin(t))) for t in np.linspace(0, 2 * np.pi, 40))
    found = evidence(original, regions=Regions(stone=(rim, CORNER)))
    first, second = found.features.stones
    assert first.centre[0] / found.bench.scale + found.bench.left == pytest.approx(x, abs=2)
    assert first.axes == pytest.approx((a * found.bench.scale, b * found.bench.scale), rel=0.03)
    assert first.coloured
    assert found.features.stone_zone.sum() == pytest.approx(first.mask.sum() + second.mask.sum())


@pytest.mark.parametrize(
    ("expect", "empty"),
    [({"chain": False}, "chain_zone"), ({"hallmark": False}, "mark_zone"), ({"melee": 0.0}, "melee_zone")],
    ids=["no chain", "no hallmark", "no melee"],
)
def test_a_feature_that_is_denied_is_not_proposed(original: Rgb, expect: dict[str, Any], empty: str) -> None:
    assert not getattr(evidence(original, expect=expect).features, empty).any()


def test_a_loose_stone_is_all_stone(original: Rgb) -> None:
    loose = np.where(stone_mask()[..., None], original, 250).astype(np.uint8)
    found = evidence(loose, expect={"metal": "none"})
    assert len(found.features.stones) == 1
    assert not found.features.metal.any() and not found.features.prongs
    assert found.tone is None
    audit = fidelity.audit(loose, loose, expect={"metal": "none"})
    assert audit.check("metal-tone").status is Status.NOT_APPLICABLE
    assert audit.check("facets").status is Status.PASS


def stamp_gone(original: Rgb, **regions: Any) -> fidelity.Audit:
    policy = Policy.named("standard").model_copy(update={"regions": Regions(**regions)})
    return fidelity.audit(original, without_stamp(original), policy=policy)


def test_an_ignored_region_is_not_judged(original: Rgb) -> None:
    assert stamp_gone(original).verdict is fidelity.Verdict.FAIL
    assert stamp_gone(original, ignore=(STAMP,)).verdict is not fidelity.Verdict.FAIL
    assert stamp_gone(original, ignore=(CORNER,)).verdict is fidelity.Verdict.FAIL


def test_only_what_is_in_focus_is_judged(original: Rgb) -> None:
    (x, y), (a, b) = STONE
    stone = ((x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b))
    assert stamp_gone(original, focus=(stone,)).verdict is not fidelity.Verdict.FAIL
    assert stamp_gone(original, focus=(STAMP,)).verdict is fidelity.Verdict.FAIL


def test_a_stranger_s_finding_in_an_ignored_region_is_told_and_fails_nothing(original: Rgb) -> None:
    from fidelity.permitting import IGNORED, settled
    from fidelity.result import Finding, Outcome

    found = evidence(original, regions=Regions(ignore=(STAMP,)))
    inside = Finding(kind="odd", box=(300, 480, 60, 40), message="Odd.")
    outside = Finding(kind="odd", box=(100, 100, 60, 40), message="Odd.")
    outcome = Outcome(status=Status.FAIL, summary="odd", findings=(inside,))
    settled_one, reasons = settled(outcome, "acme", Policy(), found)
    assert settled_one.status is Status.PASS and reasons == (IGNORED,)
    assert settled_one.findings[0].permitted == IGNORED
    both = outcome.model_copy(update={"findings": (inside, outside)})
    assert settled(both, "acme", Policy(), found)[0].status is Status.FAIL


class TestSidecar:
    """`ring.fidelity.toml` beside `ring.png`."""

    @pytest.fixture
    def pair(self, tmp_path: Path, original: Rgb) -> tuple[Path, Path]:
        from PIL import Image

        Image.fromarray(original).save(tmp_path / "ring.png")
        Image.fromarray(softened_stone(original)).save(tmp_path / "soft.png")
        return tmp_path / "ring.png", tmp_path / "soft.png"

    def write(self, pair: tuple[Path, Path], text: str) -> None:
        pair[0].with_name("ring.fidelity.toml").write_text(text, encoding="utf-8")

    def test_it_says_what_is_known_of_the_piece(self, pair: tuple[Path, Path]) -> None:
        self.write(pair, "[expect]\nchain = true\nmetal = 'yellow'\n")
        audit = fidelity.audit(pair[0], pair[0])
        assert audit.check("chain").status is Status.REVIEW
        assert "expected chain" in audit.check("chain").summary
        assert audit.check("metal-tone").status is Status.PASS

    def test_the_caller_knows_better(self, pair: tuple[Path, Path]) -> None:
        self.write(pair, "[expect]\nchain = true\n")
        assert fidelity.audit(pair[0], pair[0], expect={"chain": False}).check("chain").status is Status.NOT_APPLICABLE

    def test_its_regions_count(self, pair: tuple[Path, Path]) -> None:
        assert fidelity.audit(*pair).verdict is fidelity.Verdict.FAIL
        self.write(pair, f"[regions]\nignore = [[[0, 0], [{SIZE}, 0], [{SIZE}, 400], [0, 400]]]\n")
        assert fidelity.audit(*pair).verdict is not fidelity.Verdict.FAIL

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("profile = 'precision'", ["line 1", "'profile'", "expect, references, regions"]),
            ("[expect]\nprong = 6", ["line 2", "'expect.prong'", "prongs"]),
            ("[expect]\nmetal = 'pink'", ["line 2", "white, yellow, rose, none"]),
            ("[regions]\nignore = [[1, 2], [3, 4], [5, 6]]", ["line 2", "'regions.ignore"]),
            ("[regions]\nignored = []", ["line 2", "ignore, focus, hallmark"]),
        ],
    )
    def test_what_is_wrong_is_named(self, pair: tuple[Path, Path], text: str, words: list[str]) -> None:
        self.write(pair, text)
        with pytest.raises(PolicyError) as caught:
            fidelity.audit(*pair)
        for word in ("ring.fidelity.toml", *words):
            assert word in str(caught.value)


@pytest.mark.parametrize(
    ("expect", "check", "words"),
    [
        ({"chain": True}, "chain", "expected chain, found none"),
        ({"hallmark": "750"}, "hallmark", "found none"),
        ({"melee": 28}, "pave", "expected 28 melee, found none"),
        ({"metal": "rose"}, "metal-tone", "expected metal rose, found yellow"),
    ],
    ids=["a chain", "a stamp", "melee", "a metal"],
)
def test_a_feature_expected_and_not_found_is_review(
    original: Rgb, expect: dict[str, Any], check: str, words: str
) -> None:
    # Without grain there is nothing that could be taken for a stamp.
    plain = np.asarray(cv2.GaussianBlur(without_stamp(original), (0, 0), 3), np.uint8)
    result = fidelity.audit(plain, plain, expect=expect).check(check)
    assert result.status is Status.REVIEW
    assert words in result.summary
