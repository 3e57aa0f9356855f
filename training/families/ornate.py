"""Worked metal: leaves and petals, scrolls, hearts, suns, hoops, crossed and stacked bands, with few stones."""

from __future__ import annotations

import numpy as np

from fixtures.studio.chains import CABLE, ChainFlaw, laid
from fixtures.studio.meshes import F64, Mesh, ball, rotation, swept, torus, tube
from fixtures.studio.piece import Part, Piece
from fixtures.studio.rings import INNER
from training.families.cuts import SHAPES, outline
from training.families.fancy import MELEE, gem_of, ring_around, setting
from training.families.forms import hoop, pave, renamed
from training.families.rows import standing
from training.subject import Rng, Subject
from training.surroundings import METALS


def _leaf(length: float, width: float, bow: float) -> Mesh:
    """A leaf of metal with a keel, from the origin along y."""
    t = np.linspace(0.01, 0.99, 30)
    half = width * np.sin(np.pi * t**0.8) ** 0.9
    across = np.linspace(-1, 1, 9)
    top = np.stack(
        [
            np.outer(half, across),
            np.repeat(t[:, None] * length, 9, 1),
            bow * np.sin(np.pi * t)[:, None] + 0.25 * (1 - np.abs(across)) * width,
        ],
        -1,
    )
    under = top[:, ::-1] - np.array([0, 0, 0.35])
    return swept(np.concatenate([top, under], 1))


def _scroll(size: float, turns: float, wire: float) -> Mesh:
    t = np.linspace(0, 1, 90)
    a, r = 2 * np.pi * turns * t, size * (1 - 0.82 * t)
    return tube(np.stack([r * np.cos(a) - size, r * np.sin(a), np.zeros_like(t)], -1), wire * (1 - 0.35 * t), 12)


def ornate(rng: Rng) -> Subject:
    """A head of leaves, petals, scrolls or rays around a stone or a ball: on a ring, or as a pendant."""
    metal = str(rng.choice(METALS))
    middle = float(rng.uniform(1.3, 3.0))
    form = outline(str(rng.choice(SHAPES[:-1])), middle, middle * float(rng.uniform(1.0, 1.25)))
    parts: list[Part] = []
    if rng.random() < 0.75:
        parts += setting(rng, form, metal, gem_of(rng))
    else:
        parts.append(Part("ball", "metal", metal, ball(middle, squash=0.6, steps=28)))
    reach = max(float(np.linalg.norm(p.mesh.vertices[:, :2], axis=1).max()) for p in parts)
    what = str(rng.choice(["leaf", "petal", "scroll", "ray", "beads"]))
    count = int(rng.integers(5, 15))
    for layer in range(int(rng.choice([1, 1, 2]))):
        for k in range(count):
            a = 360.0 / count * (k + 0.5 * layer)
            if what == "leaf":
                mesh = _leaf(float(rng.uniform(3, 6)), float(rng.uniform(0.9, 1.6)), float(rng.uniform(0, 1)))
            elif what == "petal":
                mesh = _leaf(4.0 + layer, 2.2 * reach / count * 2.2, 1.2)
            elif what == "scroll":
                mesh = _scroll(1.6, 1.4, 0.34).shifted(0, 1.4, 0)
            elif what == "ray":
                y = np.linspace(0, 5.0 if k % 2 else 3.4, 30)
                path = np.stack([0.45 * np.sin(1.7 * y), y, np.zeros_like(y)], -1)
                mesh = tube(path, 0.75 * (1 - y / 6.5), 12)
            else:
                mesh = ball(0.9, (0.0, 1.0, 0.0), steps=14)
            turn = rotation("z", a - 90.0) @ rotation("x", float(rng.uniform(-12, 6)))
            out = np.array([np.cos(np.radians(a)), np.sin(np.radians(a)), 0.0]) * (reach - 0.3)
            role = "bead" if what == "beads" else "metal"
            at = out + np.array([0.0, 0.0, -0.4 - 0.5 * layer])
            focus = (float(at[0]), float(at[1]), float(at[2] + 0.9)) if role == "bead" else None
            parts.append(Part(f"{what}-{layer}-{k}", role, metal, mesh.moved(turn, at.tolist()), focus))
    parts.append(Part("plate", "metal", metal, torus(reach * 0.9, 0.7, -1.0, squash=0.5)))
    if rng.random() < 0.55:
        return Subject(f"ring {what}", Piece("ornate", tuple(ring_around(rng, parts, 1.6, metal))), standing(rng), 58.0)
    top = max(float(p.mesh.vertices[:, 1].max()) for p in parts)
    parts.append(Part("bail", "metal", metal, torus(1.1, 0.3, 0.0, steps=48).moved(np.eye(3), (0, top + 0.8, 0))))
    if rng.random() < 0.6:
        t = np.linspace(0, 1, 150)
        for side in (-1.0, 1.0):
            line = np.stack([side * (0.7 + 10 * t**0.8), top + 1.2 + 24 * t], -1)
            parts += laid(line, CABLE, metal, flaw=ChainFlaw(), prefix=f"link{side:+.0f}")
    return Subject(f"pendant {what}", Piece("ornate", tuple(parts)), np.eye(3), 64.0)


def _heart(size: float, count: int = 160) -> F64:
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([x, y], -1) * size / 16


def heart(rng: Rng) -> Subject:
    """An open or filled heart: of wire, of small stones, or solid; on a chain or by itself."""
    metal = str(rng.choice(METALS))
    size = float(rng.uniform(4, 8))
    path = np.column_stack([_heart(size), np.full(160, 0.8)])
    parts: list[Part] = []
    kind = str(rng.choice(["wire", "pave", "solid"]))
    if kind == "wire":
        parts.append(Part("heart", "metal", metal, tube(path, float(rng.uniform(0.5, 1.1)), 18, closed=True)))
    elif kind == "pave":
        radius = float(rng.uniform(0.5, 0.8))
        s = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(np.vstack([path, path[:1]]), axis=0), axis=1))])
        places = np.linspace(0, s[-1], int(s[-1] / (2.2 * radius)), endpoint=False)
        at = np.stack([np.interp(places, s, np.append(path[:, i], path[0, i])) for i in range(3)], -1)
        parts += pave(
            "pave",
            at + np.array([0, 0, 0.4]),
            np.tile([0.0, 0.0, 1.0], (len(at), 1)),
            radius,
            metal,
            str(rng.choice(MELEE)),
            rng,
        )
        parts.append(
            Part(
                "heart", "metal", metal, tube(path - np.array([0, 0, 0.6]), radius + 0.25, 18, closed=True, squash=0.6)
            )
        )
    else:
        rings = [
            np.column_stack([_heart(size * s), np.full(160, 1.5 + 1.2 * (1 - s**2))]) for s in np.linspace(1, 0.02, 24)
        ]
        parts.append(Part("heart", "metal", metal, swept(np.array([path - np.array([0, 0, 0.8]), *rings]))))
    high = float(path[:, 1].max())
    if rng.random() < 0.7:
        for side in (-1.0, 1.0):
            t = np.linspace(0, 1, 150)
            line = np.stack([side * (0.45 * size + 10 * t), high + 0.4 + 22 * t**0.9], -1)
            parts += laid(line, CABLE, metal, flaw=ChainFlaw(), prefix=f"link{side:+.0f}")
    return Subject(f"heart {kind}", Piece("heart", tuple(parts)), rotation("z", float(rng.normal(0, 15))), 64.0)


def hoops(rng: Rng) -> Subject:
    """A pair of hoop earrings: plain, twisted or set with stones in front."""
    metal = str(rng.choice(METALS))
    inner, thick = float(rng.uniform(5, 12)), float(rng.uniform(1.0, 2.4))
    width = float(rng.uniform(1.2, 5.0))
    parts: list[Part] = []
    stones = rng.random() < 0.45
    gem, radius = str(rng.choice(MELEE)), 0.42 * width if width < 2.6 else 0.6
    for k, x in enumerate((-1.0, 1.0)):
        one = [
            Part("hoop", "metal", metal, hoop(width, thick, inner, crown=0.4 * thick if not stones else 0.0, steps=140))
        ]
        if stones:
            step = np.degrees(2.15 * radius / (inner + thick))
            a = np.radians(np.arange(-85, 85, step))
            up = np.stack([np.sin(a), np.zeros_like(a), np.cos(a)], -1)
            one += pave("pave", (inner + thick + 0.45 * radius) * up, up, radius, metal, gem, rng)
        turn = rotation("z", float(rng.uniform(-70, 70))) @ rotation("x", float(rng.choice([rng.uniform(0, 25), 90.0])))
        shift = np.array([x * (inner + thick) * 1.25, float(rng.normal(0, 2)), 0.0])
        placed = [p.moved(turn, shift) for p in one]
        low = min(p.mesh.vertices[:, 2].min() for p in placed)
        parts += renamed([p.moved(np.eye(3), np.array([0, 0, -low])) for p in placed], f"{k}-")
    return Subject("hoops", Piece("hoops", tuple(parts)), np.eye(3), 50.0)


def stack(rng: Rng) -> Subject:
    """Bands on top of each other or crossed: some plain, some with a row of stones."""
    metals = [str(m) for m in rng.choice(METALS, 3)]
    parts: list[Part] = []
    crossed = rng.random() < 0.4
    count = 2 if crossed else int(rng.integers(2, 5))
    place = 0.0
    for k in range(count):
        width, thick = float(rng.uniform(1.3, 3.0)), float(rng.uniform(1.3, 1.8))
        metal = metals[k % len(metals)]
        one = [Part("band", "metal", metal, hoop(width, thick, INNER, crown=float(rng.uniform(0, 0.4)), steps=180))]
        if rng.random() < 0.55:
            radius = 0.42 * width
            step = np.degrees(2.15 * radius / (INNER + thick))
            a = np.radians(np.arange(-75, 75, step))
            up = np.stack([np.sin(a), np.zeros_like(a), np.cos(a)], -1)
            one += pave("pave", (INNER + thick + 0.35 * radius) * up, up, radius, metal, str(rng.choice(MELEE)), rng)
        turn = rotation("x", (-1.0) ** k * float(rng.uniform(8, 18))) if crossed else np.eye(3)
        place += width / 2 + 0.15
        shift = np.zeros(3) if crossed else np.array([0.0, place, 0.0])
        place += width / 2
        parts += renamed([p.moved(turn, shift) for p in one], f"{k}-")
    return Subject("stack", Piece("stack", tuple(parts)), standing(rng), 42.0)
