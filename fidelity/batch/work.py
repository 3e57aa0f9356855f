"""What a worker does with one pair: audit it, write its report and thumbnails, hand back the audit alone."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path, PurePath
from urllib.parse import quote

from fidelity.batch.journal import digest_of, fingerprint
from fidelity.batch.pairs import Pair
from fidelity.containing import told
from fidelity.errors import FidelityError
from fidelity.exhibit import Exhibit
from fidelity.image.picture import U8, PictureInfo
from fidelity.policy import Policy
from fidelity.policy.reading import sidecar_of
from fidelity.result import Audit, RegistrationInfo, Verdict
from fidelity.texts import printable
from fidelity.writing import write_whole

log = logging.getLogger(__name__)

THUMBNAIL_PX = 160
"""Long side of a thumbnail; twice what the overview shows, for dense screens."""

_THUMBNAIL_QUALITY = 82  # JPEG quality: about 4 kB each, so that 600 pairs are 5 MB
_SEED = 20_250_101  # OpenCV's generator, set anew for each pair: results must not depend on the order


@dataclass(frozen=True)
class Files:
    """Where one pair's own outputs go, relative to the output folder; no report when `report` is None."""

    report: str
    thumbnails: tuple[str, str]

    @classmethod
    def named(cls, name: str) -> Files:
        """From the pair's file name without ending."""
        return cls(f"reports/{name}.html", (f"thumbs/{name}-original.jpg", f"thumbs/{name}-retouched.jpg"))

    @property
    def link(self) -> str:
        """URL of the report relative to the output folder."""
        return quote(self.report)

    @property
    def thumbnail_links(self) -> tuple[str, str]:
        """URLs of the thumbnails relative to the output folder."""
        return quote(self.thumbnails[0]), quote(self.thumbnails[1])

    @property
    def names(self) -> tuple[str, ...]:
        """Of all, relative to the output folder."""
        return self.report, *self.thumbnails


@dataclass(frozen=True)
class Task:
    """All that a worker needs to know. Pickled."""

    pair: Pair
    policy: Policy
    only: tuple[str, ...] | None
    skip: tuple[str, ...]
    out: Path
    files: Files | None
    basis: str


@dataclass(frozen=True)
class Done:
    """The audit; its pages and their digests, or why they could not be written; and what the audit was made from."""

    audit: Audit
    files: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    fingerprint: str = ""


def prepared() -> None:
    """What a worker does once, before its first pair, so that none of it counts as that pair's time."""
    import cv2  # noqa: PLC0415

    from fidelity.registry import discover  # noqa: PLC0415

    cv2.setNumThreads(1)  # as many processes as cores; threads on top would only get in their way
    discover()
    for module in ("fidelity.auditing", "fidelity.report.render"):
        import_module(module)


def audit_pair(task: Task) -> Done:
    """Audit one pair. Whatever goes wrong becomes an audit with verdict `error`, never an exception.

    In a process of its own nobody but the work itself raises `SystemExit` or `KeyboardInterrupt`.
    """
    import cv2  # noqa: PLC0415 - heavy; this module is imported by the command line too

    from fidelity.auditing import examine  # noqa: PLC0415

    pair = task.pair
    cv2.setRNGSeed(_SEED)
    try:
        made_from = fingerprint(pair, task.basis)  # before reading: what changes meanwhile is audited again
        examination = examine(
            pair.original,
            pair.retouched,
            policy=task.policy,
            only=task.only,
            skip=task.skip,
            expect=dict(pair.expect),
            area_mask=pair.area_mask,
            id=pair.id,
        )
        audit, exhibit = _told(pair, examination.audit), examination.exhibit
        audit.to_json()  # what a check wrote into it must not break the run's files later
    except FidelityError as error:
        return Done(failed(task, _renamed(pair, str(error))))
    except BaseException as error:  # any fault in one pair is that pair's alone
        log.exception("pair %s crashed", pair.id)
        return Done(failed(task, f"fidelity crashed on this pair ({told(error)}); report it"))
    files, problem = _write_files(task, audit, exhibit) if task.files else ({}, "")
    return Done(audit, files, problem, made_from)


def failed(task: Task, why: str) -> Audit:
    """The audit of a pair that could not be judged; `why` is one sentence."""
    pair = task.pair
    return Audit(
        id=pair.id,
        verdict=Verdict.ERROR,
        original=PictureInfo(path=pair.original_shown),
        retouched=PictureInfo(path=pair.retouched_shown),
        registration=RegistrationInfo(status="failed", message="not tried: the pair was not audited"),
        profile=task.policy.profile,
        error=" ".join(printable(why).split()),
        extra=dict(pair.extra),
    )


def _told(pair: Pair, audit: Audit) -> Audit:
    """With the files called as a person calls them, and the manifest's further columns."""
    return audit.model_copy(
        update={
            "original": audit.original.model_copy(update={"path": pair.original_shown}),
            "retouched": audit.retouched.model_copy(update={"path": pair.retouched_shown}),
            "extra": dict(pair.extra),
        }
    )


def _renamed(pair: Pair, sentence: str) -> str:
    """What was unpacked to a temporary folder is called by its name in the ZIP."""
    beside = sidecar_of(pair.original), str(sidecar_of(PurePath(pair.original_shown)))
    for path, shown in (beside, (pair.original, pair.original_shown), (pair.retouched, pair.retouched_shown)):
        sentence = sentence.replace(str(path), shown)
    return sentence


def _write_files(task: Task, audit: Audit, exhibit: Exhibit) -> tuple[dict[str, str], str]:
    """Report and thumbnails; a judgement is not thrown away because its page could not be written."""
    from fidelity.report import write_report  # noqa: PLC0415 - heavy

    assert task.files is not None
    try:
        write_report(audit, exhibit, task.out / task.files.report)
        pictures = (exhibit.original, exhibit.retouched)
        for picture, name in zip(pictures, task.files.thumbnails, strict=True):
            write_whole(task.out / name, _thumbnail(picture))
    except Exception as error:  # a full disk, a template of the user's
        log.exception("no report for pair %s", audit.id)
        return {}, f"no report for {audit.id} ({told(error)})"
    return {name: digest_of(task.out / name) or "" for name in task.files.names}, ""


def _thumbnail(picture: U8) -> bytes:
    import cv2  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    height, width = picture.shape[:2]
    scale = min(1.0, THUMBNAIL_PX / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    stream = io.BytesIO()
    Image.fromarray(small).save(stream, "JPEG", quality=_THUMBNAIL_QUALITY)
    return stream.getvalue()
