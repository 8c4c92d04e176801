"""Photos onto a stick: what is said to be there is there. Sticks are real file systems on loop devices."""

import errno
import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.cli import main
from appliance.config.live import LiveConfig
from appliance.errors import ExportError
from appliance.export import export
from appliance.export.copy import copy_verified, fingerprint
from appliance.export.manifest import NAME

KB = 1024
FS_IOC_SHUTDOWN = 0x8004587D  # linux/fs.h: _IOR('X', 125, __u32)
FS_SHUTDOWN_NO_FLUSH = 2


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card with six photos of 50 kB, and things that are no photos."""
    folder = tmp_path / "card"
    folder.mkdir()
    for number in range(1, 7):
        take(folder, number)
    (folder / ".smart-selfie-counter").write_text("6\n")
    (folder / ".smart-selfie-0123456789abcdef.part").write_bytes(b"torn")
    (folder / "notes.txt").write_text("mine")
    (folder / "selfie-000099-20261121-120000.jpg").symlink_to("/etc/passwd")
    return folder


def take(folder: Path, number: int, content: bytes | None = None) -> Path:
    photo = folder / f"selfie-{number:06d}-20261121-1200{number % 60:02d}.jpg"
    photo.write_bytes(content or (b"%d" % number) + os.urandom(50 * KB))
    return photo


def mounted(folder: Path, image: Path, options: str = "") -> None:
    done = subprocess.run(
        ["mount", "-o", f"loop,nodev,nosuid,noexec{options}", str(image), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"mount is not permitted here: {done.stderr.strip()}")


def make_stick(tmp_path: Path, size: int) -> Path:
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not installed")
    image = tmp_path / "stick.img"
    with image.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", "-m", "0", image], check=True)
    return image


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A stick of 8 MB, its image beside it."""
    folder = tmp_path / "stick"
    folder.mkdir()
    image = make_stick(tmp_path, 8_000_000)
    mounted(folder, image)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("selfie-*"))


def check_sums(folder: Path) -> int:
    """What anybody can do with the list on the stick; returns how many photos it vouches for."""
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", NAME], cwd=folder, capture_output=True, text=True, check=True
    )
    return len(done.stdout.splitlines())


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
    assert outcome.told("/media/a") == "210 of 210 photos are in /media/a, 210 of them new"
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


def test_no_photos_is_not_a_success(tmp_path: Path, stick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    code = main(["export", str(stick), "--set", f"storage.folder={tmp_path / 'empty'}"])
    assert code == 1
    assert "no photos" in capsys.readouterr().err
    assert list(stick.glob("selfie*")) == []


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
    assert "NOT copied" in outcome.told("/media/a")
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


def test_a_photo_that_the_card_cannot_give_back_keeps_no_other_from_the_stick(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = sorted(card.glob("selfie-*"))[1]
    opened = os.fdopen

    class Spoilt:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, _size: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

    def fdopen(handle: int, *arguments: Any, **options: Any) -> Any:
        file = opened(handle, *arguments, **options)
        name = Path(f"/proc/self/fd/{handle}").readlink()
        return Spoilt(file) if name == spoilt and options == {} else file

    monkeypatch.setattr("appliance.export.copy.os.fdopen", fdopen)
    outcome = export(card, tmp_path / "stick")
    assert (outcome.found, outcome.copied, list(outcome.failed)) == (6, 5, [spoilt.name])


def test_with_a_bad_configuration_the_photos_are_where_the_last_good_one_says(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, state = tmp_path / "config.yaml", tmp_path / "state"
    state.mkdir()
    config.write_text(f"storage: {{folder: {card}}}\nexport: {{label: PARTY}}\n")
    live = LiveConfig(config, (), state)
    live.remember(live.load())
    config.write_text("storage: {foldr: x}\n")
    monkeypatch.setenv("STATE_DIRECTORY", str(state))
    assert main(["export", "--print-label", "--config", str(config)]) == 0
    told = capsys.readouterr()
    assert told.out == "PARTY\n"
    assert "foldr" in told.err
    assert main(["export", str(tmp_path / "stick"), "--config", str(config)]) == 0
    assert len(list((tmp_path / "stick").glob("selfie-*.jpg"))) == 6


def test_a_file_where_the_folder_should_be_is_reported(card: Path, stick: Path) -> None:
    (stick / "photos").write_text("mine")
    with pytest.raises(ExportError, match=r"not a folder.*Nothing was copied"):
        export(card, stick / "photos")
    assert (stick / "photos").read_text() == "mine"


def test_a_list_made_up_by_somebody_else_says_nothing(card: Path, stick: Path) -> None:
    (stick / NAME).write_text(
        f"{'0' * 64}  selfie-000001-20261121-120001.jpg\n../../etc/passwd\n" + "x" * 1000
    )
    outcome = export(card, stick)
    assert outcome.copied == 6
    assert check_sums(stick) == 6


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


def test_the_proof_comes_from_the_device_and_not_from_the_kernels_memory(stick: Path, tmp_path: Path) -> None:
    """A byte changed on the device behind the file system's back is seen."""
    content = b"unmistakable" + os.urandom(60 * KB)
    photo = stick / "selfie-000001-20261121-120000.jpg"
    photo.write_bytes(content)
    before = fingerprint(photo)
    device = subprocess.run(
        ["findmnt", "--noheadings", "--output=SOURCE", str(stick)], capture_output=True, text=True, check=True
    ).stdout.strip()
    handle = os.open(device, os.O_RDWR)
    try:
        position = os.pread(handle, 8_000_000, 0).find(content[:4096])
        assert position > 0
        os.pwrite(handle, b"X", position)
        os.fsync(handle)
    finally:
        os.close(handle)
    assert fingerprint(photo) != before


def test_a_stick_that_gives_back_something_else_is_not_believed(
    card: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lying(data: Any, digest: str, target: Any) -> Any:
        return copy_verified(data, "0" * 64 if "000003" in target.name else digest, target)

    monkeypatch.setattr("appliance.export.transfer.copy_verified", lying)
    outcome = export(card, stick, delete_after=True)
    assert not outcome.complete
    assert outcome.copied == 2
    assert "other data" in outcome.failed["selfie-000003-20261121-120003.jpg"]
    assert (card / "selfie-000003-20261121-120003.jpg").exists()
    assert check_sums(stick) == 2


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


def test_the_command_tells_the_result_and_decides_the_exit_code(
    card: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = ["--set", f"storage.folder={card}"]
    assert main(["export", str(stick), *setting]) == 0
    assert "6 of 6 photos" in capsys.readouterr().out
    assert main(["export", str(stick), "--json", *setting]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["complete"], facts["found"], facts["copied"], facts["already_there"]) == (True, 6, 0, 6)
    assert main(["export", "/proc/photos", *setting]) == 1
    assert "Nothing was copied" in capsys.readouterr().err


@pytest.mark.parametrize("terminal", [True, False])
def test_a_person_at_a_terminal_sees_how_far_it_is_and_the_journal_does_not(
    card: Path, tmp_path: Path, terminal: bool
) -> None:
    reader, writer = pty.openpty() if terminal else os.pipe()
    if terminal:
        termios.tcsetwinsize(writer, (25, 80))
    (tmp_path / "to").mkdir()
    command = [sys.executable, "-m", "appliance", "export", str(tmp_path / "to")]
    command += ["--set", f"storage.folder={card}"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=writer, check=True)
    os.write(writer, b".")  # so that there is something to read
    told = os.read(reader, 65536)
    os.close(writer)
    os.close(reader)
    assert (b"0/6" in told) == terminal
    assert len(names(tmp_path / "to")) == 6
