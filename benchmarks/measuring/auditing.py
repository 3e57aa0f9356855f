"""Audits of a labelled set, in a pool of processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measuring.sets import COLOUR, Box, Labelled


@dataclass(frozen=True)
class Found:
    """What the audit of one pair said, and what the peers measured.

    `statuses` by check; `boxes` of each check's findings in pixels of the original as it was labelled; `scale` is
    the size at which the pair was looked at, as a share of its own.
    """

    pair: Labelled
    verdict: str
    statuses: dict[str, str]
    boxes: dict[str, list[Box]]
    scale: float = 1.0
    peers: dict[str, float] = field(default_factory=dict)

    def status(self, check: str) -> str:
        """That check's status, "absent" where there is no such check."""
        return self.statuses.get(check, "absent")

    def in_place(self, check: str) -> bool:
        """Whether a finding of that check touches the place of the defect."""
        return self.pair.where is not None and any(touching(box, self.pair.where) for box in self.boxes[check])

    @property
    def size(self) -> float | None:
        """The size of the defect as it was looked at; a colour has none that shrinks with the picture."""
        size = self.pair.size
        return size if size is None or self.pair.quantity == COLOUR else size * self.scale


def touching(a: Box, b: Box) -> bool:
    """Whether two boxes (x, y, width, height) share a pixel."""
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def found(pair: Labelled, scale: float = 1.0, with_peers: bool = True) -> Found:
    """Audit one pair, reduced to `scale` of its size before anything looks at it."""
    # Imported here, so that the parent of the pool stays small and starts quickly.
    import fidelity  # noqa: PLC0415
    from benchmarks.measuring.peers import scores  # noqa: PLC0415

    sources: list[Any] = [pair.original, pair.retouched]
    if scale != 1:
        sources = [_reduced(fidelity.load(source), scale) for source in sources]
    examination = fidelity.examine(*sources)
    audit, evidence = examination.audit, examination.evidence
    boxes = {
        check.id: [_enlarged(finding.box, scale) for finding in check.findings if finding.box] for check in audit.checks
    }
    peers = {}
    if with_peers:
        bench = evidence.bench
        peers = scores(bench.before, bench.after, evidence.mask & bench.covered)
    statuses = {check.id: str(check.status) for check in audit.checks}
    return Found(pair, str(audit.verdict), statuses, boxes, scale, peers)


def _reduced(picture: Any, scale: float) -> npt.NDArray[np.uint8]:
    import cv2  # noqa: PLC0415

    layers = picture.rgb if picture.alpha is None else np.dstack([picture.rgb, picture.alpha])
    size = (round(layers.shape[1] * scale), round(layers.shape[0] * scale))
    return np.asarray(cv2.resize(layers, size, interpolation=cv2.INTER_AREA), np.uint8)


def _enlarged(box: Sequence[int], scale: float) -> Box:
    x, y, w, h = (round(v / scale) for v in box)
    return x, y, max(w, 1), max(h, 1)


def _one_thread() -> None:
    import cv2  # noqa: PLC0415

    cv2.setNumThreads(1)


def audited(tasks: Sequence[tuple[Labelled, float, bool]], jobs: int) -> Iterator[Found]:
    """Every task (pair, scale, with peers) as it is done, in `jobs` processes."""
    if jobs <= 1:
        yield from (found(*task) for task in tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        for future in as_completed([pool.submit(found, *task) for task in tasks]):
            yield future.result()
