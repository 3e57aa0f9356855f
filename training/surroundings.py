"""Cameras, tents, metals and gems for training: wider than the bench on which the fixtures are shot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fixtures.studio.camera import Camera
from fixtures.studio.light import BENCH, Card, Tent
from fixtures.studio.materials import MATERIALS, Spectrum, gem, lacquer, matt, metal, rgb
from fixtures.studio.meshes import F64
from training.subject import Rng, Subject

METALS = ("white", "yellow", "rose")
CLEAR = {
    "diamond": (2.417, (1.0, 1.0, 1.0)),
    "sapphire": (1.765, (0.20, 0.36, 0.90)),
    "ruby": (1.765, (0.88, 0.10, 0.20)),
    "emerald": (1.577, (0.12, 0.72, 0.36)),
    "amethyst": (1.548, (0.55, 0.28, 0.86)),
    "citrine": (1.548, (0.96, 0.70, 0.18)),
    "aquamarine": (1.577, (0.62, 0.88, 0.95)),
    "morganite": (1.585, (0.97, 0.74, 0.70)),
    "peridot": (1.67, (0.60, 0.82, 0.20)),
    "garnet": (1.74, (0.62, 0.05, 0.08)),
    "topaz": (1.62, (0.35, 0.68, 0.95)),
    "pinksapphire": (1.765, (0.95, 0.35, 0.62)),
    "tsavorite": (1.74, (0.20, 0.65, 0.22)),
    "smoky": (1.548, (0.50, 0.38, 0.28)),
}
"""Clear stones: refractive index (Webster, Gems, 5th ed.) and the tint of one passage."""
BODY = {
    "turquoise": (0.10, 0.55, 0.55),
    "onyx": (0.012, 0.012, 0.014),
    "jade": (0.16, 0.45, 0.20),
    "lapis": (0.03, 0.07, 0.35),
    "coral": (0.75, 0.18, 0.12),
    "moonstone": (0.62, 0.66, 0.74),
    "opal": (0.66, 0.70, 0.68),
    "carnelian": (0.62, 0.16, 0.04),
    "rosequartz": (0.80, 0.52, 0.55),
    "malachite": (0.02, 0.28, 0.14),
}
"""Stones cut as cabochons: diffuse colour of the body, linear sRGB."""


def materials(rng: Rng) -> dict[str, Spectrum]:
    """Materials of one picture: metals of other alloys and finishes, gems of other hues."""
    made: dict[str, Spectrum] = dict(MATERIALS)
    finish = rng.random()
    for name, (base, tint) in {
        "white": ("Ag", (0.86, 0.865, 0.875)),
        "yellow": ("Au", (1.0, 0.95, 0.98)),
        "rose": ("Cu", (0.95, 1.0, 0.98)),
    }.items():
        rough = float(rng.uniform(0.015, 0.07) if finish < 0.7 else rng.uniform(0.08, 0.32))
        shade = float(rng.uniform(0.72, 1.0)) if finish < 0.93 else float(rng.uniform(0.25, 0.6))
        hue = np.clip(np.array(tint) * shade * rng.uniform(0.93, 1.04, 3), 0, 1)
        made[name] = metal(base, (float(hue[0]), float(hue[1]), float(hue[2])), rough)
        made[f"{name}-matt"] = metal(base, (float(hue[0]), float(hue[1]), float(hue[2])), float(rng.uniform(0.18, 0.4)))
    for name, (index, tint) in CLEAR.items():
        deep = np.asarray(tint) ** rng.uniform(0.6, 1.6)
        made[name] = gem(index, tuple(float(v) for v in np.clip(deep * rng.uniform(0.95, 1.04, 3), 0, 1)))  # type: ignore[arg-type]
    for name, colour in BODY.items():
        c = np.clip(np.asarray(colour) * rng.uniform(0.7, 1.3, 3), 0.005, 0.95)
        made[name] = lacquer(*c.tolist(), index=1.55, roughness=float(rng.uniform(0.03, 0.12)))
    pearl = np.clip(np.array([0.93, 0.90, 0.86]) * rng.uniform(0.85, 1.05, 3), 0, 1)
    if rng.random() < 0.2:
        pearl = np.array([0.16, 0.17, 0.17]) * rng.uniform(0.5, 2, 3)
    made["pearl"] = lacquer(*pearl.tolist(), index=1.6, roughness=float(rng.uniform(0.05, 0.14)))
    for k in range(4):
        c = rng.uniform(0.01, 0.8, 3) if rng.random() < 0.7 else np.full(3, rng.choice([0.01, 0.8]))
        made[f"enamel-{k}"] = lacquer(*c.tolist(), index=1.5, roughness=float(rng.uniform(0.02, 0.10)))
    made["putty"] = matt(*(np.array([0.5, 0.46, 0.40]) * rng.uniform(0.5, 1.6)).clip(0, 0.9).tolist())
    deep = float(rng.random() ** 1.3)
    skin = np.array([0.86, 0.55, 0.42]) * (1 - deep) + np.array([0.11, 0.04, 0.022]) * deep
    made["skin"] = lacquer(*np.clip(skin, 0.01, 0.9).tolist(), index=1.35, roughness=0.3)
    for k in "abc":
        v = rng.choice([rng.uniform(0.02, 0.2), rng.uniform(0.4, 0.85)])
        tone = np.clip(
            v * (rng.uniform(0.9, 1.1, 3) if rng.random() < 0.6 else rng.uniform(0.3, 1.3, 3)), 0.01, 0.9
        ).tolist()
        made[f"prop-{k}"] = matt(*tone) if rng.random() < 0.7 else lacquer(*tone, roughness=0.1)
    made["prop-steel"] = metal("Ag", (0.55, 0.56, 0.58), float(rng.uniform(0.05, 0.25)))
    made["black"] = matt(*(np.array([0.025, 0.022, 0.020]) * rng.uniform(0.6, 5)).tolist())
    return made


def tent(rng: Rng) -> Tent:
    """The bench with its cards moved, a white tent, a window beside, or a dark room with few lamps."""
    kind = rng.random()
    if kind < 0.5:
        cards = tuple(
            replace(
                card,
                azimuth=card.azimuth + float(rng.normal(0, 22)),
                elevation=card.elevation + float(rng.normal(0, 8)),
                power=card.power * float(np.exp(rng.normal(0, 0.4))),
                edge=float(rng.uniform(2, 14)),
            )
            for card in BENCH.cards
            if rng.random() < 0.85
        )
        return Tent(cards, float(rng.uniform(0.3, 0.9)), float(rng.uniform(0.05, 0.5)))
    if kind < 0.75:
        bright = float(rng.uniform(0.8, 1.3))
        cards = tuple(_card(rng, 0.01, 0.3) for _ in range(int(rng.integers(1, 6))))
        cards += tuple(_card(rng, 1.5, 4.0) for _ in range(int(rng.integers(0, 3))))
        return Tent(cards, bright, bright * float(rng.uniform(0.5, 1.0)))
    if kind < 0.9:
        side = float(rng.uniform(0, 360))
        window = Card(
            side, float(rng.uniform(15, 50)), float(rng.uniform(25, 80)), float(rng.uniform(25, 60)), 4.0, 8.0
        )
        rest = tuple(_card(rng, 0.02, 1.2) for _ in range(int(rng.integers(3, 9))))
        return Tent((window, *rest), float(rng.uniform(0.2, 0.6)), float(rng.uniform(0.15, 0.5)))
    lamps = tuple(_card(rng, 3.0, 12.0, 5, 22) for _ in range(int(rng.integers(3, 8))))
    return Tent(lamps, float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.03, 0.15)))


def _card(rng: Rng, low: float, high: float, small: float = 12.0, large: float = 70.0) -> Card:
    return Card(
        float(rng.uniform(0, 360)),
        float(rng.uniform(8, 82)),
        float(rng.uniform(small, large)),
        float(rng.uniform(small, large)),
        float(rng.uniform(low, high)),
        float(rng.uniform(2, 15)),
    )


def camera(rng: Rng, points: F64, subject: Subject, size: int) -> Camera:
    """A camera that frames the points (n, 3): near or far, from above or from the side, leaning, off the middle."""
    kind = rng.random()
    if kind < 0.55:
        elevation = subject.lean + rng.normal(0, 9)
    else:
        elevation = rng.choice([rng.uniform(16, 38), rng.uniform(38, 65), rng.uniform(65, 88)])
    made = Camera(
        size=size,
        elevation=float(np.clip(elevation, 12, 88)),
        azimuth=float(270 + rng.normal(0, 22)),
        distance=float(rng.uniform(140, 320)),
    )
    share = rng.random()
    if share < 0.55:
        fill = rng.uniform(0.68, 0.97)
    elif share < 0.75:
        fill = rng.uniform(0.38, 0.68)
    else:
        fill = rng.uniform(1.0, 1.9 if subject.spread else 1.6)
    made = made.framed(points, float(fill))
    right, up, _ = made.axes()
    slack = 0.5 * abs(1.0 - min(fill, 0.95)) + (0.25 if fill > 1 else 0.0)
    off = rng.uniform(-1, 1, 2) * slack * made.width * 0.7
    target = np.asarray(made.target) + off[0] * right + off[1] * up
    return replace(made, target=tuple(float(v) for v in target), roll=float(rng.normal(0, 7)))  # type: ignore[arg-type]


def table(rng: Rng) -> tuple[Spectrum, bool]:
    """The ground as the metal mirrors it, and whether it mirrors the piece itself (then nobody paints it anew)."""
    if rng.random() < 0.10:
        dark = rng.random() < 0.5
        c = rng.uniform(0.005, 0.03) if dark else rng.uniform(0.5, 0.85)
        return lacquer(
            c, c, c * float(rng.uniform(0.9, 1.1)), index=1.6, roughness=float(rng.uniform(0.01, 0.08))
        ), True
    v = float(rng.choice([0.42, rng.uniform(0.05, 0.3), rng.uniform(0.6, 0.85)], p=[0.35, 0.25, 0.4]))
    tint = rng.uniform(0.9, 1.1, 3) if rng.random() < 0.6 else np.array([1.15, 0.85, 0.7])
    return matt(*np.clip(v * tint, 0.02, 0.9).tolist()), False


__all__ = ["BODY", "CLEAR", "METALS", "camera", "materials", "rgb", "table", "tent"]
