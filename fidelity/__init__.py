"""fidelity: proves, close up, that a piece of jewellery survived its retouch.

>>> import fidelity
>>> audit = fidelity.audit("ring.jpg", "ring_retouched.jpg")   # doctest: +SKIP
>>> audit.verdict, audit.check("prongs").summary               # doctest: +SKIP

Heavy imports (OpenCV, SciPy) happen on first use of a name, so that `fidelity --help` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fidelity.auditing import Examination, audit, examine
    from fidelity.brief import Brief, Reference, Regions
    from fidelity.check import Check
    from fidelity.errors import FidelityError, InputError, PolicyError, RegistryError
    from fidelity.evidence import Change, DetailKept, Evidence
    from fidelity.exhibit import Exhibit
    from fidelity.image.decode import load
    from fidelity.image.picture import Picture, PictureInfo
    from fidelity.policy import Policy
    from fidelity.registry import discover
    from fidelity.report import write_report
    from fidelity.result import (
        Audit,
        CheckResult,
        Finding,
        Measurement,
        Outcome,
        RegistrationInfo,
        Run,
        Severity,
        Status,
        Verdict,
    )
    from fidelity.sight import Seen, see

_HOME = {
    "Audit": "result",
    "Brief": "brief",
    "Change": "evidence",
    "Check": "check",
    "CheckResult": "result",
    "DetailKept": "evidence",
    "Evidence": "evidence",
    "Examination": "auditing",
    "Exhibit": "exhibit",
    "FidelityError": "errors",
    "Finding": "result",
    "InputError": "errors",
    "Measurement": "result",
    "Outcome": "result",
    "Picture": "image.picture",
    "PictureInfo": "image.picture",
    "Policy": "policy",
    "PolicyError": "errors",
    "Reference": "brief",
    "Regions": "brief",
    "RegistrationInfo": "result",
    "RegistryError": "errors",
    "Run": "result",
    "Seen": "sight",
    "Severity": "result",
    "Status": "result",
    "Verdict": "result",
    "audit": "auditing",
    "discover": "registry",
    "examine": "auditing",
    "load": "image.decode",
    "see": "sight",
    "write_report": "report",
}

__all__ = [
    "Audit",
    "Brief",
    "Change",
    "Check",
    "CheckResult",
    "DetailKept",
    "Evidence",
    "Examination",
    "Exhibit",
    "FidelityError",
    "Finding",
    "InputError",
    "Measurement",
    "Outcome",
    "Picture",
    "PictureInfo",
    "Policy",
    "PolicyError",
    "Reference",
    "Regions",
    "RegistrationInfo",
    "RegistryError",
    "Run",
    "Seen",
    "Severity",
    "Status",
    "Verdict",
    "audit",
    "discover",
    "examine",
    "load",
    "see",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'fidelity' has no attribute {name!r}")
    value = getattr(import_module(f"fidelity.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
