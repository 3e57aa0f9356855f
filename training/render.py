"""Renders for training, each with the exact owner of every pixel.

    python -m training.render --seed 3 --pieces 40 --out DIR [--families pave,fancy] [--size 448] [--spp 10]

Picture k of a seed is the same whatever else is rendered, so a stopped run goes on where it ended. Per picture NAME:
NAME.jpg; NAME.png, 16 bit, the number of the thing at each pixel, 0 for the ground; NAME_a.png, how much of the pixel
is piece; NAME_s.png, the light that the ground keeps in the piece's shadow (absent where the ground mirrors the piece
and is not to be painted anew); NAME.json, written last: the things by number with class, kind, place and area.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from fixtures.studio import photo
from fixtures.studio.camera import Camera
from fixtures.studio.meshes import rotation
from fixtures.studio.piece import Mark, Piece
from fixtures.studio.render import calmed
from training import surroundings
from training.families import FAMILIES
from training.growth import grown
from training.scene import View, look
from training.subject import Rng, Subject

F32, U8, Ids = npt.NDArray[np.float32], npt.NDArray[np.uint8], npt.NDArray[np.uint16]

CLASS_OF = {
    "stone": "stone", "melee": "stone", "pearl": "pearl", "cabochon": "cabochon", "enamel": "enamel",
    "prong": "prong", "bead": "bead", "link": "link", "metal": "metal", "mark": "metal", "putty": "prop",
}  # fmt: skip
"""A part's role to its class; the blackened floor of an engraving is metal where it is no seen text."""
CLASSES = ("metal", "stone", "cabochon", "pearl", "enamel", "prong", "bead", "link", "mark", "prop")
TIP_MM, TIP_SHARE = 1.15, 0.28
"""A prong is marked where it holds: what lies farther from its tip than that, or than that share of the prong's
length, is metal, like the basket it grows out of."""
TEXT_MM = 0.32
"""A pixel belongs to a text if it sees a point that near to the text's face: no letter is cut deeper."""
SEVERAL, BLURRED = 0.12, 0.35
"""Share of pictures with two or three pieces; share with an open lens."""
GROUNDS = ("sweep", "slate", "cloth", "wood", "plain", "plain", "plain")


@dataclass(frozen=True, eq=False)
class Picture:
    """(h, w, 3) sRGB; (h, w) numbers; coverage and shadow (none where the ground mirrors); the things by number."""

    rgb: U8
    ids: Ids
    alpha: U8
    shade: U8 | None
    things: list[dict[str, Any]]


def laid_out(rng: Rng, subjects: Sequence[Subject]) -> Piece:
    """The subjects beside each other on the table, each turned a little; parts and texts named after their piece."""
    parts, marks, right = [], [], 0.0
    for number, subject in enumerate(subjects):
        pose = rotation("z", float(rng.normal(0, 14))) @ subject.pose
        points = np.vstack([part.mesh.vertices for part in subject.piece.parts]) @ pose.T
        wide = float(np.ptp(points[:, 0]))
        shift = subject.piece.stand(pose)
        if number:
            shift = shift + np.array(
                [right + rng.uniform(0.05, 0.4) * wide + wide / 2, rng.normal(0, 0.15) * wide, 0.0]
            )
        right = float((points[:, 0] + shift[0]).max())
        placed = subject.piece.placed(pose, shift)
        parts += [replace(part, name=f"{number}/{part.name}") for part in placed.parts]
        marks += [replace(mark, name=f"{number}/{mark.name}") for mark in placed.marks]
    return Piece("laid-out", tuple(parts), tuple(marks))


def labelled(piece: Piece, view: View, camera: Camera) -> tuple[Ids, list[dict[str, Any]]]:
    """(h, w) the number of the thing at each pixel and the things: the metal of a piece is one, all else is single."""
    owners, things, numbers = view.owners, [], np.zeros(len(piece.parts) + 1, np.uint16)
    metal: dict[str, int] = {}

    def thing(name: str, kind: str, number_of: str) -> int:
        things.append({"id": len(things) + 1, "class": kind, "kind": name, "piece": int(number_of)})
        return len(things)

    metals = np.zeros(len(piece.parts) + 1, np.uint16)
    for index, part in enumerate(piece.parts):
        of = part.name.split("/")[0]
        kind = CLASS_OF[part.role]
        if of not in metal:
            metal[of] = thing("metal", "metal", of)
        metals[index] = metal[of]
        numbers[index] = metal[of] if kind == "metal" else thing(part.material, kind, of)
    ids = numbers[owners]
    for index, part in enumerate(piece.parts):
        if part.focus is not None and numbers[index] != metals[index]:
            at = camera.project(np.array([part.focus]))[0]
            things[numbers[index] - 1]["at"] = [round(float(v), 1) for v in at]
        if part.role == "prong" and part.focus is not None:
            away = np.linalg.norm(view.middles - np.asarray(part.focus, np.float32), axis=-1)
            tip = min(TIP_MM, TIP_SHARE * float(np.linalg.norm(np.ptp(part.mesh.vertices, axis=0))))
            ids[(owners == index) & (away > tip)] = metals[index]
    is_metal = np.isin(ids, list(metal.values()))
    for mark in piece.marks:
        of = mark.name.split("/")[0]
        there = is_metal & _on_text(mark, view.middles)
        if there.any():
            ids[there] = thing(mark.text, "mark", of)
    area = np.bincount(ids.ravel(), minlength=len(things) + 1)
    ys, xs = np.mgrid[: ids.shape[0], : ids.shape[1]]
    mid_x, mid_y = (np.bincount(ids.ravel(), v.ravel(), len(things) + 1) / np.maximum(area, 1) for v in (xs, ys))
    for one in things:
        k = one["id"]
        one |= {"area": int(area[k]), "centre": [round(float(mid_x[k]), 1), round(float(mid_y[k]), 1)]}
    return ids, [one for one in things if one["area"] > 0]


def _on_text(mark: Mark, points: F32) -> npt.NDArray[np.bool_]:
    """(h, w) where a point lies on the face that a text bounds: pairs of points, one pair after the other along it."""
    pairs = mark.bounds.reshape(-1, 2, 3)
    along, across = np.linspace(0, len(pairs) - 1, 120), np.linspace(0, 1, 16)
    low, high = (
        np.stack([np.interp(along, np.arange(len(pairs)), pairs[:, side, i]) for i in range(3)], -1) for side in (0, 1)
    )
    face = low[:, None] + across[None, :, None] * (high - low)[:, None]
    near, _ = cKDTree(face.reshape(-1, 3)).query(points.reshape(-1, 3), distance_upper_bound=TEXT_MM)
    return np.asarray(np.isfinite(near).reshape(points.shape[:2]))


def softened(light: F32, blur: F32) -> F32:
    """Light (h, w, ...) blurred by `blur` (h, w) pixels (sigma), as an open lens does away from its focus."""
    levels = (0.0, 1.0, 2.0, 4.0, 8.0)
    at = np.interp(cv2.GaussianBlur(blur, (0, 0), 2.0), levels, np.arange(len(levels))).astype(np.float32)
    out = np.zeros_like(light)
    for k, sigma in enumerate(levels):
        share = np.clip(1 - np.abs(at - k), 0, 1)
        if share.any():
            layer = cv2.GaussianBlur(light, (0, 0), sigma) if sigma else light
            out += layer * (share[..., None] if light.ndim == 3 else share)
    return out


def _open_lens(rng: Rng, view: View, camera: Camera) -> F32:
    """(h, w) the blur in pixels of a lens that is focused on a point of the piece."""
    _, _, forward = camera.axes()
    depth = (view.middles - camera.origin.astype(np.float32)) @ forward.astype(np.float32)
    on = depth[view.owners >= 0]
    if not len(on):
        return np.zeros(depth.shape, np.float32)
    focus = float(np.percentile(on, rng.uniform(3, 55)))
    reach = max(float(np.percentile(on, 97) - np.percentile(on, 3)), 1.0)
    worst = rng.uniform(1.0, 7.0) * camera.size / 448
    return np.asarray(np.clip(np.abs(depth - focus) / reach * worst, 0, 8), np.float32)


def picture(rng: Rng, subjects: Sequence[Subject], size: int, samples: int) -> Picture:
    """A photograph of the subjects with its labels."""
    piece = laid_out(rng, subjects)
    points = np.vstack([part.mesh.vertices for part in piece.parts if part.role != "putty"])
    camera = surroundings.camera(rng, points, subjects[0], size)
    ground, mirrors = surroundings.table(rng)
    made = surroundings.materials(rng)
    view = look(piece, camera, surroundings.tent(rng), made, ground, samples=samples, seed=int(rng.integers(2**31)))
    ids, things = labelled(piece, view, camera)
    clear = tuple(part.name for part in piece.parts if CLASS_OF[part.role] == "stone")
    shot = calmed(view.shot, clear)
    alpha = np.asarray(shot.alpha, np.float32)
    shade = None if mirrors else np.clip(photo.shadow_map(shot), 0, 1).astype(np.float32)
    light = shot.light if mirrors else photo.on_ground(shot, _ground(rng, camera), float(rng.uniform(0.3, 1.0)))
    if rng.random() < BLURRED:
        blur = _open_lens(rng, view, camera)
        light, alpha = softened(light, blur), softened(alpha, blur)
    take = photo.Take(stops=_exposed(rng, light), noise=float(rng.uniform(0.001, 0.006)))
    rgb = photo.to_u8(photo.developed(light, take, int(rng.integers(2**31))))
    rgb = grown(rng, rgb, ids, things)
    return Picture(rgb, ids, photo.to_u8(alpha), None if shade is None else photo.to_u8(shade), things)


def _ground(rng: Rng, camera: Camera) -> F32 | tuple[float, float, float]:
    name = str(rng.choice(GROUNDS))
    if name != "plain":
        return photo.ground_texture(name, camera, int(rng.integers(2**31)))
    value = float(rng.choice([rng.uniform(0.6, 1.0), rng.uniform(0.02, 0.6)]))
    tint = rng.uniform(0.94, 1.06, 3) if rng.random() < 0.7 else rng.uniform(0.4, 1.3, 3)
    r, g, b = (float(v) for v in np.clip(value * tint, 0.01, 1.0))
    return r, g, b


def _exposed(rng: Rng, light: F32) -> float:
    """Stops that bring the picture's bright parts to where photographs have them."""
    bright = float(np.percentile(light.mean(-1), 90))
    wanted = float(rng.uniform(0.45, 1.0))
    return float(np.clip(np.log2(wanted / max(bright, 1e-3)), -1.5, 1.5))


def written(made: Picture, stem: Path, about: dict[str, Any]) -> None:
    """The files of a picture, its JSON last."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(f"{stem}.jpg", made.rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
    cv2.imwrite(f"{stem}.png", made.ids)
    cv2.imwrite(f"{stem}_a.png", made.alpha)
    if made.shade is not None:
        cv2.imwrite(f"{stem}_s.png", made.shade)
    stem.with_suffix(".json").write_text(json.dumps(about | {"instances": made.things}), encoding="utf-8")


def subjects_of(rng: Rng, names: Sequence[str], index: int) -> tuple[str, list[Subject]]:
    """What picture `index` shows: its family, and one piece or several."""
    name = names[index % len(names)]
    subjects = [FAMILIES[name](rng)]
    while rng.random() < SEVERAL and len(subjects) < 3 and not subjects[0].spread:
        subjects.append(FAMILIES[name](rng))
    return name, subjects


def main(arguments: Sequence[str] | None = None) -> int:
    """Render pictures of a seed into a folder; those that are there already stay."""
    parser = argparse.ArgumentParser(prog="training.render", description=main.__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--pieces", type=int, default=100, help="number of pictures")
    parser.add_argument("--first", type=int, default=0, help="number of the first picture")
    parser.add_argument("--size", type=int, default=448, help="side in pixels")
    parser.add_argument("--spp", type=int, default=10, help="samples per pixel")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--families", default=",".join(FAMILIES), help="names, separated by commas")
    options = parser.parse_args(arguments)
    names = options.families.split(",")
    unknown = sorted(set(names) - set(FAMILIES))
    if unknown:
        parser.error(f"no family is called {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    failed = 0
    for index in range(options.first, options.first + options.pieces):
        stem = options.out / f"s{options.seed}-{index:05d}"
        if stem.with_suffix(".json").exists():
            continue
        start = time.perf_counter()
        rng = np.random.default_rng([options.seed, index])
        try:
            name, subjects = subjects_of(rng, names, index)
            made = picture(rng, subjects, options.size, options.spp)
        except (ValueError, IndexError, RuntimeError, np.linalg.LinAlgError) as error:
            failed += 1
            sys.stderr.write(f"picture {index}: {names[index % len(names)]} failed: {error}\n")
            continue
        about = {"family": name, "kind": [s.kind for s in subjects], "seed": options.seed, "index": index}
        written(made, stem, about)
        sys.stdout.write(f"{stem.name} {name} {subjects[0].kind} {time.perf_counter() - start:.1f} s\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
