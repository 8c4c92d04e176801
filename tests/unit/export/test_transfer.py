"""Photos onto a stick: what is said to be there is there. Sticks are real file systems on loop devices."""

import fcntl
import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from appliance.errors import ExportError
from appliance.export import export
from appliance.export.manifest import NAME
from tests.support.sticks import KB, check_sums, make_stick, mounted, names, take

FS_IOC_SHUTDOWN = 0x8004587D  # linux/fs.h: _IOR('X', 125, __u32)
FS_SHUTDOWN_NO_FLUSH = 2


def test_every_photo_is_on_the_stick_and_nothing_else_is(card: Path, stick: Path) -> None:
    outcome = export(card, stick / "photos")
    assert (outcome.found, outcome.copied, outcome.complete) == (6, 6, True)
    assert names(stick / "photos") == [p.name for p in sorted(card.glob("selfie-00000*"))]
    assert sorted(p.name for p in (stick / "photos").iterdir()) == sorted([NAME, *names(stick / "photos")])
    assert check_sums(stick / "photos") == 6
    assert len(names(card)) == 7, "the card keeps its photos"


def test_two_hundred_photos_are_copied_and_verified(tmp_path: Path, stick: Path) -> None:
    card = tmp_path / "many"
    card.mkdir()
    for number in range(1, 211):
        take(card, number, os.urandom(4 * KB))
    outcome = export(card, stick)
    assert outcome.in_words("/media/a") == "210 of 210 photos are in /media/a, 210 of them new"
    assert check_sums(stick) == 210


def test_a_second_time_copies_only_what_is_new(card: Path, stick: Path) -> None:
    export(card, stick)
    take(card, 7)
    outcome = export(card, stick)
    assert (outcome.found, outcome.copied, outcome.already_there, outcome.complete) == (7, 1, 6, True)
    assert check_sums(stick) == 7


def test_an_export_cut_short_is_continued_and_leaves_no_half_photo(card: Path, stick: Path) -> None:
    (stick / ".smart-selfie-00112233445566aa.part").write_bytes(b"half a photo")
    shutil.copy(sorted(card.glob("selfie-*"))[0], stick)
    outcome = export(card, stick)
    assert (outcome.copied, outcome.already_there) == (5, 1)
    assert not list(stick.glob(".*.part"))


def test_a_full_stick_is_reported_with_how_many_of_how_many(
    card: Path, tmp_path: Path, stick: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (stick / "film.mkv").open("wb") as film:
        free = os.statvfs(stick)
        film.write(b"x" * (free.f_bavail * free.f_frsize - 160 * KB))
    outcome = export(card, stick)
    assert not outcome.complete
    assert 0 < outcome.copied < 6
    assert len(names(stick)) == outcome.copied
    assert "NOT copied" in outcome.in_words("/media/a")
    assert "Not all photos will fit" in caplog.messages[0], "free space is looked at first"
    assert not list(stick.glob(".*.part"))


def test_a_read_only_stick_is_reported(card: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    mounted(folder, make_stick(tmp_path, 2_000_000), ",ro")
    try:
        with pytest.raises(ExportError, match="read-only"):
            export(card, folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_another_appliances_photo_of_the_same_name_is_not_overwritten(card: Path, stick: Path) -> None:
    mine = sorted(card.glob("selfie-*"))[0]
    (stick / mine.name).write_bytes(b"somebody else's photo")
    for _ in range(2):
        assert export(card, stick).complete
    assert (stick / mine.name).read_bytes() == b"somebody else's photo"
    assert len(names(stick)) == 7
    assert mine.read_bytes() in [path.read_bytes() for path in stick.glob("selfie-*")]


@pytest.mark.parametrize("trap", ["link", "dangling link", "pipe", "folder", "device"])
def test_a_trap_under_a_photos_name_is_neither_followed_nor_waited_for(
    card: Path, stick: Path, tmp_path: Path, trap: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    place = stick / sorted(card.glob("selfie-*"))[0].name
    if trap == "pipe":
        os.mkfifo(place)
    elif trap == "folder":
        place.mkdir()
    elif trap == "device":  # which the mount refuses to open
        os.mknod(place, 0o20666, os.makedev(1, 5))
    else:
        place.symlink_to(victim if trap == "link" else tmp_path / "nowhere")
    outcome = export(card, stick)
    assert outcome.complete
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


def test_a_link_where_the_folder_should_be_is_refused(card: Path, stick: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (stick / "photos").symlink_to(elsewhere)
    with pytest.raises(ExportError, match="link"):
        export(card, stick / "photos")
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("name", ["card", "link/card"])
def test_the_folder_of_the_photos_itself_is_not_a_stick_and_no_photo_is_deleted(
    card: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    before = sorted(card.iterdir())
    with pytest.raises(ExportError, match="is where the photos are"):
        export(card, tmp_path / name, delete_after=True)
    assert sorted(card.iterdir()) == before


def test_a_file_where_the_folder_should_be_is_reported(card: Path, stick: Path) -> None:
    (stick / "photos").write_text("mine")
    with pytest.raises(ExportError, match=r"not a folder.*Nothing was copied"):
        export(card, stick / "photos")
    assert (stick / "photos").read_text() == "mine"


def test_photos_are_deleted_from_the_card_only_when_asked_and_only_when_verified(
    card: Path, stick: Path
) -> None:
    with (stick / "film.mkv").open("wb") as film:
        free = os.statvfs(stick)
        film.write(b"x" * (free.f_bavail * free.f_frsize - 160 * KB))
    before = set(names(card))
    outcome = export(card, stick, delete_after=True)
    gone = before - set(names(card))
    assert 0 < len(gone) == outcome.deleted == outcome.copied < 6
    assert gone == set(names(stick))
    assert (card / "notes.txt").exists()


def test_a_stick_pulled_out_in_the_middle_is_reported_and_loses_nothing(card: Path, stick: Path) -> None:
    """The file system is shut down as when its device is gone: every access is an I/O error."""
    done: list[str] = []

    def pull(name: str) -> None:
        done.append(name)
        if len(done) == 2:
            handle = os.open(stick, os.O_RDONLY)
            fcntl.ioctl(handle, FS_IOC_SHUTDOWN, struct.pack("I", FS_SHUTDOWN_NO_FLUSH))
            os.close(handle)

    with pytest.raises(ExportError, match="failed at the end"):
        export(card, stick, delete_after=True, progress=pull)
    assert len(names(card)) == 7
