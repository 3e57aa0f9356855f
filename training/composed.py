"""Pieces put together from rendered stones where the studio has no family: pavé fields, clusters, cabochons, stamps.

They look less right than a render and cost nothing; their truth is as exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.sight.labels import Label
from training.dressing import FONTS
from training.grounds import clouds
from training.samples import U8, Ids, Sample, depth_of

Rng = np.random.Generator
F32 = npt.NDArray[np.float32]

SIDE_PX = 448
LEAST_STONE_PX = 9
"""Inner radius of rendered stones that are worth setting again."""
STAMPS = (
    "925", "750", "585", "18K", "14K", "375", "PT950", "S925", "9CT", "K18", "AG", "MADE", "ITALY", "GP", "417",
    "STERLING", "XR", "0.52", "ANNA", "2024", "forever",
)  # fmt: skip


@dataclass
class _Bench:
    """A piece in the making."""

    rgb: F32
    ids: Ids
    labels: list[int] = field(default_factory=lambda: [0, int(Label.METAL)])

    def add(self, mask: npt.NDArray[np.bool_], label: Label) -> None:
        """The next thing takes these pixels."""
        self.ids[mask] = len(self.labels)
        self.labels.append(int(label))

    def sample(self, name: str) -> Sample:
        """The piece as a sample whose ground is to be painted."""
        labels = np.array(self.labels, np.uint8)
        radii = np.ones(len(labels), np.float32)
        np.maximum.at(radii, self.ids.ravel(), depth_of(self.ids).ravel())
        alpha = cv2.GaussianBlur((self.ids > 0).astype(np.float32), (0, 0), 0.6) * 255
        away = cv2.GaussianBlur((self.ids > 0).astype(np.float32), (0, 0), SIDE_PX / 40)
        shade = np.where(self.ids > 0, 255, 255 * (1 - 0.5 * away))
        rgb = np.clip(self.rgb, 0, 255).astype(np.uint8)
        return Sample(name, rgb, self.ids, labels, radii, {}, alpha.astype(np.uint8), shade.astype(np.uint8))


def stones_of(samples: Sequence[Sample], most: int = 300) -> list[tuple[U8, U8]]:
    """Rendered stones cut out: (h, w, 3) and their masks."""
    found: list[tuple[U8, U8]] = []
    for sample in samples:
        for number in np.flatnonzero((sample.labels == Label.STONE) & (sample.radii >= LEAST_STONE_PX)):
            ys, xs = np.nonzero(sample.ids == number)
            if len(ys) < LEAST_STONE_PX**2:
                continue
            box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
            found.append((sample.rgb[box], (sample.ids[box] == number).astype(np.uint8) * 255))
    return found[:: max(1, len(found) // most)]


def composed(samples: Sequence[Sample], count: int, seed: int) -> list[Sample]:
    """`count` composed pieces; none where there are no stones to set."""
    rng = np.random.default_rng([seed, 2])
    stones = stones_of(samples)
    if not stones:
        return []
    makers = (paved, paved, clustered, cabochon, cabochon)
    return [makers[k % len(makers)](rng, stones).sample(f"composed-{k}") for k in range(count)]


def _metal(rng: Rng, n: int) -> F32:
    """(n, n, 3) polished grey with soft reflections."""
    shine = 0.55 + 0.25 * clouds(rng, n, 1, 3, 0.5, rng.uniform(1, 4)) + 0.05 * clouds(rng, n, 4, 7)
    return np.repeat((255 * np.clip(shine, 0.05, 1))[..., None], 3, 2).astype(np.float32)


def _shape(rng: Rng, n: int) -> npt.NDArray[np.bool_]:
    """A band, a dome, a star, a heart, a ring or a bar."""
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32)
    x, y = (xs - n / 2) / (n / 2), (ys - n / 2) / (n / 2)
    turn = rng.uniform(0, 2 * np.pi)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    r, a = np.hypot(x, y), np.arctan2(y, x)
    kind = int(rng.integers(6))
    if kind == 0:
        return np.asarray(np.abs(y + 0.3 * rng.uniform(-1, 1) * x**2) < rng.uniform(0.12, 0.5))
    if kind == 1:
        return np.asarray(np.hypot(x, y * rng.uniform(1, 1.7)) < 0.85)
    if kind == 2:
        points = int(rng.integers(4, 7))
        return np.asarray(r < 0.85 * (0.72 + 0.28 * np.cos(points * a)))
    if kind == 3:
        return np.asarray((x**2 + (1.2 * y - 0.6 * np.sqrt(np.abs(x))) ** 2) < 0.55)
    if kind == 4:
        return np.asarray(np.abs(r - rng.uniform(0.5, 0.75)) < rng.uniform(0.08, 0.2))
    return np.asarray((np.abs(x) < 0.9) & (np.abs(y) < rng.uniform(0.1, 0.3)))


def _set(
    bench: _Bench, stone: tuple[U8, U8], at: tuple[float, float], form: npt.NDArray[np.float64], turn: float
) -> None:
    """Lay one stone, squeezed by `form` (2×2, its half axes in pixels) and turned, with a thin dark seat around it."""
    picture, mask = stone
    h, w = mask.shape
    c, s = np.cos(turn), np.sin(turn)
    matrix = form @ np.array([[c, -s], [s, c]]) @ np.diag([2.0 / w, 2.0 / h])
    reach = int(np.ceil(np.abs(form).sum(1).max() * 1.5)) + 2
    x0, y0 = int(at[0]) - reach, int(at[1]) - reach
    n = bench.ids.shape[0]
    if x0 < 0 or y0 < 0 or x0 + 2 * reach >= n or y0 + 2 * reach >= n:
        return
    move = np.array([at[0] - x0, at[1] - y0]) - matrix @ np.array([w / 2, h / 2])
    affine = np.column_stack([matrix, move])
    size = (2 * reach, 2 * reach)
    how = cv2.INTER_AREA if np.linalg.det(matrix) < 0.5 else cv2.INTER_LINEAR
    shown = cv2.warpAffine(picture, affine, size, flags=how).astype(np.float32)
    cover = cv2.warpAffine(mask, affine, size, flags=cv2.INTER_LINEAR).astype(np.float32) / 255
    box = slice(y0, y0 + 2 * reach), slice(x0, x0 + 2 * reach)
    taken = (cover > 0.5) & (bench.ids[box] == 1)
    if taken.sum() < 0.7 * (cover > 0.5).sum() or taken.sum() < 20:
        return
    seat = cv2.dilate(cover, np.ones((3, 3), np.uint8))[..., None] * (bench.ids[box] == 1)[..., None]
    bench.rgb[box] *= 1 - 0.5 * seat
    c3 = (cover * (bench.ids[box] <= 1))[..., None]
    bench.rgb[box] = bench.rgb[box] * (1 - c3) + shown * c3
    inside = bench.ids[box]
    inside[taken] = len(bench.labels)
    bench.labels.append(int(Label.STONE))


def _bead(bench: _Bench, rng: Rng, x: float, y: float, radius: float) -> None:
    """A round bead of metal with the lamp in it."""
    n = bench.ids.shape[0]
    reach = int(radius) + 3
    x0, y0 = int(x) - reach, int(y) - reach
    if x0 < 0 or y0 < 0 or x0 + 2 * reach >= n or y0 + 2 * reach >= n:
        return
    ys, xs = np.mgrid[0 : 2 * reach, 0 : 2 * reach].astype(np.float32)
    u, v = (xs - (x - x0)) / radius, (ys - (y - y0)) / radius
    away = np.hypot(u, v)
    cover = np.clip((1 - away) * radius + 0.5, 0, 1)[..., None]
    level = (
        40
        + 190 * np.clip(1 - np.hypot(u + 0.3, v + 0.35) / rng.uniform(0.7, 1.5), 0, 1)
        + 40 * np.clip(away - 0.5, 0, 1)
    )
    box = slice(y0, y0 + 2 * reach), slice(x0, x0 + 2 * reach)
    if (bench.ids[box][away < 1] == 0).any():
        return
    bench.rgb[box] = bench.rgb[box] * (1 - cover) + level[..., None] * cover
    inside = bench.ids[box]
    inside[away < 1] = len(bench.labels)
    bench.labels.append(int(Label.PRONG))


def paved(rng: Rng, stones: Sequence[tuple[U8, U8]]) -> _Bench:
    """A field of small stones in rows or a honeycomb, foreshortened towards its edge, with beads between."""
    n = SIDE_PX
    mask = _shape(rng, n)
    bench = _Bench(_metal(rng, n), mask.astype(np.uint16))
    radius = float(rng.uniform(6, 24))
    pitch = radius * rng.uniform(2.05, 2.5)
    honeycomb = rng.random() < 0.6
    turn = rng.uniform(0, np.pi)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    squeeze = np.diag([1.0, rng.uniform(0.6, 1.0)])
    one_cut = stones[int(rng.integers(len(stones)))]
    alike = rng.random() < 0.4
    beads = rng.random() < 0.8
    size = radius * rng.uniform(0.16, 0.36)
    count = int(n / pitch) + 2
    places = []
    for j in range(-count, count):
        for i in range(-count, count):
            step = np.array([(i + 0.5 * (j % 2) * honeycomb) * pitch, j * pitch * (0.87 if honeycomb else 1)])
            places.append(axes @ squeeze @ step + n / 2 + rng.normal(0, 0.03 * radius, 2))
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    for x, y in places:
        if 0 <= x < n and 0 <= y < n and depth[int(y), int(x)] >= 0.85 * radius:
            stone = one_cut if alike else stones[int(rng.integers(len(stones)))]
            _set(bench, stone, (x, y), axes @ squeeze * radius, float(rng.uniform(0, 2 * np.pi)))
    if beads:
        for x, y in places:
            offsets = ((0.5, 0.29), (0.5, -0.29)) if honeycomb else ((0.5, 0.5),)
            for ox, oy in offsets:
                bx, by = np.array([x, y]) + axes @ squeeze @ (np.array([ox, oy]) * pitch)
                if 0 <= bx < n and 0 <= by < n and depth[int(by), int(bx)] >= size:
                    _bead(bench, rng, float(bx), float(by), size)
    return bench


def clustered(rng: Rng, stones: Sequence[tuple[U8, U8]]) -> _Bench:
    """A flower: a middle stone, petals around it, prongs at their edges; or a row of graduated stones."""
    n = SIDE_PX
    mask = np.zeros((n, n), np.uint8)
    middle = np.array([n / 2, n / 2])
    petals = int(rng.integers(5, 13))
    big = float(rng.uniform(28, 75))
    small = min(float(np.pi * big / petals * rng.uniform(1.0, 1.7)), 60.0)
    away = big + small * rng.uniform(1.0, 1.15)
    turns = np.arange(petals) * 2 * np.pi / petals + rng.uniform(0, 1)
    places = [(middle, big), *((middle + away * np.array([np.cos(t), np.sin(t)]), small) for t in turns)]
    for at, radius in places:
        cv2.circle(mask, at.astype(int).tolist(), int(radius * rng.uniform(1.05, 1.15)) + 2, 1, -1)
    if rng.random() < 0.5:
        cv2.line(
            mask, (0, int(rng.uniform(0.3, 0.7) * n)), (n, int(rng.uniform(0.3, 0.7) * n)), 1, int(rng.uniform(12, 50))
        )
    bench = _Bench(_metal(rng, n), mask.astype(np.uint16))
    petal = stones[int(rng.integers(len(stones)))]
    for k, (at, radius) in enumerate(places):
        long = rng.uniform(1.0, 1.5) if k and petals < 9 else 1.0
        t = 0.0 if k == 0 else float(turns[k - 1])
        axes = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
        stone = petal if k else stones[int(rng.integers(len(stones)))]
        _set(
            bench,
            stone,
            (float(at[0]), float(at[1])),
            axes @ np.diag([radius * long * 0.96, radius * 0.96]),
            float(rng.uniform(0, 6)),
        )
    for t in turns + np.pi / petals:
        bx, by = middle + (big + 0.35 * small) * np.array([np.cos(t), np.sin(t)])
        _bead(bench, rng, float(bx), float(by), float(rng.uniform(0.12, 0.25) * small + 2))
        bx, by = middle + (big + 1.7 * small) * np.array([np.cos(t), np.sin(t)])
        if rng.random() < 0.7 and mask[int(np.clip(by, 0, n - 1)), int(np.clip(bx, 0, n - 1))]:
            _bead(bench, rng, float(bx), float(by), float(rng.uniform(0.12, 0.22) * small + 2))
    return bench


def cabochon(rng: Rng, stones: Sequence[tuple[U8, U8]]) -> _Bench:
    """A body without facets in a bezel or claws: opal, turquoise, jade, onyx, moonstone, pearl, enamel."""
    n = SIDE_PX
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32)
    mask = np.zeros((n, n), np.uint8)
    at = np.array([n / 2, n / 2]) + rng.normal(0, 20, 2)
    half = np.array([rng.uniform(40, 120), 0.0])
    half[1] = half[0] * rng.uniform(0.5, 1.0)
    turn = float(rng.uniform(0, np.pi))
    u = ((xs - at[0]) * np.cos(turn) + (ys - at[1]) * np.sin(turn)) / half[0]
    v = (-(xs - at[0]) * np.sin(turn) + (ys - at[1]) * np.cos(turn)) / half[1]
    power = 2.0 if rng.random() < 0.65 else float(rng.uniform(2.5, 6))
    away = (np.abs(u) ** power + np.abs(v) ** power) ** (1 / power)
    rim = rng.uniform(1.04, 1.22)
    mask[away < rim] = 1
    if rng.random() < 0.6:
        cv2.line(
            mask, (0, int(rng.uniform(0.2, 0.8) * n)), (n, int(rng.uniform(0.2, 0.8) * n)), 1, int(rng.uniform(12, 70))
        )
    bench = _Bench(_metal(rng, n), mask.astype(np.uint16))
    body = away < 1
    dome = np.sqrt(np.clip(1 - np.clip(away, 0, 1) ** 2 * rng.uniform(0.3, 1.0), 0.02, 1))
    base = rng.uniform(10, 245, 3)
    kind = rng.random()
    if kind < 0.25:  # opal
        hue = np.mod(90 + 60 * clouds(rng, n, 2, 6), 180).astype(np.uint8)
        glow = np.clip(60 + 70 * clouds(rng, n, 3, 6), 0, 255).astype(np.uint8)
        colour = cv2.cvtColor(
            np.dstack([hue, glow, np.full_like(hue, int(rng.uniform(120, 240)))]), cv2.COLOR_HSV2RGB
        ).astype(np.float32)
    elif kind < 0.45:  # pearl, moonstone
        colour = np.broadcast_to(np.clip(rng.uniform(150, 250) + rng.normal(0, 12, 3), 0, 255), (n, n, 3)).astype(
            np.float32
        )
    else:  # jade, turquoise, onyx, enamel
        colour = base * (1 + rng.uniform(0, 0.25) * clouds(rng, n, 2, 6))[..., None]
    lit = colour * (0.35 + 0.75 * dome)[..., None]
    for _ in range(int(rng.integers(1, 4))):
        hx, hy = rng.uniform(-0.6, 0.6, 2)
        spot = np.exp(-((((u - hx) ** 2 + (v - hy) ** 2) / rng.uniform(0.002, 0.12)) ** rng.uniform(1, 3)))
        lit = lit + 255 * rng.uniform(0.2, 0.9) * spot[..., None]
    bench.rgb[body] = np.clip(lit, 0, 255)[body]
    bench.add(body, Label.CABOCHON)
    if rng.random() < 0.4:
        for t in rng.uniform(0, 1) + np.arange(int(rng.choice([4, 6, 8]))) * 2 * np.pi / int(rng.choice([4, 6, 8])):
            c, s = np.cos(turn), np.sin(turn)
            px, py = half * (np.cos(t), np.sin(t)) * 0.99
            _bead(bench, rng, float(at[0] + c * px - s * py), float(at[1] + s * px + c * py), float(rng.uniform(5, 13)))
    return bench


def stamped(rng: Rng, rgb: U8, ids: Ids, labels: U8) -> tuple[U8, Ids, U8]:
    """The picture with a word struck or engraved into a flat place of its metal; as it was where there is none."""
    metal = (labels[ids] == Label.METAL).astype(np.uint8)
    depth = cv2.distanceTransform(np.pad(metal, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    room = float(depth.max())
    if room < 7:
        return rgb, ids, labels
    ys, xs = np.nonzero(depth > max(6.0, 0.6 * room))
    k = int(rng.integers(len(ys)))
    y, x = int(ys[k]), int(xs[k])
    text, font = str(rng.choice(STAMPS)), int(rng.choice(FONTS))
    high = float(min(depth[y, x] * rng.uniform(0.7, 1.2), 42))
    size = high / 22.0
    thick = max(1, round(high / 11))
    (wide, tall), _ = cv2.getTextSize(text, font, size, thick)
    pad = wide + tall
    letters = np.zeros((2 * pad, 2 * pad), np.uint8)
    cv2.putText(letters, text, (pad - wide // 2, pad + tall // 2), font, size, 255, thick, cv2.LINE_AA)
    box = np.zeros_like(letters)
    cv2.rectangle(box, (pad - wide // 2 - 1, pad - tall // 2 - 1), (pad + wide // 2 + 1, pad + tall // 2 + 1), 255, -1)
    # Along the metal: the direction in which it is longest.
    near = np.argwhere(metal[max(0, y - 40) : y + 41, max(0, x - 40) : x + 41]).astype(np.float32)
    axis = np.linalg.eigh(np.cov(near.T))[1][:, -1] if len(near) > 3 else np.array([0.0, 1.0])
    degrees = float(np.degrees(np.arctan2(axis[0], axis[1]))) + float(rng.normal(0, 5)) + 180 * int(rng.integers(2))
    matrix = cv2.getRotationMatrix2D((pad, pad), -degrees, 1.0)
    matrix[:, 2] += (x - pad, y - pad)
    frame = ids.shape[::-1]
    ink = cv2.warpAffine(letters, matrix, frame).astype(np.float32) / 255 * metal
    place = (cv2.warpAffine(box, matrix, frame) > 127) & (metal > 0)
    if place.sum() < 0.7 * wide * tall or place.sum() < 60:
        return rgb, ids, labels
    deep = rng.uniform(0.25, 0.8)
    lit = np.roll(ink, (1, 1), (0, 1)) - ink
    out = rgb * (1 - deep * ink[..., None]) + 110 * deep * np.clip(lit, 0, 1)[..., None]
    ids = np.where(place, np.uint16(len(labels)), ids).astype(np.uint16)
    return np.clip(out, 0, 255).astype(np.uint8), ids, np.append(labels, np.uint8(Label.MARK))
