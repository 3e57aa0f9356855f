"""Type on a picture: captions, badges, watermarks, frames; each with how much of each pixel it hides."""

from __future__ import annotations

import string

import cv2
import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from training.texture import F32, U8, Rng, bytes_of, colour, grid

WORDS = (
    "BEFORE", "AFTER", "SALE", "NEW", "-30%", "18K GOLD", "925", "RETOUCHED", "Handmade", "2.01 ct", "Size 7", "6 mm",
    "No. 3", "TP-803", "22 KT APPROX", "W=2.450", "Emerald", "SOLD", "FREE SHIPPING", "@studio", "www.atelier.com",
    "100% silver", "limited", "Edition", "Photo: M.", "GIA", "CERTIFIED", "18 K", "original", "www.ring.shop",
)  # fmt: skip


FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Italic.ttf", "DejaVuSansMono.ttf",
    "STIXGeneral.ttf", "DejaVuSans-Oblique.ttf",
)  # fmt: skip


LEAST_COVER = 0.5
"""A prop that hides less of a pixel than this is not its owner."""


def over(rgb: U8, paint: F32, cover: F32) -> tuple[U8, U8]:
    """The picture under paint (n, n, 3) of that coverage (n, n), and how much of each pixel it hides."""
    c = np.clip(cover, 0, 1)
    out = bytes_of(rgb * (1 - c[..., None]) + paint * c[..., None])
    return out, np.where(c >= LEAST_COVER, np.rint(255 * c), 0).astype(np.uint8)


def _words(rng: Rng, n: int, text: str, high: float, turn: float = 0.0) -> F32:
    """(n, n) coverage by a text of that letter height somewhere in the picture."""
    path = f"{get_data_path()}/fonts/ttf/{rng.choice(FONTS)}"
    font = ImageFont.truetype(path, max(int(high * 1.35), 7))
    left, top, right, bottom = font.getbbox(text)
    page = Image.new("L", (n, n), 0)
    at = (
        float(rng.uniform(-0.1 * (right - left), n - 0.6 * (right - left))),
        float(rng.uniform(0, n - (bottom - top))),
    )
    ImageDraw.Draw(page).text((at[0] - left, at[1] - top), text, 255, font)
    if turn:
        page = page.rotate(turn, Image.Resampling.BILINEAR, center=at)
    return np.asarray(page, np.float32) / 255


def some_text(rng: Rng) -> str:
    """A word or two as shops write them, or letters and digits."""
    if rng.random() < 0.25:
        return "".join(rng.choice(list(string.ascii_uppercase + string.digits), int(rng.integers(2, 9))))
    return " ".join(str(w) for w in rng.choice(WORDS, int(rng.choice([1, 1, 2]))))


def caption(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """One to three lines of type straight on the picture."""
    n = rgb.shape[0]
    high = float(rng.uniform(0.022, 0.09) * n)
    cover = np.zeros((n, n), np.float32)
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        cover = np.maximum(cover, _words(rng, n, some_text(rng), high))
    whole = cv2.morphologyEx((cover > 0.3).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    ink = colour(rng, 0, 255, 0.8) if rng.random() < 0.4 else np.full(3, rng.choice([8.0, 250.0]), np.float32)
    out, _ = over(rgb, np.broadcast_to(ink, (n, n, 3)), cover)
    return out, whole * np.uint8(255)


def watermark(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """Faint words over the picture, once or repeated: the piece shines through, so it is no prop."""
    n = rgb.shape[0]
    cover = np.zeros((n, n), np.float32)
    text, high, turn = (
        some_text(rng),
        float(rng.uniform(0.03, 0.16) * n),
        float(rng.choice([0.0, rng.uniform(-45, 45)])),
    )
    for _ in range(int(rng.choice([1, 1, 4, 8]))):
        cover = np.maximum(cover, _words(rng, n, text, high, turn))
    ink = np.full(3, rng.choice([255.0, 20.0]), np.float32)
    out, _ = over(rgb, np.broadcast_to(ink, (n, n, 3)), cover * float(rng.uniform(0.08, 0.35)))
    return out, np.zeros((n, n), np.uint8)


def badge(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A round seal, a starred sticker, a pill or a strip with words in it."""
    n = rgb.shape[0]
    x, y = grid(n)
    middle = np.array([rng.choice([rng.uniform(0.05, 0.25), rng.uniform(0.75, 0.95)]), rng.uniform(0.05, 0.95)]) * n
    size = float(rng.uniform(0.06, 0.2) * n)
    kind = str(rng.choice(["seal", "star", "pill", "strip", "box"]))
    dx, dy = x - middle[0], y - middle[1]
    if kind in ("seal", "star"):
        angle = np.arctan2(dy, dx)
        teeth = int(rng.integers(12, 30)) if kind == "star" else 1
        away = np.hypot(dx, dy) / (size * (1 + (0.08 * np.cos(teeth * angle) if kind == "star" else 0)))
    elif kind == "strip":
        away = np.abs(dy) / (0.5 * size)
    else:
        power = 8 if kind == "box" else 3
        away = (np.abs(dx / (1.9 * size)) ** power + np.abs(dy / (0.6 * size)) ** power) ** (1 / power)
    cover = np.clip((1 - away) * size / 2 + 0.5, 0, 1).astype(np.float32)
    paper = colour(rng, 0, 250, 0.4)
    ink = np.clip(255 - paper if rng.random() < 0.7 else colour(rng), 0, 255)
    paint = np.broadcast_to(paper, (n, n, 3)).astype(np.float32).copy()
    if kind in ("seal", "star"):
        ring = np.exp(-(((away - 0.82) / 0.03) ** 2)) + np.exp(-(((away - 0.68) / 0.02) ** 2))
        paint += (ink - paint) * np.clip(ring, 0, 1)[..., None]
    font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans-Bold.ttf", max(int(size * 0.42), 7))
    page = Image.new("L", (n, n), 0)
    ImageDraw.Draw(page).text((float(middle[0]), float(middle[1])), some_text(rng)[:14], 255, font, anchor="mm")
    letters = np.asarray(page, np.float32)[..., None] / 255
    return over(rgb, paint * (1 - letters) + ink * letters, cover * float(rng.choice([1.0, 0.85])))


def frame(rng: Rng, rgb: U8) -> tuple[U8, U8]:
    """A border, a rounded inset or the bars of a collage around the picture."""
    n = rgb.shape[0]
    x, y = grid(n)
    width = float(rng.uniform(0.01, 0.12) * n)
    edge = np.minimum(np.minimum(x, n - 1 - x), np.minimum(y, n - 1 - y))
    kind = rng.random()
    if kind < 0.4:
        cover = edge < width
    elif kind < 0.7:
        cover = (x < width) if rng.random() < 0.5 else (y > n - 1.5 * width)
    else:
        cover = np.abs(x - rng.uniform(0.1, 0.9) * n) < width / 2
    return over(rgb, np.broadcast_to(colour(rng, 0, 255, 0.7), (n, n, 3)), cover.astype(np.float32))
