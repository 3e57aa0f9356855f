"""The arithmetic behind docs/accuracy.md: rates, curves, and the measures that fidelity is set beside."""

import json

import numpy as np
import pytest

from benchmarks.measuring import peers, rates
from benchmarks.measuring.auditing import Found, touching
from benchmarks.measuring.curves import detectable
from benchmarks.measuring.page import percent
from benchmarks.measuring.sets import Labelled, read, sort_of, thinned


def _pair(name="a", kind="defect", check="prongs", edit="prong absent", where=(10, 10, 5, 5)):
    return Labelled(name, "ring", kind, name, name, edit, check=check if kind == "defect" else "", where=where)


def _found(pair, status="fail", verdict="fail", boxes=((12, 12, 3, 3),), peer=0.0):
    scores = dict.fromkeys(peers.PEERS, peer)
    return Found(pair, verdict, {"prongs": status}, {"prongs": list(boxes)}, peers=scores)


@pytest.fixture
def picture():
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (96, 80, 3), dtype=np.uint8)


EVERYWHERE = np.ones((96, 80), bool)


@pytest.mark.parametrize("name", peers.PEERS)
class TestPeers:
    def test_is_zero_for_the_same_picture(self, name, picture):
        assert peers.PEERS[name](picture, picture, EVERYWHERE) == pytest.approx(0, abs=1e-6)

    def test_grows_with_the_change(self, name, picture):
        small, large = picture.copy(), picture.copy()
        small[20:24, 20:24] ^= 255
        large[20:60, 20:60] ^= 255
        less, more = (peers.PEERS[name](picture, other, EVERYWHERE) for other in (small, large))
        assert more > 0
        assert more >= less

    def test_does_not_look_outside_the_mask(self, name, picture):
        mask = EVERYWHERE.copy()
        mask[:, 56:] = False
        other = picture.copy()
        other[:, 76:] = 0  # further from the mask than any window reaches
        assert peers.PEERS[name](picture, other, mask) == pytest.approx(0, abs=1e-6)


class TestThreshold:
    def test_lets_as_many_faithful_pairs_through_as_are_allowed(self):
        scores = [0.1, 0.5, 0.3, 0.4]
        for allowed in range(4):
            limit = peers.threshold(scores, allowed)
            assert sum(score > limit for score in scores) == allowed

    def test_everything_may_be_an_alarm(self):
        assert peers.threshold([0.1], 1) == -np.inf


class TestRates:
    def test_wilson_interval_is_the_textbook_one(self):
        assert rates.rate(0, 100) == {"hits": 0, "n": 100, "low": 0.0, "high": pytest.approx(0.037, abs=5e-4)}
        assert rates.rate(45, 50)["low"] == pytest.approx(0.7864, abs=5e-4)

    def test_nothing_counted_is_no_rate(self):
        assert rates.rate(0, 0)["low"] is None
        assert percent(rates.rate(0, 0)) == "–"

    def test_a_check_s_row_counts_its_own_defects_and_all_faithful_pairs(self):
        results = [
            _found(_pair("hit")),
            _found(_pair("review"), "review", "review", ()),
            _found(_pair("elsewhere"), boxes=((50, 50, 3, 3),)),
            _found(_pair("good", "faithful"), "pass", "pass", ()),
            _found(_pair("alarm", "faithful")),
        ]
        row = next(row for row in rates.per_check(results) if row["check"] == "prongs")
        counts = {key: (row[key]["hits"], row[key]["n"]) for key in ("recall", "review", "place", "false_alarms")}
        assert counts == {"recall": (2, 3), "review": (1, 3), "place": (1, 2), "false_alarms": (1, 2)}

    def test_a_check_that_is_not_there_is_said_to_be_absent(self):
        row = rates.per_check([_found(_pair(check="texture"))])[0]
        assert (row["built"], row["recall"]) == (False, None)

    def test_a_peer_gets_as_many_alarms_as_the_check(self):
        results = [_found(_pair("quiet", "faithful"), "pass", "pass", peer=0.2)]
        results += [_found(_pair("loud", "faithful"), "fail", "fail", peer=0.6)]
        results += [_found(_pair("small"), peer=0.1), _found(_pair("large"), peer=0.4)]
        row = next(row for row in rates.of_peers(results) if row["check"] == "prongs")
        assert row["allowed"] == 1
        assert row["peers"]["SSIM"]["hits"] == 1


class TestCurves:
    @pytest.mark.parametrize(
        ("hits", "expected"),
        [("1111", 1), ("0011", 3), ("0000", None), ("0101", 4), ("1110", None)],
        ids=["always", "from the middle on", "never", "a lucky small one", "the largest is missed"],
    )
    def test_detectable_size_is_where_recall_stays_high(self, hits, expected):
        assert detectable([(k, hit == "1") for k, hit in enumerate(hits, start=1)]) == expected


class TestSets:
    @pytest.mark.parametrize(
        ("edit", "sort"),
        [
            ("stone scaled x0.94", "stone scaled"),
            ("facets softened, sigma 1.4 px", "facets softened"),
            ("metal tone {'dl': -13}", "metal tone"),
            ("gem hue turned +26°", "gem hue turned"),
            ("picture stretched 1.06x1.00", "picture stretched"),
            ("prong absent", "prong absent"),
        ],
    )
    def test_a_sort_is_an_edit_without_its_numbers(self, edit, sort):
        assert sort_of(edit) == sort

    def test_reads_a_folder_of_labelled_photographs(self, tmp_path):
        labels = [
            {"id": "a", "piece": "p", "kind": "faithful", "original": "o.jpg", "retouched": "a.jpg", "edit": "cropped"},
            {
                "id": "b",
                "piece": "p",
                "kind": "defect",
                "original": "o.jpg",
                "retouched": "b.jpg",
                "check": "chain",
                "edit": "links eaten",
                "where": [1, 2, 30, 20],
            },
        ]
        (tmp_path / "labels.json").write_text(json.dumps(labels))
        faithful, defect = read(tmp_path)
        assert (faithful.faithful, faithful.size) == (True, None)
        assert (defect.check, defect.size, defect.original) == ("chain", 20.0, tmp_path / "pairs" / "o.jpg")

    def test_a_part_of_a_set_has_both_kinds_and_is_always_the_same(self):
        pairs = [_pair(f"f{k}", "faithful", edit=f"e{k % 3}") for k in range(9)]
        pairs += [_pair(f"d{k}", edit=f"e{k % 4}") for k in range(12)]
        part = thinned(pairs, 8)
        assert len({pair.id for pair in part}) == 8
        assert 2 < sum(pair.faithful for pair in part) < 6
        assert part == thinned(pairs, 8)

    def test_boxes_touch_only_when_they_share_a_pixel(self):
        assert touching((0, 0, 2, 2), (1, 1, 5, 5))
        assert not touching((0, 0, 2, 2), (2, 0, 5, 5))
