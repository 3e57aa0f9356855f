"""Rules held against a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, Field

from fidelity.delivery import measure
from fidelity.delivery.rules import NUMBERS, Preset, Rule
from fidelity.image.picture import Picture, PictureInfo
from fidelity.result import Finding, Measurement, Model, Outcome, Severity, Status, Verdict
from fidelity.units import unit_of

DELIVERY_SCHEMA: Literal["fidelity.delivery/1"] = "fidelity.delivery/1"

MEGA = 1_000_000
_SHORT = {"_px": "px", "_mp": "MP", "_dpi": "dpi", "_mb": "MB", "_percent": "%", "_count": ""}


RuleStatus = Literal["met", "broken", "unknown", "not_judged"]
"""`unknown` could not be measured in this picture; `not_judged` needs an original that was not given."""


class RuleResult(Model):
    """One rule and how the picture meets it."""

    rule: Rule
    status: RuleStatus
    found: str = Field(description="what the picture is, in words")
    wanted: str = Field(description="what the rule asks, in words")
    off_by: float | None = Field(default=None, description="how far a number is beyond the rule, in its unit")


class DeliveryReport(Model):
    """The `fidelity.delivery/1` document: one picture against one preset."""

    schema_: Literal["fidelity.delivery/1"] = Field(default=DELIVERY_SCHEMA, alias="schema")
    preset: str
    verdict: Verdict
    picture: PictureInfo
    rules: tuple[RuleResult, ...]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def to_json(self, indent: int | None = 2) -> str:
        """The document."""
        return self.model_dump_json(indent=indent, by_alias=True)


@dataclass(frozen=True)
class _Answer:
    met: bool | None
    found: str
    wanted: str
    off_by: float | None = None


def report_on(picture: Picture, preset: Preset, original: PictureInfo | None = None) -> DeliveryReport:
    """Hold every rule of `preset` against `picture`; `original` is needed for what must be kept."""
    results = tuple(_result(rule, picture, original) for rule in preset.rules)
    binding = [r.status for r in results if r.rule.basis != "recommended"]
    verdict = Verdict.FAIL if "broken" in binding else Verdict.REVIEW if "unknown" in binding else Verdict.PASS
    return DeliveryReport(preset=preset.name, verdict=verdict, picture=picture.info, rules=results)


def judge(picture: Picture, preset: Preset, original: PictureInfo | None = None) -> Outcome:
    """As `report_on`, in the form in which a check answers."""
    report = report_on(picture, preset, original)
    broken = [r for r in report.rules if r.status == "broken"]
    binding = [r for r in report.rules if r.rule.basis != "recommended" and r.status != "not_judged"]
    failed = [r for r in broken if r.rule.basis != "recommended"]
    unknown = [r for r in binding if r.status == "unknown"]
    missed = len(broken) - len(failed)
    advice = f"; {missed} recommendation{'s' if missed != 1 else ''} missed" if missed else ""
    if failed:
        words = f"{failed[0].found}, but {preset.title} asks for {failed[0].wanted}"
        summary = f"{len(failed)} of {len(binding)} rules broken: {words}"
    elif unknown:
        summary = f"{unknown[0].rule.rule} cannot be told: {unknown[0].found}"
    else:
        summary = f"meets all {len(binding)} rules of {preset.title}{advice}"
    return Outcome(
        status={Verdict.FAIL: Status.FAIL, Verdict.REVIEW: Status.REVIEW}.get(report.verdict, Status.PASS),
        summary=summary,
        measurements=tuple(_measurement(r) for r in report.rules if r.off_by is not None),
        findings=tuple(_finding(r, preset) for r in sorted(broken, key=lambda r: r.rule.basis == "recommended")),
    )


def _measurement(result: RuleResult) -> Measurement:
    """How far beyond the rule, so that zero is fine: the original has no say in it."""
    ending = unit_of(result.rule.rule)
    binding = result.rule.basis != "recommended"
    return Measurement(
        name=f"beyond: {result.wanted}",
        original=0,
        retouched=result.off_by,
        limit=0 if binding else None,
        unit=_SHORT.get(ending.ending, "") if ending else "",
        worse_when="higher",
    )


def _finding(result: RuleResult, preset: Preset) -> Finding:
    basis = result.rule.basis
    when = f", {result.rule.date}" if result.rule.date else ""
    asks = "recommends" if basis == "recommended" else "asks for"
    return Finding(
        kind=f"{basis} rule",
        severity=Severity.MINOR if basis == "recommended" else Severity.MAJOR,
        message=f"{result.found[:1].upper()}{result.found[1:]}; {preset.title} {asks} {result.wanted} ({basis}{when}).",
    )


def _result(rule: Rule, picture: Picture, original: PictureInfo | None) -> RuleResult:
    answer = _number(rule, picture) if rule.rule in NUMBERS else _OTHERS[rule.rule](rule, picture, original)
    status: RuleStatus = "unknown" if answer.met is None else "met" if answer.met else "broken"
    if rule.rule == "metadata_kept" and original is None:
        status = "not_judged"
    return RuleResult(rule=rule, status=status, found=answer.found, wanted=answer.wanted, off_by=answer.off_by)


def _number(rule: Rule, picture: Picture) -> _Answer:
    value = _MEASURED[rule.rule](picture)
    bound = float(rule.value) if isinstance(rule.value, int | float) else 0.0
    smallest = "_min_" in rule.rule
    ending = unit_of(rule.rule)
    unit = _SHORT.get(ending.ending, "") if ending else ""
    what = NUMBERS[rule.rule]
    wanted = f"at {'least' if smallest else 'most'} {bound:g} {unit}".rstrip() + f" ({what})"
    if rule.rule == "border_max_px" and bound == 0:
        wanted = "no border"
    if value is None:
        return _Answer(None, f"the {what} cannot be told from this picture", wanted)
    off = max(0.0, bound - value if smallest else value - bound)
    return _Answer(off == 0, f"the {what} is {_rounded(value)} {unit}".rstrip(), wanted, round(off, 3))


_MEASURED: dict[str, Callable[[Picture], float | None]] = {
    "width_min_px": lambda p: p.shape[1],
    "height_min_px": lambda p: p.shape[0],
    "long_side_min_px": lambda p: max(p.shape),
    "long_side_max_px": lambda p: max(p.shape),
    "short_side_min_px": lambda p: min(p.shape),
    "size_min_mp": lambda p: p.shape[0] * p.shape[1] / MEGA,
    "size_max_mp": lambda p: p.shape[0] * p.shape[1] / MEGA,
    "resolution_min_dpi": lambda p: p.info.dpi or 0.0,  # not stated is not 300: the client's layout will take 72
    "file_max_mb": lambda p: p.info.bytes / MEGA if p.info.path else None,
    "fill_min_percent": measure.fill_percent,
    "fill_max_percent": measure.fill_percent,
    "border_max_px": measure.border_px,
    "frames_max_count": lambda p: p.info.frames,
}


def _formats(rule: Rule, picture: Picture, _: PictureInfo | None) -> _Answer:
    wanted = _one_of(rule)
    if not picture.info.path:
        return _Answer(None, "an array has no file format", wanted)
    return _Answer(picture.info.format in _list(rule), f"the file is {picture.info.format}", wanted)


def _spaces(rule: Rule, picture: Picture, _: PictureInfo | None) -> _Answer:
    space = measure.colour_space(picture.info)
    untagged = " (no profile)" if not picture.info.profile and space == "sRGB" else ""
    return _Answer(space in _list(rule), f"the colour space is {space}{untagged}", _one_of(rule))


def _background(rule: Rule, picture: Picture, _: PictureInfo | None) -> _Answer:
    colour = str(rule.value)
    if colour == "transparent":
        opaque = 100 * measure.opaque_share(picture)
        met = opaque <= 100 * measure.STRAY_SHARE
        return _Answer(met, f"{opaque:.3g} % of the frame's rim is opaque", "a transparent ground")
    if measure.opaque_share(picture) < measure.STRAY_SHARE:
        return _Answer(False, "the ground is transparent", f"a ground of {colour}")
    off = measure.off_ground(picture, measure.rgb_of(colour))
    red, green, blue = (int(v) for v in measure.median_rim(picture))
    within = f" within {rule.tolerance:g} steps" if rule.tolerance else ""
    found = f"the ground is #{red:02x}{green:02x}{blue:02x}, up to {off:g} of 255 steps off"
    return _Answer(off <= rule.tolerance, found, f"a ground of {colour}{within}", max(0.0, off - rule.tolerance))


def _aspect(rule: Rule, picture: Picture, _: PictureInfo | None) -> _Answer:
    width, height = (int(part) for part in str(rule.value).split(":"))
    is_now = picture.shape[1] / picture.shape[0]
    off = 100 * abs(is_now / (width / height) - 1)
    return _Answer(
        off <= rule.tolerance,
        f"the picture is {picture.shape[1]} × {picture.shape[0]} px",
        f"an aspect of {rule.value}",
    )


def _kept(rule: Rule, picture: Picture, original: PictureInfo | None) -> _Answer:
    wanted = f"{', '.join(_list(rule))} kept where the original has it"
    if original is None:
        return _Answer(None, "no original was given to compare metadata with", wanted)
    lost = [name for name in _list(rule) if _has(original, name) and not _has(picture.info, name)]
    return _Answer(not lost, f"{', '.join(lost)} of the original is gone" if lost else "nothing was dropped", wanted)


def _has(info: PictureInfo, name: str) -> bool:
    return bool(info.digital_source_type) if name == "digital-source-type" else name in info.metadata


def _list(rule: Rule) -> tuple[str, ...]:
    return tuple(rule.value) if isinstance(rule.value, tuple) else ()


def _one_of(rule: Rule) -> str:
    *most, last = _list(rule)
    return f"{', '.join(most)} or {last}" if most else last


def _rounded(value: float) -> str:
    """Whole numbers whole, others to a tenth that never hides a miss: 79.96 is not 80."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3f}".rstrip("0") if value < 1 else f"{value:.2f}"


_OTHERS: dict[str, Callable[[Rule, Picture, PictureInfo | None], _Answer]] = {
    "formats": _formats,
    "colour_spaces": _spaces,
    "background": _background,
    "aspect_ratio": _aspect,
    "metadata_kept": _kept,
}
