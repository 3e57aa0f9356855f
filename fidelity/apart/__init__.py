"""Work in processes of its own, within limits, so that a check or decoder that breaks breaks one pair only."""

from fidelity.apart.losses import sentence
from fidelity.apart.machine import default_workers
from fidelity.apart.pool import SECONDS, Limits, Lost, results
from fidelity.apart.stopping import Stopping, listening

__all__ = ["SECONDS", "Limits", "Lost", "Stopping", "default_workers", "listening", "results", "sentence"]
