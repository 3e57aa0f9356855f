"""Finding pairs: manifests, folders, ZIPs, and what is wrong with them in one sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fidelity.batch import archives
from fidelity.batch.listing import hidden
from fidelity.batch.pairs import file_names
from fidelity.batch.sources import opened
from fidelity.errors import InputError

from .conftest import picture


def pairs_of(*sources: Path, out: Path = Path("elsewhere")):
    with opened(sources, out=out) as found:
        return found


@pytest.fixture
def manifest(tmp_path):
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "pairs.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


# ------------------------------------------------------------------------------------------------ manifests


def test_paths_are_relative_to_the_manifest(manifest, tmp_path):
    (pair,) = pairs_of(manifest("original,retouched\nin/a.jpg,out/a.jpg\n")).pairs
    assert (pair.original, pair.retouched) == (tmp_path / "in/a.jpg", tmp_path / "out/a.jpg")
    assert pair.id == "a"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("original;retouched;vendor\na.jpg;b.jpg;X, Ltd\n", id="semicolons, as a German Excel writes"),
        pytest.param('original\tretouched\tvendor\na.jpg\tb.jpg\t"X, Ltd"\n', id="tabs"),
        pytest.param('\ufefforiginal,retouched,vendor\r\na.jpg,b.jpg,"X, Ltd"\r\n', id="a BOM and CRLF"),
        pytest.param('Original , RETOUCHED,vendor\n\n a.jpg ,b.jpg,"X, Ltd"\n,,\n', id="capitals, blanks, empty rows"),
    ],
)
def test_what_spreadsheets_make_of_a_csv_is_read(manifest, text):
    (pair,) = pairs_of(manifest(text)).pairs
    assert (pair.original.name, pair.retouched.name, pair.extra) == ("a.jpg", "b.jpg", {"vendor": "X, Ltd"})


def test_file_names_that_repeat_are_told_apart_and_given_ids_left_alone(manifest):
    rows = ["original,retouched,id", "x/a.jpg,1.jpg,", "y/a.jpg,2.jpg,", "b.jpg,3.jpg,a-2", "z/a.jpg,4.jpg,"]
    assert [pair.id for pair in pairs_of(manifest("\n".join(rows))).pairs] == ["a", "a-3", "a-2", "a-4"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            "original,after\na,b\n",
            "no column 'retouched'; its columns are original, after",
            id="a column is missing",
        ),
        pytest.param("", "no column 'original'; its columns are none", id="an empty file"),
        pytest.param("original,retouched\n", "lists no pairs", id="a header and no rows"),
        pytest.param(
            "original,retouched\na.jpg,b.jpg\nc.jpg,\n",
            "line 3: 'retouched' is empty",
            id="a row names no retouch",
        ),
        pytest.param("original,retouched\na.jpg,b.jpg,c.jpg\n", "line 2: 3 cells for 2 columns", id="a cell too many"),
        pytest.param("original,retouched,id\na,b,x\nc,d,x\n", "line 3: id 'x' is also in line 2", id="an id twice"),
        pytest.param(
            "original,retouched,expect.prongs\na,b,six\n",
            "line 2: 'expect.prongs' is 'six'",
            id="a count in words",
        ),
        pytest.param("original,retouched,expect.prongs\na,b,-1\n", "give a count of at least 0", id="a negative count"),
        pytest.param("original,retouched,piece,piece\na,b,c,d\n", "column 'piece' twice", id="a column twice"),
        pytest.param('original,retouched\n"a,b\n', "is not a CSV file", id="a quote that is never closed"),
    ],
)
def test_a_wrong_manifest_is_one_sentence_that_names_it(manifest, text, says):
    path = manifest(text)
    with pytest.raises(InputError) as caught:
        pairs_of(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_manifest_in_another_encoding_says_how_to_save_it(manifest):
    with pytest.raises(InputError, match=r"not UTF-8 text .*save it as 'CSV UTF-8'"):
        pairs_of(manifest("original,retouched\nbägue.jpg,b.jpg\n", "latin-1"))


# ---------------------------------------------------------------------------------------------- folders, ZIPs


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def png(tmp_path):
    return picture(tmp_path / "spare" / "one.png").read_bytes()


def test_what_has_no_partner_is_listed_and_so_is_what_cannot_be_read(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    for name in ("a.png", "lonely.png", ".hidden.png"):
        picture(before / name)
    picture(after / "a_retouched.png")
    picture(after / "stray.jpg")
    for name in ("notes.txt", "phone.heic", "Thumbs.db", "what.is"):
        (before / name).write_bytes(b"x")
    found = pairs_of(before, after)
    assert [pair.id for pair in found.pairs] == ["a"]
    assert found.unmatched == (str(before / "lonely.png"), str(after / "stray.jpg"))
    assert found.unread == (str(before / "phone.heic"), str(before / "what.is"))
    assert found.aside == (str(before / "Thumbs.db"), str(before / "notes.txt"))


def test_the_output_folder_inside_a_source_is_left_out(tmp_path):
    picture(tmp_path / "before" / "a.png")
    picture(tmp_path / "after" / "a.png")
    picture(tmp_path / "after" / "report" / "thumbs" / "a-original.jpg")
    found = pairs_of(tmp_path / "before", tmp_path / "after", out=tmp_path / "after" / "report")
    assert found.unmatched == ()


def test_a_zip_is_as_good_as_a_folder(batch, tmp_path, png):
    picture(tmp_path / "before" / "a.png")
    picture(tmp_path / "before" / "b.png")
    after = zipped(
        tmp_path / "after.zip",
        {"job 7/a_retouched.png": png, "job 7/b.png": png[:70], "__MACOSX/a.png": b"x"},
    )
    run = batch(tmp_path / "before", after)
    assert [audit.verdict for audit in run.audits] == ["pass", "error"]
    assert run.audits[0].retouched.path == str(after / "job 7/a_retouched.png")
    assert str(after / "job 7/b.png") in run.audits[1].error
    assert "fidelity-" not in run.to_json().replace("fidelity-qa", "")


def test_what_was_unpacked_is_gone_afterwards_and_known_again_on_resume(batch, tmp_path, png, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    before, after = (zipped(tmp_path / f"{side}.zip", {"a.png": png}) for side in ("before", "after"))
    first = batch(before, after)
    assert list(scratch.iterdir()) == []
    monkeypatch.setattr("fidelity.batch.runner.audit_pair", None)
    assert batch(before, after, resume=True).audits == first.audits


@pytest.mark.parametrize("name", ["../../evil.png", "/evil.png", "..\\evil.png", "C:\\evil.png"])
def test_a_zip_cannot_write_outside_its_folder(tmp_path, png, name, monkeypatch):
    scratch = tmp_path / "deep" / "er" / "scratch"
    scratch.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    picture(tmp_path / "before" / "evil.png")
    after = zipped(tmp_path / "after.zip", {name: png})
    files = set(tmp_path.rglob("*.png"))
    try:
        with opened([tmp_path / "before", after], out=tmp_path / "out") as found:
            assert found.pairs[0].retouched.resolve().is_relative_to(scratch)
            assert {path for path in tmp_path.rglob("*.png") if scratch not in path.parents} == files
    except InputError as error:
        assert "has a partner of the same name" in str(error)


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path, png, monkeypatch):
    picture(tmp_path / "before" / "a.png")
    after = zipped(tmp_path / "after.zip", {"a.png": png})
    for name, says in (
        ("MAX_MEMBER_BYTES", "take it out"),
        ("MAX_TOTAL_BYTES", "split it"),
        ("MAX_MEMBERS", "split it"),
    ):
        with monkeypatch.context() as patch, pytest.raises(InputError, match=says):
            patch.setattr(archives, name, 0)
            pairs_of(tmp_path / "before", after)


def test_a_member_whose_header_lies_about_its_size_is_refused(tmp_path, png, monkeypatch):
    picture(tmp_path / "before" / "a.png")
    after = zipped(tmp_path / "after.zip", {"a.png": png})
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 10)
    monkeypatch.setattr(archives, "check_space", lambda *_: None)
    with pytest.raises(InputError, match="take it out"):
        pairs_of(tmp_path / "before", after)


def test_a_damaged_member_costs_its_own_pair(batch, tmp_path, png):
    for name in ("a", "b"):
        picture(tmp_path / "before" / f"{name}.png")
    after = zipped(tmp_path / "after.zip", {"a.png": png, "b.png": png})
    data = bytearray(after.read_bytes())
    data[60:64] = b"\xff\xff\xff\xff"
    after.write_bytes(data)
    assert [audit.verdict for audit in batch(tmp_path / "before", after).audits] == ["error", "pass"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_a_member_damaged_at_any_place_costs_its_own_pair_whatever_packed_it(tmp_path, png, method):
    picture(tmp_path / "before" / "a.png")
    picture(tmp_path / "before" / "b.png")
    whole = tmp_path / "after.zip"
    with zipfile.ZipFile(whole, "w", method) as archive:
        archive.writestr("a.png", png)
        end = archive.fp.tell()
        archive.writestr("b.png", png)
    data = whole.read_bytes()
    name_end = 30 + len("a.png")  # APPNOTE.TXT 4.3.7: a local header has 30 bytes before the name
    lost, places = 0, {*range(name_end, min(name_end + 40, end)), *range(name_end, end, 97), end - 1}
    for place in places:
        harmed = bytearray(data)
        harmed[place] ^= 0xFF
        whole.write_bytes(harmed)
        with opened([tmp_path / "before", whole], out=tmp_path / "out") as found:
            first, second = found.pairs
            # A few bytes say nothing: LZMA's version, the bits after the end. Else the checksum tells.
            assert first.retouched.read_bytes() in {b"", png}, f"byte {place}"
            assert second.retouched.read_bytes() == png, f"byte {place}"
            lost += not first.retouched.stat().st_size
    assert lost >= len(places) - 8


def test_no_room_to_unpack_is_one_sentence(tmp_path, png, monkeypatch):
    picture(tmp_path / "before" / "a.png")
    after = zipped(tmp_path / "after.zip", {"a.png": png})

    def full(self, *_):
        raise OSError(28, "No space left on device")
        yield

    monkeypatch.setattr(archives.Archive, "_chunks", full)
    with pytest.raises(InputError, match=r"after\.zip cannot be unpacked to .* \(No space left on device\); make room"):
        pairs_of(tmp_path / "before", after)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda d: [d / "none"], "does not exist", id="a source that is not there"),
        pytest.param(lambda d: [d / "before"], "give one manifest CSV, or two folders", id="one folder"),
        pytest.param(lambda d: [], "given: nothing", id="no source"),
        pytest.param(lambda d: [d / "m.csv", d / "m.csv"], "give one manifest CSV, or two", id="two manifests"),
        pytest.param(lambda d: [d / "before", d / "empty"], "empty holds no pictures", id="an empty folder"),
        pytest.param(
            lambda d: [d / "before", d / "before" / "a.png"],
            "neither a folder nor a whole ZIP",
            id="a picture",
        ),
        pytest.param(
            lambda d: [d / "before", d / "other"],
            "none of the 1 pictures",
            id="folders with nothing in common",
        ),
    ],
)
def test_wrong_sources_are_one_sentence(tmp_path, make, says):
    picture(tmp_path / "before" / "a.png")
    picture(tmp_path / "other" / "q.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "m.csv").write_text("original,retouched\n")
    with pytest.raises(InputError, match=says) as caught:
        pairs_of(*make(tmp_path))
    assert "\n" not in str(caught.value)


# ----------------------------------------------------------------------------------- one thing on both sides


def test_the_same_folder_or_zip_twice_is_refused_whatever_it_is_called(tmp_path, png, monkeypatch):
    picture(tmp_path / "shoot" / "a.png")
    whole = zipped(tmp_path / "shoot.zip", {"a.png": png})
    (tmp_path / "link").symlink_to(tmp_path / "shoot")
    (tmp_path / "link.zip").symlink_to(whole)
    monkeypatch.chdir(tmp_path)
    folders = [Path("shoot"), tmp_path / "shoot", Path("shoot/../shoot"), Path("link")]
    for one, other in [*((Path("shoot"), other) for other in folders), (whole, Path("link.zip")), (whole, whole)]:
        with pytest.raises(InputError, match=r"are the same (folder|file), and would only be compared with themselves"):
            pairs_of(one, other)


def test_a_source_inside_the_other_is_one_side_only(tmp_path, png):
    for name in ("a.png", "b.png", "retouched/a.png", "retouched/c.png"):
        picture(tmp_path / "shoot" / name)
    found = pairs_of(tmp_path / "shoot", tmp_path / "shoot" / "retouched")
    assert [(pair.original_shown, pair.retouched_shown) for pair in found.pairs] == [
        (str(tmp_path / "shoot/a.png"), str(tmp_path / "shoot/retouched/a.png"))
    ]
    assert found.unmatched == (str(tmp_path / "shoot/b.png"), str(tmp_path / "shoot/retouched/c.png"))
    whole = zipped(tmp_path / "shoot" / "back.zip", {"a.png": png})
    assert pairs_of(tmp_path / "shoot", whole).unread == ()


# ------------------------------------------------------------------------------------- one original, two retouches


def test_further_retouches_of_an_original_are_pairs_of_their_own_name(tmp_path, png):
    picture(tmp_path / "before" / "ring.png")
    after = zipped(tmp_path / "after.zip", {"ring.png": png, "ring_final.png": png, "web/ring.png": png})
    found = pairs_of(tmp_path / "before", after)
    assert [pair.id for pair in found.pairs] == ["ring", "ring_final.png", "ring.png"]
    assert found.unmatched == found.ambiguous == ()


def test_names_that_fit_two_originals_are_said_and_listed(tmp_path):
    for name in ("before/x/ring.png", "before/y/ring.png", "before/a.png", "after/ring.png", "after/a.png"):
        picture(tmp_path / name)
    found = pairs_of(tmp_path / "before", tmp_path / "after")
    assert [pair.id for pair in found.pairs] == ["a"]
    assert found.ambiguous == (
        "ring.png could belong to x/ring.png or y/ring.png; rename them, or write a manifest CSV",
    )
    assert found.unmatched == tuple(
        str(tmp_path / name) for name in ("before/x/ring.png", "before/y/ring.png", "after/ring.png")
    )


def test_a_folder_of_photographs_that_are_not_read_says_what_it_holds(tmp_path):
    picture(tmp_path / "before" / "a.png")
    (tmp_path / "after").mkdir()
    for name in ("a.heic", "b.heic", "c.heic"):
        (tmp_path / "after" / name).touch()
    with pytest.raises(
        InputError, match=r"no pictures that are read; it has 3 files of other kinds \(a.heic, b.heic, …\)"
    ):
        pairs_of(tmp_path / "before", tmp_path / "after")


ODD = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=6)


@settings(max_examples=30, deadline=None)
@given(*[st.sets(st.tuples(ODD, st.sampled_from([".png", ".heic", ".txt", ".what", ""])), max_size=5)] * 2)
def test_every_file_comes_back_in_exactly_one_place(tmp_path_factory, before, after):
    root = tmp_path_factory.mktemp("sides")
    sides = root / "before", root / "after"
    written = []
    for side, names in zip(sides, (before, after), strict=True):
        side.mkdir()
        (side / "both.png").touch()
        for stem, ending in names:
            (side / f"{stem}{ending}").touch()
        written += [str(path) for path in side.iterdir() if not hidden(path.name)]
    found = pairs_of(*sides)
    originals = {pair.original_shown for pair in found.pairs}
    listed = [*originals, *(pair.retouched_shown for pair in found.pairs)]
    assert sorted([*listed, *found.unmatched, *found.unread, *found.aside]) == sorted(written)


# ------------------------------------------------------------------------------------------------ file names


def test_ids_become_file_names_that_are_safe_unique_and_lasting():
    ids = [
        "IMG_001",
        "ring a",
        "../../etc/passwd",
        "ring/a",
        "Ring",
        "ring",
        "bague é",
        "nul",
        "...",
        "x" * 300,
    ]
    names = file_names(ids)
    assert names["IMG_001"] == "IMG_001"
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert not set(name) & set('/\\:*?"<>| ')
        assert 0 < len(name) < 100
        assert name[0] != "."
        assert name.lower() != "nul"
    assert file_names(ids[:4])["ring a"] == names["ring a"]


def test_file_names_are_short_in_bytes_and_cut_between_letters():
    # 81 CJK letters are 243 bytes; 26 of them are 78, and a 27th would make 81. Then a hyphen and eight digits.
    first, second = "戒" * 81, "戒" * 80 + "指"
    names = file_names([first, second])
    assert names[first][:27] == "戒" * 26 + "-"
    assert len(names[first].encode()) == 87
    assert names[first] != names[second]
