"""Pictures for training: what is written agrees with itself, and a seed makes the same picture again."""

from __future__ import annotations

import importlib.util
import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.spatial import cKDTree

from fixtures.studio.camera import Camera
from fixtures.studio.meshes import ball
from fixtures.studio.piece import Mark, Part, Piece
from fixtures.studio.render import FINE, Shot
from training.families import FAMILIES
from training.families.cuts import SHAPES, cut_stone, outline
from training.render import CLASSES, labelled, laid_out, main, softened
from training.scene import View
from training.subject import Subject

TOUCHING_MM = 0.9
"""Between a stone's corners and the nearest corner of its setting: meshes are coarse."""

needs_mitsuba = pytest.mark.skipif(
    importlib.util.find_spec("mitsuba") is None, reason="Mitsuba is not installed (extra `studio`)"
)


def _view(owners: np.ndarray, points: np.ndarray, names: tuple[str, ...]) -> View:
    fine = np.repeat(np.repeat(owners, FINE, 0), FINE, 1).astype(np.int32)
    far = np.repeat(np.repeat(points, FINE, 0), FINE, 1).astype(np.float32)
    return View(Shot(np.zeros((*owners.shape, 3), np.float32), fine, names), far)


def _part(name: str, role: str, focus: tuple[float, float, float] | None = None) -> Part:
    return Part(name, role, "diamond" if role == "stone" else "white", ball(1.0, focus or (0, 0, 0), steps=6), focus)


def test_metal_of_a_piece_is_one_thing_and_every_stone_its_own() -> None:
    parts = (_part("0/shank", "metal"), _part("0/rail", "metal"), _part("0/a", "stone"), _part("0/b", "melee"))
    owners = np.array([[-1, 0, 1, 2, 3]])
    view = _view(owners, np.zeros((1, 5, 3)), tuple(p.name for p in parts))
    ids, things = labelled(Piece("p", parts), view, Camera(size=5))
    assert ids[0, 0] == 0
    assert ids[0, 1] == ids[0, 2]
    assert len({int(v) for v in ids[0, 1:]}) == 3
    assert sorted(one["class"] for one in things) == ["metal", "stone", "stone"]


def test_a_prong_is_a_prong_at_its_tip_and_metal_farther_down() -> None:
    parts = (_part("0/shank", "metal"), _part("0/prong", "prong", (0.0, 0.0, 0.0)))
    points = np.zeros((1, 3, 3))
    points[0, 1:, 2] = -0.1, -3.0
    ids, things = labelled(
        Piece("p", parts), _view(np.array([[0, 1, 1]]), points, ("0/shank", "0/prong")), Camera(size=3)
    )
    kinds = {one["id"]: one["class"] for one in things}
    assert [kinds[int(v)] for v in ids[0]] == ["metal", "prong", "metal"]


def test_a_text_is_one_thing_where_its_face_is_seen() -> None:
    face = np.array([[x, y, 0.0] for x in (-2.0, 0.0, 2.0) for y in (-0.5, 0.5)])
    piece = Piece("p", (_part("0/plate", "metal"),), (Mark("0/text", "750", face),))
    points = np.zeros((1, 4, 3))
    points[0, :, 0] = -1.9, 1.0, 4.0, 0.0
    points[0, 3, 2] = -2.0  # under the plate
    ids, things = labelled(piece, _view(np.array([[0, 0, 0, 0]]), points, ("0/plate",)), Camera(size=4))
    kinds = {one["id"]: one["class"] for one in things}
    assert [kinds[int(v)] for v in ids[0]] == ["mark", "mark", "metal", "metal"]


def test_pieces_laid_beside_each_other_do_not_touch() -> None:
    rng = np.random.default_rng(3)
    one = Subject("ball", Piece("ball", (_part("body", "metal"),)))
    made = laid_out(rng, [one, one, one])
    spans = [(p.mesh.vertices[:, 0].min(), p.mesh.vertices[:, 0].max()) for p in made.parts]
    assert all(left[1] < right[0] for left, right in itertools.pairwise(spans))
    assert all(abs(p.mesh.vertices[:, 2].min()) < 1e-6 for p in made.parts)


def test_blur_keeps_the_sum_of_light_and_spreads_only_where_asked() -> None:
    light = np.zeros((41, 41, 3), np.float32)
    light[20, 20] = 1.0
    assert softened(light, np.zeros((41, 41), np.float32))[20, 20, 0] == pytest.approx(1.0)
    spread = softened(light, np.full((41, 41), 2.0, np.float32))
    assert spread[20, 20, 0] == pytest.approx(1 / (2 * np.pi * 2.0**2), rel=0.1)
    assert spread[..., 0].sum() == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_stone_fills_its_outline(shape: str) -> None:
    form = outline(shape, 2.0, 2.0 if shape in ("round", "trillion") else 3.0)
    stone = cut_stone(form, np.random.default_rng(1)).vertices
    assert np.ptp(stone[:, 0]) == pytest.approx(np.ptp(form.points[:, 0]), rel=0.04)
    assert np.ptp(stone[:, 1]) == pytest.approx(np.ptp(form.points[:, 1]), rel=0.04)
    assert stone[:, 2].min() < -0.3 < 0.2 < stone[:, 2].max()


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_family_makes_the_same_piece_of_finite_points_for_the_same_seed(name: str) -> None:
    first, again = (FAMILIES[name](np.random.default_rng([5, 1])) for _ in range(2))
    assert [p.name for p in first.piece.parts] == [p.name for p in again.piece.parts]
    for a, b in zip(first.piece.parts, again.piece.parts, strict=True):
        assert np.isfinite(a.mesh.vertices).all()
        assert np.array_equal(a.mesh.vertices, b.mesh.vertices)


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"loose", "strand"}))
def test_no_stone_floats_beside_its_setting(name: str) -> None:
    for seed in range(3):
        subject = FAMILIES[name](np.random.default_rng([seed, 2]))
        if subject.kind.startswith("loose"):
            continue
        metal = np.vstack(
            [p.mesh.vertices for p in subject.piece.parts if p.role in ("metal", "prong", "bead", "link")]
        )
        tree = cKDTree(metal)
        for part in subject.piece.parts:
            if part.role in ("stone", "melee", "cabochon", "enamel"):
                assert tree.query(part.mesh.vertices)[0].min() < TOUCHING_MM, f"{subject.kind}: {part.name}"


@needs_mitsuba
def test_two_rendered_pictures_agree_with_their_labels_and_come_again(tmp_path: Path) -> None:
    order = ["--seed", "5", "--pieces", "2", "--size", "64", "--spp", "2", "--families", "fancy,stamped", "--out"]
    assert main([*order, str(tmp_path / "a")]) == 0
    assert main([*order, str(tmp_path / "b")]) == 0
    stems = sorted(p.with_suffix("") for p in (tmp_path / "a").glob("*.json"))
    assert len(stems) == 2
    for stem in stems:
        ids = cv2.imread(f"{stem}.png", cv2.IMREAD_UNCHANGED)
        alpha = cv2.imread(f"{stem}_a.png", cv2.IMREAD_GRAYSCALE)
        about = json.loads(stem.with_suffix(".json").read_text())
        listed = {one["id"]: one for one in about["instances"]}
        assert set(np.unique(ids).tolist()) - {0} == set(listed)
        assert all(one["class"] in CLASSES and one["area"] == int((ids == k).sum()) for k, one in listed.items())
        # where the mask says piece, and none of its neighbours says ground, coverage is full; and the reverse
        solid = cv2.erode((ids > 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        bare = cv2.erode((ids == 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        assert (np.median(alpha[solid]) if solid.any() else 255) > 250
        assert (np.median(alpha[bare]) if bare.any() else 0) < 5
        twin = tmp_path / "b" / stem.name
        assert Path(f"{stem}.jpg").read_bytes() == Path(f"{twin}.jpg").read_bytes()


def test_an_unknown_family_is_named_in_the_message(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--seed", "1", "--out", str(tmp_path), "--families", "crowns"])
    assert stopped.value.code == 2
    assert "no family is called crowns" in capsys.readouterr().err
