"""Rings on a finger, on a cone, in a box, in putty; loose gems in tweezers. What holds them is a prop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fixtures.studio.meshes import F64, Mesh, ball, curve, rotation, swept, tube
from fixtures.studio.piece import Part
from training.families.classic import classic
from training.families.fancy import cabochon, cluster, fancy, loose
from training.families.plain import band, enamelled, signet, stamped
from training.families.rows import channel, pave_band, pave_piece
from training.subject import Rng, Subject

RINGS: tuple[Callable[[Rng], Subject], ...] = (
    fancy, fancy, fancy, cabochon, cluster, pave_band, pave_piece, channel, band, stamped, signet, enamelled, classic,
    classic, classic, loose,
)  # fmt: skip
HOOPS = ("shank", "band", "floor", "base", "strand", "wall", "rim")
"""Names of the parts that go around the finger begin with one of these."""


def held(rng: Rng) -> Subject:
    """A ring on a finger or a stand, in a box or in putty; a gem in tweezers; drawn anew until there is a hole."""
    while True:
        subject = RINGS[int(rng.integers(len(RINGS)))](rng)
        if subject.kind == "loose":
            return _in_tweezers(rng, subject)
        inner = _hole(subject)
        if 5.0 < inner < 15.0:
            break
    how = str(rng.choice(["finger", "finger", "finger", "fingers", "cone", "box", "box", "putty", "putty"]))
    makers = {"finger": _finger, "fingers": _fingers, "cone": _cone, "box": _box, "putty": _lump}
    props = makers[how](rng, subject, inner)
    piece = subject.piece.plus(props)
    pose = subject.pose
    lean = subject.lean
    if how in ("finger", "fingers"):
        pose = rotation("z", float(rng.uniform(-60, 60))) @ rotation("x", float(rng.uniform(-12, 45)))
        lean = float(rng.uniform(35, 75))
    if how == "cone":
        pose = rotation("z", float(rng.uniform(-90, 90))) @ rotation(
            "x", float(rng.choice([90.0, rng.uniform(-5, 20)]))
        )
        lean = float(rng.uniform(25, 55))
    if how == "box":
        pose = rotation("x", float(rng.uniform(0, 25))) @ rotation("z", float(rng.uniform(-50, 50)))
    return replace(subject, kind=f"{subject.kind} {how}", piece=piece, pose=pose, lean=lean)


def _hole(subject: Subject) -> float:
    """The radius of the hole along y, or 0."""
    hoops = [p.mesh.vertices for p in subject.piece.parts if p.name.startswith(HOOPS)]
    return float(np.hypot(*np.vstack(hoops)[:, [0, 2]].T).min()) if hoops else 0.0


def _body(name: str, material: str, mesh: Mesh) -> Part:
    return Part(name, "putty", material, mesh)


def _rough(mesh: Mesh, rng: Rng, period: float, depth: float) -> Mesh:
    waves = [rng.normal(0, 1, 3) for _ in range(18)]
    v = mesh.vertices
    bump = sum(
        np.cos(v @ (w / np.linalg.norm(w) * 2 * np.pi / (period * rng.uniform(0.5, 1.8))) + rng.uniform(0, 6))
        for w in waves
    )
    return Mesh(v + depth / 3 * np.asarray(bump)[:, None] * mesh.normals(), mesh.faces)


def _one_finger(rng: Rng, x: float, radius: float, tip: float, root: float) -> Mesh:
    y = np.linspace(root, tip, 120)
    t = (y - root) / (tip - root)
    bend = 0.06 * radius * np.sin(3 * t)
    path = np.stack([np.full_like(y, x) + bend, y, -0.25 * radius * t**2], -1)
    knuckle = 0.07 * np.exp(-(((t - 0.55) / 0.07) ** 2)) + 0.04 * np.exp(-(((t - 0.85) / 0.05) ** 2))
    shape = radius * (1.03 - 0.16 * t**3 + knuckle) * np.clip((1 - t) / 0.04, 0.05, 1) ** 0.5
    return _rough(tube(path, shape, 48, round_ends=False), rng, 1.4, 0.05)


def _finger(rng: Rng, subject: Subject, inner: float) -> list[Part]:
    reach = float(rng.uniform(18, 45))
    return [_body("finger", "skin", _one_finger(rng, 0.0, inner - 0.12, reach, -float(rng.uniform(18, 40))))]


def _fingers(rng: Rng, subject: Subject, inner: float) -> list[Part]:
    parts = _finger(rng, subject, inner)
    for k in range(int(rng.integers(1, 4))):
        side = (-1.0) ** k * (1 + k // 2)
        radius = inner * float(rng.uniform(0.9, 1.05))
        x = side * (2.0 * inner + 0.35)
        mesh = _one_finger(rng, x, radius, float(rng.uniform(15, 45)), -38.0)
        parts.append(_body(f"finger-{k}", "skin", mesh))
    return parts


def _cone(rng: Rng, subject: Subject, inner: float) -> list[Part]:
    y = np.linspace(-32, 26, 40)
    radius = np.clip(inner - 0.15 + rng.uniform(0.05, 0.18) * -y, 0.4, None)
    path = np.stack([np.zeros_like(y), y, np.zeros_like(y)], -1)
    return [_body("cone", str(rng.choice(["prop-a", "prop-b", "prop-c"])), tube(path, radius, 48, round_ends=False))]


def _slab(low: F64, high: F64, soft: float) -> Mesh:
    """A box between two corners, its edges rounded."""
    middle, half = (low + high) / 2, (high - low) / 2
    t = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    power = 0.14
    x = half[0] * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
    y = half[1] * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power
    levels = [(0.0, -half[2])] + [
        (1 - soft * (1 - np.sin(a)), -half[2] + soft * half[2] * (1 - np.cos(a)))
        for a in np.linspace(0.3, np.pi / 2, 6)
    ]
    levels += [(s, -z) for s, z in levels[::-1]]
    rings = [np.stack([s * x, s * y, np.full_like(x, z)], -1) for s, z in levels[1:-1]]
    return swept(np.array(rings) + middle)


def _box(rng: Rng, subject: Subject, inner: float) -> list[Part]:
    """A cushion of foam whose slot holds the lower part of the ring."""
    across = max(float(np.abs(p.mesh.vertices[:, 1]).max()) for p in subject.piece.parts if p.name.startswith(HOOPS))
    top = -inner * float(rng.uniform(0.1, 0.75))
    wide, deep, low = float(rng.uniform(14, 30)), float(rng.uniform(12, 26)), -inner - 5.0
    parts = []
    for k, side in enumerate((-1.0, 1.0)):
        near, far = across + 0.15, across + deep
        corners = np.sort(np.array([side * near, side * far]))
        block = _slab(np.array([-wide, corners[0], low]), np.array([wide, corners[1], top]), 0.06)
        parts.append(_body(f"foam-{k}", "prop-a", _rough(block, rng, 0.8, 0.04)))
    parts.append(
        _body(
            "bottom",
            "prop-a",
            _slab(np.array([-wide, -across - deep, low - 1.0]), np.array([wide, across + deep, low + 0.5]), 0.05),
        )
    )
    if rng.random() < 0.6:
        for k, (y0, y1) in enumerate(((across + deep, across + deep + 3), (-across - deep - 3, -across - deep))):
            parts.append(
                _body(
                    f"side-{k}",
                    "prop-b",
                    _slab(np.array([-wide - 3, y0, low - 1]), np.array([wide + 3, y1, top + 2.0]), 0.05),
                )
            )
        if rng.random() < 0.7:
            y = across + deep + 2
            parts.append(
                _body(
                    "lid",
                    "prop-b",
                    _slab(np.array([-wide - 3, y, low - 1]), np.array([wide + 3, y + 4, top + 30]), 0.04),
                )
            )
    return parts


def _lump(rng: Rng, subject: Subject, inner: float) -> list[Part]:
    """Putty or wax under the ring's foot, or a glass drop of a stand."""
    size = float(rng.uniform(2.0, 5.0))
    lump = ball(size, squash=float(rng.uniform(0.5, 0.9)), steps=40)
    at = subject.pose.T @ np.array([0.0, 0.0, -1.0])
    hoops = np.vstack([p.mesh.vertices for p in subject.piece.parts])
    foot = hoops[np.argmax(hoops @ at)]
    shift = foot - 0.35 * size * at + np.array([0.4 * size * rng.normal(), 0.5 * size * rng.normal(), 0.0])
    return [_body("putty", "putty", _rough(lump, rng, 1.6 * size, 0.10 * size).moved(subject.pose.T, shift.tolist()))]


def _in_tweezers(rng: Rng, subject: Subject) -> Subject:
    """The first gem, upright, held at its girdle by two blades."""
    gem = subject.piece.parts[0]
    centred = gem.mesh.vertices - (gem.mesh.vertices.max(0) + gem.mesh.vertices.min(0)) / 2
    mesh = Mesh(centred, gem.mesh.faces, gem.mesh.smooth)
    stone = replace(gem, mesh=mesh, focus=(0.0, 0.0, 0.0))
    half = float(np.abs(centred[:, 0]).max())
    wire = float(rng.uniform(0.35, 0.8))
    material = str(rng.choice(["prop-steel", "prop-steel", "prop-c"]))
    parts = [stone]
    for side in (-1.0, 1.0):
        path = curve(
            [
                (side * (half + 0.7 * wire), 2.0, 0),
                (side * (half + 0.8 * wire), -6, 0),
                (side * (half + 3.0), -22, 2),
                (side * 1.5, -60, 8),
            ],
            40,
        )
        thick = np.interp(np.linspace(0, 1, 40), [0, 0.2, 1], [0.8 * wire, wire, 2.6 * wire])
        parts.append(_body(f"blade{side:+.0f}", material, tube(path, thick, 16, squash=1.4)))
    piece = replace(subject.piece, parts=tuple(parts))
    pose = rotation("z", float(rng.uniform(0, 360))) @ rotation("y", float(rng.normal(0, 20)))
    return replace(subject, kind="loose tweezers", piece=piece, pose=pose)
