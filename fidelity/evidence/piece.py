"""Where the piece is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import cv2
import numpy as np
from scipy import ndimage

from fidelity.evidence.busy_ground import piece_on_busy_ground
from fidelity.evidence.mirror_image import find_mirror_image
from fidelity.evidence.shadow import added_shadow
from fidelity.evidence.stayed import piece_that_stayed
from fidelity.evidence.toning import toned
from fidelity.image.beside import Beside
from fidelity.image.colour import delta_e76, spread, srgb_to_lab
from fidelity.image.gradient import slope
from fidelity.image.ground import piece_on_plain_ground
from fidelity.image.morphology import closed, connected, grown, opened, shrunk, without_holes
from fidelity.image.picture import F32, F64, U8, Mask, Picture
from fidelity.registration import Registration
from fidelity.registration.register import reached, warp
from fidelity.result import Box

COARSE_SIDE_PX = 700
AGREE = 0.85
"""Intersection over union from which the two silhouettes count as one."""
HOLE_SHARE = 0.002
"""Smallest hole worth naming, share of the piece; openings between links are smaller or the ground's colour."""
HOLE_OWNED = 0.6
SAME_GROUND_E = 5.0
"""Median ΔE (CIE76) between both pictures around the piece up to which the ground was left as it is."""
OWN_COLOUR_E = 6.0
"""ΔE from the original's own ground at which a pixel in a gap of the silhouette is piece."""
KEPT_E = 9.0
"""ΔE between both pictures, after the piece's own change of tone, up to which a pixel was kept."""
NEW_GROUND_E = 12.0
"""ΔE from the retouch's own ground at which a pixel in a gap does not show it."""
LIT_SHARE, LIT_WAS, LIT_SHOWS, LIT_UNEVEN_E = 0.012, 0.2, 0.6, 10.0
"""Light painted on a stone, sparkle of the new ground's colour: its largest area (share of the piece), the share that
may have been ground, the least share that shows the new one, and the colour's standard deviation in the original."""
GROUND_E, LIT_E = 9.0, 4.0
"""ΔE (CIE76) from its ground up to which the original, and the retouch, shows it."""
SHADOW_SLOPE = 6.0
"""Mean slope (grey levels of 255 per pixel) that a soft shadow does not reach."""
PROP_SHARE = 0.08
"""What vanished with its ground and is larger than this share of the piece was a prop or a label."""
FINE_SIGMA_PX = 5.0
"""Blur that is taken on the full grid; wider ones on a coarser one."""
FEW_PX = 50
"""Fewer pixels than this say nothing about a ground or a tone."""
PINHOLE_SHARE = 0.004
"""Gaps smaller than this share of the piece are closed: highlights of the ground's colour, not openings."""


@dataclass(frozen=True, eq=False)
class Piece:
    """`mask` (h, w) of the piece on the coarse grid of the original; `scale` coarse pixels per original pixel.

    `source` says how it was found: `alpha` or `retouch` (the registered retouch's silhouette), `ground` (the
    original's own plain ground), `both`, or `focus` (busy ground: what is sharp, rich in contrast or of colours that
    the border has not; rough).
    `trust` is 0 to 1. `cut_away` are boxes (original pixels) where the retouch's own alpha is transparent inside
    what the original's plain ground shows to be piece.
    """

    mask: Mask
    scale: float
    source: Literal["both", "retouch", "ground", "focus"]
    trust: float
    cut_away: tuple[Box, ...] = ()

    @property
    def rough(self) -> bool:
        """Whether it was told from a busy ground: the mask may reach beyond the piece."""
        return self.source == "focus"

    @property
    def region(self) -> Box:
        """Bounding box in original pixels."""
        ys, xs = np.nonzero(self.mask)
        s = self.scale
        return (
            int(xs.min() / s),
            int(ys.min() / s),
            int((xs.max() - xs.min() + 1) / s),
            int((ys.max() - ys.min() + 1) / s),
        )

    def on(self, left: int, top: int, scale: float, shape: tuple[int, int]) -> Mask:
        """The mask on a bench that starts at (left, top) with `scale` bench pixels per original pixel."""
        matrix = self._to_bench(left, top, scale)
        out = cv2.warpAffine(self.mask.astype(np.float32), matrix, (shape[1], shape[0]), flags=cv2.INTER_LINEAR)
        return np.asarray(out > 0.5)

    def off(self, zone: Mask, left: int, top: int, scale: float) -> Mask:
        """The other way round: a zone of such a bench on the grid of the mask."""
        matrix, (height, width) = self._to_bench(left, top, scale), self.mask.shape
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(zone.astype(np.float32), matrix, (width, height), flags=flags) > 0.5)

    def _to_bench(self, left: int, top: int, scale: float) -> F64:
        factor = scale / self.scale
        return np.array([[factor, 0, -left * scale], [0, factor, -top * scale]])


def find_piece(original: Picture, retouched: Picture, registration: Registration) -> Piece | None:
    """The piece in the original, with the registered retouch's help; None when nothing stands out."""
    height, width = original.shape
    scale = min(1.0, COARSE_SIDE_PX / max(height, width))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    small = np.asarray(cv2.resize(original.rgb, shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    coming, labs = None, None
    if registration.usable and registration.matrix is not None:
        matrix = np.diag([scale, scale, 1.0]) @ registration.matrix
        coming = Beside().start(partial(_laid_over, retouched, matrix, shape))
        labs = srgb_to_lab(small), srgb_to_lab(warp(retouched.rgb, matrix, shape))
    own = piece_on_plain_ground(small, _reduced(original.alpha, shape))
    laid = None if coming is None else coming()
    if laid is not None and labs is not None:
        theirs = _without_added(*laid, labs)
        if retouched.alpha is None:
            theirs = _without_shadow(theirs, labs, plain=own is not None)
        return _of_silhouettes(own, theirs, labs, small, scale, cut_out=retouched.alpha is not None)
    if labs is not None and retouched.alpha is None:
        seen = reached(retouched.shape, matrix, shape, least=127)
        if (stayed := piece_that_stayed(*labs, seen)) is not None:
            return Piece(_without_pinholes(stayed), scale, "both", 0.8)
    if own is not None:
        return Piece(_completed(own, None), scale, "ground", 0.8)
    busy = piece_on_busy_ground(small)
    return None if busy is None else Piece(busy, scale, "focus", 0.4)


def _of_silhouettes(
    own: Mask | None, theirs: Mask, labs: tuple[F32, F32], rgb: U8, scale: float, *, cut_out: bool
) -> Piece:
    """The piece by the retouch's silhouette and, on a plain ground, the original's `own`."""
    if own is None:
        return Piece(_completed(theirs, labs), scale, "retouch", 0.85)
    # Where both agree the overlap drops shadow and putty; where they do not, the cleaner ground decides.
    if _same_ground(own | theirs, labs):
        return Piece(_without_pinholes(theirs | _structured(own & ~theirs, theirs, rgb)), scale, "both", 0.95)
    shared = own & theirs
    if shared.sum() > AGREE * max(1, int((own | theirs).sum())):
        cut = _cut_away(theirs, own, scale) if cut_out else ()
        return Piece(_completed(shared, labs), scale, "both", 0.95, cut)
    return Piece(_completed(theirs, labs), scale, "retouch", 0.8)


def _laid_over(retouched: Picture, matrix: F64, shape: tuple[int, int]) -> tuple[Mask, Mask | None] | None:
    """The retouch's own silhouette on the coarse grid of the original, and it without what may be its mirror image.

    None where its ground shows none; the second is None where nothing may be.
    """
    found = piece_on_plain_ground(retouched.rgb, retouched.alpha)
    if found is None:
        return None
    image = find_mirror_image(retouched.rgb, found) if retouched.alpha is None else None
    laid = _on_coarse(found, matrix, shape)
    if not laid.any():
        return None
    return laid, None if image is None else laid & _on_coarse(found & ~image, matrix, shape)


def _on_coarse(mask: Mask, matrix: F64, shape: tuple[int, int]) -> Mask:
    return np.asarray(warp(mask.astype(np.uint8) * 255, matrix, shape, fill=0) > 127)


def _without_added(silhouette: Mask, rest: Mask | None, labs: tuple[F32, F32]) -> Mask:
    """The `rest` of the silhouette, without its mirror image, unless the original shows the same there: it is piece."""
    if rest is None:
        return silhouette
    image, sure = silhouette & ~rest, shrunk(rest, 2)
    if min(image.sum(), sure.sum()) < FEW_PX:
        return silhouette
    return silhouette if _moved(toned(*labs, sure), labs[1], image) < KEPT_E else rest


def _without_shadow(silhouette: Mask, labs: tuple[F32, F32], *, plain: bool) -> Mask:
    """The retouch's silhouette without the soft shadow that it laid on a new ground."""
    reach = _reach(silhouette)
    ground, sure = ~grown(silhouette, reach), shrunk(silhouette, 2)
    if min(ground.sum(), sure.sum()) < FEW_PX:
        return silhouette
    kept, after = toned(*labs, sure), labs[1]
    if _moved(kept, after, ground) <= SAME_GROUND_E:
        return silhouette
    old, new = (nearby(lab, ground, 3.0 * reach) for lab in (kept, after))
    return silhouette & ~added_shadow(silhouette, (kept, old), (after, new), plain=plain)


def _completed(silhouette: Mask, labs: tuple[F32, F32] | None) -> Mask:
    """The silhouette with those of its gaps closed that are piece: metal and stones of the ground's own colour.

    `silhouette` (h, w), `labs` CIELAB (h, w, 3) of both pictures on one grid. A gap is piece where it differs from the
    original's own ground nearby, or from the retouch's, and was kept by the retouch; a swapped ground is not kept, a
    shadow neither. So is a small one that the retouch alone made as light as its ground.
    On an unchanged ground only pinholes can be told: nothing else distinguishes a gap from its surroundings.
    """
    reach = _reach(silhouette)
    gaps = without_holes(closed(silhouette, reach)) & ~silhouette
    ground = ~grown(silhouette | gaps, reach)
    sure = shrunk(silhouette, 2)
    if labs is None or not gaps.any() or min(ground.sum(), sure.sum()) < FEW_PX:
        return _without_pinholes(silhouette)
    kept, after = toned(*labs, sure), labs[1]
    if _moved(kept, after, ground) > SAME_GROUND_E:
        away, clear = (delta_e76(v, nearby(v, ground, 3.0 * reach)) for v in labs)
        same = delta_e76(kept, after) < KEPT_E
        silhouette = silhouette | opened(gaps & same & ((away > OWN_COLOUR_E) | (clear > NEW_GROUND_E)), 1)
        silhouette = silhouette | _lit_up(gaps & ~silhouette, labs[0], away, clear, LIT_SHARE * silhouette.sum())
    return _without_pinholes(silhouette)


def _lit_up(gaps: Mask, before: F32, away: F32, clear: F32, largest: float) -> Mask:
    """Small gaps, up to `largest` pixels, of the new ground's colour where the original showed facets and no ground.

    `before` (h, w, 3) is the original's CIELAB, `away` and `clear` (h, w) ΔE of both pictures from their grounds.
    """
    out = np.zeros(gaps.shape, bool)
    for rows, cols, own in connected(gaps):
        if FEW_PX <= own.sum() <= largest:
            was_ground = (away[rows, cols][own] < GROUND_E).mean()
            shows_new = (clear[rows, cols][own] < LIT_E).mean()
            uneven = spread(before[rows, cols][own])
            out[rows, cols] |= own & bool(was_ground < LIT_WAS and shows_new > LIT_SHOWS and uneven > LIT_UNEVEN_E)
    return out


def _structured(part: Mask, beside: Mask, rgb: U8) -> Mask:
    """Those small bodies of `part` next to `beside` that have edges inside: a soft shadow has none, a prop is large."""
    edges = slope(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32), 1.0)
    labels, count = ndimage.label(opened(part, 1))
    if count == 0:
        return np.zeros_like(part)
    index = np.arange(1, count + 1)
    rich = np.asarray(ndimage.mean(edges, labels, index)) > SHADOW_SLOPE
    near = np.asarray(ndimage.maximum(grown(beside, 2), labels, index)) > 0
    small = np.asarray(ndimage.sum_labels(part, labels, index)) < PROP_SHARE * beside.sum()
    return np.asarray(np.concatenate([[False], rich & near & small])[labels])


def _reach(silhouette: Mask) -> int:
    ys, xs = np.nonzero(silhouette)
    return max(2, round(0.02 * max(int(np.ptp(ys)), int(np.ptp(xs)), 8)))


def _same_ground(silhouette: Mask, labs: tuple[F32, F32]) -> bool:
    """Whether the retouch left the ground about the silhouette as it was, but for the change of the whole picture."""
    reach = _reach(silhouette)
    ring = grown(silhouette, 3 * reach) & ~grown(silhouette, max(2, reach // 2))
    sure = shrunk(silhouette, 2)
    return min(ring.sum(), sure.sum()) >= FEW_PX and _moved(toned(*labs, sure), labs[1], ring) < SAME_GROUND_E


def _moved(kept: F32, after: F32, where: Mask) -> float:
    """Median ΔE (CIE76) between both pictures, the original in the retouch's tone."""
    return float(np.median(delta_e76(kept[where], after[where])))


def _without_pinholes(mask: Mask) -> Mask:
    labels, count = ndimage.label(~closed(mask, 1))
    if count == 0:
        return mask
    sizes = np.bincount(labels.ravel())
    limit = PINHOLE_SHARE * mask.sum()
    return np.asarray(mask | closed(mask, 1) | ((sizes < limit)[labels] & (labels > 0)))


def nearby(lab: F32, ground: Mask, sigma: float) -> F32:
    """(h, w, 3) the mean colour of the ground near each pixel; farther ground counts where none is near."""
    height, width = ground.shape
    factor = max(1, int(sigma / FINE_SIGMA_PX))  # a wide blur needs no fine grid
    size = (max(1, width // factor), max(1, height // factor))
    weight = cv2.resize(ground.astype(np.float32), size, interpolation=cv2.INTER_AREA)[..., None]
    weighted = cv2.resize(cv2.copyTo(lab, ground.astype(np.uint8)), size, interpolation=cv2.INTER_AREA)
    total, mass = np.zeros(weighted.shape, np.float32), np.zeros(weight.shape, np.float32)
    for times, share in ((1.0, 1.0), (4.0, 1e-3)):
        total = total + share * cv2.GaussianBlur(weighted, (0, 0), times * sigma / factor)
        mass = mass + share * cv2.GaussianBlur(weight, (0, 0), times * sigma / factor)[..., None]
    mean = lab.reshape(-1, 3).take(np.flatnonzero(ground), axis=0).mean(axis=0)
    colour = (total + 1e-7 * mean) / (mass + 1e-7)
    return np.asarray(cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _cut_away(theirs: Mask, own: Mask, scale: float) -> tuple[Box, ...]:
    """Enclosed holes of a cut-out that lie well inside the original's piece."""
    holes = without_holes(theirs) & ~theirs
    labels, count = ndimage.label(holes)
    out = []
    for index, (rows, cols) in enumerate(ndimage.find_objects(labels), 1):
        hole = labels == index
        if hole.sum() > HOLE_SHARE * theirs.sum() and own[hole].mean() > HOLE_OWNED:
            out.append((cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start))
    return tuple(tuple(round(v / scale) for v in box) for box in out[:count])


def _reduced(alpha: U8 | None, shape: tuple[int, int]) -> U8 | None:
    if alpha is None:
        return None
    return np.asarray(cv2.resize(alpha, shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
