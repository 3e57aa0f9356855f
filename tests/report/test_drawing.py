"""Scale drawings, badges, crops and words: small truths that a wrong report would break first."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from report_samples import HEIGHT, WIDTH, pictures, ring

from fidelity.report import words
from fidelity.report.drawing import bar, marks
from fidelity.report.pictures import WHOLE_BYTES, lost_and_added, region, whole
from fidelity.report.strips import strips_of
from fidelity.result import Finding, Measurement, WorseWhen


def measured(before: float | None, after: float | None, limit: float | None, worse: WorseWhen) -> Measurement:
    return Measurement(name="n", original=before, retouched=after, limit=limit, unit="px", worse_when=worse)


@pytest.mark.parametrize("worse", ["lower", "higher", "different"])
@pytest.mark.parametrize("after", [0.0, 1.0, 4.5, 5.0, 5.5, 10.0])
@pytest.mark.parametrize("limit", [0.0, 0.5, 3.0])
def test_a_bar_is_true_to_scale(worse: WorseWhen, after: float, limit: float) -> None:
    m = measured(5, after, limit, worse)
    drawn = bar(m)
    assert drawn is not None and m.change is not None
    assert drawn.change_from >= 0 and drawn.change_from + drawn.change_width <= 400
    if m.change and limit:
        ratio = drawn.change_width / (drawn.limit - drawn.zero)
        assert ratio == pytest.approx(abs(m.change) / limit, rel=0.01)
    # What is beyond the limit ends right of its line, and nothing else does.
    end = drawn.zero + drawn.change_width if m.change > 0 else drawn.zero
    assert (end > drawn.limit + 0.01) == m.exceeded == drawn.beyond


@pytest.mark.parametrize(
    "m", [measured(1, 2, None, "lower"), measured(None, 2, 1, "lower"), measured(1, None, 1, "lower")]
)
def test_no_limit_or_no_number_draws_no_bar(m: Measurement) -> None:
    assert bar(m) is None


@pytest.mark.parametrize(
    ("m", "change", "limit"),
    [
        (measured(6, 5, 0, "lower"), "fell by 1 px", "may not fall at all"),
        (measured(0, 0.5, 1.5, "higher"), "rose by 0.5 px", "may rise by at most 1.5 px"),
        (measured(2, 2, 0, "different"), "unchanged", "may not change at all"),
        (measured(2, None, None, "different"), "seen in the original", "information, not judged"),
        (measured(2, None, 1, "different"), "not measured", "may change by at most 1 px"),
    ],
)
def test_a_limit_is_put_in_words(m: Measurement, change: str, limit: str) -> None:
    assert words.change(m).replace("\u00a0", " ") == change
    assert words.limit(m).replace("\u00a0", " ") == limit


@pytest.mark.parametrize(
    ("value", "unlike", "text"),
    [
        (5, None, "5"),
        (0.30000, None, "0.3"),
        (12.345, None, "12.3"),
        (2.001, 2.0, "2.001"),
        (-3, None, "\u22123"),
        (0.00002, None, "2e\u221205"),
        (None, None, "\u2013"),
        (12345, None, "12\u202f345"),
    ],
)
def test_a_number_is_short_but_never_rounds_a_difference_away(
    value: float | None, unlike: float | None, text: str
) -> None:
    assert words.number(value, unlike=unlike) == text


def test_one_prong_is_not_one_prongs() -> None:
    assert [words.quantity(n, "prongs").replace("\u00a0", " ") for n in (0, 1, 2)] == [
        "0 prongs",
        "1 prong",
        "2 prongs",
    ]


def test_badges_stay_in_the_picture_and_apart() -> None:
    boxes = [(100 + 60 * (i % 6), 100 + 60 * (i // 6), 20, 20) for i in range(12)]
    placed = marks([(n, "major", "", box) for n, box in enumerate([*boxes, None, None], 1)], (HEIGHT, WIDTH))
    for m in placed:
        assert m.radius <= m.x <= WIDTH - m.radius and m.radius <= m.y <= HEIGHT - m.radius
    apart = [np.hypot(a.x - b.x, a.y - b.y) for a in placed for b in placed if a.number < b.number]
    assert min(apart) >= 2 * placed[0].radius


@pytest.mark.parametrize("box", [(0, 0, 5, 5), (895, 715, 50, 50), (-20, 300, 30, 400), (0, 0, 900, 720)])
def test_a_crop_lies_in_the_picture_and_holds_the_box(box: tuple[int, int, int, int]) -> None:
    place = region(box, (HEIGHT, WIDTH))
    assert place is not None
    assert place.x >= 0 and place.x + place.width <= WIDTH and place.y >= 0 and place.y + place.height <= HEIGHT
    assert place.x <= max(box[0], 0) and place.x + place.width >= min(box[0] + box[2], WIDTH)


def test_a_box_outside_the_picture_has_no_crop_and_no_mark() -> None:
    assert region((2000, 10, 5, 5), (HEIGHT, WIDTH)) is None
    assert marks([(1, "major", "", (2000, 10, 5, 5))], (HEIGHT, WIDTH))[0].box is None


def test_a_small_place_is_shown_at_200_percent_and_a_large_one_says_that_it_is_not() -> None:
    findings = [(1, Finding(kind="moved", box=(400, 300, 40, 40), message="")),
                (2, Finding(kind="moved", box=(0, 0, 880, 700), message=""))]  # fmt: skip
    cut = strips_of(findings, pictures())
    assert cut[1].percent == 200 and cut[1].width == 2 * cut[1].region_width
    assert cut[2].percent < 200


def _decoded(uri: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    import base64

    data = np.frombuffer(base64.b64decode(uri.split(",")[1]), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)


def test_the_difference_is_grey_where_only_exposure_changed_and_coloured_where_a_prong_went() -> None:
    before = np.random.default_rng(2).normal(120, 22, (HEIGHT, WIDTH, 1)).clip(0, 255).astype(np.uint8).repeat(3, 2)
    brighter = np.clip(before * 1.15 + 8, 0, 255).astype(np.uint8)
    place = region((400, 300, 40, 40), (HEIGHT, WIDTH))
    assert place is not None
    calm = _decoded(lost_and_added(before, brighter, None, place).uri).astype(int)
    assert np.abs(calm[..., 0] - calm[..., 1]).mean() < 5
    lost = before.copy()
    cv2.circle(lost, (420, 320), 15, (245, 245, 245), -1)
    seen = _decoded(lost_and_added(lost, brighter, None, place).uri).astype(int)
    y, x = 320 - place.y, 420 - place.x
    assert seen[y, x, 0] - seen[y, x, 1] > 80


def test_a_whole_picture_keeps_within_its_weight() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (1400, 1400, 3), np.uint8)
    shot = whole(noise)
    assert len(shot.uri) * 3 / 4 <= WHOLE_BYTES + 100
    assert whole(ring()).width == WIDTH
