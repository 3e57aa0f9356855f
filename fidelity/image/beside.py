"""Work beside work: long steps that need nothing of each other, in two threads.

OpenCV, NumPy and Pillow let other threads run while they compute.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

T = TypeVar("T")


class Beside:
    """A thread beside this one, which does what it is given in turn.

    Where OpenCV was told to keep to one thread, as in a batch's workers, each work waits until its result is asked for.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1) if cv2.getNumThreads() > 1 else None

    def start(self, work: Callable[[], T]) -> Callable[[], T]:
        """Have `work` done. Call what is returned once: it waits for the result, or raises what the work raised."""
        return self._thread.submit(work).result if self._thread else work
