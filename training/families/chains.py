"""Chains of many kinds of links, and strands of pearls or beads."""

from __future__ import annotations

import numpy as np

from fixtures.studio.chains import CABLE, CURB, ROPE, ChainFlaw, Links, laid
from fixtures.studio.meshes import F64, ball, rotation, tube
from fixtures.studio.piece import Part, Piece
from training.families.lines import laid_line
from training.subject import Rng, Subject
from training.surroundings import BODY, METALS

BOX = Links(length=1.5, width=1.5, wire=0.33, step=1.05, roll=45.0, turn=90.0, height=0.8)


BELCHER = Links(length=3.0, width=2.8, wire=0.5, step=2.1, roll=40.0, turn=90.0, height=1.2)


PAPERCLIP = Links(length=6.5, width=2.4, wire=0.36, step=5.6, roll=38.0, turn=90.0, height=0.9)


HEAVY = Links(length=4.2, width=3.6, wire=0.72, step=2.15, roll=30.0, turn=0.0, pitch=11.0, height=1.4)


def chain(rng: Rng) -> Subject:
    """A chain laid down: cable, curb, figaro, rope, box, belcher, paperclip, snake, balls; with a charm or without."""
    metal = str(rng.choice(METALS))
    kind = str(rng.choice(["cable", "curb", "figaro", "rope", "box", "belcher", "paperclip", "heavy", "snake", "ball"]))
    known = {
        "cable": CABLE,
        "curb": CURB,
        "rope": ROPE,
        "box": BOX,
        "belcher": BELCHER,
        "paperclip": PAPERCLIP,
        "heavy": HEAVY,
    }
    length = float(rng.uniform(25, 60)) * (0.6 if kind in ("rope", "box") else 1.0)
    line = laid_line(rng, length)
    parts: list[Part] = []
    if kind == "snake":
        path = np.column_stack([line, np.full(len(line), 0.9)])
        s = np.linspace(0, 1, 900)
        path = np.stack([np.interp(s, np.linspace(0, 1, len(line)), path[:, i]) for i in range(3)], -1)
        ribs = 0.8 + 0.06 * np.cos(2 * np.pi * np.arange(900) / 6.0)
        parts.append(Part("snake", "metal", metal, tube(path, ribs, 14)))
    elif kind == "ball":
        radius = float(rng.uniform(0.6, 1.3))
        steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        for k, place in enumerate(np.arange(0, steps[-1], 2.15 * radius)):
            x, y = (float(np.interp(place, steps, line[:, i])) for i in (0, 1))
            parts.append(Part(f"link-{k}", "link", metal, ball(radius, (x, y, radius), steps=14), (x, y, radius)))
    elif kind == "figaro":
        short, long_ = (
            CURB,
            Links(length=4.6, width=2.1, wire=0.36, step=1.22, roll=32.0, turn=0.0, pitch=8.0, height=0.85),
        )
        steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        place, k = 1.0, 0
        while place < steps[-1] - 4:
            one = long_ if k % 4 == 3 else short
            following = long_ if (k + 1) % 4 == 3 else short
            spots = np.clip(np.array([place, place + one.step * 1.01]), 0, steps[-1])
            piece = np.stack([np.interp(np.linspace(spots[0], spots[1], 20), steps, line[:, i]) for i in (0, 1)], -1)
            made = laid(_longer(piece, 3.0 * one.step), one, metal, flaw=ChainFlaw(), prefix=f"link{k}")
            parts.append(made[1])
            meet = (one.length + following.length) / 2 - 2.4 * one.wire
            place += 1.25 if one is following else meet
            k += 1
    else:
        links = known[kind]
        grow = float(rng.uniform(0.8, 1.3))
        parts += [p.moved(np.eye(3) * grow, np.zeros(3)) for p in laid(line, links, metal, flaw=ChainFlaw())]
    if rng.random() < 0.35:
        middle = line[len(line) // 2]
        charm = ball(float(rng.uniform(2, 4)), steps=32, squash=float(rng.choice([1.0, 0.3])))
        low = float(charm.vertices[:, 2].min())
        role, material = ("pearl", "pearl") if rng.random() < 0.3 else ("metal", metal)
        at = np.array([middle[0], middle[1] - 3.5, -low])
        parts.append(Part("charm", role, material, charm.moved(np.eye(3), at.tolist()), tuple(float(v) for v in at)))  # type: ignore[arg-type]
    return Subject(f"chain {kind}", Piece("chain", tuple(parts)), np.eye(3), 62.0, spread=True)


def _longer(points: F64, length: float) -> F64:
    """A short straight line with the middle and the heading of `points`, that long."""
    middle, ahead = points.mean(0), points[-1] - points[0]
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-9)
    return np.asarray(middle + np.linspace(-0.5, 0.5, 60)[:, None] * length * ahead)


def strand(rng: Rng) -> Subject:
    """Pearls or round stone beads side by side on a thread."""
    line = laid_line(rng, float(rng.uniform(40, 110)))
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    radius = float(rng.uniform(1.8, 4.5))
    what = "pearl" if rng.random() < 0.6 else str(rng.choice(list(BODY)))
    metal = str(rng.choice(METALS))
    parts: list[Part] = []
    place, k = radius, 0
    while place < steps[-1] and k < 60:
        size = radius * float(rng.uniform(0.94, 1.0))
        x, y = (float(np.interp(place, steps, line[:, i])) for i in (0, 1))
        if k % 9 == 8 and what != "pearl":
            parts.append(Part(f"spacer-{k}", "metal", metal, ball(0.6 * size, (x, y, radius), steps=16)))
        else:
            body = ball(size, squash=float(rng.uniform(0.93, 1.0)), steps=28).moved(
                rotation("x", float(rng.uniform(0, 360))), (x, y, radius)
            )
            parts.append(Part(f"pearl-{k}", "pearl" if what == "pearl" else "cabochon", what, body, (x, y, radius)))
        place += 1.98 * size
        k += 1
    return Subject(f"strand {what}", Piece("strand", tuple(parts)), np.eye(3), 60.0, spread=True)
