"""From views to pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fidelity.exhibit import Exhibit
from fidelity.report import templates as found
from fidelity.report.drawing import BAR_WIDTH
from fidelity.report.overview import index_view
from fidelity.report.views import report_view
from fidelity.result import Audit, Run


def report_page(audit: Audit, exhibit: Exhibit, *, templates: Path | None = None) -> str:
    """Render the report of one pair; every picture is inside it."""
    env = found.environment(templates)
    style, script = found.block(env, "base.css", "report.css"), found.block(env, "report.js")
    return found.render(
        env,
        "report.html.j2",
        report=report_view(audit, exhibit),
        bar_width=BAR_WIDTH,
        style=style.text,
        script=script.text,
        policy=found.content_policy(style, script, images="data:"),
    )


def index_page(
    run: Run,
    *,
    links: Mapping[str, str],
    thumbnails: Mapping[str, tuple[str, str]],
    templates: Path | None = None,
) -> str:
    """Render the overview of a run; thumbnails are files beside it, on disk (`file:`) or a server."""
    env = found.environment(templates)
    style, script = found.block(env, "base.css", "index.css"), found.block(env, "index.js")
    return found.render(
        env,
        "index.html.j2",
        index=index_view(run, links, thumbnails),
        style=style.text,
        script=script.text,
        policy=found.content_policy(style, script, images="'self' file: data:"),
    )
