"""The lazy, read-only bundle that checks read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from fidelity.brief import Brief
from fidelity.evidence.added import Addition, find_additions
from fidelity.evidence.bench import Bench, lay_out
from fidelity.evidence.changes import FRAME_REACH, NOTABLE, Change, changed_bodies, excess_of, find_changes
from fidelity.evidence.colours import Colours, lay_colours
from fidelity.evidence.cropped import Crop, find_crop
from fidelity.evidence.drawn import draw, drawn_piece, judged_zone, with_drawn
from fidelity.evidence.features import Features, Spot, find_features
from fidelity.evidence.fineness import DetailKept, Fineness, fine_detail
from fidelity.evidence.fog import Fog, find_fog, no_fog
from fidelity.evidence.gems import GemColour, measure_gems
from fidelity.evidence.gone import Gone, find_gone
from fidelity.evidence.halo import Halo, find_halo
from fidelity.evidence.lettering import Lettering, find_lettering, propose_lettering
from fidelity.evidence.links import Smear, find_smears
from fidelity.evidence.materials import gems_on_bench
from fidelity.evidence.outlines import OutlineChanges, find_outline_changes
from fidelity.evidence.piece import Piece, find_piece
from fidelity.evidence.props import find_props
from fidelity.evidence.recoloured import find_recoloured
from fidelity.evidence.rim import Rim, look_at_rim
from fidelity.evidence.stonefit import StoneFit, around, fit_stone
from fidelity.evidence.straight import Straight, straighten
from fidelity.evidence.structure import Structure, compare, tone_matched
from fidelity.evidence.texture import Grain, Texture, look_at_grain, measure_texture
from fidelity.evidence.tone import Tone, measure_tone
from fidelity.evidence.undercut import Undercut, find_undercuts
from fidelity.evidence.warping import Warp, find_warps
from fidelity.exhibit import Exhibit
from fidelity.image.beside import Beside
from fidelity.image.morphology import grown
from fidelity.image.picture import Mask, Picture
from fidelity.registration import Registration, register
from fidelity.registration.register import reached, warp
from fidelity.registration.silhouette import best_overlap
from fidelity.result import Box

MIRRORED = 0.5
"""Share of a changed place that lies on changed reflections, from which it is no stone that was scaled or moved."""
PROPPED = 0.1
"""Share of a stone that a prop covered, from which its outline was not all seen in the original."""


@dataclass(frozen=True, eq=False)
class _Looks:
    """Looks at the bench: `structure` has been compared, the others are under way; to be asked for once."""

    features: Callable[[], Features]
    lettering: Callable[[], tuple[Lettering, ...]]
    grain: Callable[[], Grain]
    structure: Structure


class Evidence:
    """Everything derived from one pair. Arrays are not to be written to.

    Places are bench pixels; `bench.box(...)` turns them into original pixels. `brief` is what is known of the
    piece beforehand; `area` (height, width of the original) is where the retouch may change, or None.
    """

    def __init__(
        self, original: Picture, retouched: Picture, *, brief: Brief | None = None, area: Mask | None = None
    ) -> None:
        self.original = original
        self.retouched = retouched
        self.brief = brief or Brief()
        self.area = area

    @cached_property
    def registration(self) -> Registration:
        """Retouched → original."""
        return register(self.original, self.retouched)

    @cached_property
    def piece(self) -> Piece | None:
        """The piece in the original; None when nothing stands out.

        On a new ground it is what the retouch still shows of it: what it lacks is `gone`.
        """
        found = find_piece(self.original, self.retouched, self.registration)
        return with_drawn(found, self.brief, self.original)

    @cached_property
    def gone(self) -> tuple[Gone, ...]:
        """Parts of the piece that are plain ground in the retouch, the largest first."""
        return find_gone(self.original, self.retouched, self.registration, self.piece)

    @cached_property
    def bench(self) -> Bench:
        """Both pictures on one grid around the piece."""
        return lay_out(self.original, self.retouched, self.registration, self.piece.region if self.piece else None)

    @cached_property
    def mask(self) -> Mask:
        """(h, w) the piece on the bench; empty when there is no piece."""
        if self.piece is None:
            return np.zeros(self.bench.shape, bool)
        return self.piece.on(self.bench.left, self.bench.top, self.bench.scale, self.bench.shape)

    @property
    def side_px(self) -> float:
        """Longer side of the piece in bench pixels."""
        if self.piece is None:
            return float(max(self.bench.shape))
        return max(self.piece.region[2:]) * self.bench.scale

    @cached_property
    def structure(self) -> Structure:
        """Window-by-window agreement of structure inside the piece."""
        structure = self._compared
        inside = structure.inside
        if self.fog.veil.any():  # what the new ground shines through has its gradients
            windows = 2.0 if self.fog.places else 0.5
            inside = inside & ~grown(self.fog.veil, round(windows * structure.window_px))
        zone = judged_zone(self.brief, self.bench)
        return replace(structure, inside=inside if zone is None else inside & zone)

    @property
    def _compared(self) -> Structure:
        return self._looked_at.structure

    @cached_property
    def _looked_at(self) -> _Looks:
        """What needs nothing but the bench, side by side: it takes longest, and nearly every check asks for it."""
        beside, bench, side = Beside(), self.bench, self.side_px
        drawn = draw(self.brief, bench, self.mask)
        return _Looks(
            features=beside.start(partial(find_features, bench, self.mask, side, drawn)),
            lettering=beside.start(partial(propose_lettering, bench.lightness[0], self.judged_piece, side)),
            grain=beside.start(partial(look_at_grain, bench, side)),
            structure=compare(bench, self.mask, side),
        )

    @cached_property
    def outline_overlap(self) -> float | None:
        """Intersection over union (0 to 1) of both outlines, turned and scaled for the most; None if unseen."""
        best = best_overlap(self.original, self.retouched)
        return None if best is None else best[1]

    @cached_property
    def fog(self) -> Fog:
        """Where a cut-out left the piece half transparent; empty where the ground was left as it is."""
        if self._compared.ground_left or self.rim is None:
            return no_fog(self.bench)
        return find_fog(self.rim)

    @cached_property
    def props(self) -> Mask:
        """(h, w) where putty, a finger or a stand covered or touched the piece in the original and went."""
        rough = self.piece is not None and self.piece.rough
        left = self._compared.ground_left
        found = find_props(self.bench, self.mask, self.side_px, ground_left=left, rough=rough)
        return np.asarray(found & ~drawn_piece(self.brief, self.bench))

    @cached_property
    def judged_piece(self) -> Mask:
        """(h, w) the piece on the bench without what the brief leaves out."""
        zone = judged_zone(self.brief, self.bench)
        return self.mask if zone is None else self.mask & zone

    @cached_property
    def rim(self) -> Rim | None:
        """Piece and ground at the outline; None where nothing of the piece is seen."""
        return look_at_rim(self.bench, self.judged_piece, self.side_px, aside=self.props, dust=self._compared.dust)

    @cached_property
    def outline_changes(self) -> OutlineChanges:
        """Places where the piece's outline was eaten or moved."""
        return OutlineChanges() if self.rim is None else find_outline_changes(self.rim, self.features.chain_zone)

    @cached_property
    def additions(self) -> tuple[Addition, ...]:
        """What the retouch alone shows beside the piece."""
        if self.rim is None or self.piece is None:
            return ()
        return find_additions(self.rim, rough=self.piece.rough)

    @cached_property
    def warps(self) -> tuple[Warp, ...]:
        """Parts that were pushed against the rest of the piece, the most moved first."""
        return find_warps(self.bench, self.structure.inside & ~self.props, self.side_px)

    @cached_property
    def crop(self) -> Crop | None:
        """Where the retouch's frame cuts the piece; None where it does not."""
        matrix, bench = self.registration.matrix, self.bench
        if matrix is None or self.piece is None:
            return None
        chain = self.piece.off(self.features.chain_zone, bench.left, bench.top, bench.scale)
        left = self._compared.ground_left
        return find_crop(self.original, self.retouched, matrix, self.piece, chain, ground_left=left)

    def at_frame(self, box: Box) -> bool:
        """Whether the original's own frame cuts a box of original pixels: what lies there is not seen whole."""
        x, y, w, h = box
        height, width = self.original.shape
        reach = FRAME_REACH * self.side_px / self.bench.scale
        return min(x, y) <= reach or x + w >= width - reach or y + h >= height - reach

    @cached_property
    def undercuts(self) -> tuple[Undercut, ...]:
        """Runs of the retouch's outline that lie inside the original's metal; none where the ground was left."""
        return find_undercuts(self._outlines, self.bench, self.side_px)

    @cached_property
    def _outlines(self) -> tuple[Straight, ...]:
        """The retouch's outlines on a new ground, with the original beside them; none where the ground was left."""
        if self._compared.ground_left or self.rim is None or not self.rim.swapped:
            return ()
        chain = self.features.chain_zone
        return straighten(self.bench, self.judged_piece, self.side_px, aside=self.props, chain=chain)

    @cached_property
    def halo(self) -> Halo | None:
        """A strip of the old ground left around the piece on a new one; None where there is none."""
        return find_halo(self._outlines, self.bench, self.side_px)

    @cached_property
    def features(self) -> Features:
        """Stones, melee, prongs, chain, marks and metal, proposed in the original."""
        return self._looked_at.features()

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Places inside the piece that changed more than this pair's own floor explains."""
        return find_changes(self.structure, self.features, self.bench, self.side_px, self.props)

    @cached_property
    def lettering(self) -> tuple[Lettering, ...]:
        """Rows of letters of the original, those that agree least with the retouch first.

        Left out is what a frame cuts or a prop covered: a caption is no stamp.
        """
        told = draw(self.brief, self.bench, self.mask).mark
        seen = self.judged_piece & self.bench.shown & ~self.props
        before, after = self.bench.lightness
        after = tone_matched(before, after, seen)
        # A new ground's gradients at the outline and in gaps are no strokes.
        if self.rim is not None and self.rim.swapped:
            seen &= self.structure.inside
        for change in self.changes:
            if not change.seen_whole:
                seen[self.bench.window(change.box)] = False
        if told is not None:
            seen &= told
        zones = self.features
        taken = zones.stone_zone | zones.melee_zone | zones.chain_zone
        return find_lettering(self._looked_at.lettering(), before, after, seen, taken=taken)

    @cached_property
    def mark_zone(self) -> Mask:
        """(h, w) stamps and engraving: clusters of fine strokes, clear rows of letters with half a letter's room."""
        out = self.features.mark_zone.copy()
        for row in (r for r in self.lettering if r.clear):
            letters = np.zeros_like(out)
            letters[row.rows, row.cols] = True
            out |= grown(letters, row.height_px // 2)
        return np.asarray(out & self.mask)

    @cached_property
    def _fineness(self) -> Fineness:
        # Places that changed speak for themselves; asked here is what became of all the rest.
        rest = self.structure.inside & ~self.props & (excess_of(self.structure) < NOTABLE)
        return fine_detail(self.bench, rest, self.registration)

    def detail_kept(self, zone: Mask) -> DetailKept | None:
        """What became of the finest detail of a zone (h, w) as a whole; None where there is hardly any."""
        return self._fineness.over(zone)

    def spots_changed(self, spots: tuple[Spot, ...], limit: float) -> tuple[Spot, ...]:
        """Those of `spots` whose window disagrees with the retouch by more than `limit` (0 to 1)."""
        excess = excess_of(self.structure)
        return tuple(s for s in spots if excess[int(s.y), int(s.x)] > limit)

    @cached_property
    def smears(self) -> tuple[Smear, ...]:
        """Stretches of chain whose links ran together, the worst first."""
        chain = self.features.chain_zone & self.judged_piece
        excess = excess_of(self.structure), self.structure.inside
        return find_smears(self.bench, chain, self.side_px, self.rim, excess)

    @cached_property
    def stone_fits(self) -> tuple[StoneFit, ...]:
        """What each large stone did beyond the whole piece; stones that cannot be fitted are left out.

        Large changed places are fitted too: a stone that was scaled or moved shows itself there. Their box holds the
        stone that they lie on as well: it is the one that changed.
        """
        mirrored, stones = self._reflections, self.features.stones
        changed = changed_bodies(self.structure, self.side_px, self.props)
        bodies = [(stone, stone.box, True) for stone in stones]
        bodies += [(b, around(b, stones), False) for b in changed if mirrored[b.mask].mean() < MIRRORED]
        fits = (
            (fit_stone(self.bench, body, self.structure.inside), box, proposed)
            for body, box, proposed in bodies
            if self.props[body.mask].mean() < PROPPED
        )
        return tuple(replace(f, box=self.bench.box(*box), proposed=own) for f, box, own in fits if f is not None)

    @property
    def _reflections(self) -> Mask:
        """(h, w) the boxes of changed reflections and of smudges."""
        out = np.zeros(self.bench.shape, bool)
        for change in self.changes:
            if change.zone in ("reflection", "smudge"):
                out[self.bench.window(change.box)] = True
        return out

    @cached_property
    def colours(self) -> Colours:
        """Both pictures on the small grid on which colour is judged."""
        return lay_colours(self.bench, self.judged_piece & ~self.props & ~self._compared.gaps, self.side_px)

    @cached_property
    def recoloured(self) -> tuple[Mask, ...]:
        """Bodies on the colour grid that changed colour while their surroundings did not."""
        return find_recoloured(self.colours)

    @cached_property
    def tone(self) -> Tone | None:
        """Metal colour before and after; None where no metal was found."""
        if self.brief.without_metal:
            return None
        zones = self.features
        # Where somebody drew the metal, all else of the piece is something else.
        stones = self.mask & ~zones.metal if self.brief.regions.metal else zones.stone_zone
        return measure_tone(self.colours, self.bench, stones=stones, melee=zones.melee_zone, recoloured=self.recoloured)

    @cached_property
    def gem_colours(self) -> tuple[GemColour, ...]:
        """Each stone's colour before and after, the most changed first."""
        zones = self.features
        return measure_gems(
            self.colours, self.bench, recoloured=self.recoloured, set_zone=zones.stone_zone | zones.melee_zone
        )

    @cached_property
    def texture(self) -> Texture | None:
        """The fine grain of the piece before and after; None where it has hardly any."""
        rough = self.piece is not None and self.piece.rough
        shown = self.structure.inside & ~self.props
        where = ~self.props if rough else shown
        zones = self.features
        stones = gems_on_bench(self.colours, self.bench.shape, zones.stone_zone | zones.melee_zone)
        fineness = fine_detail(self.bench, shown, self.registration)
        found = measure_texture(self.bench, self._looked_at.grain(), where, shown, stones, fineness=fineness)
        if found is None:
            return None
        lost, invented = (tuple(p for p in each if not self.at_frame(p.box)) for each in (found.lost, found.invented))
        return replace(found, lost=lost, invented=invented)

    @property
    def unusable(self) -> str | None:
        """Why nothing can be judged place by place, in one sentence; None when it can."""
        if not self.registration.usable:
            return self.registration.info.message or "the pictures could not be laid on top of each other"
        if self.piece is None:
            return "the piece could not be told from its ground in the original"
        if not self.structure.inside.any():
            return "hardly anything of the piece is visible in both pictures"
        return None

    @cached_property
    def exhibit(self) -> Exhibit:
        """The pixels that a report shows."""
        matrix = self.registration.matrix
        if matrix is None or not self.registration.usable:
            return Exhibit(self.original.rgb, self.retouched.rgb, None, None)
        shape = self.original.shape
        covered = reached(self.retouched.shape, matrix, shape, least=127)
        return Exhibit(self.original.rgb, self.retouched.rgb, warp(self.retouched.rgb, matrix, shape), covered)
