"""Delivery rules on pictures drawn by code: what meets them, what breaks them, what cannot be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from typer.testing import CliRunner

import fidelity
from fidelity import PolicyError, Status
from fidelity.cli import app
from fidelity.delivery import Preset, Rule, judge, preset_names, preset_of, report_on
from fidelity.delivery.measure import border_px, fill_percent
from fidelity.delivery.rules import NAMES
from fidelity.policy import CheckSettings, Policy
from fidelity.schemas import generate

Rgb = npt.NDArray[np.uint8]
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description Iptc4xmpExt:DigitalSourceType='
    b'"http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/></rdf:RDF></x:xmpmeta>'
)


def ring(
    width: int = 1200, height: int = 1200, ground: tuple[int, int, int] = (255, 255, 255), fill: float = 0.85
) -> Rgb:
    out = np.full((height, width, 3), ground, np.uint8)
    radius = int(fill * min(width, height) / 2) - 10
    cv2.circle(out, (width // 2, height // 2), radius, (190, 150, 80), 20, cv2.LINE_AA)
    return out


def saved(path: Path, rgb: Rgb, **options: Any) -> fidelity.Picture:
    Image.fromarray(rgb).save(path, **{"quality": 95, **options})
    return fidelity.load(path)


def one(rule: str, value: Any, **more: Any) -> Preset:
    return Preset(name="t", title="the test", rules=(Rule(rule=rule, value=value, **more),))


def test_a_good_listing_picture_meets_every_preset_for_marketplaces(tmp_path: Path) -> None:
    picture = saved(tmp_path / "ring.jpg", ring(2048, 2048), dpi=(300, 300))
    for name in preset_names():
        outcome = judge(picture, preset_of(name), picture.info)
        expected = Status.FAIL if name == "catalogue-4k" else Status.PASS
        assert outcome.status is expected, (name, outcome.summary)


@pytest.mark.parametrize(
    ("rule", "value", "good", "bad"),
    [
        ("width_min_px", 1200, ring(), ring(1199)),
        ("height_min_px", 1200, ring(), ring(1200, 1199)),
        ("long_side_min_px", 1200, ring(1200, 800), ring(1199, 1199)),
        ("long_side_max_px", 1200, ring(1200, 800), ring(1201, 800)),
        ("short_side_min_px", 800, ring(1200, 800), ring(1200, 799)),
        ("size_min_mp", 1.44, ring(), ring(1199)),
        ("size_max_mp", 1.44, ring(), ring(1201)),
        ("fill_min_percent", 80, ring(fill=0.85), ring(fill=0.6)),
        ("fill_max_percent", 90, ring(fill=0.85), ring(fill=0.96)),
        ("background", "#ffffff", ring(), ring(ground=(245, 245, 245))),
        ("background", "#808080", ring(ground=(128, 128, 128)), ring()),
        ("aspect_ratio", "1:1", ring(), ring(1200, 1100)),
        ("aspect_ratio", "3:2", ring(1200, 800), ring()),
        ("formats", ("PNG",), ring(), None),
    ],
)
def test_each_rule_tells_good_from_bad(tmp_path: Path, rule: str, value: Any, good: Rgb, bad: Rgb | None) -> None:
    fine = saved(tmp_path / "good.png", good)
    wrong = saved(tmp_path / "bad.jpg", good if bad is None else bad)
    assert judge(fine, one(rule, value)).status is Status.PASS
    outcome = judge(wrong, one(rule, value))
    assert outcome.status is Status.FAIL
    assert outcome.findings[0].message.endswith("(contract).")


def test_zero_means_zero_for_the_ground() -> None:
    nearly = fidelity.load(ring(ground=(254, 255, 255)))
    assert judge(nearly, one("background", "#ffffff")).status is Status.FAIL
    assert judge(nearly, one("background", "#ffffff", tolerance=1)).status is Status.PASS


def test_a_transparent_ground_is_told_from_an_opaque_one(tmp_path: Path) -> None:
    rgb = ring()
    alpha = np.where((rgb < 250).any(axis=2), 255, 0).astype(np.uint8)
    clear = fidelity.load(np.dstack([rgb, alpha]))
    assert judge(clear, one("background", "transparent")).status is Status.PASS
    assert judge(fidelity.load(rgb), one("background", "transparent")).status is Status.FAIL
    assert judge(clear, one("background", "#ffffff")).status is Status.FAIL


@pytest.mark.parametrize("width", [1, 7, 40])
def test_a_drawn_border_is_measured(width: int) -> None:
    rgb = ring()
    rgb[:width], rgb[-width:], rgb[:, :width], rgb[:, -width:] = 20, 20, 20, 20
    assert border_px(fidelity.load(rgb)) == width


def test_a_border_on_a_jpeg_and_bars_above_and_below_are_found(tmp_path: Path) -> None:
    rgb = ring()
    rgb[:30], rgb[-30:] = 0, 0
    assert border_px(saved(tmp_path / "bars.jpg", rgb, quality=80)) == pytest.approx(30, abs=3)


@pytest.mark.parametrize(
    "rgb",
    [ring(), ring(fill=1.0), np.tile(np.linspace(180, 255, 900, dtype=np.uint8)[:, None, None], (1, 900, 3))],
    ids=["plain ground", "the piece touches the frame", "a graduated ground"],
)
def test_what_is_no_border_is_not_called_one(rgb: Rgb) -> None:
    assert border_px(fidelity.load(rgb)) == 0


def test_a_bracelet_on_a_table_has_no_border() -> None:
    rng = np.random.default_rng(4)
    wood = cv2.GaussianBlur(rng.uniform(60, 160, (700, 900, 3)).astype(np.float32), (0, 0), 3).astype(np.uint8)
    assert border_px(fidelity.load(wood)) == 0
    assert fill_percent(fidelity.load(wood)) is None
    assert judge(fidelity.load(wood), one("fill_min_percent", 80)).status is Status.REVIEW


def test_resolution_counts_only_when_the_file_states_it(tmp_path: Path) -> None:
    preset = one("resolution_min_dpi", 300)
    assert judge(saved(tmp_path / "a.jpg", ring(), dpi=(300, 300)), preset).status is Status.PASS
    assert judge(saved(tmp_path / "b.jpg", ring(), dpi=(72, 72)), preset).status is Status.FAIL
    assert judge(saved(tmp_path / "c.jpg", ring()), preset).status is Status.FAIL


def test_colour_spaces_come_from_mode_and_profile(tmp_path: Path) -> None:
    preset = one("colour_spaces", ("sRGB",))
    assert judge(saved(tmp_path / "a.jpg", ring()), preset).status is Status.PASS
    Image.fromarray(ring()).convert("CMYK").save(tmp_path / "b.jpg")
    outcome = judge(fidelity.load(tmp_path / "b.jpg"), preset)
    assert outcome.status is Status.FAIL and "CMYK" in outcome.summary


def test_a_dropped_digital_source_type_is_noticed(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    before = saved(tmp_path / "before.png", ring(), pnginfo=info)
    kept = saved(tmp_path / "kept.jpg", ring(), xmp=XMP)
    dropped = saved(tmp_path / "dropped.jpg", ring())
    assert before.info.digital_source_type == kept.info.digital_source_type == "compositeWithTrainedAlgorithmicMedia"
    assert "xmp" in kept.info.metadata and dropped.info.metadata == ()
    preset = one("metadata_kept", ("digital-source-type",))
    assert judge(kept, preset, before.info).status is Status.PASS
    assert judge(dropped, preset, before.info).status is Status.FAIL
    assert report_on(dropped, preset).rules[0].status == "not_judged"


def test_a_missed_recommendation_is_told_and_fails_nothing() -> None:
    outcome = judge(fidelity.load(ring()), one("long_side_min_px", 5000, basis="recommended"))
    assert outcome.status is Status.PASS
    assert outcome.findings[0].severity == "minor"
    assert "1 recommendation missed" in outcome.summary


@pytest.mark.parametrize("name", preset_names())
def test_every_rule_of_a_preset_says_when_and_from_whom(name: str) -> None:
    preset = preset_of(name)
    assert preset.rules
    for rule in preset.rules:
        assert rule.date is not None and rule.source, f"{name}: {rule.rule}"
        assert name == "catalogue-4k" or rule.basis != "contract"


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        ("long_side_min", 1, "there is no rule"),
        ("long_side_min_px", -1, "at least 0"),
        ("long_side_min_px", "big", "number"),
        ("formats", ("JPG",), "JPEG, PNG"),
        ("background", "white", "hex colour"),
        ("aspect_ratio", "square", "width to height"),
    ],
)
def test_a_wrong_rule_says_what_is_allowed(rule: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Rule(rule=rule, value=value)


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(PolicyError, match="amazon-jewellery, catalogue-4k, ebay"):
        preset_of("amazon")


class TestCheck:
    """The check in an audit."""

    def audit(self, **limits: Any) -> fidelity.CheckResult:
        policy = Policy(checks={"delivery": CheckSettings(limits=limits)})
        return fidelity.audit(ring(), ring(), policy=policy, only=["delivery"]).check("delivery")

    def test_without_rules_it_does_not_apply(self) -> None:
        assert self.audit().status is Status.NOT_APPLICABLE

    def test_a_policy_sets_its_own_rules(self) -> None:
        assert self.audit(long_side_min_px=1200).status is Status.PASS
        assert self.audit(long_side_min_px=1201).status is Status.FAIL

    def test_a_policys_rule_replaces_the_presets(self) -> None:
        # An array has no file format, so eBay's format-free rules are what is left.
        assert self.audit(preset="ebay").status is Status.PASS
        assert self.audit(preset="ebay", long_side_min_px=3000).status is Status.FAIL

    @pytest.mark.parametrize("limits", [{"preset": "amazon"}, {"background": "white"}, {"formats": ["JPG"]}])
    def test_a_wrong_rule_is_refused_before_the_audit(self, limits: dict[str, Any]) -> None:
        with pytest.raises(PolicyError, match="delivery"):
            self.audit(**limits)

    def test_every_rule_can_be_set_in_a_policy(self) -> None:
        import dataclasses

        from fidelity.registry import catalogue

        fields = {field.name for field in dataclasses.fields(catalogue()["delivery"].check)}  # type: ignore[arg-type]
        assert fields == {*NAMES, "preset", "background_tolerance", "aspect_percent"}


class TestCommand:
    """`fidelity delivery`."""

    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(app, ["delivery", *arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})

    def test_exit_codes_follow_the_rules(self, tmp_path: Path) -> None:
        saved(tmp_path / "good.jpg", ring(1600, 1600))
        saved(tmp_path / "small.jpg", ring(400, 400))
        assert self.run(str(tmp_path / "good.jpg"), "--preset", "amazon-jewellery").exit_code == 0
        done = self.run(str(tmp_path / "small.jpg"), "--preset", "amazon-jewellery")
        assert done.exit_code == 1 and "long_side_min_px" in done.stdout
        assert self.run(str(tmp_path / "none.jpg"), "--preset", "ebay").exit_code == 2

    def test_json_is_alone_on_stdout_and_fits_its_schema(self, tmp_path: Path) -> None:
        saved(tmp_path / "good.jpg", ring(1600, 1600))
        done = self.run(str(tmp_path / "good.jpg"), "--preset", "google-merchant", "--json")
        document = json.loads(done.stdout)
        jsonschema.validate(document, generate("delivery"))
        assert document["schema"] == "fidelity.delivery/1" and document["verdict"] == "pass"

    def test_presets_and_their_sources_are_listed(self) -> None:
        assert all(name in self.run().stdout for name in preset_names())
        assert "2026" in self.run("--preset", "shopify").stdout

    @pytest.mark.parametrize("arguments", [["x.jpg"], ["x.jpg", "--preset", "amzn"], ["--preset", "amzn"]])
    def test_a_missing_or_wrong_preset_lists_them(self, arguments: list[str]) -> None:
        done = self.run(*arguments)
        assert done.exit_code == 2 and "catalogue-4k" in done.stderr
