"""Work beside work: two long steps that need nothing of each other, in two threads.

OpenCV, NumPy and Pillow let other threads run while they compute.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Start `work` in a thread of its own; what is returned waits for its result, or raises what it raised.

    A process that was told to keep to one thread, as a batch's workers are, does the work when its result is asked for.
    """
    if cv2.getNumThreads() < 2:
        return work
    pool = ThreadPoolExecutor(max_workers=1)
    coming = pool.submit(work)
    pool.shutdown(wait=False)
    return coming.result
