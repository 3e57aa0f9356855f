"""File names in ZIPs, whatever machine packed them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fidelity.batch.archives import opened
from fidelity.batch.zipnames import encoding_of


def packed(path: Path, *names: bytes, extra: bytes = b"", flags: int = 0) -> Path:
    """A ZIP of empty files with names as bytes, as no Python writes them: local headers, directory, end."""
    body, directory = b"", b""
    for name in names:
        common = struct.pack("<HHHHHIIIHH", 20, flags, 0, 0, 0x21, 0, 0, 0, len(name), len(extra))
        directory += b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body))
        directory += name + extra
        body += b"PK\3\4" + common + name + extra
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(directory), len(body), 0)
    path.write_bytes(body + directory + b"PK\5\6" + end)
    return path


def names_in(path: Path, known: tuple[str, ...] = ()) -> list[str]:
    with opened(path, known) as archive:
        for member in archive.members.values():
            assert archive.zip.read(member) == b""  # found under the name that it has in the file
        return archive.names


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        pytest.param(["bagué.jpg", "戒指.jpg"], "utf-8", id="UTF-8 without the flag"),
        pytest.param(["戒指.jpg", "项链_1.jpg"], "gbk", id="GBK, as Chinese vendors send"),
        pytest.param(["金.jpg"], "gbk", id="GBK, one character"),
        pytest.param(["精修/戒指A.jpg"], "gbk", id="GBK in a folder"),
        pytest.param(["鑽石戒指.jpg"], "gbk", id="GBK with rarer characters"),
        pytest.param(["bägue.jpg", "collier doré.jpg"], "cp1252", id="Windows"),
        pytest.param(["créée.jpg"], "cp1252", id="Windows, two letters in a row as GBK has them"),
        pytest.param(["Müller’s ring n°1.jpg"], "cp1252", id="Windows, with its apostrophe"),
        pytest.param(["Größe.jpg", "été.jpg"], "cp437", id="DOS"),
        pytest.param(["plain.jpg"], "ascii", id="nothing to tell"),
    ],
)
def test_names_without_a_mark_are_read(tmp_path, names, encoding):
    path = packed(tmp_path / "a.zip", *(name.encode(encoding) for name in names))
    assert names_in(path) == sorted(names)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        pytest.param("指輪.jpg", "cp932", id="Japanese"),
        pytest.param("кольцо.jpg", "cp1251", id="Russian"),
        pytest.param("ring €50.jpg", "cp1252", id="a sign that is a letter in DOS"),
    ],
)
def test_the_originals_names_tell_how_to_read_the_others(tmp_path, name, encoding):
    path = packed(tmp_path / "a.zip", name.encode(encoding))
    assert names_in(path) != [name]
    assert names_in(path, known=(f"shoot/{Path(name).stem}.tif",)) == [name]


def test_the_flag_and_the_extra_field_say_utf8(tmp_path):
    assert names_in(packed(tmp_path / "a.zip", "戒指.jpg".encode(), flags=0x800)) == ["戒指.jpg"]
    raw, name = b"\xbd\xe4.jpg", "Ring \u20ac.jpg"

    def field(check: int) -> bytes:
        content = struct.pack("<BI", 1, check) + name.encode()
        return struct.pack("<HH", 0x7075, len(content)) + content

    assert names_in(packed(tmp_path / "b.zip", raw, extra=field(zlib.crc32(raw)))) == [name]
    # The check is over the name in the header: another one there means that the field is about an older name.
    assert names_in(packed(tmp_path / "c.zip", raw, extra=field(1))) == [raw.decode("gbk")]


def test_a_backslash_within_a_chinese_letter_is_no_folder(tmp_path):
    assert "誠".encode("gbk")[1:] == b"\\"
    assert names_in(packed(tmp_path / "a.zip", "戒指誠金.jpg".encode("gbk"))) == ["戒指誠金.jpg"]
    assert names_in(packed(tmp_path / "b.zip", b"job\\ring.jpg")) == ["job/ring.jpg"]


def test_two_files_of_one_name_are_both_there(tmp_path):
    path = packed(tmp_path / "a.zip", b"x.y/a.jpg", b"x.y\\a.jpg", b"x.y/a.jpg", b"readme", b"readme")
    assert names_in(path) == [
        *("readme", "readme (entry 2)"),
        *("x.y/a (entry 2).jpg", "x.y/a (entry 3).jpg", "x.y/a.jpg"),
    ]


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1)))
def test_utf8_is_always_taken_for_utf8(names):
    assert encoding_of([name.encode() for name in names]) == "utf-8"


@given(st.lists(st.binary(), min_size=1))
def test_any_bytes_are_some_text(names):
    encoding = encoding_of(names)
    assert b"".join(name.decode(encoding).encode(encoding) for name in names) == b"".join(names)


def test_bytes_that_no_encoding_explains_are_names_all_the_same(tmp_path):
    path = packed(tmp_path / "a.zip", b"\xff\xfe\xfd.jpg", b"\x81\x8d.jpg")
    assert len(set(names_in(path))) == 2
