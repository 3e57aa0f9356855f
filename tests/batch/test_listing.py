"""Every file of a folder that is not hidden is listed once, as what it is taken for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fidelity.batch import listing as listings
from fidelity.batch.listing import QUIET, Listing, hidden, listing, of_folder
from fidelity.batch.naming import FOREIGN, READABLE
from fidelity.errors import InputError


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


@pytest.mark.parametrize("name", ["a.jpg", "a.JFIF", "a.jpe", "a.jif", "a.mpo", "x/a.tiff", "a.avif", "a.jpg "])
def test_these_are_pictures_to_read(name):
    assert listing([name]) == Listing((name,), (), ())


@pytest.mark.parametrize(
    "name",
    [
        *("a.jxl", "a.jp2", "a.hif", "a.heic", "a.psd", "a.nef", "a.CR3", "a.dng"),
        *("a.xyz", "a", "README", "a.jpg~", "a.jpg.part", "more.zip", "a.svg", "a.mp4", ".a.jpg.icloud"),
    ],
)
def test_these_are_listed_as_not_read(name):
    assert listing([name]) == Listing((), (name,), ())


@pytest.mark.parametrize("name", ["Thumbs.db", "desktop.ini", "list.csv", "notes.TXT", "a.xmp", "a.fidelity.toml"])
def test_these_lie_beside_photographs_and_are_none(name):
    assert listing([name]) == Listing((), (), (name,))


@pytest.mark.parametrize(
    "name",
    [
        *(".DS_Store", "._a.jpg", "__MACOSX/x/._a.jpg", ".thumbnails/a.jpg", "x/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg"),
        *(
            "Catalog Previews.lrdata/0/a.jpg",
            "#recycle/a.jpg",
            "$RECYCLE.BIN/a.jpg",
            "Icon\r",
            "CaptureOne/Cache/a.cot",
        ),
    ],
)
def test_what_systems_keep_for_themselves_is_hidden(name):
    assert hidden(name)
    assert listing([name]) == Listing((), (), ())


@given(
    st.sets(
        st.builds(
            lambda folder, stem, ending: folder + stem + ending,
            st.sampled_from(["", "x/", "x/y/"]),
            st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1),
            st.sampled_from(["", ".zzz", *READABLE, *FOREIGN, *QUIET]),
        )
    )
)
def test_every_name_is_in_exactly_one_list_unless_it_is_hidden(names):
    found = listing(names)
    assert sorted([*found.pictures, *found.unread, *found.aside]) == sorted(n for n in names if not hidden(n))


def test_folders_that_are_links_are_followed_once_and_loops_end(tmp_path):
    store = made(tmp_path / "store", "b.jpg", "deep/c.jpg")
    root = made(tmp_path / "root", "x/a.jpg", ".kept/d.jpg")
    (root / "linked").symlink_to(store)
    (root / "again").symlink_to(store / "deep")
    (root / "home").symlink_to(root)
    (root / "above").symlink_to(tmp_path)
    (store / "back").symlink_to(root)
    (root / "a folder of its own").symlink_to(root / "x")
    (root / "kept").symlink_to(root / ".kept")
    # 'again' leads to a folder that 'linked' leads to as well: whichever comes first in the alphabet has it.
    assert of_folder(root, ()).pictures == ("again/c.jpg", "kept/d.jpg", "linked/b.jpg", "x/a.jpg")


def test_a_link_that_leads_nowhere_is_a_picture_so_that_its_pair_is_an_error(tmp_path):
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "b.jpg")
    assert of_folder(tmp_path, ()).pictures == ("a.jpg", "b.jpg")


def test_a_pipe_called_like_a_picture_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    assert of_folder(tmp_path, ()) == Listing((), ("a.jpg",), ())


def test_a_folder_that_cannot_be_listed_is_itself_listed(tmp_path, monkeypatch):
    made(tmp_path, "a.jpg", "locked/b.jpg")
    real = os.scandir

    def scandir(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(listings.os, "scandir", scandir)
    assert of_folder(tmp_path, ()) == Listing(("a.jpg",), ("locked/",), ())
    with pytest.raises(InputError, match=r"locked cannot be listed \(Permission denied\)"):
        of_folder(tmp_path / "locked", ())


def test_what_is_away_is_left_out_also_through_a_link(tmp_path):
    made(tmp_path / "root", "a.jpg", "out/thumbs/a.jpg", "sub/out/b.jpg")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "root" / "out")
    assert of_folder(tmp_path / "root", [tmp_path / "root" / "out"]).pictures == ("a.jpg", "sub/out/b.jpg")
