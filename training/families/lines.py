"""Stones one after the other along a line that is laid down: tennis and station bracelets."""

from __future__ import annotations

import numpy as np

from fixtures.studio.chains import CABLE, ChainFlaw, Links, laid
from fixtures.studio.meshes import F64, ball, rotation, tube
from fixtures.studio.piece import Part, Piece
from training.families.cuts import cut_stone, dome, outline
from training.families.fancy import gem_of
from training.families.forms import along, claws, collar, renamed
from training.subject import Rng, Subject
from training.surroundings import METALS

FINE = Links(length=1.7, width=1.2, wire=0.18, step=1.32, roll=42.0, turn=90.0, height=0.5)


def laid_line(rng: Rng, length: float) -> F64:
    """A bracelet or necklace laid down: an arc, a loop, or a gentle wave, as points (n, 2)."""
    t = np.linspace(0, 1, 400)
    kind = rng.random()
    if kind < 0.45:
        turn = rng.uniform(120, 330)
        a = np.radians(-90 - turn / 2 + turn * t)
        r = length / np.radians(turn)
        return np.stack([r * np.cos(a), 0.85 * r * np.sin(a)], -1)
    heading = np.radians(rng.uniform(-40, 40)) + rng.uniform(0.4, 1.6) * np.sin(
        2 * np.pi * rng.uniform(0.5, 1.5) * t + rng.uniform(0, 6)
    )
    return np.cumsum(np.stack([np.cos(heading), np.sin(heading)], -1), 0) * length / 400


def tennis(rng: Rng) -> Subject:
    """A line of stones in claws or collars, every one with its own, linked to the next."""
    metal = str(rng.choice(METALS))
    shape = str(rng.choice(["round", "round", "round", "oval", "princess", "octagon", "pear"]))
    half = float(rng.uniform(1.0, 2.0))
    form = outline(shape, half, half * (1.0 if shape in ("round", "princess") else 1.3))
    count = int(rng.integers(8, 34))
    pitch = 2 * half + float(rng.uniform(0.25, 0.8))
    line = laid_line(rng, count * pitch)
    s = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    count = min(count, int(s[-1] / pitch))
    places = np.arange(count) * pitch + pitch / 2
    at = np.stack([np.interp(places, s, line[:, i]) for i in (0, 1)], -1)
    ahead = np.gradient(at, axis=0)
    seed = int(rng.integers(2**31))
    gem, other = gem_of(rng, 0.6), gem_of(rng)
    mixed = int(rng.choice([0, 0, 0, 2, 3]))
    closed = rng.random() < 0.3
    stone = cut_stone(form, rng, fine=False)
    parts: list[Part] = []
    for k in range(count):
        made = [
            Part(
                "stone",
                "melee" if half < 1.6 else "stone",
                other if mixed and k % mixed == 0 else gem,
                stone,
                (0, 0, 0),
            )
        ]
        if closed:
            made.append(Part("collar", "metal", metal, collar(form, 0.3, -0.9 * half)))
        else:
            made += claws(form, metal, np.random.default_rng(seed), wire=0.2 * half)
            made.append(Part("box", "metal", metal, along(form.grown(-0.15 * half), 0.22, -0.5 * half)))
        turn = rotation("z", float(np.degrees(np.arctan2(ahead[k, 1], ahead[k, 0])))) @ rotation(
            "x", float(rng.normal(0, 5))
        )
        parts += renamed([p.moved(turn, np.array([at[k, 0], at[k, 1], 0.9 * half + 0.3])) for p in made], f"{k}-")
        if k:
            bar = np.column_stack([at[k - 1 : k + 1], np.full(2, 0.5 * half)])
            parts.append(Part(f"bar-{k}", "metal", metal, tube(bar, 0.25, 8)))
    return Subject("tennis", Piece("tennis", tuple(parts)), np.eye(3), 58.0, spread=True)


def station(rng: Rng) -> Subject:
    """A fine chain with stones, pearls or flowers at distances."""
    metal = str(rng.choice(METALS))
    line = laid_line(rng, float(rng.uniform(45, 80)))
    chain = laid(line, CABLE if rng.random() < 0.7 else FINE, metal, flaw=ChainFlaw())
    s = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    parts: list[Part] = []
    places = np.arange(6.0, s[-1] - 4, float(rng.uniform(9, 18)))
    what = str(rng.choice(["stone", "pearl", "cabochon", "flower"]))
    own = int(rng.integers(2**31))
    spots = []
    for k, place in enumerate(places):
        x, y = (float(np.interp(place, s, line[:, i])) for i in (0, 1))
        size = float(np.random.default_rng(own).uniform(1.6, 2.8))
        spots.append((x, y, size + 0.3))
        if what == "pearl":
            made = [Part("pearl", "pearl", "pearl", ball(size, (0, 0, size), steps=28), (0, 0, size))]
        elif what == "flower":
            made = []
            for j in range(5):
                a = np.radians(72 * j)
                petal = dome(outline("oval", 0.62 * size, 0.8 * size), 0.5 * size)
                made.append(
                    Part(
                        f"petal-{j}",
                        "cabochon",
                        "rosequartz",
                        petal.moved(rotation("z", 72.0 * j - 90), (size * np.cos(a), size * np.sin(a), 0.6)),
                        (float(size * np.cos(a)), float(size * np.sin(a)), 1.0),
                    )
                )
            made.append(Part("pistil", "metal", metal, ball(0.45 * size, (0, 0, 1.0), steps=16)))
            spots[-1] = (x, y, 1.9 * size)
        else:
            form = outline("round", size, size)
            gem = "diamond" if what == "stone" else "turquoise"
            mesh = cut_stone(form, np.random.default_rng(own)) if what == "stone" else dome(form, 0.7 * size)
            made = [
                Part("stone", "stone" if what == "stone" else "cabochon", gem, mesh, (0, 0, 0)),
                Part("collar", "metal", metal, collar(form, 0.4, -0.8 * size)),
            ]
            made = [p.moved(np.eye(3), np.array([0, 0, size])) for p in made]
        parts += renamed([p.moved(np.eye(3), np.array([x, y, 0.0])) for p in made], f"{k}-")
    for part in chain:
        fx, fy, _ = part.focus or (0.0, 0.0, 0.0)
        if all(np.hypot(fx - x, fy - y) > r for x, y, r in spots):
            parts.append(part)
    return Subject(f"station {what}", Piece("station", tuple(parts)), np.eye(3), 62.0, spread=True)
