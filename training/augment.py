"""Crops to train on: rendered pieces turned, scaled, recoloured, on other grounds, with props, as cameras see them.

Everything is drawn from one generator of numbers, so the same seed makes the same crops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.sight.labels import Label
from training.composed import stamped
from training.photography import photographed, recoloured
from training.samples import F32, SINGLE, U8, Ids, Sample, depth_of

SCALES = 0.6, 2.8
"""Renders of 416 to 544 px are shown from two thirds of their size to close-ups: the sizes at which `fidelity.sight`
looks at pieces."""
NONE, ONE, TWO = 0.06, 0.83, 0.08
"""Share of crops that show ground and props only, one piece, two; the others show three."""
AS_RENDERED = 0.3
"""Share of crops with one piece that keep the ground they were rendered on."""
MIRRORED = 0.10
"""Share of painted grounds that mirror the piece."""
STAMPED = 0.12
"""Share of pieces into whose metal a word is struck."""
LINK_SPREAD = 0.22
"""Deviation of the bell at the middle of a link, as a share of the mean of its sides."""
KINDS = np.array([0.16, 0.10, 0.22, 0.09, 0.22, 0.12, 0.09])
"""How often a crop is laid around: any place, metal, stone, cabochon, prong, link, mark."""

Painter = Callable[[np.random.Generator, int], U8]
Propper = Callable[[np.random.Generator, U8], tuple[U8, U8]]
"""(n, n, 3) picture → the same with a prop laid on, and (n, n) how much of each pixel is prop."""


@dataclass(frozen=True, eq=False)
class Crop:
    """(n, n, 3) sRGB; (n, n) class; (n, n) how far inside, how near to the middle of a link, from 0 to 1."""

    rgb: U8
    labels: npt.NDArray[np.uint8]
    inner: F32
    centre: F32


class Crops:
    """Makes crops of `side` pixels from samples, grounds and props."""

    def __init__(
        self, samples: Sequence[Sample], grounds: Sequence[U8], props: Sequence[Propper], side: int, seed: int
    ) -> None:
        self.samples: list[Sample] = []
        self.grounds, self.props, self.side = grounds, props, side
        self.rng = np.random.default_rng(seed)
        self.having: dict[int, list[int]] = {}
        self.add(samples)

    def add(self, samples: Sequence[Sample]) -> None:
        """Take more samples in."""
        for i, sample in enumerate(samples, len(self.samples)):
            for label in {int(v) for v in sample.labels[np.unique(sample.ids)]}:
                self.having.setdefault(label, []).append(i)
        self.samples += samples

    def one(self) -> Crop:
        """The next crop."""
        rng, n = self.rng, self.side
        drawn = rng.random()
        pieces = 0 if drawn < NONE else 1 if drawn < NONE + ONE else 2 if drawn < NONE + ONE + TWO else 3
        rgb = self._ground()
        ids, labels, radii = np.zeros((n, n), np.uint16), np.zeros(1, np.uint8), np.ones(1, np.float32)
        centre = np.zeros((n, n), np.float32)
        for _ in range(pieces):
            sample, matrix, scale = self._view(spread=pieces > 1)
            size = (n, n)
            whole = pieces == 1 and (rng.random() < AS_RENDERED or sample.shade is None)
            border = cv2.BORDER_REFLECT_101 if whole else cv2.BORDER_CONSTANT
            shown = cv2.warpAffine(sample.rgb, matrix, size, flags=_how(scale), borderMode=border)
            here = cv2.warpAffine(sample.ids, matrix, size, flags=cv2.INTER_NEAREST, borderMode=border)
            known, sizes = sample.labels, sample.radii
            if rng.random() < STAMPED:
                shown, here, known = stamped(rng, shown, here, known)
                sizes = np.append(sizes, np.ones(len(known) - len(sizes), np.float32))
            shown = recoloured(rng, shown, known[here])
            if whole:
                rgb = shown
            else:
                cover = cv2.warpAffine(sample.alpha, matrix, size, flags=cv2.INTER_LINEAR)
                cast = np.full(sample.size, 255, np.uint8) if sample.shade is None else sample.shade
                shade = cv2.warpAffine(cast, matrix, size, flags=cv2.INTER_LINEAR, borderValue=255)
                rgb, centre, ids, labels, radii = self._laid(
                    rgb, shown, here, cover, shade, (centre, ids, labels, radii)
                )
            here = np.where(known[here] > 0, here, 0)
            ids = np.where(here > 0, here + np.uint16(len(labels) - 1), ids).astype(np.uint16)
            centre = np.where(here > 0, 0.0, centre).astype(np.float32)
            _bells(centre, sample, matrix, scale, here)
            labels = np.concatenate([labels, known[1:]])
            radii = np.concatenate([radii, sizes[1:] * np.float32(scale)])
        if self.props and rng.random() < 0.25 + 0.4 * (pieces == 0):
            rgb, cover = self.props[rng.integers(len(self.props))](rng, rgb)
            over = cover > 127
            ids = np.where(over, np.uint16(len(labels)), ids)
            labels, radii = np.append(labels, np.uint8(Label.PROP)), np.append(radii, np.float32(1))
            centre[over] = 0
        return Crop(photographed(rng, rgb), labels[ids], _inner(ids, labels, radii), centre)

    def _ground(self) -> U8:
        rng, n = self.rng, self.side
        if not self.grounds:
            return np.full((n, n, 3), rng.integers(20, 250, 3), np.uint8)
        ground = self.grounds[rng.integers(len(self.grounds))]
        least = min(ground.shape[:2])
        cut = int(rng.integers(least // 3, least + 1))
        y, x = (int(rng.integers(0, side - cut + 1)) for side in ground.shape[:2])
        part = cv2.resize(ground[y : y + cut, x : x + cut], (n, n), interpolation=cv2.INTER_LINEAR)
        part = np.rot90(part, int(rng.integers(4)))
        if rng.random() < 0.3:
            part = cv2.GaussianBlur(np.ascontiguousarray(part), (0, 0), float(rng.uniform(1, 8)))
        gain = rng.uniform(0.7, 1.3) * rng.uniform(0.93, 1.07, 3)
        return np.clip(part * gain, 0, 255).astype(np.uint8)

    def _view(self, spread: bool) -> tuple[Sample, npt.NDArray[np.float64], float]:
        """A sample and how its pixels get into the crop."""
        rng, n = self.rng, self.side
        kind = int(rng.choice(len(KINDS), p=KINDS))
        chosen = self.having.get(kind) or range(len(self.samples))
        sample = self.samples[chosen[int(rng.integers(len(chosen)))]]
        low, high = SCALES
        scale = float(np.exp(rng.uniform(np.log(low), np.log(1.0 if spread else high))))
        there = np.flatnonzero(sample.labels[sample.ids] == kind) if kind else np.zeros(0, int)
        if not len(there):
            there = np.flatnonzero(sample.ids)
        y, x = divmod(int(there[rng.integers(len(there))]), sample.size[1]) if len(there) else (n // 2, n // 2)
        degrees = rng.uniform(0, 360) if rng.random() < 0.6 else rng.normal(0, 8)
        c, s = scale * np.cos(np.radians(degrees)), scale * np.sin(np.radians(degrees))
        turn = np.array([[c, -s], [s, c]])
        if rng.random() < 0.5:
            turn[:, 0] *= -1
        at = np.array([x, y], float)
        to = rng.uniform(0.1 * n, 0.9 * n, 2)
        return sample, np.column_stack([turn, to - turn @ at]), scale

    def _laid(  # noqa: PLR0917
        self, rgb: U8, shown: U8, here: Ids, cover: U8, shade: U8, so_far: tuple[F32, Ids, U8, F32]
    ) -> tuple[U8, F32, Ids, U8, F32]:
        """The piece laid on a ground: its shadow first, then perhaps its mirror image, which is no piece."""
        rng = self.rng
        centre, ids, labels, radii = so_far
        alpha = np.clip((cover.astype(np.float32) / 255 - 0.25) / 0.75, 0, 1)[..., None]
        depth = rng.uniform(0.0, 1.3) if rng.random() < 0.85 else 0.0
        ground = rgb * (1 - depth * (1 - shade[..., None] / 255.0)).clip(0.05, 1).astype(np.float32)
        if rng.random() < MIRRORED and here.any():
            bottom = 2 * int(np.flatnonzero(here.any(1))[-1]) + int(rng.integers(-4, 4))
            flip = np.array([[1.0, 0, 0], [0, -1, bottom]])
            size = (self.side, self.side)
            strength = rng.uniform(0.25, 0.7)
            image = cv2.warpAffine(shown, flip, size)
            much = cv2.warpAffine(alpha[..., 0] * strength, flip, size)
            if rng.random() < 0.6:
                image, much = (cv2.GaussianBlur(v, (0, 0), 1.5) for v in (image, much))
            ground = ground * (1 - much[..., None]) + image * much[..., None]
            mirrored = much > 0.5 * strength
            ids = np.where(mirrored, np.uint16(len(labels)), ids)
            centre = np.where(mirrored, 0, centre).astype(np.float32)
            labels, radii = np.append(labels, np.uint8(Label.PROP)), np.append(radii, np.float32(1))
        out = np.clip(ground * (1 - alpha) + shown * alpha, 0, 255).astype(np.uint8)
        return out, centre, ids, labels, radii


def _how(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC if scale < 1.6 else cv2.INTER_LINEAR


def _inner(ids: Ids, labels: U8, radii: F32) -> F32:
    """How far inside its thing a pixel lies: 1 at the innermost place."""
    single = np.isin(labels, SINGLE)[ids]
    return np.where(single, np.clip(depth_of(ids) / np.maximum(radii[ids], 1.0), 0, 1), 0).astype(np.float32)


def _bells(centre: F32, sample: Sample, matrix: npt.NDArray[np.float64], scale: float, here: Ids) -> None:
    """Draw a bell at the middle of every link that is in the crop."""
    n = centre.shape[0]
    for number in np.unique(here):
        if int(number) not in sample.middles:
            continue
        x, y, side = sample.middles[int(number)]
        px, py = matrix @ (x, y, 1.0)
        spread = max(1.5, LINK_SPREAD * side * scale)
        reach = int(3 * spread) + 1
        x0, x1 = max(0, int(px) - reach), min(n, int(px) + reach + 1)
        y0, y1 = max(0, int(py) - reach), min(n, int(py) + reach + 1)
        if x0 >= x1 or y0 >= y1:
            continue
        gx = np.exp(-0.5 * ((np.arange(x0, x1) - px) / spread) ** 2)
        gy = np.exp(-0.5 * ((np.arange(y0, y1) - py) / spread) ** 2)
        np.maximum(centre[y0:y1, x0:x1], np.outer(gy, gx).astype(np.float32), out=centre[y0:y1, x0:x1])
