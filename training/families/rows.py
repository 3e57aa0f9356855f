"""Many small stones: pavé over bands, domes and discs, studs, channels, bangles, tennis and station bracelets."""

from __future__ import annotations

import numpy as np

from fixtures.studio.meshes import F64, ball, rotation, swept, torus, tube
from fixtures.studio.piece import Part, Piece
from fixtures.studio.rings import INNER, raised
from training.families.cuts import cut_stone, dome, outline
from training.families.fancy import MELEE, gem_of, setting
from training.families.forms import along, bead_border, claws, hoop, pave, renamed
from training.subject import Rng, Subject
from training.surroundings import BODY, METALS

MOST = 170
"""Stones in a field at most: more of them make a picture slow, and teach nothing else."""


def standing(rng: Rng) -> F64:
    """The turn of a ring that stands or leans, or lies flat."""
    lean = float(rng.choice([rng.uniform(5, 40), rng.uniform(80, 92)], p=[0.8, 0.2]))
    return rotation("x", lean) @ rotation("z", float(rng.uniform(-50, 50)))


def _on_hoop(radius: float, degrees: F64, across: F64) -> tuple[F64, F64]:
    a = np.radians(degrees)
    up = np.stack([np.sin(a), np.zeros_like(a), np.cos(a)], -1)
    return radius * up + np.stack([np.zeros_like(a), across, np.zeros_like(a)], -1), up


def pave_band(rng: Rng) -> Subject:
    """A ring or bangle whose outside is set with one to six rows of small stones."""
    metal = str(rng.choice(METALS))
    bangle = rng.random() < 0.25
    inner = float(rng.uniform(24, 30)) if bangle else INNER
    rows = int(rng.choice([3, 4, 5, 6, 7] if bangle else [1, 2, 3, 3, 4, 5, 6]))
    radius = float(rng.uniform(0.5, 0.95)) * (2.0 if bangle else 1.0)
    thick = float(rng.uniform(1.5, 2.1)) * (1.4 if bangle else 1.0)
    thick = max(thick, 1.2 * radius + 0.8)
    out = inner + thick
    step = np.degrees(2.12 * radius / out)
    arc = float(rng.choice([360.0, rng.uniform(90, 220)]))
    arc = min(arc, MOST / rows * step)
    count = max(4, int(arc / step))
    across, along_ = [], []
    bow = min(float(rng.uniform(0.0, 0.35)) * radius * rows, 0.3 * thick)
    for row in range(rows):
        y = (row - (rows - 1) / 2) * 1.86 * radius if rows > 1 else 0.0
        shift = 0.5 * (row % 2)
        across.append(np.full(count, y))
        along_.append((np.arange(count) + shift - count / 2) * step)
    y, a = np.concatenate(across), np.concatenate(along_)
    half = float(np.abs(y).max()) + radius
    _, up = _on_hoop(1.0, a, np.zeros_like(a))
    lift = out - bow * (y / half) ** 2
    points = lift[:, None] * up + np.stack([0 * y, y, 0 * y], -1)
    normals = up + np.stack([0 * y, 2 * bow * y / half**2, 0 * y], -1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    gem = str(rng.choice(MELEE))
    parts = pave("pave", points, normals, radius, metal, gem, rng)
    floor = hoop(2 * half, thick - 0.95 * radius, inner, crown=0.4 * bow, steps=180)
    parts.append(Part("floor", "metal", metal, floor))
    edge = 0.22 * radius + 0.12
    for side in (-1.0, 1.0):
        rim = hoop(2 * edge, thick - bow * 0.9 + 0.1, inner, crown=0.05, steps=180)
        parts.append(Part(f"rim{side:+.0f}", "metal", metal, rim.shifted(0, side * (half + edge), 0)))
        if rng.random() < 0.3:
            grain = 0.14 * radius + 0.08
            t = np.arange(0, 360, np.degrees(2.05 * grain / out))
            spots, _ = _on_hoop(out - bow * 0.9 + 0.1, t, np.full(len(t), side * (half + edge)))
            for k, spot in enumerate(spots):
                focus = (float(spot[0]), float(spot[1]), float(spot[2]))
                parts.append(Part(f"grain{side:+.0f}-{k}", "bead", metal, ball(grain, spot.tolist(), steps=8), focus))
    if arc < 300:
        plain = hoop(2 * half, thick, inner, crown=bow + 0.1, steps=180)
        parts.append(Part("back", "metal", metal, _cut_hoop(plain.vertices.reshape(180, -1, 3), arc)))
    kind = "bangle pave" if bangle else "ring pave"
    return Subject(kind, Piece("pave-band", tuple(parts)), standing(rng), 45.0)


def _cut_hoop(rings: F64, open_: float):  # type: ignore[no-untyped-def]
    """A hoop open over `open_` degrees at its top."""
    keep = np.linspace(open_ / 2, 360 - open_ / 2, 150) / 360 * len(rings)
    return swept(rings[np.rint(keep).astype(int) % len(rings)])


def _disc(radius: float, reach: float) -> F64:
    """Places of stones in rings on a disc."""
    points = [np.zeros((1, 2))]
    orbit = 2.1 * radius
    while orbit + radius <= reach:
        count = int(2 * np.pi * orbit / (2.12 * radius))
        t = np.arange(count) * 2 * np.pi / count + orbit
        points.append(np.stack([orbit * np.cos(t), orbit * np.sin(t)], -1))
        orbit += 1.92 * radius
    return np.vstack(points)[:MOST]


def pave_head(rng: Rng, metal: str, reach: float) -> list[Part]:
    """A flat or domed field of stones within a rim."""
    radius = float(rng.uniform(0.085, 0.2)) * reach
    bow = float(rng.choice([0.0, rng.uniform(0.1, 0.8)])) * reach
    xy = _disc(radius, reach - 0.2)
    d = np.linalg.norm(xy, axis=1)
    points = np.column_stack([xy, bow * (1 - (d / reach) ** 2)])
    normals = np.column_stack([2 * bow * xy / reach**2, np.ones(len(xy))])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    parts = pave("pave", points, normals, radius, metal, str(rng.choice(MELEE)), rng)
    form = outline("round", reach, reach)
    bed = dome(form, bow + 0.05, 0.5)
    parts.append(Part("bed", "metal", metal, bed.shifted(0, 0, -0.95 * radius)))
    edge = form
    if rng.random() < 0.7:
        parts.append(Part("rim", "metal", metal, along(form.grown(0.15), 0.3, -0.1)))
        edge = form.grown(0.45)
    if rng.random() < 0.45:
        grain = float(rng.uniform(0.25, 0.7))
        parts += bead_border(edge, grain, metal, -0.1)
        parts.append(Part("border", "metal", metal, along(edge.grown(grain), 0.8 * grain, -grain, 0.6)))
    return parts


def studs(rng: Rng) -> Subject:
    """A pair of earrings: fields of stones, single stones, clusters, pearls, balls; studs or drops."""
    metal = str(rng.choice(METALS))
    kind = str(rng.choice(["pave", "stone", "pearl", "ball", "cabochon", "drop"]))
    seed = int(rng.integers(2**31))

    def one(number: int) -> list[Part]:
        own = np.random.default_rng(seed)
        if kind == "pave":
            return pave_head(own, metal, float(own.uniform(3.0, 5.5)))
        if kind in ("stone", "cabochon", "drop"):
            half = float(own.uniform(1.8, 3.6))
            form = outline(
                str(own.choice(["round", "oval", "pear", "cushion", "princess", "octagon", "marquise"])),
                half,
                half * float(own.uniform(1, 1.5)),
            )
            gem = str(own.choice(list(BODY))) if kind == "cabochon" else gem_of(own)
            made = setting(own, form, metal, gem, cabochon=kind == "cabochon")
            if kind == "drop":
                high = max(p.mesh.vertices[:, 1].max() for p in made)
                top = outline("round", 1.3, 1.3)
                upper = [
                    Part("top", "stone", "diamond", cut_stone(top, own), (0, 0, 0)),
                    *claws(top, metal, own, "t-", wire=0.2),
                ]
                made += [p.moved(np.eye(3), np.array([0, high + 3.2, 0.0])) for p in upper]
                made.append(
                    Part("hook", "metal", metal, tube(np.array([[0, high, -0.2], [0, high + 2.0, -0.2]]), 0.25, 10))
                )
            return made
        size = float(own.uniform(2.5, 5))
        role = "pearl" if kind == "pearl" else "metal"
        body = Part(
            "ball", role, "pearl" if kind == "pearl" else metal, ball(size, (0, 0, size), steps=40), (0, 0, size)
        )
        return [body, Part("cup", "metal", metal, torus(0.5 * size, 0.3, 0.2))]

    parts = []
    lean = rotation("x", float(rng.uniform(0, 35)))
    first = one(0)
    wide = max(np.abs(p.mesh.vertices[:, 0]).max() for p in first)
    for k, x in enumerate((-1.0, 1.0)):
        turn = lean @ rotation("z", float(rng.normal(0, 8)))
        shift = np.array([x * wide * 1.25, float(rng.normal(0, 0.2)), 0.0])
        placed = [p.moved(turn, shift) for p in one(k)]
        low = min(p.mesh.vertices[:, 2].min() for p in placed)
        parts += renamed([p.moved(np.eye(3), np.array([0, 0, -low])) for p in placed], f"{k}-")
        if rng.random() < 0.5:
            back = Part(
                f"{k}-post",
                "metal",
                metal,
                tube(np.array([[x * wide * 1.25, 0, 0.4], [x * wide * 1.25, wide * 1.6, 0.4]]), 0.35, 10),
            )
            parts.append(back)
    return Subject(f"studs {kind}", Piece("studs", tuple(parts)), np.eye(3), 62.0)


def pave_piece(rng: Rng) -> Subject:
    """A disc or dome of stones: a pendant, or the head of a ring."""
    metal = str(rng.choice(METALS))
    head = pave_head(rng, metal, float(rng.uniform(3.5, 7.0)))
    if rng.random() < 0.5:
        band = hoop(float(rng.uniform(2, 5)), 1.7, INNER, crown=0.3)
        parts = [*raised(head, z=INNER + 2.2), Part("shank", "metal", metal, band)]
        return Subject("ring dome", Piece("dome", tuple(parts)), standing(rng), 55.0)
    return Subject("pendant pave", Piece("dome", tuple(head)), rotation("x", float(rng.uniform(0, 25))), 66.0)


def channel(rng: Rng) -> Subject:
    """Baguettes or squares side by side between two walls, on a ring or a bangle."""
    metal = str(rng.choice(METALS))
    bangle = rng.random() < 0.35
    inner = float(rng.uniform(24, 30)) if bangle else INNER
    thick = float(rng.uniform(1.7, 2.2))
    half_x, half_y = float(rng.uniform(0.55, 1.1)), float(rng.uniform(0.9, 2.2))
    if rng.random() < 0.35:
        half_y = half_x
    form = outline("baguette", half_x, half_y)
    out = inner + thick
    step = np.degrees((2 * half_x + 0.05) / out)
    arc = float(rng.choice([360.0, rng.uniform(50, 200)])) if not bangle else float(rng.uniform(40, 200))
    count = max(3, min(int(arc / step), 110))
    arc = count * step
    gems = [gem_of(rng) for _ in range(int(rng.choice([1, 1, 2, 3])))]
    stone = cut_stone(form, rng)
    at, up = _on_hoop(out - 0.1, (np.arange(count) - (count - 1) / 2) * step, np.zeros(count))
    parts: list[Part] = []
    spaced = rng.random() < 0.3
    for k in range(count):
        if spaced and k % 3 == 2:
            continue
        part = Part(f"stone-{k}", "melee", gems[k % len(gems)], stone, (0.0, 0.0, 0.0))
        matrix = np.stack([np.cross([0.0, 1.0, 0.0], up[k]), [0.0, 1.0, 0.0], up[k]], -1)
        parts.append(part.moved(matrix, at[k]))
    wall = float(rng.uniform(0.4, 1.2))
    for side in (-1.0, 1.0):
        rim = hoop(wall, thick + 0.12, inner, crown=0.08, steps=180)
        parts.append(Part(f"wall{side:+.0f}", "metal", metal, rim.shifted(0, side * (half_y + wall / 2 - 0.08), 0)))
    floor = hoop(2 * half_y, thick - 0.95 * min(half_x, half_y) - 0.1, inner, crown=0.02, steps=180)
    parts.append(Part("floor", "metal", metal, floor))
    if spaced or arc < 300:
        rest = hoop(2 * half_y, thick, inner, crown=0.05, steps=360).vertices.reshape(360, -1, 3)
        if arc < 300:
            parts.append(Part("back", "metal", metal, _cut_hoop(rest, arc)))
        for k in range(2, count, 3) if spaced else ():
            a = (k - (count - 1) / 2) * step + np.linspace(-step / 2, step / 2, 8)
            parts.append(Part(f"gap-{k}", "metal", metal, swept(rest[np.rint(a % 360).astype(int) % 360])))
    return Subject("bangle channel" if bangle else "ring channel", Piece("channel", tuple(parts)), standing(rng), 40.0)
