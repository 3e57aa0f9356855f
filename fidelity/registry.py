"""Which checks are installed. The only place that looks, and it looks through one door.

Ours and a stranger's come through the same entry-point group, are held to the same protocol, and are refused
with the same words. Nothing found is an error: an audit without checks would otherwise look like a pass.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from fidelity.errors import RegistryError

if TYPE_CHECKING:
    from fidelity.check import Check

GROUP = "fidelity.checks"
"""The entry-point group in which a distribution names its checks."""

CHECKLIST = ("prongs", "pave", "facets", "outline", "metal-tone", "hallmark", "chain")
"""The close-up checklist in the order in which a jeweller goes through it; other checks follow by name."""

_MOST_SOURCES = 2000
"""Python files of one package that are read for its digest, by name: a second's work."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_WORDS = ("id", "title", "question", "advice")


@dataclass(frozen=True)
class Registered:
    """A check's class and the installed distribution that brought it."""

    check: type[Check]
    distribution: str
    version: str

    @property
    def source(self) -> str:
        """Name and version of the distribution, for people."""
        return f"{self.distribution} {self.version}".strip()


def discover() -> Mapping[str, type[Check]]:
    """Every installed check by id, in checklist order, others after it by name.

    Raises `RegistryError` when there is none, when two distributions bring the same id, and when a check does
    not import or is not a check.
    """
    return MappingProxyType({name: found.check for name, found in catalogue().items()})


@cache
def catalogue() -> Mapping[str, Registered]:
    """As `discover`, with the distribution of each check. Looked up once per process."""
    found: dict[str, Registered] = {}
    for point in entry_points(group=GROUP):
        registered = _registered(point)
        if point.name in found:
            raise RegistryError(
                f"two checks have the id '{point.name}': "
                f"one in {found[point.name].source}, one in {registered.source}; "
                f"uninstall one of the two distributions"
            )
        found[point.name] = registered
    if not found:
        raise RegistryError(
            f"no checks are installed (entry-point group '{GROUP}' is empty), so nothing can be judged; "
            f"reinstall fidelity-qa"
        )
    return MappingProxyType({name: found[name] for name in sorted(found, key=_place)})


@cache
def versions() -> tuple[str, ...]:
    """Everything installed that an audit may depend on: sorted lines, one a distribution or package.

    Each distribution that brings checks with its version and those of what it requires; and a digest of the
    sources of each package that checks live in and of this one, because an editable install keeps its version.
    """
    lines, packages = set(), {__package__}
    for point in entry_points(group=GROUP):
        packages.add(point.module.partition(".")[0])
        if point.dist is not None:
            lines.add(f"{point.dist.name} {point.dist.version}")
            lines.update(_required(point.dist))
    lines.update(f"{package} {_sources_digest(package)}" for package in packages)
    return tuple(sorted(lines))


def _required(home: Distribution) -> Iterator[str]:
    """Name and version of the installed distributions that `home` requires."""
    for requirement in home.requires or ():
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:  # of an extra that nobody asked for
            continue


def _sources_digest(package: str) -> str:
    """Of the Python files of an imported package, or of the one file of a module; empty where it has none."""
    module = sys.modules.get(package)
    file = getattr(module, "__file__", None)
    if file is None:
        return ""
    home = Path(file)
    files = sorted(home.parent.rglob("*.py")) if home.name == "__init__.py" else [home]
    digest = hashlib.blake2b(digest_size=16)
    for path in files[:_MOST_SOURCES]:
        try:
            digest.update(path.relative_to(home.parent).as_posix().encode() + b"\0" + path.read_bytes())
        except OSError:  # removed meanwhile
            continue
    return digest.hexdigest()


def _place(name: str) -> tuple[int, str]:
    return (CHECKLIST.index(name) if name in CHECKLIST else len(CHECKLIST), name)


def _registered(point: EntryPoint) -> Registered:
    home = point.dist
    name = home.name if home is not None else "an unnamed distribution"
    version = home.version if home is not None else ""
    where = f"check '{point.name}' of {name} {version}".rstrip()
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:  # a stranger's module may raise anything while it is imported
        raise RegistryError(
            f"{where} does not load from {point.value}: {type(error).__name__}: {error}; repair or uninstall {name}"
        ) from error
    reason = why_not_a_check(loaded, point.name)
    if reason is not None:
        raise RegistryError(f"{where} ({point.value}) is not a check: {reason}; repair or uninstall {name}")
    return Registered(cast("type[Check]", loaded), name, version)


def limits_of(check: type[Check]) -> dict[str, Any]:
    """The limits that a policy may set, each with the check's own default; None where it is not set."""
    made: dict[str, Any] = {}
    for field in dataclasses.fields(cast(Any, check)):
        if field.default_factory is dataclasses.MISSING:
            made[field.name] = field.default
        else:
            made[field.name] = field.default_factory()
    return made


def why_not_a_check(candidate: Any, name: str) -> str | None:
    """What keeps `candidate` from being the check called `name`, or `None` when nothing does."""
    if not isinstance(candidate, type):
        return f"it is a {type(candidate).__name__}, not a class"
    for word in _WORDS:
        value = getattr(candidate, word, None)
        if not isinstance(value, str) or not value.strip():
            return f"its '{word}' must be a text that is not empty"
    if not callable(getattr(candidate, "judge", None)):
        return "it has no method 'judge'"
    if not _ID.fullmatch(name):
        return "its id may hold small letters, digits and single hyphens, and starts with a letter"
    if candidate.id != name:  # type: ignore[attr-defined]  # proven to exist a few lines above
        return f"its id is '{candidate.id}' but its entry point is called '{name}'"  # type: ignore[attr-defined]
    return _why_not_limits(candidate)


def _why_not_limits(candidate: type) -> str | None:
    if not dataclasses.is_dataclass(candidate) or not candidate.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return "it must be a frozen dataclass whose fields are its limits"
    for field in dataclasses.fields(candidate):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            return f"its limit '{field.name}' has no default"
        if not field.init:
            return f"its limit '{field.name}' cannot be set"
        if field.name in RESERVED:
            return f"'{field.name}' is a word of the policy and cannot be the name of a limit"
    return None


RESERVED = ("gating",)
"""Keys of a policy's `[checks.ID]` table that are not limits."""
