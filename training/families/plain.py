"""Metal that carries no stones, or little else: bands, signets, stamps, enamel, discs, balls, chains, strands."""

from __future__ import annotations

import numpy as np

from fixtures.studio.chains import CABLE, ChainFlaw, laid
from fixtures.studio.lettering import Text, engraved_band
from fixtures.studio.meshes import F64, Mesh, rotation, swept, torus, tube
from fixtures.studio.piece import Mark, Part, Piece
from fixtures.studio.rings import INNER, raised
from training.families.cuts import Outline, outline
from training.families.fancy import gem_of, ring_around, setting
from training.families.forms import along, bead_border, hoop_rings
from training.families.rows import standing
from training.subject import Rng, Subject
from training.surroundings import BODY, METALS

STAMPS = ("750", "925", "585", "14K", "18K", "S925", "18K 750", "PT950", "375", "10K", "STERLING", "ITALY 925", "Au750")


WORDS = ("Je t'aime", "Always", "Amor vincit", "12.06.21", "Forever", "A & M", "MADE IN FRANCE", "love", "Sempre")


FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Italic.ttf", "DejaVuSansMono.ttf")


def _noise(points: F64, rng: Rng, period: float, waves: int = 24) -> F64:
    """Smooth noise at points (n, 3), deviation 1."""
    total = np.zeros(len(points))
    for _ in range(waves):
        wave = rng.normal(0, 1, 3)
        wave *= 2 * np.pi / (period * rng.uniform(0.6, 1.6)) / np.linalg.norm(wave)
        total += np.cos(points @ wave + rng.uniform(0, 2 * np.pi))
    return np.asarray(total / np.sqrt(waves / 2))


def hammered(mesh: Mesh, rng: Rng) -> Mesh:
    """The mesh dented all over: hammered, or, finely, sand-cast."""
    period = float(rng.choice([rng.uniform(0.5, 1.0), rng.uniform(1.2, 3.0)]))
    depth = period * rng.uniform(0.015, 0.05)
    dents = -np.abs(_noise(mesh.vertices, rng, period)) * depth
    return Mesh(mesh.vertices + dents[:, None] * mesh.normals(), mesh.faces)


def band(rng: Rng) -> Subject:
    """A plain band: flat, domed, edged, hammered, twisted or grooved; polished or matt; no stone at all."""
    metal = str(rng.choice(METALS))
    width, thick = float(rng.uniform(1.6, 8.0)), float(rng.uniform(1.2, 2.2))
    inner = INNER * float(rng.choice([1.0, 1.0, 3.0]))
    rings = hoop_rings(
        width, thick, inner, crown=float(rng.uniform(0, 0.6)), round_=float(rng.uniform(0.1, 0.5)), steps=360
    )
    kind = str(rng.choice(["plain", "plain", "hammered", "twist", "groove", "wave", "inlay"]))
    parts: list[Part] = []
    if kind == "twist":
        strands = int(rng.choice([2, 3]))
        t = np.linspace(0, 2 * np.pi, 600, endpoint=False)
        turns = int(rng.integers(9, 22))
        for k in range(strands):
            phase = turns * t + 2 * np.pi * k / strands
            r = inner + 1.2 + 0.7 * np.cos(phase)
            path = np.stack([r * np.sin(t), 0.7 * np.sin(phase), r * np.cos(t)], -1)
            parts.append(Part(f"strand-{k}", "metal", metal, tube(path, 0.62, 16, closed=True)))
    else:
        if kind == "wave":
            a = np.linspace(0, 2 * np.pi, len(rings), endpoint=False)
            rings[..., 1] += (rng.uniform(0.5, 1.6) * np.sin(int(rng.integers(1, 9)) * a))[:, None]
        mesh = swept(rings, closed=True)
        if kind == "hammered":
            mesh = hammered(mesh, rng)
        finish = "" if rng.random() < 0.65 else "-matt"
        parts.append(Part("band", "metal", metal + finish, mesh))
        out = inner + thick
        t = np.linspace(0, 2 * np.pi, 240, endpoint=False)
        if kind == "groove":
            for k, y in enumerate(np.linspace(-0.3, 0.3, int(rng.integers(1, 4))) * width):
                path = np.stack([(out + 0.02) * np.sin(t), np.full_like(t, y), (out + 0.02) * np.cos(t)], -1)
                other = str(rng.choice(METALS))
                parts.append(Part(f"groove-{k}", "metal", other, tube(path, 0.22, 10, closed=True)))
        if kind == "inlay":
            lay = hoop_rings(0.62 * width, thick + 0.06, inner + 0.02, crown=0.0, round_=0.05, steps=240)
            body = str(rng.choice([*BODY, "enamel-0", "enamel-1", "opal", "opal"]))
            parts.append(
                Part(
                    "inlay",
                    "enamel" if body.startswith("enamel") else "cabochon",
                    body,
                    swept(lay, closed=True),
                    (0.0, 0.0, out),
                )
            )
    if rng.random() < 0.25:
        twin = [p.moved(np.eye(3), np.array([0, width + 0.4, 0.0])) for p in parts]
        parts += [Part(f"twin-{p.name}", p.role, p.material, p.mesh, p.focus) for p in twin]
    return Subject(f"band {kind}", Piece("band", tuple(parts)), standing(rng), 42.0)


def stamped(rng: Rng) -> Subject:
    """A band with a stamp inside, seen from the front into its far side, or with a text outside."""
    metal = str(rng.choice(METALS))
    width = float(rng.uniform(2.4, 6.5))
    tall = float(rng.uniform(0.28, 0.5)) * width
    inside = Text(str(rng.choice(STAMPS)), min(tall, 1.8), float(rng.uniform(0.08, 0.24)), str(rng.choice(FONTS)))
    outside = None
    if rng.random() < 0.4:
        outside = Text(
            str(rng.choice(WORDS)), min(0.4 * width, 2.2), float(rng.uniform(0.1, 0.28)), str(rng.choice(FONTS))
        )
    piece = engraved_band(
        metal=metal,
        width=width,
        thick=float(rng.uniform(1.2, 1.8)),
        inside=inside,
        outside=outside,
        outside_at=float(rng.uniform(-25, 25)),
        inside_at=180.0 + float(rng.uniform(-30, 30)),
    )
    lean = rotation("x", float(rng.uniform(-8, 30))) @ rotation("z", float(rng.uniform(-22, 22)))
    return Subject("stamped", piece, lean, float(rng.uniform(22, 50)))


def _carved(form: Outline, text: Text | None, thick: float, bow: float) -> tuple[Mesh, F64 | None]:
    """A plate of that outline whose top carries a text, cut in; and where the text is: pairs of points along it."""
    shares = np.linspace(0, 1, 90)[1:]
    rings = [np.column_stack([form.points, np.zeros(len(form.points))])]
    rings += [np.column_stack([form.points * s, np.full(len(form.points), thick)]) for s in shares[::-1]]
    grid = np.array(rings)
    reach = np.linalg.norm(grid[..., :2], axis=-1) / np.maximum(np.linalg.norm(form.points, axis=1), 1e-9)
    grid[1:, :, 2] += bow * (1 - reach[1:] ** 2)
    where = None
    if text is not None:
        relief = text.relief()
        rows, columns = relief.shape
        per = 60.0
        x = np.rint(grid[1:, :, 0] * per + columns / 2).astype(int)
        y = np.rint(rows / 2 - grid[1:, :, 1] * per).astype(int)
        there = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        grid[1:, :, 2] -= np.where(there, text.depth * relief[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)], 0)
        half_x, half_y = columns / per / 2 - 0.4, rows / per / 2 - 0.4
        where = np.array(
            [[sx * half_x, sy * half_y, thick + 0.8 * bow] for sx in (-1, -0.5, 0, 0.5, 1) for sy in (-1.0, 1.0)]
        )
    return swept(grid), where


def signet(rng: Rng) -> Subject:
    """A signet ring: a broad face, plain, engraved, or with a stone let in."""
    metal = str(rng.choice(METALS))
    shape = str(rng.choice(["oval", "round", "cushion", "octagon", "princess"]))
    half = float(rng.uniform(4.0, 7.0))
    form = outline(shape, half, half * float(rng.uniform(0.8, 1.25)))
    kind = str(rng.choice(["letter", "letter", "plain", "stone"]))
    text = None
    if kind == "letter":
        text = Text(
            str(rng.choice(["A", "M", "JB", "K", "R", "S", "&", "✦", "♥", "☾"])),
            0.8 * half,
            float(rng.uniform(0.2, 0.4)),
            str(rng.choice(FONTS)),
        )
    plate, where = _carved(form, text, 1.6, float(rng.choice([0.0, 0.5])))
    marks: tuple[Mark, ...] = ()
    face = [Part("face", "metal", metal, plate)]
    if kind == "stone":
        face += [
            p.moved(np.eye(3), np.array([0, 0, 1.7]))
            for p in setting(rng, outline("round", 1.6, 1.6), metal, gem_of(rng))
        ]
    a = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    top = (0.5 + 0.5 * np.cos(a)) ** 2
    t = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    broad = (3.0 + (1.7 * half - 3.0) * top)[:, None] / 2
    high = (1.6 + 0.8 * top)[:, None]
    r = INNER + high / 2 * (1 + np.sign(np.sin(t)) * np.abs(np.sin(t)) ** 0.8)
    rings = np.stack(
        [r * np.sin(a)[:, None], -broad * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** 0.8, r * np.cos(a)[:, None]], -1
    )
    lift = INNER + 1.2
    parts = [Part("shank", "metal", metal, swept(rings, closed=True)), *raised(face, z=lift)]
    if where is not None and text is not None:
        marks = (Mark("face", text.words, where + np.array([0, 0, lift])),)
    lean = rotation("x", float(rng.uniform(20, 60))) @ rotation("z", float(rng.uniform(-30, 30)))
    return Subject(f"signet {kind}", Piece("signet", tuple(parts), marks), lean, 58.0)


def plaque(rng: Rng) -> Subject:
    """A disc, bar or plate with a text, a border of beads or nothing; on a loop, sometimes on a chain."""
    metal = str(rng.choice(METALS))
    shape = str(rng.choice(["round", "oval", "baguette", "cushion", "pear", "octagon", "marquise"]))
    half = float(rng.uniform(4, 9))
    form = outline(shape, half, half * float(rng.uniform(0.35, 1.0)))
    text = None
    if rng.random() < 0.55:
        words = str(rng.choice([*STAMPS, *WORDS, "M", "R", "J"]))
        high = min(0.9 * form.half, 2.4 * half / max(len(words), 2))
        text = Text(words, max(high, 0.8), float(rng.uniform(0.1, 0.3)), str(rng.choice(FONTS)))
    plate, where = _carved(form, text, float(rng.uniform(0.8, 1.4)), float(rng.choice([0.0, 0.0, 0.8])))
    if text is None and rng.random() < 0.5:
        plate = hammered(plate, rng)
    parts = [Part("plate", "metal", metal + ("" if rng.random() < 0.6 else "-matt"), plate)]
    if rng.random() < 0.35:
        grain = float(rng.uniform(0.25, 0.6))
        parts += bead_border(form.grown(-2 * grain - 0.1), grain, metal, 1.1)
    if rng.random() < 0.6:
        high = float(form.points[:, 1].max())
        parts.append(Part("loop", "metal", metal, torus(1.2, 0.3, 0.5, steps=48).moved(np.eye(3), (0, high + 1.0, 0))))
        if rng.random() < 0.5:
            t = np.linspace(0, 1, 150)
            for side in (-1.0, 1.0):
                line = np.stack([side * (0.8 + 12 * t**0.8), high + 1.4 + 26 * t], -1)
                parts += laid(line, CABLE, metal, flaw=ChainFlaw(), prefix=f"link{side:+.0f}")
    marks = (Mark("text", text.words, where),) if where is not None and text is not None else ()
    return Subject(
        "plaque text" if marks else "plaque",
        Piece("plaque", tuple(parts), marks),
        rotation("z", float(rng.normal(0, 12))),
        66.0,
    )


def enamelled(rng: Rng) -> Subject:
    """Fields of enamel between walls of metal, on a plate or on the face of a ring."""
    metal = str(rng.choice(METALS))
    shape = str(rng.choice(["round", "oval", "pear", "cushion", "octagon", "marquise"]))
    half = float(rng.uniform(3.5, 7.5))
    form = outline(shape, half, half * float(rng.uniform(0.7, 1.3)))
    plate, _ = _carved(form, None, 1.0, 0.0)
    parts = [
        Part("plate", "metal", metal, plate),
        Part("wall", "metal", metal, along(form.grown(-0.25), 0.3, 1.05, 0.8)),
    ]
    fields = int(rng.choice([1, 2, 3, 4]))
    for k in range(fields):
        outer = form.grown(-0.5).points * (1 - k / fields * 0.95)
        field = Outline(shape, outer, form.normals)
        body, _ = _carved(field, None, 0.12, float(rng.uniform(0.0, 0.15)))
        material = f"enamel-{int(rng.integers(4))}" if rng.random() < 0.8 else str(rng.choice(list(BODY)))
        z = 1.0 + 0.05 * k
        parts.append(Part(f"field-{k}", "enamel", material, body.shifted(0, 0, z), (0.0, 0.0, z)))
        if k:
            parts.append(
                Part(f"wall-{k}", "metal", metal, along(Outline(shape, outer, form.normals), 0.22, z + 0.1, 0.8))
            )
    if rng.random() < 0.4:
        parts += [
            p.moved(np.eye(3), np.array([0, 0, 1.6]))
            for p in setting(rng, outline("round", 0.22 * half, 0.22 * half), metal, gem_of(rng))
        ]
    if rng.random() < 0.4:
        return Subject("ring enamel", Piece("enamel", tuple(ring_around(rng, parts, 0.3, metal))), standing(rng), 58.0)
    return Subject("enamel", Piece("enamel", tuple(parts)), np.eye(3), 66.0)
