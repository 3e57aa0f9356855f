"""What one photograph shows, counted and outlined: a small trained network, and classical steps to single things."""

from fidelity.sight.seeing import see
from fidelity.sight.seen import SEEN_SCHEMA, Seen

__all__ = ["SEEN_SCHEMA", "Seen", "see"]
