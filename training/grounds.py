"""Grounds that pieces are laid on: sweeps, cloth, velvet, wood, marble, skin, leaves, paper, blurred scenes."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from training.samples import U8

Rng = np.random.Generator
F32 = npt.NDArray[np.float32]

GROUND_PX = 448


def grounds(count: int, seed: int) -> list[U8]:
    """`count` painted grounds (GROUND_PX, GROUND_PX, 3), kind after kind; the same for the same seed."""
    rng = np.random.default_rng([seed, 1])
    made = []
    for k in range(count):
        picture = PAINTERS[k % len(PAINTERS)](rng, GROUND_PX)
        if rng.random() < 0.35:
            picture = _lit(rng, picture)
        made.append(np.clip(picture, 0, 255).astype(np.uint8))
    return made


def clouds(rng: Rng, n: int, first: int = 1, last: int = 6, fall: float = 0.6, stretch: float = 1.0) -> F32:  # noqa: PLR0917
    """(n, n) fractal noise, mean 0, deviation 1; `stretch` above 1 draws it out along x."""
    out = np.zeros((n, n), np.float32)
    for k in range(first, last + 1):
        cells = 2**k + 2
        noise = rng.standard_normal((cells, max(2, round(cells / stretch)))).astype(np.float32)
        out += fall ** (k - first) * cv2.resize(noise, (n, n), interpolation=cv2.INTER_CUBIC)
    return np.asarray((out - out.mean()) / max(float(out.std()), 1e-6), np.float32)


def tint(rng: Rng, low: float = 15, high: float = 245, grey: float = 0.5) -> F32:
    """A colour; grey or nearly so in the given share of cases."""
    if rng.random() < grey:
        return np.clip(rng.uniform(low, high) + rng.normal(0, 5, 3), 0, 255).astype(np.float32)
    return rng.uniform(low, high, 3).astype(np.float32)


def _mix(shade: F32, dark: F32, light: F32) -> F32:
    s = np.clip(shade, 0, 1)[..., None]
    return np.asarray(dark * (1 - s) + light * s, np.float32)


def _sweep(rng: Rng, n: int) -> F32:
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32) / n
    turn = rng.uniform(0, 2 * np.pi)
    ramp = (xs - 0.5) * np.cos(turn) + (ys - 0.5) * np.sin(turn) + 0.5
    if rng.random() < 0.5:
        ramp = np.hypot(xs - rng.uniform(0, 1), ys - rng.uniform(0, 1))
    base = tint(rng, 60 if rng.random() < 0.7 else 5, 255, 0.7)
    return _mix(ramp * rng.uniform(0.2, 1.0), base, np.clip(base * rng.uniform(0.4, 1.3), 0, 255))


def _plain(rng: Rng, n: int) -> F32:
    """White, black or one colour, as shops have it."""
    value = rng.choice([255.0, 252.0, 245.0, 235.0, 3.0, 20.0, rng.uniform(0, 255)])
    base = np.full(3, value, np.float32) + rng.normal(0, 1.5, 3) if rng.random() < 0.75 else tint(rng, grey=0)
    return np.broadcast_to(base, (n, n, 3)) + clouds(rng, n, 5, 7)[..., None] * rng.uniform(0, 2)


def _cloth(rng: Rng, n: int) -> F32:
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32)
    pitch = rng.uniform(3, 14)
    warp = rng.uniform(0, 5)
    x, y = xs + warp * clouds(rng, n, 2, 5), ys + warp * clouds(rng, n, 2, 5)
    thread = np.abs(np.sin(np.pi * x / pitch)) * np.abs(np.sin(np.pi * y / pitch * rng.uniform(0.6, 1.5)))
    folds = clouds(rng, n, 1, 3) * rng.uniform(0, 0.35)
    base = tint(rng, 20, 250)
    return _mix(
        0.5 + 0.5 * (thread - 0.4) * rng.uniform(0.2, 1) + folds + 0.04 * clouds(rng, n, 6, 8), base * 0.45, base
    )


def _velvet(rng: Rng, n: int) -> F32:
    """Deep colour, soft folds with light rims, fine pile."""
    folds = clouds(rng, n, 1, 4, 0.5, rng.uniform(1, 3))
    sheen = np.exp(-((folds / rng.uniform(0.2, 0.8)) ** 2)) * rng.uniform(0.2, 0.8)
    base = tint(rng, 5, 150, 0.35)
    return _mix(0.2 + sheen + 0.07 * clouds(rng, n, 7, 8), base * 0.3, np.clip(base * 2 + 20, 0, 255))


def _wood(rng: Rng, n: int) -> F32:
    ys = np.mgrid[0:n, 0:n][0].astype(np.float32) / n
    rings = np.sin(rng.uniform(20, 90) * ys + rng.uniform(1, 5) * clouds(rng, n, 1, 4, 0.5, 8))
    grain = clouds(rng, n, 4, 8, 0.8, 18)
    warm = np.array([1.0, rng.uniform(0.6, 0.8), rng.uniform(0.35, 0.6)], np.float32) * rng.uniform(60, 250)
    out = _mix(0.5 + 0.2 * rings + 0.14 * grain, warm * 0.4, warm)
    if rng.random() < 0.4:  # planks
        for at in np.cumsum(rng.uniform(0.15, 0.45, 8)):
            out[int(at * n) : int(at * n) + 3] *= 0.4
    return out


def _marble(rng: Rng, n: int) -> F32:
    vein = np.exp(-((clouds(rng, n, 1, 6, 0.65) / rng.uniform(0.03, 0.15)) ** 2))
    dark = rng.random() < 0.35
    base, line = (tint(rng, 10, 70), tint(rng, 120, 220)) if dark else (tint(rng, 190, 250, 0.8), tint(rng, 60, 170))
    rough = 0.06 * clouds(rng, n, 3, 8, 0.8)[..., None] * base
    return _mix(vein * rng.uniform(0.2, 0.8), base, line) + rough


def _grains(rng: Rng, n: int) -> F32:
    """Sand, slate, concrete, terrazzo."""
    base = tint(rng, 30, 220)
    out = base * (1 + rng.uniform(0.05, 0.4) * clouds(rng, n, 3, 8, rng.uniform(0.7, 1.0))[..., None])
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(20, 160))):
            at, size = rng.integers(0, n, 2), rng.uniform(2, 18)
            cv2.ellipse(
                out,
                at.tolist(),
                (int(size), max(1, int(size * rng.uniform(0.4, 1)))),
                rng.uniform(0, 180),
                0,
                360,
                tint(rng, 20, 240).tolist(),
                -1,
                cv2.LINE_AA,
            )
    return np.asarray(out, np.float32)


def skin(rng: Rng) -> F32:
    """A skin colour, from pale to deep."""
    depth = rng.uniform(0, 1)
    return np.asarray(
        (1 - depth) * np.array([240, 205, 185]) + depth * np.array([95, 60, 45]) + rng.normal(0, 8, 3), np.float32
    )


def _skin(rng: Rng, n: int) -> F32:
    base = skin(rng)
    form = clouds(rng, n, 1, 2) * 0.16
    pores = 0.025 * clouds(rng, n, 6, 8, 0.9) - 0.05 * np.exp(-((clouds(rng, n, 3, 6, 0.7, 2) / 0.08) ** 2))
    return np.asarray(base * (1 + form + pores)[..., None] * np.array([1, 0.98, 0.97]), np.float32)


def _leaves(rng: Rng, n: int) -> F32:
    """Leaves and petals: filled curves with a midrib, one over another."""
    base = np.array([rng.uniform(20, 120), rng.uniform(60, 190), rng.uniform(20, 90)])
    if rng.random() < 0.35:
        base = tint(rng, 60, 250, 0.1)
    out = np.broadcast_to(base * 0.4, (n, n, 3)).astype(np.float32).copy()
    for _ in range(int(rng.integers(6, 40))):
        at, size, turn = rng.uniform(0, n, 2), rng.uniform(0.1, 0.5) * n, rng.uniform(0, 2 * np.pi)
        t = np.linspace(0, np.pi, 24)
        x, y = size * np.cos(t), size * rng.uniform(0.15, 0.4) * np.sin(t)
        leaf = np.concatenate([np.stack([x, y], -1), np.stack([x, -y], -1)[::-1]])
        c, s = np.cos(turn), np.sin(turn)
        points = (leaf @ np.array([[c, s], [-s, c]]) + at).astype(np.int32)
        colour = np.clip(base * rng.uniform(0.5, 1.4), 0, 255)
        cv2.fillPoly(out, [points], colour.tolist(), cv2.LINE_AA)
        cv2.line(out, points[0].tolist(), points[23].tolist(), (colour * 1.2).tolist(), 1, cv2.LINE_AA)
    return np.asarray(out * (1 + 0.06 * clouds(rng, n, 4, 7)[..., None]), np.float32)


def _scene(rng: Rng, n: int) -> F32:
    """A room far behind the focus: planes of colour and discs of light."""
    out = np.broadcast_to(tint(rng, 10, 200, 0.3), (n, n, 3)).astype(np.float32).copy()
    for _ in range(int(rng.integers(3, 14))):
        corners = rng.uniform(-0.2 * n, 1.2 * n, (int(rng.integers(3, 6)), 2)).astype(np.int32)
        cv2.fillConvexPoly(out, cv2.convexHull(corners), tint(rng, 5, 250, 0.3).tolist())
    out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(2, 20)))
    for _ in range(int(rng.integers(0, 40))):
        light = np.zeros_like(out)
        cv2.circle(
            light,
            rng.integers(0, n, 2).tolist(),
            int(rng.uniform(3, 30)),
            tint(rng, 60, 255, 0.2).tolist(),
            -1,
            cv2.LINE_AA,
        )
        out = out + 0.5 * light
    return np.asarray(out, np.float32)


def _boxes(rng: Rng, n: int) -> F32:
    """Sharp edges: boxes, trays, table edges, printed lines."""
    out = _sweep(rng, n)
    for _ in range(int(rng.integers(1, 6))):
        middle, half = rng.uniform(0, n, 2), rng.uniform(0.08, 0.6, 2) * n
        box = cv2.boxPoints((middle.tolist(), half.tolist(), float(rng.uniform(0, 90)))).astype(np.int32)
        colour = tint(rng, 5, 250)
        cv2.fillConvexPoly(out, box, colour.tolist(), cv2.LINE_AA)
        if rng.random() < 0.7:
            cv2.polylines(
                out,
                [box],
                True,
                np.clip(colour * rng.uniform(0.3, 1.6), 0, 255).tolist(),
                int(rng.integers(1, 8)),
                cv2.LINE_AA,
            )
    if rng.random() < 0.4:
        for y in range(int(rng.integers(5, 40)), n, int(rng.integers(9, 40))):
            cv2.line(
                out, (0, y), (n, y + int(rng.normal(0, 9))), tint(rng).tolist(), int(rng.integers(1, 4)), cv2.LINE_AA
            )
    return out


PAINTERS: tuple[Callable[[Rng, int], F32], ...] = (
    _plain, _sweep, _cloth, _velvet, _wood, _marble, _grains, _skin, _leaves, _scene, _boxes, _sweep,
)  # fmt: skip


def _lit(rng: Rng, picture: F32) -> F32:
    """A pool of light or a cast shadow."""
    n = picture.shape[0]
    shade = np.ones((n, n), np.float32)
    corners = rng.uniform(-0.3 * n, 1.3 * n, (4, 2)).astype(np.int32)
    cv2.fillConvexPoly(shade, cv2.convexHull(corners), float(rng.uniform(0.4, 1.6)))
    return picture * cv2.GaussianBlur(shade, (0, 0), float(rng.uniform(1, 40)))[..., None]
