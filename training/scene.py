"""A piece under a camera and a tent, rendered once for light and once for what every pixel sees.

The studio's own `shoot` loads a scene twice and knows one ground and one set of materials; here thousands of pictures
are made, each with its own, so the scene is loaded once and looked at by two cameras.
"""
# ruff: noqa: PLC0415 (Mitsuba is an optional dependency)

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fixtures.studio.camera import Camera
from fixtures.studio.light import Tent
from fixtures.studio.materials import Spectrum
from fixtures.studio.piece import Piece
from fixtures.studio.render import FINE, Shot, mitsuba

F32 = npt.NDArray[np.float32]

DEPTH = 10
"""Reflections and refractions followed; the fixtures follow 14, and what lies between is in the noise of 10 samples."""
FAR_MM = 1.0e4
"""Depth of a pixel that sees neither piece nor ground."""


@dataclass(frozen=True, eq=False)
class View:
    """A shot, and for each sub-pixel the point that it sees: (h·FINE, w·FINE, 3), millimetres."""

    shot: Shot
    points: F32

    @property
    def owners(self) -> npt.NDArray[np.int32]:
        """(h, w) the part in the middle of each pixel, -1 for the ground."""
        return self.shot.owners[FINE // 2 :: FINE, FINE // 2 :: FINE]

    @property
    def middles(self) -> F32:
        """(h, w, 3) the point in the middle of each pixel."""
        return self.points[FINE // 2 :: FINE, FINE // 2 :: FINE]


def _sensor(mi: Any, camera: Camera, size: int) -> Any:
    _, up, _ = camera.axes()
    return mi.load_dict({
        "type": "perspective",
        "fov": camera.fov,
        "near_clip": 1.0,
        "far_clip": FAR_MM,
        "to_world": mi.ScalarTransform4f().look_at(
            origin=camera.origin.tolist(), target=[float(v) for v in camera.target], up=up.tolist()
        ),
        "film": {
            "type": "hdrfilm",
            "width": size,
            "height": size,
            "pixel_format": "rgb",
            "rfilter": {"type": "box"} if size != camera.size else {"type": "gaussian"},
        },
        "sampler": {"type": "independent"},
    })  # fmt: skip


def look(
    piece: Piece,
    camera: Camera,
    tent: Tent,
    materials: Mapping[str, Spectrum],
    ground: Spectrum,
    *,
    samples: int,
    seed: int,
) -> View:
    """The piece on a ground of that material: light by `samples` paths a pixel, and the exact owner of each."""
    mi = mitsuba()
    with tempfile.TemporaryDirectory() as name:
        parts: dict[str, Any] = {}
        for index, part in enumerate(piece.parts):
            path = Path(name) / f"{index}.ply"
            part.mesh.write_ply(path)
            parts[f"part-{index:04d}"] = {
                "type": "ply",
                "filename": str(path),
                "face_normals": not part.mesh.smooth,
                "bsdf": {"type": "ref", "id": f"bsdf-{part.material}"},
            }
        used = sorted({part.material for part in piece.parts})
        surfaces = {f"bsdf-{name}": {**materials[name], "id": f"bsdf-{name}"} for name in used}
        transform = mi.ScalarTransform4f()
        sky = {"type": "envmap", "bitmap": mi.Bitmap(tent.painted()), "to_world": transform.rotate([1, 0, 0], 90)}
        table = {"type": "rectangle", "to_world": transform.scale([400, 400, 1]), "bsdf": ground}
        # unoptimised, because the optimiser merges parts of one material, and the masks need them apart
        scene = mi.load_dict({"type": "scene"} | surfaces | {"sky": sky, "ground": table} | parts, optimize=False)
    path = mi.load_dict({"type": "path", "max_depth": DEPTH, "rr_depth": 6})
    light = np.array(
        mi.render(scene, sensor=_sensor(mi, camera, camera.size), integrator=path, spp=samples, seed=seed), np.float32
    )
    aov = mi.load_dict({"type": "aov", "aovs": "i:shape_index,p:position"})
    seen = np.array(mi.render(scene, sensor=_sensor(mi, camera, camera.size * FINE), integrator=aov, spp=1, seed=seed))
    which = np.rint(seen[..., -4]).astype(np.int64)
    known = _numbers(mi, scene)
    lookup = np.full(max(*known, int(which.max())) + 1, -1, np.int32)
    for number, shape in zip(known, scene.shapes(), strict=True):
        if shape.id().startswith("part-"):
            lookup[number] = int(shape.id().removeprefix("part-"))
    owners = lookup[np.maximum(which, 0)]
    names = tuple(part.name for part in piece.parts)
    return View(Shot(np.maximum(light[..., :3], 0), owners, names), seen[..., -3:].astype(np.float32))


def _numbers(mi: Any, scene: Any) -> list[int]:
    """By which number the renderer names each shape of the scene: its place, or where it is registered."""
    if mi.variant().startswith("scalar"):
        return list(range(1, len(scene.shapes()) + 1))  # 0 is the sky
    import drjit as dr

    return [int(v) for v in np.array(dr.reinterpret_array(mi.UInt32, scene.shapes_dr()))]
