"""Checks use what fidelity promises and nothing else: a stranger's check has no more than ours.

import-linter holds the direction between packages; names it cannot see, hence this test.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import fidelity

CHECKS = Path(__file__).parents[1] / "checks" / "fidelity_checks"
SHARED = ("fidelity.evidence", "fidelity.image", "fidelity.delivery")
"""Sub-packages open to checks: evidence, the arithmetic of pictures below it, and delivery rules."""


def problems(source: str) -> Iterator[str]:
    """One sentence for each import that a check may not have."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("fidelity.") and not shared(name.name):
                    yield f"line {node.lineno}: imports {name.name}"
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "fidelity":
            for name in node.names:
                if not public(node.module, name.name):
                    yield f"line {node.lineno}: imports {name.name} from {node.module}"


def public(module: str, name: str) -> bool:
    if module == "fidelity":
        return name in fidelity.__all__ or shared(f"fidelity.{name}")
    if name.startswith("_") or not shared(module):
        return False
    return name in getattr(import_module(module), "__all__", [name])


def shared(module: str) -> bool:
    inside = any(module == root or module.startswith(f"{root}.") for root in SHARED)
    return inside and not any(part.startswith("_") for part in module.split("."))


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=lambda path: path.stem)
def test_a_check_imports_public_names_only(path: Path) -> None:
    assert list(problems(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "from fidelity.auditing import examine",
        "from fidelity.policy import Policy",
        "from fidelity import registry",
        "import fidelity.batch",
        "from fidelity import _HOME",
        "from fidelity.evidence import lay_out",
        "from fidelity.image.colour import _LINEAR",
        "from fidelity.evidence._made_up import thing",
    ],
)
def test_what_is_not_public_is_refused(line: str) -> None:
    assert list(problems(line))


@pytest.mark.parametrize("line", ["import fidelity", "from fidelity import Outcome, Evidence", "import math"])
def test_what_is_public_is_fine(line: str) -> None:
    assert list(problems(line)) == []
