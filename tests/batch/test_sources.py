"""Finding pairs: manifests, folders, ZIPs, and what is wrong with them in one sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from fidelity.batch import archives
from fidelity.batch.matching import match
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


# ------------------------------------------------------------------------------------------------- matching


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
    ],
)
def test_these_names_belong_together(original, retouched):
    assert match([original], [retouched]).pairs == ((original, retouched),)


@pytest.mark.parametrize(
    ("originals", "retouched"),
    [
        pytest.param(["ring1.jpg"], ["ring2.jpg"], id="other numbers"),
        pytest.param(["ring.jpg"], ["ringfinal.jpg"], id="a suffix without a separator"),
        pytest.param(["x/ring.jpg", "y/ring.jpg"], ["ring.jpg"], id="two originals for one retouch"),
        pytest.param(["ring.jpg"], ["ring_final.jpg", "ring_edited.jpg"], id="two retouches of one original"),
        pytest.param(["ring.jpg", "ring.png"], ["ring.jpg", "ring.tif"], id="two files of one name on each side"),
    ],
)
def test_these_are_left_alone_rather_than_guessed(originals, retouched):
    found = match(originals, retouched)
    assert found.pairs == ()
    assert list(found.originals) == originals
    assert list(found.retouched) == retouched


def test_an_exact_name_goes_before_a_suffix_and_the_same_folder_before_another():
    found = match(["a.jpg", "x/b.jpg", "y/b.jpg"], ["a.jpg", "a_final.jpg", "x/b_final.jpg", "y/b.jpg"])
    assert found.pairs == (("a.jpg", "a.jpg"), ("x/b.jpg", "x/b_final.jpg"), ("y/b.jpg", "y/b.jpg"))
    assert found.retouched == ("a_final.jpg",)


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
    for name in ("notes.txt", "phone.heic", "Thumbs.db"):
        (before / name).write_bytes(b"x")
    found = pairs_of(before, after)
    assert [pair.id for pair in found.pairs] == ["a"]
    assert found.unmatched == tuple(map(str, (before / "lonely.png", before / "phone.heic", after / "stray.jpg")))


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
