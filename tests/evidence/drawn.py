"""Pieces drawn by code, with known places: a gold band with one coloured stone, a field of small stones, a stamp."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

SIZE = 720
STONE = ((360, 230), (120, 90))
"""Centre and semi-axes of the stone, x before y."""


def stone_mask() -> Mask:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(canvas, STONE[0], STONE[1], 0, 0, 360, (1,), -1)
    return np.asarray(canvas > 0)


def piece_mask() -> Mask:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.rectangle(canvas, (90, 90), (630, 640), (1,), -1)
    return np.asarray(canvas > 0)


def signet() -> Rgb:
    """A plate of brushed gold on white with a faceted blue stone, `750` struck below it."""
    rng = np.random.default_rng(3)
    picture = np.full((SIZE, SIZE, 3), 250, np.uint8)
    ramp = np.linspace(0.8, 1.05, SIZE)[:, None, None]
    gold = np.clip(np.array([206, 170, 96]) * ramp + rng.normal(0, 1.5, (SIZE, SIZE, 1)), 0, 255)
    picture[piece_mask()] = np.broadcast_to(gold, picture.shape)[piece_mask()].astype(np.uint8)
    (x, y), (a, b) = STONE
    angles = np.linspace(0, 2 * np.pi, 17)
    for turn, (first, second) in enumerate(itertools.pairwise(angles)):
        shade = (25 + 60 * (turn % 3), 60 + 50 * (turn % 2), 150 + 30 * (turn % 4))
        tips = [(x + a * np.cos(t), y + b * np.sin(t)) for t in (first, second)]
        cv2.fillPoly(picture, [np.array([(x, y), *tips]).round().astype(np.int32)], shade, cv2.LINE_AA)
    cv2.putText(picture, "750", (280, 520), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (120, 92, 40), 4, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), np.uint8)


def ruby_in_white_metal() -> Rgb:
    """The plate in white metal, with a dark ruby."""
    plate = signet().astype(np.float32)
    grey = np.repeat(plate.mean(axis=2, keepdims=True), 3, axis=2)
    red = plate[..., 1:2] / 110 * np.array([150, 25, 30], np.float32)
    return np.clip(np.where(stone_mask()[..., None], red, grey), 0, 255).astype(np.uint8)


def without_stamp(picture: Rgb) -> Rgb:
    out = picture.copy()
    out[470:535, 270:430] = out[560:625, 270:430]
    return out


def softened_stone(picture: Rgb) -> Rgb:
    out = picture.copy()
    soft = cv2.GaussianBlur(picture, (0, 0), 4)
    out[stone_mask()] = soft[stone_mask()]
    return out


def with_hair(picture: Rgb) -> Rgb:
    out = picture.copy()
    cv2.ellipse(out, (500, 420), (40, 30), 20, 0, 100, (70, 66, 60), 2, cv2.LINE_AA)
    cv2.circle(out, (200, 500), 3, (60, 58, 55), -1, cv2.LINE_AA)
    return out


def with_tip(picture: Rgb) -> Rgb:
    """A prong's tip drawn over the stone's edge at 3 o'clock."""
    out = picture.copy()
    cv2.circle(out, (STONE[0][0] + STONE[1][0], STONE[0][1]), 17, (236, 205, 140), -1, cv2.LINE_AA)
    cv2.circle(out, (STONE[0][0] + STONE[1][0] - 4, STONE[0][1] - 5), 6, (255, 250, 230), -1, cv2.LINE_AA)
    return out
