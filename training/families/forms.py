"""Outlines, stones cut to them, and what holds a stone: collars, claws, halos, beads, pavé. Unit: millimetre.

A stone is made at the origin, its girdle at z = 0 and its table up; settings are made around it there.
"""
# ruff: noqa: PLR0917 (sizes in millimetres, in the order in which a jeweller gives them)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from fixtures.studio.melee import upright
from fixtures.studio.meshes import F64, Mesh, ball, curve, joined, swept, tube
from fixtures.studio.piece import Part
from fixtures.studio.stones import round_brilliant
from training.families.cuts import Outline
from training.subject import Rng


def along(form: Outline, wire: float, z: float, squash: float = 1.0, sides: int = 12) -> Mesh:
    """A wire along an outline at height z."""
    path = np.column_stack([form.points, np.full(len(form.points), z)])
    return tube(path, wire, sides, closed=True, squash=squash)


def collar(form: Outline, wall: float = 0.4, low: float = -1.6, lip: float = 0.3) -> Mesh:
    """A closed collar, rubbed over the stone's edge."""
    profile = np.array([
        (-0.05, low), (0.7 * wall, low), (wall, 0.7 * low), (wall, 0.1), (0.75 * wall, lip), (0.1, 1.3 * lip),
        (-0.28, 1.2 * lip), (-0.33, 0.9 * lip), (-0.02, 0.0), (-0.04, 0.4 * low),
    ])  # fmt: skip
    dense = np.vstack([profile + (np.roll(profile, -1, 0) - profile) * f for f in (0.0, 0.33, 0.67)])
    p = dense.reshape(3, -1, 2).transpose(1, 0, 2).reshape(-1, 2)
    n = len(form.points)
    flat = form.points[:, None] + p[:, 0][None, :, None] * form.normals[:, None]
    return swept(np.concatenate([flat, np.broadcast_to(p[None, :, 1:], (n, len(p), 1))], -1), closed=True)


def claw_at(point: F64, normal: F64, depth: float, wire: float, tip: str, slope: float = 0.7) -> tuple[Mesh, F64]:
    """A prong that rises outside a point of the girdle and bends over the crown; returns it and its tip."""
    lean = 0.55 * wire
    reach = wire * (1.0 if tip != "long" else 1.9)

    def at(share: float, out: float, z: float) -> F64:
        return np.array([*(share * point + out * normal), z])

    path = curve(
        [
            at(0.3, 0, -depth - 0.25),
            at(0.62, 0, -0.52 * depth),
            at(0.97, 0.6 * lean, -0.1 * depth),
            at(1.0, lean, 0.12),
            at(1.0, -0.3 * reach, 0.3 * reach * slope + 0.95 * wire),
            at(1.0, -reach, reach * slope + 0.8 * wire),
        ],
        30,
    )
    s = np.linspace(0, 1, len(path))
    end = {"claw": 0.7, "long": 0.4, "ball": 0.95}.get(tip, 0.85)
    mesh = tube(path, wire * np.interp(s, [0, 0.5, 0.8, 1.0], [0.85, 0.95, 1.0, end]), 16)
    if tip == "ball":
        mesh = joined([mesh, ball(1.25 * wire, path[-2].tolist(), steps=16)])
    return mesh, path[-2]


def claws(form: Outline, metal: str, rng: Rng, prefix: str = "", wire: float = 0.0, depth: float = 0.0) -> list[Part]:
    """Prongs around an outline, as many and where that shape has them: single, double, or V at points."""
    wire = wire or float(np.clip(form.half * rng.uniform(0.09, 0.15), 0.16, 0.5))
    depth = depth or form.half * 0.9
    tip = str(rng.choice(["claw", "ball", "long", "round"]))
    if form.shape in ("princess", "octagon", "cushion", "baguette"):
        shares = [_towards(form, a) for a in _corner_angles(form)]
    elif form.shape == "trillion":
        shares = [_towards(form, a) for a in (90.0, 210.0, 330.0)]
    elif form.shape == "pear":
        shares = [_towards(form, a) for a in (90.0, 200.0, 340.0, 235.0, 305.0)]
    elif form.shape == "marquise":
        shares = [_towards(form, a) for a in (90.0, 270.0, 40.0, 140.0, 220.0, 320.0)]
    else:
        count = int(rng.choice([3, 4, 4, 5, 6, 6, 8]))
        shares = [((k + 0.5) / count + 0.25) % 1.0 for k in range(count)]
    double = form.shape not in ("pear", "marquise", "trillion") and rng.random() < 0.25
    parts: list[Part] = []
    for share in shares:
        offsets = (-0.011, 0.011) if double else (0.0,)
        for offset in offsets:
            shift = offset * max(1.0, 4.5 * wire / (0.022 * form.length)) if double else 0.0
            point, normal = form.at(share + shift)
            made, end = claw_at(point, normal, depth, wire * (0.75 if double else 1.0), tip)
            focus = (float(end[0]), float(end[1]), float(end[2]))
            parts.append(Part(f"{prefix}prong-{len(parts)}", "prong", metal, made, focus))
    return parts


def _towards(form: Outline, degrees: float) -> float:
    a = np.radians(degrees)
    return float(np.argmax(form.points @ np.array([np.cos(a), np.sin(a)])) / len(form.points))


def _corner_angles(form: Outline) -> list[float]:
    wide, high = np.ptp(form.points, axis=0)
    a = float(np.degrees(np.arctan2(wide, high)))  # the normal between the two sides of a corner, wherever it lies
    return [a, 180 - a, 180 + a, 360 - a] if form.shape != "cushion" else [45.0, 135.0, 225.0, 315.0]


def facing(part: Part, point: F64, normal: F64, spin: float = 0.0) -> Part:
    """A part made at the origin facing up, set at a point facing a normal."""
    matrix, shift = upright(np.asarray(point, float), np.asarray(normal, float), spin)
    return part.moved(matrix, shift)


def pave(prefix: str, points: F64, normals: F64, radius: float, metal: str, gem: str, rng: Rng) -> list[Part]:
    """Round stones at points facing normals; a bead wherever three or two of them leave room between them."""
    small = round_brilliant(radius, girdle_sides=20)
    parts = []
    for k, (point, normal) in enumerate(zip(points, normals, strict=True)):
        stone = Part(f"{prefix}-{k}", "melee", gem, small, (0.0, 0.0, 0.0))
        parts.append(facing(stone, point, normal, float(rng.uniform(0, 360))))
    near = cKDTree(points).query_pairs(2.75 * radius)
    middles = [(points[i] + points[j]) / 2 for i, j in near]
    ups = [(normals[i] + normals[j]) / 2 for i, j in near]
    neighbours: dict[int, set[int]] = {}
    for i, j in near:
        neighbours.setdefault(i, set()).add(j)
    threes = [(i, j, k) for i, j in near for k in neighbours.get(i, set()) & neighbours.get(j, set())]
    bead = float(rng.uniform(0.18, 0.28)) * radius
    if len(threes) > 0.5 * len(points):
        middles = [points[list(t)].mean(0) for t in threes]
        ups = [normals[list(t)].mean(0) for t in threes]
        spots = [m + 0.15 * radius * u for m, u in zip(middles, ups, strict=True)]
    else:
        spots = []
        for (i, j), middle, up in zip(near, middles, ups, strict=True):
            across = np.cross(up, points[j] - points[i])
            across /= max(float(np.linalg.norm(across)), 1e-9)
            spots += [middle + side * 0.78 * radius * across + 0.12 * radius * up for side in (-1.0, 1.0)]
        ups = [u for u in ups for _ in (0, 1)]
    for k, (spot, up) in enumerate(zip(spots, ups, strict=True)):
        down = 0.9 * radius * up / np.linalg.norm(up)
        grain = joined([ball(bead, spot.tolist(), steps=9), tube(np.array([spot, spot - down]), bead, 8)])
        parts.append(Part(f"{prefix}-bead-{k}", "bead", metal, grain, tuple(float(v) for v in spot)))  # type: ignore[arg-type]
    return parts


def halo(
    form: Outline, radius: float, metal: str, gem: str, rng: Rng, prefix: str = "halo"
) -> tuple[list[Part], Outline]:
    """A row of small stones around an outline between two rails; returns it and its outer outline."""
    row = form.grown(radius + 0.18)
    count = max(6, int(row.length / (2.12 * radius)))
    points, _ = row.places(count)
    up = np.tile([0.0, 0.0, 1.0], (count, 1))
    parts = pave(prefix, np.column_stack([points, np.full(count, -0.1)]), up, radius, metal, gem, rng)
    for name, reach in (("inner", 0.12), ("outer", 2 * radius + 0.24)):
        parts.append(Part(f"{prefix}-rail-{name}", "metal", metal, along(form.grown(reach), 0.14, -0.2)))
    parts.append(Part(f"{prefix}-plate", "metal", metal, along(row, radius + 0.12, -0.95 * radius - 0.2, 0.2)))
    return parts, form.grown(2 * radius + 0.34)


def bead_border(form: Outline, radius: float, metal: str, z: float = 0.0, prefix: str = "grain") -> list[Part]:
    """Beads of metal side by side along an outline: a bead border, or milgrain where they are small."""
    row = form.grown(radius)
    count = max(8, int(row.length / (2.02 * radius)))
    points, _ = row.places(count)
    grain = ball(radius, steps=10)
    return [
        Part(f"{prefix}-{k}", "bead", metal, grain.shifted(float(x), float(y), z), (float(x), float(y), z + radius))
        for k, (x, y) in enumerate(points)
    ]


def hoop(
    width: float, thick: float, inner: float, *, crown: float = 0.3, round_: float = 0.2, steps: int = 160
) -> Mesh:
    """A band around the y axis: `crown` bows its outside (mm), `round_` rounds its edges (mm)."""
    return swept(hoop_rings(width, thick, inner, crown=crown, round_=round_, steps=steps), closed=True)


def hoop_rings(width: float, thick: float, inner: float, *, crown: float, round_: float, steps: int) -> F64:
    """The cross-sections of a hoop: (steps, n, 3)."""
    y, r = section(width, thick, crown, round_)
    a = np.linspace(0, 2 * np.pi, steps, endpoint=False)[:, None]
    radius = inner + r[None]
    return np.stack([radius * np.sin(a), np.broadcast_to(y, (steps, len(y))), radius * np.cos(a)], -1)


def section(width: float, thick: float, crown: float, round_: float) -> tuple[F64, F64]:
    """A band's cross-section: place across it, and height above the finger."""
    half, e = width / 2, min(round_, 0.45 * thick, 0.45 * width)
    top = np.linspace(-half + e, half - e, 24)
    arc = np.linspace(0, np.pi / 2, 5)[1:]
    edge = thick - crown
    y = [top, half - e + e * np.sin(arc), half - e + e * np.cos(arc)]
    r = [edge + crown * (1 - (top / half) ** 2), edge - e + e * np.cos(arc), e - e * np.sin(arc)]
    y += [top[::-1], -half + e - e * np.sin(arc), -half + e - e * np.cos(arc[:-1])]
    r += [np.zeros(24), e - e * np.cos(arc), edge - e + e * np.sin(arc[:-1])]
    return np.concatenate(y), np.concatenate(r)


def renamed(parts: Sequence[Part], prefix: str) -> list[Part]:
    """The parts, their names behind a prefix."""
    return [replace(part, name=f"{prefix}{part.name}") for part in parts]
