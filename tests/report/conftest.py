"""Where the pages under test are written."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "pair.html"
