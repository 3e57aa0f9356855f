"""What other metals, gems, light, lenses, sensors and files make of the same piece."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.sight.labels import Label
from training.samples import U8

Rng = np.random.Generator
TINTS = {
    "white": (1.0, 1.0, 1.0), "silver": (1.0, 0.99, 0.96), "yellow": (1.0, 0.80, 0.45), "rose": (1.0, 0.74, 0.62),
    "champagne": (1.0, 0.88, 0.68), "black": (0.30, 0.30, 0.32),
}  # fmt: skip
"""Reflectance of metals relative to white: what a grey reflection becomes."""
METALS = (Label.METAL, Label.PRONG, Label.LINK, Label.MARK)


def recoloured(rng: Rng, rgb: U8, labels: npt.NDArray[np.uint8]) -> U8:
    """The piece in another metal and with gems of another hue, each in about half of the crops."""
    if rng.random() < 0.5:
        tint = np.array(list(TINTS.values())[rng.choice(len(TINTS), p=(0.25, 0.17, 0.25, 0.2, 0.09, 0.04))])
        tint = np.clip(tint * rng.uniform(0.94, 1.06, 3), 0.1, 1.0)
        metal = np.isin(labels, METALS)
        light = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[metal].astype(np.float32) / 255
        light = np.clip(rng.uniform(0.85, 1.15) * light, 0, 1) ** rng.uniform(0.7, 1.4)
        # Highlights keep the lamp's colour: the tint fades where the light is at its brightest.
        fades = np.clip((light - 0.85) / 0.15, 0, 1)[:, None] * 0.6
        rgb = rgb.copy()
        rgb[metal] = np.clip(light[:, None] * 255 * (tint * (1 - fades) + fades) / tint.max(), 0, 255)
    if rng.random() < 0.6:
        gem = np.isin(labels, (Label.STONE, Label.CABOCHON))
        if gem.any():
            hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
            hue, sat, val = (hsv[..., i][gem].astype(np.float32) for i in range(3))
            if rng.random() < 0.35:  # a colourless stone is given a colour
                hue, sat = np.full_like(hue, rng.uniform(0, 180)), np.clip(sat + rng.uniform(60, 190), 0, 255)
                val = val * rng.uniform(0.6, 1.0)
            elif rng.random() < 0.3:
                sat = sat * rng.uniform(0.0, 0.4)
            else:
                hue, sat = hue + rng.uniform(0, 180), sat * rng.uniform(0.6, 1.3)
            for i, v in enumerate((np.mod(hue, 180), sat, val)):
                hsv[..., i][gem] = np.clip(v, 0, 255).astype(np.uint8)
            rgb = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return rgb


def photographed(rng: Rng, rgb: U8) -> U8:
    """Light, lens, sensor, sharpening and file."""
    x = rgb.astype(np.float32) / 255
    if rng.random() < 0.3:
        x = _focus(rng, x)
    if rng.random() < 0.45:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.4, 1.7)))
    if rng.random() < 0.7:
        x = np.clip(x * rng.uniform(0.7, 1.35) * rng.uniform(0.9, 1.1, 3).astype(np.float32), 0, 1)
    if rng.random() < 0.6:
        x = np.power(x, np.float32(rng.uniform(0.6, 1.6)))
    if rng.random() < 0.4:
        middle = np.float32(rng.uniform(0.3, 0.7))
        x = np.clip((x - middle) * rng.uniform(0.7, 1.4) + middle, 0, 1)
    if rng.random() < 0.35:
        grey = x.mean(2, keepdims=True)
        x = np.clip(grey + (x - grey) * rng.uniform(0.0 if rng.random() < 0.15 else 0.5, 1.5), 0, 1)
    if rng.random() < 0.3:
        x = x + rng.normal(0, rng.uniform(0.004, 0.045), x.shape).astype(np.float32)
    if rng.random() < 0.3:
        x = x + rng.uniform(0.3, 1.5) * (x - cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.7, 2.5))))
    out = np.clip(np.nan_to_num(x) * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        n = out.shape[0]
        small = cv2.resize(out, None, fx=(f := float(rng.uniform(0.4, 0.8))), fy=f, interpolation=cv2.INTER_AREA)
        out = cv2.resize(small, (n, n), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.6:
        _, data = cv2.imencode(".jpg", out[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))])
        out = np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
    return np.asarray(out, np.uint8)


def _focus(rng: Rng, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Sharp along a line, softer away from it."""
    n = x.shape[0]
    angle, at = rng.uniform(0, 2 * np.pi), rng.uniform(0, n, 2)
    ys, xs = np.mgrid[0:n, 0:n].astype(np.float32)
    away = np.abs((xs - at[0]) * np.cos(angle) + (ys - at[1]) * np.sin(angle)) / n
    soft = np.clip((away - rng.uniform(0.05, 0.4)) / rng.uniform(0.15, 0.6), 0, 1)[..., None].astype(np.float32)
    return x * (1 - soft) + cv2.GaussianBlur(x, (0, 0), float(rng.uniform(1.5, 5))) * soft
