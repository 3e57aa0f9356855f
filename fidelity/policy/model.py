"""The policy itself: limits, expectations, permits and gating for an audit."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable, Collection, Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from fidelity.brief import MAX_REFERENCES, Brief, Expected, Reference, Regions
from fidelity.errors import PolicyError, RegistryError
from fidelity.policy import reading
from fidelity.policy.errors import BadKeyError, dotted, shown
from fidelity.registry import discover

if TYPE_CHECKING:
    from fidelity.check import Check

DEFAULT_PROFILE = "standard"


class CheckSettings(BaseModel):
    """What a policy says about one check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gating: bool = Field(default=True, description="whether a failure fails the verdict; else it advises")
    limits: dict[str, JsonValue] = Field(default_factory=dict, description="field name of the check → value")


class Policy(BaseModel):
    """Limits, expectations and gating for an audit. Immutable, picklable, the same JSON every time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: str = Field(default=DEFAULT_PROFILE, description="profile to start from")
    required: tuple[str, ...] = Field(default=(), description="checks that must be installed")
    permits: tuple[str, ...] = Field(default=(), description="changes that are allowed, and reported as permitted")
    checks: dict[str, CheckSettings] = Field(default_factory=dict, description="limits and gating by check id")
    expect: dict[str, Expected] = Field(default_factory=dict, description="what the original shows")
    references: tuple[Reference, ...] = Field(
        default=(), max_length=MAX_REFERENCES, description="colours that the retouch must show"
    )
    regions: Regions = Field(default=Regions(), description="polygons that overrule the detectors")

    @classmethod
    def named(cls, profile: str) -> Policy:
        """One of the profiles that come with fidelity; `profiles()` lists them."""
        known = profiles()
        if profile not in known:
            raise PolicyError(f"there is no profile '{profile}'; the profiles are {', '.join(known)}")
        # A profile may speak of a check that is not installed; limits are verified when it is configured.
        return reading.laid_over(tomllib.loads(profile_text(profile)), cls(profile=profile), installed=None)

    @classmethod
    def load(cls, path: str | Path, *, profile: str | None = None) -> Policy:
        """A TOML file on top of `profile`, else of the profile that the file names, else of `standard`.

        `Policy.profile` then names both, so that a report never calls a changed profile by its plain name.
        Raises `PolicyError`, one sentence with file, line, key and what is allowed.
        """
        path = Path(path)
        table, text = reading.parsed(path)
        with reading.told(path, text):
            named = table.get("profile", DEFAULT_PROFILE)
            if named not in profiles():
                raise BadKeyError(("profile",), f"must be one of {', '.join(profiles())}; got {shown(named)}")
            base = cls.named(profile or named)
            policy = reading.laid_over(table, base, installed=discover())
        return policy.model_copy(update={"profile": f"{base.profile} + {path.name}"})

    def configured(self, only: Collection[str] | None = None, skip: Collection[str] = ()) -> tuple[Check, ...]:
        """The checks to run, limits set, in checklist order.

        Raises `PolicyError` for an id that is not installed or a limit that a check does not have, and
        `RegistryError` when a required check is missing or no check is left to run: that is never a pass.
        """
        installed = discover()
        for option, names in (("only", only or ()), ("skip", skip)):
            for name in names:
                if name not in installed:
                    raise PolicyError(f"{option}: there is no check '{name}'; {_the_checks(installed)}")
        missing = [name for name in self.required if name not in installed]
        if missing:
            raise RegistryError(
                f"required by policy '{self.profile}' but not installed: {', '.join(missing)}; {_the_checks(installed)}"
            )
        chosen = [n for n in installed if (only is None or n in only) and n not in skip]
        if not chosen:
            raise RegistryError(f"no check is left to run after 'only' and 'skip'; {_the_checks(installed)}")
        return tuple(self._instance(name, installed[name]) for name in chosen)

    def gates(self, check_id: str) -> bool:
        """Whether a failure of this check fails the verdict. A check that no policy mentions does."""
        settings = self.checks.get(check_id)
        return settings is None or settings.gating

    def brief(self, piece: Brief | None = None) -> Brief:
        """What is known of one piece: the policy's own, overruled by what `piece` says."""
        piece = piece or Brief()
        return Brief(
            expect={**self.expect, **piece.expect},
            regions=piece.regions.over(self.regions),
            references=piece.references or self.references,
            area_mask=piece.area_mask,
        )

    def _instance(self, name: str, check: type[Check]) -> Check:
        settings = self.checks.get(name, CheckSettings())
        make = cast("Callable[..., Check]", check)
        try:
            limits = {key: reading.limit(check, key, value) for key, value in settings.limits.items()}
            return make(**limits)
        except BadKeyError as wrong:
            raise PolicyError(f"policy '{self.profile}': '{name}.{dotted(wrong.key)}' {wrong}") from None
        except ValueError as error:  # from the check's own __post_init__
            raise PolicyError(f"policy '{self.profile}': check '{name}' refuses its limits: {error}") from error


def profiles() -> tuple[str, ...]:
    """Names of the profiles that come with fidelity, `standard` first."""
    found = sorted(
        p.name.removesuffix(".toml") for p in (files("fidelity") / "profiles").iterdir() if p.name.endswith(".toml")
    )
    return tuple(sorted(found, key=lambda name: name != DEFAULT_PROFILE))


def profile_text(profile: str) -> str:
    """The TOML of a profile that comes with fidelity."""
    return (files("fidelity") / "profiles" / f"{profile}.toml").read_text(encoding="utf-8")


def profile_about(profile: str) -> str:
    """What a profile is for: the comment at the head of its file."""
    lines = itertools.takewhile(lambda line: line.startswith("#"), profile_text(profile).splitlines())
    return " ".join(line.lstrip("# ") for line in lines)


def _the_checks(installed: Iterable[str]) -> str:
    return f"the checks are {', '.join(installed)}"
