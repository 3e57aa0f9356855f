"""The public names: all there, all documented, nothing heavy before first use."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import fidelity


@pytest.mark.parametrize("name", fidelity.__all__)
def test_a_public_name_exists_and_is_documented(name: str) -> None:
    thing = getattr(fidelity, name)
    documentation = inspect.getdoc(thing) or ""
    assert documentation, f"fidelity.{name} has no docstring"
    if inspect.isclass(thing):
        assert not documentation.startswith(f"{name}("), f"fidelity.{name} has only dataclass's own docstring"


def test_the_list_is_sorted_and_says_where_each_name_lives() -> None:
    assert list(fidelity.__all__) == sorted(fidelity.__all__)
    assert set(fidelity.__all__) == set(fidelity._HOME)
    assert set(fidelity.__all__) <= set(dir(fidelity))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'auditt'"):
        fidelity.auditt  # noqa: B018


def test_importing_the_package_is_cheap() -> None:
    script = "import fidelity, sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"numpy", "cv2", "scipy", "pydantic", "PIL", "pandas"}
