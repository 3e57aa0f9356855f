"""Many pairs: find them, audit each in a process of its own, write what a person and a CI job read."""

from __future__ import annotations

from fidelity.batch.runner import run_batch

__all__ = ["run_batch"]
