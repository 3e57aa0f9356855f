"""What somebody drew or said beforehand, on the bench: it overrules the detectors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from fidelity.brief import Brief, Polygon
from fidelity.evidence.bench import Bench
from fidelity.evidence.piece import Piece
from fidelity.evidence.stones import Stone
from fidelity.evidence.surface import GEM_SURE
from fidelity.image.colour import srgb_to_lab
from fidelity.image.ground import piece_on_plain_ground
from fidelity.image.morphology import without_holes
from fidelity.image.picture import Mask, Picture


@dataclass(frozen=True, eq=False)
class Drawn:
    """Masks (h, w) on the bench, and stones; None where nothing was said and the detector decides.

    An empty mask or tuple says that the piece has none. `loose` is a stone without a setting.
    """

    stones: tuple[Stone, ...] | None = None
    metal: Mask | None = None
    mark: Mask | None = None
    chain: Mask | None = None
    no_melee: bool = False
    no_prongs: bool = False
    loose: bool = False


def draw(brief: Brief, bench: Bench, piece: Mask) -> Drawn:
    """The brief's regions and denials on a bench."""
    regions, nothing = brief.regions, np.zeros(bench.shape, bool)
    loose = brief.without_metal

    def zone(polygons: tuple[Polygon, ...], *denied_by: str) -> Mask | None:
        if polygons:
            return filled(polygons, bench)
        return nothing if loose or any(brief.denies(name) for name in denied_by) else None

    stones = None
    if regions.stone:
        drawn = (_stone(polygon, bench) for polygon in regions.stone)
        stones = tuple(sorted((s for s in drawn if s is not None), key=lambda s: -float(s.mask.sum())))
    elif loose:
        whole = stone_of(without_holes(piece), coloured=True)
        stones = () if whole is None else (whole,)
    elif brief.denies("stones"):
        stones = ()
    return Drawn(
        stones=stones,
        metal=zone(regions.metal),
        mark=zone(regions.hallmark, "hallmark"),
        chain=zone(regions.chain, "chain"),
        no_melee=loose or brief.denies("melee") or brief.denies("pave"),
        no_prongs=loose or brief.denies("prongs"),
        loose=loose,
    )


def with_drawn(piece: Piece | None, brief: Brief, original: Picture) -> Piece | None:
    """The piece with what was drawn as a part of it: a chain that the retouch took away is still the original's.

    On a plain ground only what stands out of it inside the polygons is added, so that they may be drawn coarsely.
    """
    regions = brief.regions
    polygons = regions.chain + regions.stone + regions.metal + regions.hallmark
    if piece is None or not polygons:
        return piece
    height, width = piece.mask.shape
    drawn = inside_of(polygons, (height, width), scale=piece.scale)
    own = piece_on_plain_ground(original.rgb, original.alpha)
    if own is not None:
        drawn &= cv2.resize(own.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA) > 0
    return replace(piece, mask=np.asarray(piece.mask | drawn))


def drawn_piece(brief: Brief, bench: Bench) -> Mask:
    """(h, w) what the brief says is piece: stones, metal, stamps and chain that somebody drew."""
    regions = brief.regions
    return filled(regions.stone + regions.metal + regions.hallmark + regions.chain, bench)


def judged_zone(brief: Brief, bench: Bench) -> Mask | None:
    """(h, w) what is neither ignored nor out of focus; None where the brief leaves nothing out."""
    if not brief.regions.ignore and not brief.regions.focus:
        return None
    zone = filled(brief.regions.focus, bench) if brief.regions.focus else np.ones(bench.shape, bool)
    return np.asarray(zone & ~filled(brief.regions.ignore, bench))


def filled(polygons: tuple[Polygon, ...], bench: Bench) -> Mask:
    """(h, w) the inside of polygons given in original pixels."""
    return inside_of(polygons, bench.shape, (bench.left, bench.top), bench.scale)


def inside_of(
    polygons: tuple[Polygon, ...], shape: tuple[int, int], origin: tuple[int, int] = (0, 0), scale: float = 1.0
) -> Mask:
    """(h, w) of `shape`: the inside of polygons given in original pixels, on a grid that starts at `origin` there."""
    canvas = np.zeros(shape, np.uint8)
    for polygon in polygons:
        corners = (np.array(polygon, np.float64) - origin) * scale
        cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], (1,))
    return np.asarray(canvas > 0)


def stone_of(mask: Mask, *, coloured: bool) -> Stone | None:
    """A mask as a stone: semi-axes of the ellipse with the same moments; None for an empty or degenerate one."""
    ys, xs = np.nonzero(mask)
    if len(xs) < 5 or min(np.ptp(xs), np.ptp(ys)) < 2:
        return None
    spread = np.linalg.eigvalsh(np.cov(np.stack([xs, ys]).astype(np.float64)))
    return Stone(
        mask=mask,
        box=(int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1),
        centre=(float(xs.mean()), float(ys.mean())),
        axes=(2 * float(np.sqrt(spread[1])), 2 * float(np.sqrt(spread[0]))),
        coloured=coloured,
    )


def _stone(polygon: Polygon, bench: Bench) -> Stone | None:
    mask = filled((polygon,), bench)
    if not mask.any():
        return None
    lab = srgb_to_lab(bench.before)[mask]
    # Drawn stones need no detector; coloured is what has chroma of its own.
    return stone_of(mask, coloured=bool(np.median(np.hypot(lab[:, 1], lab[:, 2])) > GEM_SURE))
