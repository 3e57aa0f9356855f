"""Policies: what they set, what they refuse, and what they say about it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from fidelity.errors import PolicyError, RegistryError
from fidelity.policy import CheckSettings, Policy, profiles
from fidelity.policy import model as module
from fidelity.toml_lines import line_of

PROFILES = ", ".join(profiles())


@dataclass(frozen=True)
class Prongs:
    id: ClassVar[str] = "prongs"
    title: ClassVar[str] = "Prongs"
    question: ClassVar[str] = "?"
    advice: ClassVar[str] = "!"
    shift_px: float = 2.0
    lost: int = 0
    tint_a: float = -1.0
    strict: bool = False
    reference: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.lost > 100:
            raise ValueError("nobody loses more than 100 prongs")

    def judge(self, evidence: Any) -> Any: ...


@dataclass(frozen=True)
class Texture(Prongs):
    id: ClassVar[str] = "texture"


@pytest.fixture(autouse=True)
def two_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "discover", lambda: {"prongs": Prongs, "texture": Texture})


@pytest.fixture
def load(tmp_path: Path):
    def write_and_load(text: str, **options: Any) -> Policy:
        path = tmp_path / "studio.toml"
        path.write_text('required = ["prongs"]\n' + text, encoding="utf-8")
        return Policy.load(path, **options)

    return write_and_load


def test_standard_gates_everything_but_texture() -> None:
    policy = Policy.named("standard")
    assert policy.gates("prongs")
    assert policy.gates("somebody-elses")
    assert not policy.gates("texture")
    assert Policy.named("precision").gates("texture")
    assert profiles()[0] == "standard"


def test_an_unknown_profile_lists_the_known_ones() -> None:
    with pytest.raises(PolicyError, match=rf"no profile 'strict'.*{PROFILES}"):
        Policy.named("strict")


def test_a_file_sets_limits_gating_and_expectations(load) -> None:
    policy = load("[expect]\nprongs = 6\n[checks.prongs]\nshift_px = 0\nreference = [1, 2.5]\ngating = false\n")
    prongs, texture = policy.configured()
    assert prongs == Prongs(shift_px=0.0, reference=(1.0, 2.5))
    assert texture == Texture()
    assert not policy.gates("prongs")
    assert policy.expect == {"prongs": 6.0}
    assert policy.profile == "standard + studio.toml"


def test_a_file_starts_from_the_profile_it_names_and_the_caller_may_name_another(load) -> None:
    assert load("profile = 'precision'").profile == "precision + studio.toml"
    assert load("profile = 'precision'").gates("texture")
    assert not load("profile = 'precision'", profile="standard").gates("texture")


def test_only_and_skip_keep_the_order_of_the_checklist() -> None:
    policy = Policy()
    assert [c.id for c in policy.configured(only=["texture", "prongs"])] == ["prongs", "texture"]
    assert [c.id for c in policy.configured(skip=["prongs"])] == ["texture"]


@pytest.mark.parametrize("selection", [{"only": ["pongs"]}, {"skip": ["pongs"]}])
def test_an_unknown_id_lists_what_exists(selection: dict[str, list[str]]) -> None:
    with pytest.raises(PolicyError, match="no check 'pongs'; the checks are prongs, texture"):
        Policy().configured(**selection)


@pytest.mark.parametrize("selection", [{"only": []}, {"skip": ["prongs", "texture"]}])
def test_no_check_left_is_never_a_pass(selection: dict[str, list[str]]) -> None:
    with pytest.raises(RegistryError, match="no check is left"):
        Policy().configured(**selection)


def test_a_required_check_that_is_not_installed_is_an_error() -> None:
    with pytest.raises(RegistryError, match="not installed: chain"):
        Policy(required=("prongs", "chain")).configured(only=["prongs"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("gatting = 1", ["line 2", "'gatting'", "profile, required, expect, checks"], id="misspelt key"),
        pytest.param("[checks.pongs]", ["line 2", "'checks.pongs'", "prongs, texture"], id="unknown check"),
        pytest.param(
            "[checks.prongs]\n\nshift = 1",
            ["line 4", "'checks.prongs.shift'", "gating, shift_px, lost"],
            id="misspelt limit",
        ),
        pytest.param(
            "checks.prongs.shift_px = -0.5", ["line 2", "at least 0", "-0.5"], id="negative limit, dotted key"
        ),
        pytest.param("[checks.prongs]\nshift_px = '2'", ["line 3", "a number", '"2"'], id="text for a number"),
        pytest.param("[checks.prongs]\nshift_px = true", ["line 3", "a number"], id="true for a number"),
        pytest.param("[checks.prongs]\nshift_px = nan", ["line 3", "finite"], id="not a number"),
        pytest.param("[checks.prongs]\nshift_px = inf", ["line 3", "finite"], id="infinity"),
        pytest.param("[checks.prongs]\nlost = 0.5", ["line 3", "a whole number"], id="half a prong"),
        pytest.param("[checks.prongs]\nshift_px = 1979-05-27", ["line 3", "a number"], id="a date"),
        pytest.param("[checks.prongs]\ngating = 'no'", ["line 3", "true or false"], id="gating in words"),
        pytest.param("checks = 3", ["line 2", "'checks'", "table"], id="checks is no table"),
        pytest.param("[checks]\nprongs = 3", ["line 3", "'checks.prongs'", "table"], id="a check is no table"),
        pytest.param("[expect]\nprongs = -1", ["line 3", "'expect.prongs'", "at least 0"], id="negative count"),
        pytest.param("[expect]\npongs = 1", ["line 3", "'expect.pongs'"], id="expectation of an unknown check"),
        pytest.param("profile = 'vague'", ["line 2", PROFILES], id="unknown profile"),
        pytest.param("profile = [1]", ["line 2", PROFILES], id="a list for a profile"),
        pytest.param("[checks\n", ["not TOML", "line 2"], id="not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_what_is_allowed(load, text: str, words: list[str]) -> None:
    with pytest.raises(PolicyError) as caught:
        load(text)
    message = str(caught.value)
    for word in ("studio.toml", *words):
        assert word in message
    assert "\n" not in message


def test_a_negative_limit_is_fine_where_the_default_is_negative(load) -> None:
    (prongs,) = load("[checks.prongs]\ntint_a = -3").configured(only=["prongs"])
    assert prongs == Prongs(tint_a=-3.0)


def test_a_missing_file_and_a_binary_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.toml does not exist"):
        Policy.load(tmp_path / "nowhere.toml")
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(PolicyError, match=r"picture\.toml is not UTF-8"):
        Policy.load(tmp_path / "picture.toml")
    with pytest.raises(PolicyError, match="cannot be read"):
        Policy.load(tmp_path)


@pytest.mark.parametrize("limits", [{"shift_px": -1}, {"shft": 1}, {"lost": 101}])
def test_a_policy_made_in_python_is_verified_when_it_is_configured(limits: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="prongs"):
        Policy(checks={"prongs": CheckSettings(limits=limits)}).configured()


def test_a_policy_survives_pickle_and_json(load) -> None:
    policy = load("[checks.prongs]\nshift_px = 1.5\n")
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert policy.model_dump_json() == load("[checks.prongs]\nshift_px = 1.5\n").model_dump_json()


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("a = 1\n[b.'c d']\n# x\ne = 2", ("b", "c d", "e"), 4),
        ('[b]\nc."d".e = 1', ("b", "c", "d"), 2),
        ("x = {y = 1}", ("x", "y"), None),
    ],
)
def test_a_key_is_found_in_its_text(text: str, key: tuple[str, ...], line: int | None) -> None:
    assert line_of(text, key) == line
