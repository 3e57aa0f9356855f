"""Delivery: does a picture's file meet what a marketplace or a contract asks of it?

Rules are data (`presets/*.toml`), each with its date, its source and whether it is official, recommended or agreed
by contract. Only official and agreed rules fail a picture; a missed recommendation is told.
"""

from fidelity.delivery.judge import DeliveryReport, judge, report_on
from fidelity.delivery.rules import Preset, Rule, preset_names, preset_of

__all__ = ["DeliveryReport", "Preset", "Rule", "judge", "preset_names", "preset_of", "report_on"]
