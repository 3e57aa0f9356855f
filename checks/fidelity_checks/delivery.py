"""The retouched file meets what was ordered: size, format, ground, framing."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from fidelity import Evidence, Outcome
from fidelity.delivery import Preset, Rule, judge, preset_of
from fidelity.delivery.rules import why_not


@dataclass(frozen=True)
class Delivery:
    """Does the delivered file meet the marketplace's or the contract's rules?

    **Why a jeweller cares.** A listing with a grey ground or too few pixels is suppressed, and a catalogue page
    with 72 dpi comes back from the printer: the best retouch is then worth nothing.

    **How.** The retouched file itself is measured, not the registered picture: pixels, megabytes, DPI, format,
    profile, the ground in the outer 2 % of the frame, the piece's extent along the side that it fills most,
    a border drawn with a ruler, metadata that the original has and the retouch has not. `preset` names a set of
    rules; every other setting adds a rule or replaces the preset's. Each number in a measurement is how far the
    file is beyond the rule: 0 meets it. Only official and agreed rules fail; recommendations are told.

    **When it does not apply.** No preset and no rule is set.

    **Known problems.** Text, watermarks, props and mannequins are not looked for. On a busy ground the piece's
    extent is not measured and the rule is `review`.

    **Where the limits come from.** `fidelity delivery --preset NAME` lists each rule with its date and source.
    """

    preset: str = ""
    width_min_px: int | None = None
    height_min_px: int | None = None
    long_side_min_px: int | None = None
    long_side_max_px: int | None = None
    short_side_min_px: int | None = None
    size_min_mp: float | None = None
    size_max_mp: float | None = None
    resolution_min_dpi: float | None = None
    file_max_mb: float | None = None
    fill_min_percent: float | None = None
    fill_max_percent: float | None = None
    border_max_px: int | None = None
    frames_max_count: int | None = None
    formats: tuple[str, ...] | None = None
    colour_spaces: tuple[str, ...] | None = None
    metadata_kept: tuple[str, ...] | None = None
    background: str | None = None
    background_tolerance: float = 1.0
    aspect_ratio: str | None = None
    aspect_percent: float = 1.0

    id: ClassVar[str] = "delivery"
    title: ClassVar[str] = "Delivery"
    question: ClassVar[str] = "Does the file meet the marketplace's or the contract's rules?"
    advice: ClassVar[str] = (
        "Export the same retouch again with the settings that the rule asks for; the piece is not at fault."
    )

    def __post_init__(self) -> None:
        """Refuse a preset or a value that does not exist."""
        if self.preset:
            preset_of(self.preset)
        for rule in self._own():
            if problem := why_not(rule.rule, rule.value):
                raise ValueError(problem)

    def judge(self, evidence: Evidence) -> Outcome:
        """Hold the retouched file against the rules."""
        own = self._own()
        if not self.preset and not own:
            return Outcome.not_applicable("no delivery rules are set")
        preset = preset_of(self.preset) if self.preset else Preset(name="policy", title="the policy", rules=())
        return judge(evidence.retouched, preset.with_rules(own), evidence.original.info)

    def _own(self) -> tuple[Rule, ...]:
        """The rules that the policy sets itself."""
        tolerances = {"background": self.background_tolerance, "aspect_ratio": self.aspect_percent}
        own = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in ("preset", "background_tolerance", "aspect_percent") and value is not None:
                own.append(Rule(rule=field.name, value=value, tolerance=tolerances.get(field.name, 0.0)))
        return tuple(own)
