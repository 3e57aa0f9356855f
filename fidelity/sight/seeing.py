"""`see`: one photograph in, what it shows out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from fidelity.image.decode import load
from fidelity.image.picture import F32, Mask, Picture
from fidelity.sight import areas, parting
from fidelity.sight.labels import Label
from fidelity.sight.parting import Thing
from fidelity.sight.seen import (
    Polygon,
    Seen,
    SeenLink,
    SeenMark,
    SeenMetal,
    SeenPiece,
    SeenProng,
    SeenProp,
    SeenSmallStone,
    SeenStone,
)
from fidelity.sight.tiles import MARGIN_PX, Look, closer_looks, closer_scale, first_looks, small_places

SAID = {Label.STONE: 0.5, Label.CABOCHON: 0.5, Label.PRONG: 0.5, Label.LINK: 0.5, Label.MARK: 0.5}
"""Calibrated confidence from which a thing is said to be there: more likely than not."""
ON_PIECE = 0.5
"""Share of a thing's corners that lie on the piece or at its edge."""
OVERLAPPING = 0.8
"""Things from this share of a look's largest size on are taken from the wider look as well: of two the surer stays."""
SAME = 0.5
"""Two looks saw one thing where the middle of one lies within this share of the other's radius."""
FIELD = 0.4
"""Share of a stone that the stones in it must fill to be believed."""
DEEPEST = 0.35
"""A claw reaches at most this share of a stone's radius over its edge."""
LARGE_SHARE = 0.40
"""A stone narrower than this share of the widest is small."""
ROW, ROW_SHARE = 6, 0.10
"""So are all stones of a piece set with at least so many alike, narrower than this share of the piece."""
ALIKE = 0.30
"""Relative difference in radius of stones that are alike."""
HELD_BY = 1.6
"""A prong holds a stone whose outline passes within this many of its radii."""
ROUND, PALE_CHROMA, PALE_LIGHT = 0.86, 14.0, 55.0
"""A body without facets is called a pearl where it is this round (4πA/P²), this pale and this light (Lab)."""


def see(picture: str | Path | Picture | npt.NDArray[Any]) -> Seen:
    """What one photograph shows: the piece, its stones, prongs, links and marks, the metal's colour, and props.

    `picture` is anything that `fidelity.load` takes. Coordinates are pixels of the picture as it is shown.
    Raises `InputError`, one sentence, for what cannot be read as a picture.
    """
    loaded = load(picture)
    rgb = loaded.rgb
    looks = first_looks(rgb)
    first = looks[-1]
    outlines, holes = areas.piece_of(first)
    things = _in_piece(_things(rgb, looks), outlines)
    family, lab = areas.metal_of(rgb, first)
    bodies = [t for t in things if t.label in (Label.STONE, Label.CABOCHON)]
    large, small = sized(bodies, _extent(outlines))
    return Seen(
        path=loaded.info.path,
        width=loaded.info.width,
        height=loaded.info.height,
        piece=SeenPiece(outlines=tuple(map(_polygon, outlines)), holes=tuple(map(_polygon, holes))),
        stones=tuple(SeenStone(outline=_polygon(t.outline), kind=_kind(t, loaded), confidence=_sure(t)) for t in large),
        small_stones=tuple(SeenSmallStone(**_disc(t)) for t in small),
        prongs=tuple(SeenProng(**_disc(t), stone=held(t, large)) for t in things if t.label == Label.PRONG),
        links=tuple(
            SeenLink(outline=_polygon(t.outline), x=_px(t.middle[0]), y=_px(t.middle[1]), confidence=_sure(t))
            for t in things
            if t.label == Label.LINK
        ),
        marks=tuple(
            SeenMark(outline=_polygon(t.outline), confidence=_sure(t)) for t in things if t.label == Label.MARK
        ),
        metal=SeenMetal(family=family, lab=lab),
        props=tuple(SeenProp(outline=_polygon(p)) for p in areas.props_of(first)),
    )


def _things(rgb: npt.NDArray[np.uint8], looks: Sequence[Look]) -> list[Thing]:
    """All single things that are likely enough, each once: each from the look that shows it at a good size."""
    first = looks[-1]
    coarse = once([*_large(looks), *(t for t in _of(first) if t.label in (Label.LINK, Label.MARK) or _fits(t, first))])
    where = small_places(first, _radii(first, coarse))
    small = [t.across * first.scale for t in coarse if t.label != Label.MARK and t.across * first.scale < MARGIN_PX / 2]
    scale = closer_scale(first, float(np.median(small)) if small else None, where)
    if scale is None:
        return without_facets(_said(coarse))
    reach = MARGIN_PX / scale
    fine: list[Thing] = []
    covered = np.zeros(first.maps.shape[1:], bool)
    for look in closer_looks(rgb, first, scale, where):
        fine += [t for t in _of(look) if t.across < reach]
        x0, y0, x1, y1 = ((look.left, look.top) * 2 + np.array(look.core)) * (first.scale / scale)
        covered[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = True
    kept = [t for t in coarse if t.across >= OVERLAPPING * reach or not _at(covered, t, first.scale)]
    return without_facets(_said(once([*kept, *fine])))


def _large(looks: Sequence[Look]) -> Iterator[Thing]:
    """Stones that are too large for the last look, from the nearest look that they fit into; the first takes all."""
    for i, look in enumerate(looks[:-1]):
        least = OVERLAPPING * MARGIN_PX / looks[i + 1].scale
        yield from (t for t in parting.bodies(look) if t.across >= least and (i == 0 or _fits(t, look)))


def _fits(thing: Thing, look: Look) -> bool:
    return thing.across < MARGIN_PX / look.scale


def _of(look: Look) -> Iterable[Thing]:
    for those in (parting.bodies, parting.prongs, parting.links, parting.marks):
        yield from those(look)


def _radii(look: Look, things: Sequence[Thing]) -> F32:
    """(h, w) the radius of the stone at each pixel, in pixels of the look; 0 where none is."""
    out = np.zeros(look.maps.shape[1:], np.float32)
    for thing in things:
        if thing.label in (Label.STONE, Label.CABOCHON):
            cv2.fillPoly(out, [np.round(thing.outline * look.scale).astype(np.int32)], thing.radius * look.scale)
    return out


def _at(covered: Mask, thing: Thing, scale: float) -> bool:
    x, y = (int(np.clip(v * scale, 0, side - 1)) for v, side in zip(thing.middle, covered.shape[::-1], strict=True))
    return bool(covered[y, x])


def once(things: list[Thing]) -> list[Thing]:
    """Things that two looks saw, taken once: of two whose middles nearly meet, the one that is surer."""
    kept: list[Thing] = []
    for those in ([t for t in things if _family(t) == family] for family in dict.fromkeys(_family(t) for t in things)):
        those.sort(key=lambda t: -t.score)
        middles = np.array([t.middle for t in those])
        radii = np.array([t.radius for t in those])
        free = np.ones(len(those), bool)
        for i, thing in enumerate(those):
            if free[i]:
                kept.append(thing)
                apart = np.hypot(*(middles - middles[i]).T)
                free &= apart >= SAME * np.maximum(radii, radii[i])
    return kept


def without_facets(things: list[Thing]) -> list[Thing]:
    """Things without what one stone cannot have in it: other stones, and prongs far from its edge.

    Where the stones inside fill a good part of it, they are there and the large one is the field that they are set in.
    """
    gone: set[int] = set()
    bodies = [t for t in things if _family(t) == Label.STONE]
    middles = np.array([t.middle for t in things]).reshape(-1, 2)
    for body in sorted(bodies, key=lambda t: -t.area):
        if id(body) in gone:
            continue
        low, high = body.outline.min(0), body.outline.max(0)
        near = np.flatnonzero(((middles > low) & (middles < high)).all(1))
        depths = {int(k): cv2.pointPolygonTest(body.outline, things[k].middle, True) for k in near}
        inside = [things[k] for k, depth in depths.items() if depth > 0 and things[k] is not body]
        stones = [t for t in inside if _family(t) == Label.STONE and t.area < body.area and id(t) not in gone]
        if sum(t.area for t in stones) > FIELD * body.area:
            gone.add(id(body))
            continue
        gone.update(id(t) for t in stones)
        gone.update(
            id(things[k])
            for k, depth in depths.items()
            if things[k].label == Label.PRONG and depth > max(DEEPEST * body.radius, things[k].radius)
        )
    return [t for t in things if id(t) not in gone]


def _family(thing: Thing) -> Label:
    return Label.STONE if thing.label == Label.CABOCHON else thing.label


@cache
def _curves() -> dict[str, tuple[list[float], list[float]]]:
    """Score → confidence, by class; `training.measure` writes it from rendered pictures."""
    read = json.loads(files("fidelity.sight").joinpath("confidence.json").read_text(encoding="utf-8"))
    return {name: (curve["score"], curve["confidence"]) for name, curve in read.items()}


def _sure(thing: Thing) -> float:
    score, confidence = _curves()[thing.label.name.lower()]
    return round(float(np.interp(thing.score, score, confidence)), 3)


def _said(things: Iterable[Thing]) -> list[Thing]:
    """What is likely enough, from the top of the picture to its bottom."""
    return sorted(
        (t for t in things if _sure(t) >= SAID[t.label]), key=lambda t: (round(t.middle[1]), round(t.middle[0]))
    )


def _in_piece(things: list[Thing], outlines: Sequence[F32]) -> list[Thing]:
    """Things whose middle lies in the piece or, links and prongs, near its edge."""
    return [
        t for t in things if any(cv2.pointPolygonTest(p, t.middle, True) > -max(2.0, 1.5 * t.radius) for p in outlines)
    ]


def _extent(outlines: Sequence[F32]) -> float:
    """The longer side of the box around the largest outline."""
    return max((float(np.ptp(p, axis=0).max()) for p in outlines), default=1.0)


def sized(bodies: list[Thing], extent: float) -> tuple[list[Thing], list[Thing]]:
    """Stones as large and small ones; `extent` is how long the piece is. Cabochons and pearls count as well."""
    if not bodies:
        return [], []
    widest = max(t.radius for t in bodies)
    alike = [sum(abs(o.radius - t.radius) <= ALIKE * t.radius for o in bodies) for t in bodies]
    small = [
        t.radius < LARGE_SHARE * widest or (n >= ROW and 2 * t.radius < ROW_SHARE * extent)
        for t, n in zip(bodies, alike, strict=True)
    ]
    return (
        [t for t, is_small in zip(bodies, small, strict=True) if not is_small],
        [t for t, is_small in zip(bodies, small, strict=True) if is_small],
    )


def held(prong: Thing, stones: Sequence[Thing]) -> int | None:
    """Index of the stone nearest to the prong, where its outline is near enough."""
    apart = [abs(cv2.pointPolygonTest(s.outline, prong.middle, True)) for s in stones]
    nearest = min(range(len(stones)), key=apart.__getitem__, default=None)
    return nearest if nearest is not None and apart[nearest] <= HELD_BY * prong.radius + 1 else None


def _kind(thing: Thing, picture: Picture) -> Literal["faceted", "cabochon", "pearl"]:
    from fidelity.image.colour import srgb_to_lab  # noqa: PLC0415

    if thing.label == Label.STONE:
        return "faceted"
    x0, y0 = np.maximum(np.floor(thing.outline.min(0)).astype(int), 0)
    x1, y1 = np.ceil(thing.outline.max(0)).astype(int) + 1
    part = picture.rgb[y0:y1, x0:x1]
    inside = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(thing.outline - (x0, y0)).astype(np.int32)], 1)
    lightness, a, b = np.median(srgb_to_lab(part)[inside > 0], axis=0)
    length = cv2.arcLength(cv2.convexHull(thing.outline), True)
    roundness = 4 * np.pi * cv2.contourArea(cv2.convexHull(thing.outline)) / max(length**2, 1e-6)
    pale = np.hypot(a, b) <= PALE_CHROMA and lightness >= PALE_LIGHT
    return "pearl" if pale and roundness >= ROUND else "cabochon"


def _px(value: float) -> float:
    return round(float(value), 1)


def _polygon(outline: F32) -> Polygon:
    return tuple((_px(x), _px(y)) for x, y in outline)


def _disc(thing: Thing) -> dict[str, float]:
    x, y = thing.middle
    return {"x": _px(x), "y": _px(y), "radius": _px(thing.radius), "confidence": _sure(thing)}
