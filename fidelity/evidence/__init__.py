"""Evidence: whatever more than one check needs of a pair, computed once, when first asked for."""

from fidelity.evidence.changes import Change
from fidelity.evidence.evidence import Evidence
from fidelity.evidence.fineness import DetailKept

__all__ = ["Change", "DetailKept", "Evidence"]
