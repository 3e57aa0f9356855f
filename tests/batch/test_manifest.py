"""Manifests as spreadsheets and Windows write them."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fidelity.batch.manifest import read_manifest
from fidelity.errors import InputError


@pytest.fixture
def written(tmp_path):
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "pairs.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


NFC, NFD = (unicodedata.normalize(form, "Bagué/é.jpg") for form in ("NFC", "NFD"))
TABBED = "\ufefforiginal\tretouched\tpiece\na.jpg\tb.jpg\tBagué\n"
BARS = "\ufeffSEP=|\r\noriginal|retouched|piece\r\na.jpg|b.jpg|Bagué"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(TABBED, "utf-16-le", id="UTF-16, low byte first"),
        pytest.param(TABBED, "utf-16-be", id="UTF-16, high byte first"),
        pytest.param("sep=;\noriginal;retouched;piece\na.jpg;b.jpg;Bagué\n", "utf-8", id="the separator is said first"),
        pytest.param(BARS, "utf-8", id="and is any, behind a BOM"),
        pytest.param("original,retouched,piece\ra.jpg,b.jpg,Bagué\r", "utf-8", id="the line ends of an old Mac"),
    ],
)
def test_what_spreadsheets_save_is_read(written, text, encoding):
    (pair,) = read_manifest(written(text, encoding))
    assert (pair.original.name, pair.retouched.name, pair.extra) == ("a.jpg", "b.jpg", {"piece": "Bagué"})


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"], ids=ascii)
def test_a_cell_may_hold_what_python_takes_for_a_line_break(written, sign):
    text = f"original,retouched,note\na.jpg,b.jpg,one{sign}two\nc.jpg,d{sign}.jpg,\n"
    first, second = read_manifest(written(text))
    assert first.extra == {"note": f"one{sign}two"}
    assert second.retouched.name == f"d{sign}.jpg"


def test_lines_are_counted_as_an_editor_shows_them(written):
    text = 'sep=,\noriginal,retouched,note\na.jpg,b.jpg,"two\nlines"\n\nc.jpg,,\n'
    with pytest.raises(InputError, match="line 6: 'retouched' is empty"):
        read_manifest(written(text))
    with pytest.raises(InputError, match="line 2: 'retouched' is empty"):
        read_manifest(written('original,retouched,note\na.jpg,,"two\nlines"\n'))


def test_utf16_cut_in_a_letter_says_how_to_save_it(written):
    path = written("\ufefforiginal,retouched\n", "utf-16-le")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"not UTF-16 text .*save it as 'CSV UTF-8'"):
        read_manifest(path)


def test_a_column_without_a_name_keeps_its_values(written):
    (pair,) = read_manifest(written("original,retouched,,\na.jpg,b.jpg,,kept\n"))
    assert pair.extra == {"column 4": "kept"}


def test_backslashes_of_windows_are_folders_unless_a_file_has_them(written, tmp_path):
    path = written("original,retouched\nin\\a.jpg,out\\b.jpg\n..\\x\\c.jpg,in\\nowhere.jpg\n")
    for name in ("in/a.jpg", "out\\b.jpg", "out/b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    first, second = read_manifest(path)
    assert first.original == tmp_path / "in/a.jpg"
    assert first.retouched == tmp_path / "out\\b.jpg"
    assert first.id == "a"
    assert (second.original, second.retouched) == (tmp_path / "../x/c.jpg", tmp_path / "in/nowhere.jpg")


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        pytest.param(NFC, NFD, id="composed in the manifest, decomposed on the disk"),
        pytest.param(NFD, NFC, id="and the other way round"),
        pytest.param("in/ring 1.jpg", "in/ring\u00a01.jpg", id="a blank that does not break"),
        pytest.param("in/ring.jpg", "in/RING.JPG ", id="case and a trailing blank"),
        pytest.param("in\\ring.jpg", "In/ring.jpg", id="a folder in another case, behind a backslash"),
    ],
)
def test_a_file_whose_name_reads_the_same_is_found(written, tmp_path, cell, name):
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).touch()
    (pair,) = read_manifest(written(f"original,retouched\n{cell},b.jpg\n"))
    assert pair.original == tmp_path / name
    assert pair.original_shown == str(tmp_path / name)


def test_two_files_that_read_the_same_are_not_chosen_from(written, tmp_path):
    for name in ("RING.jpg", "Ring.jpg"):
        (tmp_path / name).touch()
    (pair,) = read_manifest(written("original,retouched\nring.jpg,Ring.jpg\n"))
    assert pair.original == tmp_path / "ring.jpg"
    assert pair.retouched == tmp_path / "Ring.jpg"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(CELL, CELL), min_size=1), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_every_cell_comes_back(tmp_path_factory, cells, separator, end):
    stream = io.StringIO(newline="")
    stream.write(f"sep={separator}{end}")
    writer = csv.writer(stream, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("original", "retouched", "one", "two"), *(("a.jpg", "b.jpg", *row) for row in cells)])
    path = tmp_path_factory.mktemp("cells") / "m.csv"
    path.write_bytes(stream.getvalue().encode())
    assert [tuple(pair.extra.values()) for pair in read_manifest(path)] == [
        (one.strip(), two.strip()) for one, two in cells
    ]
