"""What is laid before the camera: a piece, how it lies, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fixtures.studio.meshes import F64
from fixtures.studio.piece import Piece

Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class Subject:
    """A piece as it was made, the turns in which it may lie (each (3, 3)), and its kind.

    `lean` is the elevation of the camera from which it shows most, in degrees; `spread` says that the piece may be cut
    by the frame: chains and bracelets go on beyond it.
    """

    kind: str
    piece: Piece
    pose: F64 = field(default_factory=lambda: np.eye(3))
    lean: float = 55.0
    spread: bool = False
