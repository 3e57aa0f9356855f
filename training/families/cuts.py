"""Outlines of stones, and stones cut to them, faceted or domed. Unit: millimetre.

A stone is made at the origin, its girdle at z = 0 and its table up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fixtures.studio.meshes import F64, Mesh, swept
from fixtures.studio.stones import polyhedron
from training.subject import Rng

SHAPES = ("round", "oval", "cushion", "princess", "octagon", "pear", "marquise", "trillion", "baguette")


CORNERED = ("princess", "octagon", "trillion", "baguette")
"""Shapes whose claws sit at corners."""


@dataclass(frozen=True, eq=False)
class Outline:
    """A convex closed outline: points (n, 2), counter-clockwise, evenly spaced, and unit normals outwards."""

    shape: str
    points: F64
    normals: F64

    def grown(self, by: float) -> Outline:
        """The outline `by` millimetres farther out."""
        return _spaced(self.shape, self.points + by * self.normals)

    @property
    def length(self) -> float:
        """Its length in millimetres."""
        return float(np.linalg.norm(self.points - np.roll(self.points, 1, 0), axis=1).sum())

    @property
    def half(self) -> float:
        """Half of its smaller side."""
        return float(np.ptp(self.points, axis=0).min() / 2)

    def reach(self, degrees: F64) -> F64:
        """How far it reaches in each direction."""
        a = np.radians(degrees)
        return np.asarray((self.points @ np.stack([np.cos(a), np.sin(a)])).max(0))

    def at(self, share: float) -> tuple[F64, F64]:
        """Point and normal at a share of its length."""
        k = round(share * len(self.points)) % len(self.points)
        return self.points[k], self.normals[k]

    def places(self, count: int, start: float = 0.0) -> tuple[F64, F64]:
        """`count` points (count, 2) evenly along it, and their normals."""
        k = np.rint((start + np.arange(count)) / count * len(self.points)).astype(int) % len(self.points)
        return self.points[k], self.normals[k]


def _spaced(shape: str, points: F64, count: int = 144) -> Outline:
    closed = np.vstack([points, points[:1]])
    s = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    t = np.linspace(0, s[-1], count, endpoint=False)
    even = np.stack([np.interp(t, s, closed[:, i]) for i in (0, 1)], -1)
    ahead = np.roll(even, -1, 0) - np.roll(even, 1, 0)
    normals = np.stack([ahead[:, 1], -ahead[:, 0]], -1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return Outline(shape, even, normals)


def outline(shape: str, half_x: float, half_y: float) -> Outline:
    """The outline of a stone of that shape: half its width and half its height."""
    t = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    if shape in ("round", "oval"):
        x, y = c, s
    elif shape in ("cushion", "princess"):
        power = 0.55 if shape == "cushion" else 0.16
        x, y = np.sign(c) * np.abs(c) ** power, np.sign(s) * np.abs(s) ** power
    elif shape in ("octagon", "baguette"):
        cut = 0.28 * min(half_x, half_y) if shape == "octagon" else 0.02
        u, v = 1 - cut / half_x, 1 - cut / half_y
        x, y = np.array([(1, -v), (1, v), (u, 1), (-u, 1), (-1, v), (-1, -v), (-u, -1), (u, -1)]).T
    elif shape == "pear":
        up = np.clip(s, 0, 1)
        x, y = c * (1 - 0.62 * up**1.6), np.where(s > 0, 1.35 * s, s) - 0.17
        y = y / 1.18
    elif shape == "marquise":
        k = np.linspace(-1, 1, 90, endpoint=False)
        arc = (np.sqrt(1.55**2 - k**2) - np.sqrt(1.55**2 - 1)) / (1.55 - np.sqrt(1.55**2 - 1))
        x, y = np.concatenate([arc, -arc]), np.concatenate([k, -k])
    elif shape == "trillion":
        r = 1.0 / (1 + 0.20 * np.cos(3 * (t - np.pi / 2)) * -1)
        x, y = r * c, r * s
    else:
        raise ValueError(f"no outline is called {shape!r}")
    return _spaced(shape, np.stack([half_x * x, half_y * y], -1))


def cut_stone(form: Outline, rng: Rng, *, fine: bool = True) -> Mesh:
    """A faceted stone of that outline: brilliant, step or mixed cut, its proportions drawn."""
    step = form.shape in ("octagon", "baguette") or (form.shape in ("cushion", "princess") and rng.random() < 0.15)
    half = form.half
    height, table, depth = (
        half * rng.uniform(0.25, 0.36),
        rng.uniform(0.52, 0.66),
        half * rng.uniform(0.72, 0.95),
    )
    girdle = 0.04 * half
    normals, offsets = [np.array([0.0, 0.0, 1.0])], [girdle + height]

    def plane(azimuth: float, slope: float, at: float, z: float, up: float) -> None:
        a = np.radians(azimuth)
        n = np.array([slope * np.cos(a), slope * np.sin(a), up])
        length = np.linalg.norm(n)
        normals.append(n / length)
        offsets.append((slope * at + up * z) / length)

    if step:
        sides = np.arange(0.0, 360.0, 45.0) if form.shape == "octagon" else np.arange(0.0, 360.0, 90.0)
        for azimuth in sides:
            reach = float(form.reach(np.array([azimuth]))[0])
            for k, slope in enumerate((1.15, 0.80, 0.50)):
                plane(azimuth, slope, reach - 0.09 * half * k, girdle + 0.085 * half * k, 1.0)
            for k, slope in enumerate((1.5, 1.05, 0.75)):
                plane(azimuth, slope, reach - 0.17 * half * k, -(girdle + 0.22 * half * k), -1.0)
            normals.append(np.array([np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth)), 0.0]))
            offsets.append(reach)
        return polyhedron(np.array(normals), np.array(offsets))
    mains = int(rng.choice([8, 8, 12] if fine else [8]))
    turn = float(rng.uniform(0, 45)) if form.shape == "round" else 0.0
    width = 360.0 / mains
    for k in range(mains):
        azimuth = turn + width * k
        for shift, up_slope, down_slope in ((0.0, 1.0, 1.0), (width / 2, 1.32, 1.12)):
            reach = float(form.reach(np.array([azimuth + shift]))[0])
            plane(azimuth + shift, up_slope * height / ((1 - table) * reach), reach, girdle, 1.0)
            plane(azimuth + shift, down_slope * depth / reach, reach, -girdle, -1.0)
        reach = float(form.reach(np.array([azimuth + width / 2]))[0])
        plane(azimuth + width / 2, 0.42 * height / ((1 - table) * reach), 1.04 * table * reach, girdle + height, 1.0)
    for azimuth in np.arange(0.0, 360.0, 9.0 if fine else 15.0):
        normals.append(np.array([np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth)), 0.0]))
        offsets.append(float(form.reach(np.array([azimuth]))[0]))
    return polyhedron(np.array(normals), np.array(offsets))


def dome(form: Outline, height: float, below: float = 0.12) -> Mesh:
    """A cabochon: rounded over an outline, its flat base a little below the girdle."""
    theta = np.linspace(0, np.pi / 2, 20)[:-1]
    rings = [np.column_stack([form.points * 0.96, np.full(len(form.points), -below * height)])]
    rings += [
        np.column_stack([form.points * np.cos(a) ** 0.85, np.full(len(form.points), height * np.sin(a))]) for a in theta
    ]
    return swept(np.array(rings))
