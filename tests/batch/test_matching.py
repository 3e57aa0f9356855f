"""Which names belong together, which do not, and which cannot be told."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fidelity.batch.matching import match
from fidelity.batch.naming import READABLE, folded

NFC, NFD = (unicodedata.normalize(form, "bagué.jpg") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("original", "retouched"),
    [
        ("ring.jpg", "ring.png"),
        ("RING.JPG", "ring.jpg"),
        ("ring.jpg", "ring_retouched.jpg"),
        ("ring.jpg", "ring-edited.webp"),
        ("ring.jpg", "Ring_FINAL.jpg"),
        ("ring.jpg", "ring (after).jpg"),
        ("ring.jpg", "ring_retouched_v2.jpg"),
        ("ring_original.jpg", "ring.jpg"),
        ("ring_before.jpg", "ring_after.jpg"),
        ("shoot 1/ring.jpg", "ring.jpg"),
        ("ring.jpg", "delivery/ring_retouched.jpg"),
        ("final.jpg", "final.jpg"),
        ("ring.front.jpg", "ring.front.png"),
        pytest.param(NFC, NFD, id="composed letters and decomposed ones, as macOS writes them"),
        pytest.param(NFD, NFC, id="and the other way round"),
        pytest.param("ring 1.jpg", "ring\u00a01.jpg", id="a blank that does not break"),
        pytest.param("ring .jpg", "ring.jpg", id="a blank before the ending"),
        pytest.param("ring.jpg ", "ring.jpg", id="a blank after the ending"),
        pytest.param("STRASSE.jpg", "straße.jpg", id="capitals of a sharp s"),
        pytest.param("ring.jpg", "\u202aring.jpg", id="a mark without a shape, from a window's title"),
        ("ring.jpg", "ring (1).jpg"),
        ("ring (1).jpg", "ring.jpg"),
        ("ring.jpg", "ring copy.jpg"),
        ("ring.jpg", "ring - Copy (2).jpg"),
        ("ring.jpg", "ring_nobg.png"),
        ("ring.jpg", "ring-no-bg.png"),
        ("ring.jpg", "ring-removebg-preview.png"),
        ("ring.jpg", "ring_FINAL2.jpg"),
        ("ring.jpg", "ring-edited-2.jpg"),
        ("ring.jpg", "ring-Edit-2.tif"),
        ("ring.jpg", "ring-2.jpg"),
        ("ring.nef.jpg", "ring.jpg"),
        ("ring.tif", "ring.tif.png"),
        ("戒指.jpg", "戒指_精修.jpg"),
        pytest.param("ring_raw-2.jpg", "ring_retouched-2.jpg", id="the same view, each with its own word"),
        pytest.param("ring_white.jpg", "ring_white_final.jpg", id="a metal is no vendor's word"),
    ],
)
def test_these_names_belong_together(original, retouched):
    assert match([original], [retouched]).pairs == ((original, retouched),)


@pytest.mark.parametrize(
    ("originals", "retouched"),
    [
        pytest.param(["ring1.jpg"], ["ring2.jpg"], id="other numbers"),
        pytest.param(["ring-2.jpg"], ["ring-3.jpg"], id="other views"),
        pytest.param(["ring_0012.jpg"], ["ring.jpg"], id="a number as long as a camera's"),
        pytest.param(["ring.jpg"], ["ringfinal.jpg"], id="a suffix without a separator"),
        pytest.param(["ring_white.jpg"], ["ring_rose.jpg"], id="other metals"),
        pytest.param(["100/I_1.jpg"], ["101/I_2.jpg", "102/I_3.jpg"], id="other folders and numbers"),
    ],
)
def test_these_are_left_alone(originals, retouched):
    found = match(originals, retouched)
    assert found.pairs == found.ambiguous == ()
    assert list(found.originals) == originals
    assert list(found.retouched) == retouched


@pytest.mark.parametrize(
    ("originals", "retouched", "sentence"),
    [
        pytest.param(
            ["x/ring.jpg", "y/ring.jpg"], ["ring.jpg"], "ring.jpg could belong to x/ring.jpg or y/ring.jpg;",
            id="two folders, and no folder says which",
        ),
        pytest.param(
            ["ring.jpg", "ring.png"], ["ring.tif"], "ring.tif could belong to ring.jpg or ring.png;",
            id="two types, and a third",
        ),
        pytest.param(
            ["ring-1.jpg", "ring-2.jpg"], ["ring.jpg"], "ring.jpg could belong to ring-1.jpg or ring-2.jpg;",
            id="two views, and one retouch without a number",
        ),
        pytest.param(
            ["ring.jpg", "ring-2.jpg"], ["ring-3.jpg"], "ring-3.jpg could belong to ring.jpg or ring-2.jpg;",
            id="views, and one of which the original is not there",
        ),
        pytest.param(
            [f"{n}/a.jpg" for n in range(5)], ["a.jpg"],
            "a.jpg could belong to 0/a.jpg or 1/a.jpg or 2/a.jpg or 2 more;",
            id="many, of which three are named",
        ),
    ],
)  # fmt: skip
def test_what_fits_more_than_one_original_is_said_by_name(originals, retouched, sentence):
    found = match(originals, retouched)
    assert found.pairs == ()
    assert list(found.retouched) == retouched
    assert [text.startswith(sentence) for text in found.ambiguous] == [True]


@pytest.mark.parametrize(
    ("originals", "retouched", "pairs"),
    [
        pytest.param(
            ["ring.jpg", "ring.png"],
            ["ring.jpg", "ring.png"],
            [("ring.jpg", "ring.jpg"), ("ring.png", "ring.png")],
            id="two types on both sides: the full name first",
        ),
        pytest.param(
            ["Ring.jpg", "ring.jpg"],
            ["ring.jpg", "Ring.jpg"],
            [("Ring.jpg", "Ring.jpg"), ("ring.jpg", "ring.jpg")],
            id="names that differ in case alone: each to the letter",
        ),
        pytest.param(
            ["ring.jpg"],
            ["ring.png", "ring.jpg"],
            [("ring.jpg", "ring.jpg"), ("ring.jpg", "ring.png")],
            id="one original, two types of its retouch: the closest name first",
        ),
        pytest.param(
            ["ring.jpg"],
            ["ring_edited.jpg", "ring_nobg.png", "web/ring.jpg"],
            [("ring.jpg", "ring_edited.jpg"), ("ring.jpg", "ring_nobg.png"), ("ring.jpg", "web/ring.jpg")],
            id="one original, three retouches",
        ),
        pytest.param(
            ["ring.jpg", "ring-2.jpg"],
            ["ring_edited.jpg", "ring_edited-2.jpg"],
            [("ring.jpg", "ring_edited.jpg"), ("ring-2.jpg", "ring_edited-2.jpg")],
            id="views keep their numbers behind a vendor's word",
        ),
        pytest.param(
            ["100/I1.jpg", "101/I1.jpg"],
            ["delivery/100/I1.png", "delivery/101/I1.png"],
            [("100/I1.jpg", "delivery/100/I1.png"), ("101/I1.jpg", "delivery/101/I1.png")],
            id="a vendor's ZIP with one folder around all",
        ),
        pytest.param(
            ["100/I1.jpg"],
            ["100/I1.jpg", "101/I1.jpg"],
            [("100/I1.jpg", "100/I1.jpg")],
            id="cameras number anew in each folder: the other folder's is another picture",
        ),
        pytest.param(
            ["a.jpg", "x/b.jpg", "y/b.jpg"],
            ["a.jpg", "a_final.jpg", "x/b_final.jpg", "y/b.jpg"],
            [("a.jpg", "a.jpg"), ("a.jpg", "a_final.jpg"), ("x/b.jpg", "x/b_final.jpg"), ("y/b.jpg", "y/b.jpg")],
            id="the same folder before another",
        ),
    ],
)
def test_the_closest_name_decides(originals, retouched, pairs):
    assert list(match(originals, retouched).pairs) == pairs


STEM = st.text(st.sampled_from("ab é\u0301\u00a0-_.()12"), min_size=1, max_size=4)
NAME = st.builds(
    lambda folder, stem, word, ending: f"{folder}{stem}{word}{ending}",
    st.sampled_from(["", "x/", "y/", "job/x/", "job/y/"]),
    STEM,
    st.sampled_from(["", "_final", " copy", "-edited-2", " (1)", "-2", "_nobg"]),
    st.sampled_from(READABLE),
)
NAMES = st.lists(NAME, unique=True, max_size=8)


@given(NAMES, NAMES)
def test_no_file_is_lost_or_audited_twice(originals, retouched):
    found = match(originals, retouched)
    paired = [name for name, _ in found.pairs]
    assert sorted({*paired, *found.originals}) == sorted(originals)
    assert not set(paired) & set(found.originals)
    assert sorted([*(name for _, name in found.pairs), *found.retouched]) == sorted(retouched)
    assert len(found.ambiguous) <= len(found.retouched)


@given(NAMES)
def test_a_delivery_with_the_same_names_is_matched_to_the_letter(names):
    assert match(names, names).pairs == tuple((name, name) for name in names)


@given(NAMES, NAMES, st.randoms(use_true_random=False))
def test_the_order_of_the_files_decides_nothing(originals, retouched, random):
    shuffled = [random.sample(names, len(names)) for names in (originals, retouched)]
    assert set(match(*shuffled).pairs) == set(match(originals, retouched).pairs)


@given(st.text())
def test_what_looks_alike_folds_alike_and_folding_is_done_once(text):
    assert folded(folded(text)) == folded(text)
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))
