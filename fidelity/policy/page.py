"""The page that documents policies, generated from the models: `python -m fidelity.policy` writes it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from fidelity.brief import MAX_REFERENCES, METALS, Reference, Regions
from fidelity.errors import PolicyError
from fidelity.expectations import ALSO, TEXTS
from fidelity.policy.calibrating import MIN_PAIRS, TARGET_RATE
from fidelity.policy.model import Policy, profile_about, profiles
from fidelity.policy.permits import permits
from fidelity.policy.reading import FILE, SIDECAR, SIDECAR_KEYS
from fidelity.registry import discover, limits_of
from fidelity.toml_text import value_text
from fidelity.units import UNITS

REFUSED = (
    ("a key that does not exist", "permit = ['polish-gems']"),
    ("a profile that does not exist", "profile = 'strict'"),
    ("a permit that does not exist", "permits = ['polish-gems', 'polish-metal']"),
    ("a check that does not exist", "[checks.prong]\ngating = false"),
    ("another unit", "[checks.outline]\nsize_px = 3"),
    ("a limit of the wrong type", "[checks.outline]\nsize_percent = '3 %'"),
    ("a limit out of range", "[checks.prongs]\ndisagreement_share = 1.5"),
    ("a limit below zero", "[checks.outline]\nsize_percent = -1"),
    ("gating in words", "[checks.texture]\ngating = 'yes'"),
    ("a count that is none", "[expect]\nprongs = -6"),
    ("a metal that is none", "[expect]\nmetal = 'pink'"),
    ("a colour that is none", "[[references]]\nfor = 'metal'\ncolour = 'rose'"),
    ("a reference for something else", "[[references]]\nfor = 'ground'\ncolour = '#ffffff'"),
    ("one reference too many", "[[references]]\nfor = 'gem'\ncolour = '#aa0022'\n" * (MAX_REFERENCES + 1)),
    ("a polygon with two corners", "[regions]\nignore = [[[0, 0], [10, 10]]]"),
)
"""What is refused, and a file that does it."""

_TOP = f"""\
# Policies

<!-- Generated from the models by `python -m fidelity.policy`; a test holds this page to them. -->

A policy says what a retouch may change, how much, and what a failure means. It is a TOML file named
`{FILE}`, found in the folder where a command runs or in one above it, or any file that `--policy` names.

```sh
fidelity policy init      # writes a commented {FILE} with every setting that there is, switched off
fidelity policy show      # prints what is in force, and behind each value the file and line that it comes from
fidelity policy list      # lists profiles and permits
fidelity calibrate run/   # proposes limits from a run that people have accepted
```

Later ones overrule earlier ones: the check's own default, the profile, the policy file, the file beside the original,
the manifest's columns, the command line.
"""

_ONE_PIECE = f"""\
## What is known of one piece

A file `NAME{SIDECAR}` beside `NAME.jpg` may hold {{keys}}
for that piece alone. A manifest says what it expects in columns `expect.prongs`, `expect.metal` and so on, and names
an `area_mask`; a command line takes `--expect` and `--area-mask`.

```toml
[expect]
prongs = 6
hallmark = "750"

[regions]
hallmark = [[[812, 430], [890, 430], [890, 462], [812, 462]]]
```

What is expected and not found in the original is `review`, never `not_applicable`: either the piece is another one,
or it was not seen. What is denied (`chain = false`) is not looked for.
"""

_CALIBRATE = f"""\
## Calibrate

`fidelity calibrate RUN... --where accepted=yes` takes runs of `fidelity batch` whose pairs people have accepted, so
that everything beyond a limit there is a false alarm. For each limit it proposes the lowest one that costs at most
{100 * TARGET_RATE:g} % of them (`--alarms`), with its rate on pieces that it was not set on (manifest column `piece`)
and Wilson's interval, and writes a policy. With fewer than {MIN_PAIRS} pairs a limit stays. A limit that the runs
would loosen is named and left alone; only `--loosen CHECK.LIMIT` writes it.
"""


def page() -> str:
    """The whole page, Markdown."""
    return "\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield _TOP
    keys = ((f"`{name}`", field.description or "") for name, field in Policy.model_fields.items())
    yield from _section("Keys", ("key", "meaning"), keys)
    yield from _section(
        "Profiles", ("profile", "for", "advise only", "permits", "checks that must be there"), _profiles()
    )
    yield from _section(
        "Limits that a profile sets", ("profile", "check", "limit", "value", "otherwise"), _set_limits()
    )
    yield from _section("Permits", ("permit", "allows", "still not", "checks", "reference colour"), _permits())
    yield (
        "A permitted change is still found, measured and reported, as permitted. A permit covers findings by check, "
        "kind, place and size; whatever else a check finds still fails.\n"
    )
    yield from _section("Reference colours", ("key", "default", "meaning"), _fields(Reference))
    yield (
        f"At most {MAX_REFERENCES}, each in its own `[[references]]`. The retouch is judged against them by the check "
        f"`reference-colour`, and an order brings its permit along: {_implied()}.\n"
    )
    yield from _section("Regions", ("kind", "meaning"), ((key, said) for key, _, said in _fields(Regions)))
    yield "Polygons are lists of `[x, y]` corners in pixels of the original. They overrule the detectors.\n"
    yield from _section("Expectations", ("name", "value", "what answers"), _expectations())
    yield _ONE_PIECE.format(keys=", ".join(f"`[{key}]`" for key in SIDECAR_KEYS))
    units = ((f"`{u.ending}`", u.words, "" if u.highest is None else f"{u.highest:g}") for u in UNITS)
    yield from _section("Units", ("a limit's name ends in", "unit", "at most"), units)
    yield (
        "`fidelity checks ID` lists a check's limits. They are bounds on a change; zero means zero, and none may be "
        "negative unless its default is.\n"
    )
    yield _CALIBRATE
    yield "## What is refused\n"
    yield "An error names the file, the line, the key and what is allowed. Nothing is judged.\n"
    for what, text in REFUSED:
        shown = text if len(text.splitlines()) < 5 else "\n".join([*text.splitlines()[:3], "# and so on"])
        yield f"{what[0].upper()}{what[1:]}:\n\n```toml\n{shown}\n```\n\n> {refusal(text)}\n"


def refusal(text: str) -> str:
    """The message for a policy file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        path.write_text(text, encoding="utf-8")
        try:
            Policy.load(path)
        except PolicyError as error:
            return str(error).replace(str(path), FILE)
    raise AssertionError(f"nothing is wrong with {text!r}")


def _profiles() -> Iterator[tuple[str, ...]]:
    for name in profiles():
        policy = Policy.named(name)
        advises = [check for check, settings in policy.checks.items() if not settings.gating]
        yield f"`{name}`", profile_about(name), _codes(advises), _codes(policy.permits), _codes(policy.required)


def _set_limits() -> Iterator[tuple[str, ...]]:
    installed = discover()
    for name in profiles():
        for check, settings in Policy.named(name).checks.items():
            defaults = limits_of(installed[check]) if check in installed else {}
            for limit, value in settings.limits.items():
                yield f"`{name}`", f"`{check}`", f"`{limit}`", value_text(value), value_text(defaults.get(limit))


def _permits() -> Iterator[tuple[str, ...]]:
    for name, permit in permits().items():
        checks = dict.fromkeys(check for cover in permit.covers for check in cover.checks)
        yield f"`{name}`", permit.allows, permit.not_allows, _codes(checks), permit.reference or ""


def _expectations() -> Iterator[tuple[str, ...]]:
    count = "a count, `true` or `false`"
    yield "a check's id", count, "that check"
    for name in (*ALSO, *(name for name in TEXTS if name not in ALSO)):
        words = TEXTS.get(name)
        value = f"one of {_codes(METALS)}" if words else f"a text, {count}" if name in TEXTS else count
        yield f"`{name}`", value, _codes(ALSO.get(name, (name,)))


def _implied() -> str:
    given = ((permit.reference, name) for name, permit in permits().items() if permit.reference)
    return ", ".join(f"one for {target} implies `{name}`" for target, name in given)


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        default = "" if field.default in (None, "", PydanticUndefined) else value_text(field.default)
        yield f"`{field.alias or name}`", default, field.description or ""


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _section(title: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"
    yield ""
