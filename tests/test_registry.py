"""What the registry accepts, in which order, and how it refuses."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from fidelity import registry
from fidelity.errors import RegistryError


def check_class(name: str, **changes: Any) -> type:
    """A class that satisfies the protocol, with `changes` to break it."""
    body: dict[str, Any] = {
        "__annotations__": {"limit_px": "float"},
        "limit_px": 1.0,
        "id": name,
        "title": "A title",
        "question": "A question?",
        "advice": "Some advice.",
        "judge": lambda self, evidence: None,
    }
    body.update(changes)
    return dataclass(frozen=True)(type("Fake", (), body))


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch):
    """Pretend that distributions bring these (name, object, distribution) entry points."""
    module = ModuleType("fidelity_fake_plugin")
    monkeypatch.setitem(sys.modules, "fidelity_fake_plugin", module)
    points: list[EntryPoint] = []

    def add(name: str, candidate: Any, distribution: str = "acme", version: str = "2.0") -> None:
        attribute = f"thing{len(points)}"
        setattr(module, attribute, candidate)
        point = EntryPoint(name, f"fidelity_fake_plugin:{attribute}", registry.GROUP)
        vars(point).update(dist=SimpleNamespace(name=distribution, version=version))
        points.append(point)

    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    registry.catalogue.cache_clear()
    yield add
    registry.catalogue.cache_clear()


def test_checklist_comes_first_and_the_others_follow_by_name(install) -> None:
    for name in ("zircon", "chain", "geometry", "prongs", "acme-shine", "metal-tone"):
        install(name, check_class(name))
    assert list(registry.discover()) == ["prongs", "metal-tone", "chain", "acme-shine", "geometry", "zircon"]


def test_each_check_remembers_its_distribution(install) -> None:
    install("prongs", check_class("prongs"), "acme", "2.0")
    assert registry.catalogue()["prongs"].source == "acme 2.0"


def test_no_checks_at_all_is_an_error(install) -> None:
    with pytest.raises(RegistryError, match="no checks are installed"):
        registry.discover()


def test_two_distributions_with_one_id_are_both_named(install) -> None:
    install("prongs", check_class("prongs"), "acme", "2.0")
    install("prongs", check_class("prongs"), "bling", "0.3")
    with pytest.raises(RegistryError, match=r"'prongs'.*acme 2\.0.*bling 0\.3"):
        registry.discover()


def test_a_check_that_does_not_import_names_its_distribution(monkeypatch: pytest.MonkeyPatch, install) -> None:
    point = EntryPoint("ghost", "no_such_module:Ghost", registry.GROUP)
    vars(point).update(dist=SimpleNamespace(name="acme", version="2.0"))
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    with pytest.raises(RegistryError, match=r"'ghost' of acme 2\.0 does not load.*no_such_module"):
        registry.discover()


@dataclass
class Thawed:
    id: ClassVar[str] = "bad"
    title: ClassVar[str] = "t"
    question: ClassVar[str] = "q"
    advice: ClassVar[str] = "a"

    def judge(self, evidence: object) -> None: ...


@dataclass(frozen=True)
class NoDefault:
    limit_px: float
    id: ClassVar[str] = "bad"
    title: ClassVar[str] = "t"
    question: ClassVar[str] = "q"
    advice: ClassVar[str] = "a"

    def judge(self, evidence: object) -> None: ...


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        pytest.param(check_class("bad")(), "not a class", id="an instance"),
        pytest.param(check_class("bad", title=""), "'title'", id="an empty title"),
        pytest.param(check_class("bad", question=None), "'question'", id="no question"),
        pytest.param(check_class("bad", advice=3), "'advice'", id="advice that is no text"),
        pytest.param(check_class("bad", judge=None), "'judge'", id="no judge"),
        pytest.param(check_class("other"), "entry point is called 'bad'", id="another id than its entry point"),
        pytest.param(Thawed, "frozen dataclass", id="a dataclass that is not frozen"),
        pytest.param(NoDefault, "'limit_px' has no default", id="a limit without a default"),
        pytest.param(
            check_class("bad", __annotations__={"gating": "bool"}, gating=True),
            "word of the policy",
            id="a limit that is a word of the policy",
        ),
    ],
)
def test_what_is_not_a_check_is_refused_with_the_reason(install, candidate: object, reason: str) -> None:
    install("bad", candidate)
    with pytest.raises(RegistryError, match=r"acme 2\.0") as caught:
        registry.discover()
    assert reason in str(caught.value)


def test_an_id_with_odd_characters_is_refused(install) -> None:
    install("Bad Id", check_class("Bad Id"))
    with pytest.raises(RegistryError, match="small letters"):
        registry.discover()


# ------------------------------------------------------------------------------------------------- versions


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    """The lines of `versions` while this one distribution brings a check, in a package with these sources."""
    folder = tmp_path / "fidelity_fake_package"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))

    def lines(version: str = "2.0", source: str = "", requires: tuple[str, ...] = ()) -> tuple[str, ...]:
        (folder / "__init__.py").write_text("")
        (folder / "inner.py").write_text(source)
        __import__("fidelity_fake_package")
        point = EntryPoint("shine", "fidelity_fake_package.inner:Shine", registry.GROUP)
        vars(point).update(dist=SimpleNamespace(name="acme", version=version, requires=requires))
        monkeypatch.setattr(registry, "entry_points", lambda group: [point])
        registry.versions.cache_clear()
        return registry.versions()

    yield lines
    sys.modules.pop("fidelity_fake_package", None)
    registry.versions.cache_clear()


def test_versions_name_each_distribution_and_what_it_requires(plugged) -> None:
    said = plugged(requires=("numpy>=1.26; python_version>'3'", "psutil[x] (>=5)", "fidelity-nothing-such; extra=='y'"))
    assert "acme 2.0" in said
    assert {line.split()[0] for line in said} == {"acme", "numpy", "psutil", "fidelity", "fidelity_fake_package"}
    assert list(said) == sorted(said)


def test_another_version_and_another_line_of_source_are_other_versions(plugged) -> None:
    same = plugged()
    assert plugged() == same
    assert plugged(version="2.1") != same
    assert plugged(source="# an editable install keeps its version\n") != same
    assert plugged() == same


def test_a_module_that_ends_the_program_when_imported_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "fidelity_fake_exit.py").write_text("raise SystemExit(0)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("shine", "fidelity_fake_exit:Shine", registry.GROUP)
    vars(point).update(dist=SimpleNamespace(name="acme", version="2.0"))
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    registry.catalogue.cache_clear()
    with pytest.raises(RegistryError, match="SystemExit: 0; repair or uninstall acme"):
        registry.catalogue()
    registry.catalogue.cache_clear()
