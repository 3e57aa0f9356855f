"""Single stones of every outline and setting: rings, pendants, clusters, cabochons, and gems without a setting."""

from __future__ import annotations

import numpy as np

from fixtures.studio.meshes import Mesh, ball, rotation, torus, tube
from fixtures.studio.piece import Part, Piece
from fixtures.studio.rings import INNER, raised, shank
from training.families.cuts import SHAPES, Outline, cut_stone, dome, outline
from training.families.forms import along, bead_border, claws, collar, halo, pave, renamed
from training.subject import Rng, Subject
from training.surroundings import BODY, CLEAR, METALS

MELEE = ("diamond", "diamond", "diamond", "ruby", "sapphire", "pinksapphire", "emerald")


def gem_of(rng: Rng, clear: float = 0.4) -> str:
    """A clear stone's material: diamond in that share of cases."""
    return "diamond" if rng.random() < clear else str(rng.choice(list(CLEAR)))


def _form(rng: Rng, small: float = 2.0, large: float = 5.0) -> Outline:
    shape = str(rng.choice(SHAPES[:-1]))
    half = float(rng.uniform(small, large))
    ratio = {"oval": rng.uniform(1.2, 1.5), "pear": rng.uniform(1.3, 1.6), "marquise": rng.uniform(1.7, 2.2)}
    longer = float(ratio.get(shape, 1.0 if shape in ("round", "trillion") else rng.uniform(1.0, 1.4)))
    half /= np.sqrt(longer)
    return outline(shape, half, half * longer)


def setting(rng: Rng, form: Outline, metal: str, gem: str, *, cabochon: bool = False, prefix: str = "") -> list[Part]:
    """A stone in claws or a collar, perhaps within halos or bead borders; girdle at z = 0."""
    closed = rng.random() < (0.75 if cabochon else 0.25)
    if cabochon:
        stone = Part("centre", "cabochon", gem, dome(form, form.half * float(rng.uniform(0.45, 0.95))), (0, 0, 0))
    else:
        stone = Part("centre", "stone", gem, cut_stone(form, rng), (0.0, 0.0, 0.0))
    parts = [stone]
    edge = form.grown(0.05)
    depth = 0.9 * form.half
    if closed:
        wall = float(rng.uniform(0.3, 0.7))
        parts.append(Part("collar", "metal", metal, collar(form, wall, -0.8 * depth)))
        edge = form.grown(wall)
    else:
        parts += claws(form, metal, rng, depth=depth)
        inset = form.grown(-0.25 * form.half)
        parts += [Part("rail", "metal", metal, along(inset, 0.08 * form.half + 0.1, -0.42 * depth))]
        parts += [Part("rail-low", "metal", metal, along(form.grown(-0.55 * form.half), 0.24, -0.8 * depth))]
    small = str(rng.choice(MELEE))
    drawn = rng.random()
    rows = 0 if drawn < 0.5 else 1 if drawn < 0.9 else 2
    for k in range(rows):
        made, edge = halo(edge, float(rng.uniform(0.45, 0.8)), metal, small, rng, f"halo{k}")
        parts += made
    if rng.random() < 0.25:
        radius = float(rng.uniform(0.18, 0.5))
        parts += bead_border(edge, radius, metal, -0.1)
        parts.append(Part("border", "metal", metal, along(edge.grown(radius), 0.9 * radius, -radius, 0.6)))
    if closed or cabochon:
        bed = np.diag([0.9 * np.ptp(form.points[:, 0]) / 2, 0.9 * np.ptp(form.points[:, 1]) / 2, 0.5 * depth])
        parts.append(Part("cup", "metal", metal, ball(1.0, steps=24).moved(bed, (0, 0, -0.95 * depth))))
    return renamed(parts, prefix)


def _pose(rng: Rng) -> np.ndarray:  # type: ignore[type-arg]
    """A ring leaning back so that its head is seen, standing, or lying."""
    kind = rng.random()
    lean = rng.uniform(12, 40) if kind < 0.7 else rng.uniform(0, 12) if kind < 0.85 else rng.uniform(60, 92)
    return rotation("x", float(lean)) @ rotation("z", float(rng.choice([-1.0, 1.0]) * rng.uniform(0, 45)))


def ring_around(rng: Rng, head: list[Part], depth: float, metal: str) -> list[Part]:
    """A head on a shank; the shank plain, split, or with small stones on its shoulders."""
    width, thick = float(rng.uniform(1.4, 3.2)), float(rng.uniform(1.3, 1.9))
    lift = INNER + 0.75 * thick + depth
    parts = raised(head, z=lift)
    kind = rng.random()
    if kind < 0.15:
        for k, y in enumerate((-1.0, 1.0)):
            one = shank(0.55 * width, thick, taper=0.9)
            swing = rotation("x", 5.0 * y)
            parts.append(Part(f"shank-{k}", "metal", metal, one.moved(swing, (0, 0.5 * y, 0))))
        return parts
    parts.append(Part("shank", "metal", metal, shank(width, thick, taper=float(rng.uniform(0.6, 1.1)))))
    if kind < 0.55:
        radius = float(rng.uniform(0.45, 0.75))
        first = float(rng.uniform(20, 30))
        count = int(rng.integers(3, 9))
        gem = str(rng.choice(MELEE))
        for side in (-1.0, 1.0):
            step = np.degrees(2.15 * radius / (INNER + thick))
            a = side * np.radians(first + step * np.arange(count))
            up = np.stack([np.sin(a), np.zeros(count), np.cos(a)], -1)
            at = (INNER + 0.85 * thick + 0.62 * radius + 0.2) * up
            parts += pave(f"shoulder{side:+.0f}", at, up, radius, metal, gem, rng)
    return parts


def fancy(rng: Rng) -> Subject:
    """A ring or pendant with one stone of any outline, in claws or a collar, with or without halo."""
    metal, form = str(rng.choice(METALS)), _form(rng)
    head = setting(rng, form, metal, gem_of(rng))
    if rng.random() < 0.3:  # side stones
        side = _form(rng, 1.2, 0.45 * form.half + 1.2)
        wide = max(np.abs(part.mesh.vertices[:, 0]).max() for part in head)
        for k, sign in enumerate((-1.0, 1.0)):
            one = setting(np.random.default_rng(7), side, metal, "diamond", prefix=f"side{k}-")
            one = [p for p in one if "halo" not in p.name and "border" not in p.name and "grain" not in p.name]
            away = float(wide + np.ptp(side.points[:, 0]) / 2 + 0.3)
            head += raised(one, x=sign * away, z=-0.05 * away * away / 2, lean=sign * 16.0)
    if rng.random() < 0.75:
        parts = ring_around(rng, head, form.half, metal)
        return Subject(f"ring {form.shape}", Piece("fancy", tuple(parts)), _pose(rng))
    top = max(part.mesh.vertices[:, 1].max() for part in head)
    stand = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    loop = torus(1.1, 0.3, steps=48).moved(stand, (0.0, float(top) + 0.8, 0.0))
    parts = [*head, Part("bail", "metal", metal, loop)]
    return Subject(
        f"pendant {form.shape}", Piece("pendant", tuple(parts)), rotation("x", float(rng.uniform(0, 15))), 66.0
    )


def cabochon(rng: Rng) -> Subject:
    """A ring or pendant with an unfaceted stone."""
    metal = str(rng.choice(METALS))
    half = float(rng.uniform(2.5, 6.5))
    shape = str(rng.choice(["oval", "round", "oval", "pear", "cushion", "marquise"]))
    longer = 1.0 if shape == "round" else float(rng.uniform(1.15, 1.7))
    form = outline(shape, half / np.sqrt(longer), half * np.sqrt(longer))
    head = setting(rng, form, metal, str(rng.choice(list(BODY))), cabochon=True)
    if rng.random() < 0.7:
        parts = ring_around(rng, head, form.half, metal)
        return Subject("ring cabochon", Piece("cabochon", tuple(parts)), _pose(rng))
    return Subject("pendant cabochon", Piece("cabochon", tuple(head)), np.eye(3), 68.0)


def loose(rng: Rng) -> Subject:
    """Gems without a setting: one large, or several strewn."""
    count = 1 if rng.random() < 0.45 else int(rng.integers(2, 9))
    parts: list[Part] = []
    taken: list[tuple[float, float, float]] = []
    gem = gem_of(rng)
    for k in range(count):
        form = _form(rng, 1.5, 4.5) if count > 1 else _form(rng, 3.0, 5.0)
        body = rng.random() < 0.12
        material = str(rng.choice(list(BODY))) if body else gem if rng.random() < 0.7 else gem_of(rng)
        mesh: Mesh = dome(form, 0.7 * form.half) if body else cut_stone(form, rng)
        role = "cabochon" if body else "stone"
        turn = rotation("z", float(rng.uniform(0, 360)))
        if rng.random() < 0.55:  # lying on its pavilion, tilted
            turn = rotation("x", float(rng.uniform(-40, 40))) @ turn
        elif rng.random() < 0.3:  # on its table
            turn = rotation("x", 180.0) @ turn
        part = Part(f"gem-{k}", role, material, mesh, (0.0, 0.0, 0.0)).moved(turn, np.zeros(3))
        size = float(np.abs(part.mesh.vertices).max())
        for _ in range(60):
            x, y = rng.uniform(-1, 1, 2) * (3 + 5 * np.sqrt(count - 1))
            if all(np.hypot(x - a, y - b) > size + c for a, b, c in taken):
                break
        else:
            continue
        taken.append((float(x), float(y), size))
        parts.append(part.moved(np.eye(3), np.array([x, y, -part.mesh.vertices[:, 2].min()])))
    return Subject("loose", Piece("loose", tuple(parts)), np.eye(3), 60.0)


def cluster(rng: Rng) -> Subject:
    """A flower of stones: petals around a middle, in claws of their own, on a ring or by itself."""
    metal = str(rng.choice(METALS))
    petals = int(rng.choice([5, 6, 6, 7, 8, 10, 12]))
    middle = float(rng.uniform(1.2, 3.2))
    shape = str(rng.choice(["round", "round", "pear", "marquise", "oval"]))
    room = 2 * np.pi / petals
    half = float(np.clip((middle + 0.3) * np.sin(room / 2) / (1 - np.sin(room / 2)), 0.7, 2.6)) * 0.95
    longer = 1.0 if shape == "round" else float(rng.uniform(1.3, 1.8))
    petal_gem, gem = (gem_of(rng), gem_of(rng))
    body = rng.random() < 0.2
    parts: list[Part] = []
    core = outline("round", middle, middle)
    if rng.random() < 0.2:
        parts.append(Part("middle", "pearl", "pearl", ball(middle, (0, 0, 0.3), steps=32), (0, 0, 0)))
    else:
        parts.append(Part("middle", "stone", gem, cut_stone(core, rng), (0.0, 0.0, 0.0)))
        parts += claws(core, metal, rng, "m-", wire=0.24)
    form = outline(shape, half, half * longer)
    lean = float(rng.uniform(0, 22))
    orbit = middle + half * longer + 0.35
    for k in range(petals):
        a = k * room
        out = np.array([np.cos(a), np.sin(a), 0.0])
        one = dome(form, 0.7 * half) if body else cut_stone(form, rng, fine=False)
        made = [
            Part(
                f"petal-{k}",
                "cabochon" if body else "stone",
                str(rng.choice(list(BODY))) if body and k == 0 else petal_gem,
                one,
                (0.0, 0.0, 0.0),
            )
        ]
        if body:
            made = [Part(f"petal-{k}", "cabochon", "rosequartz", one, (0.0, 0.0, 0.0))]
        made += claws(form, metal, np.random.default_rng(11), f"p{k}-", wire=0.2)
        made.append(Part(f"seat-{k}", "metal", metal, along(form.grown(-0.2 * half), 0.2, -0.5 * half)))
        spin = rotation("z", float(np.degrees(a)) - 90.0)
        tip = rotation("x", -lean)
        parts += [p.moved(spin @ tip, orbit * out + np.array([0, 0, -0.3])) for p in made]
    parts.append(Part("base", "metal", metal, torus(0.75 * orbit, 0.4, -1.3 - half, squash=0.6)))
    parts += [
        Part(
            f"spoke-{k}",
            "metal",
            metal,
            tube(
                np.array([[0, 0, -1.4 - half], [orbit * np.cos(k * room), orbit * np.sin(k * room), -0.6 * half]]),
                0.25,
                10,
            ),
        )
        for k in range(petals)
    ]
    if rng.random() < 0.6:
        return Subject("ring cluster", Piece("cluster", tuple(ring_around(rng, parts, 1.6 + half, metal))), _pose(rng))
    return Subject("cluster", Piece("cluster", tuple(parts)), rotation("x", float(rng.uniform(0, 20))), 66.0)
