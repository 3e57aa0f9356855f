"""HTML reports: they read results and pictures, and judge nothing.

`write_report` makes one self-contained page for one pair, `write_index` the overview of a run. Both are thin
doors: Jinja2, OpenCV and NumPy are imported when a report is written, not when this package is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fidelity.writing import write_whole

if TYPE_CHECKING:
    from fidelity.exhibit import Exhibit
    from fidelity.result import Audit, Run

__all__ = ["write_index", "write_report"]


def write_report(audit: Audit, exhibit: Exhibit, path: Path, *, templates: Path | None = None) -> None:
    """Write the report of one pair as one HTML file that needs nothing beside it.

    `templates` is a folder whose files replace the packed ones of the same name; what it lacks is taken
    from the packed ones. Raises `InputError` when there is no such folder or a template does not render.
    """
    from fidelity.report.render import report_page  # noqa: PLC0415 - heavy, see the module's docstring

    _write(path, report_page(audit, exhibit, templates=templates))


def write_index(
    run: Run,
    path: Path,
    *,
    links: Mapping[str, str],
    thumbnails: Mapping[str, tuple[str, str]],
    templates: Path | None = None,
) -> None:
    """Write the overview of a run as one HTML file; reports and thumbnails stay files beside it.

    `links` maps an audit's id to the URL of its report relative to `path`, `thumbnails` to the URLs of two
    small pictures (original, retouched); both are percent-encoded already, and either may lack an id.
    """
    from fidelity.report.render import index_page  # noqa: PLC0415 - heavy, see the module's docstring

    _write(path, index_page(run, links=links, thumbnails=thumbnails, templates=templates))


def _write(path: Path, page: str) -> None:
    # Bytes, so that no platform turns line ends into something that the CSP hashes were not made from.
    write_whole(Path(path), page.encode("utf-8", errors="replace"))
