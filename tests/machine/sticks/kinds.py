"""Hostile sticks: what somebody may plug in, by accident or not. Each is made, plugged in, and returned.

A kind says how many photos must be on it in the end: ``all``, ``some``, ``none``, or ``any``. For every kind
it is checked that as many are on it as are claimed.
"""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.machine.sticks.bench import FOLDER, KB, MB, PHOTO_BYTES, Bench, Stick, run

BOTH = ("vfat", "ext4")
NAMES = [f"selfie-{number:06d}-20261121-1200{number:02d}.jpg" for number in range(1, 7)]
LIST = "SHA256SUMS.txt"


@dataclass(frozen=True)
class Kind:
    """One hostile stick."""

    make: Callable[[Bench, str], Stick]
    type: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.make.__name__.replace('_', ' ')}, {self.type}"


KINDS: list[Kind] = []


def kind(outcome: str, *types: str):
    """Enter the stick that the function makes into the list, once a file system."""

    def enter(make):
        KINDS.extend(Kind(make, name, outcome) for name in types or BOTH)
        return make

    return enter


def plugged(bench: Bench, stick: Stick, *options: str) -> Stick:
    bench.plug(stick, *options)
    return stick


def filled(bench: Bench, name: str, fill: Callable[[Path], object], **options) -> Stick:
    """A healthy stick with something on it."""
    stick = bench.stick(name, **options)
    with bench.opened(stick) as place:
        fill(place)
    return plugged(bench, stick)


def selfies(place: Path) -> Path:
    folder = place / FOLDER
    folder.mkdir()
    return folder


# --- no file system that is known, or a broken one


@kind("none", "none")
def empty(bench, name):
    return plugged(bench, bench.stick(name))


@kind("none", "none")
def noise(bench, name):
    stick = bench.stick(name)
    stick.image.write_bytes(random.Random(1).randbytes(MB))
    return plugged(bench, stick)


@kind("none", "xfs", "btrfs", "swap", "squashfs", "ntfs", "iso9660")
def other_file_system(bench, name):
    stick = bench.stick(name, 320 * MB if name == "xfs" else 128 * MB)
    if name == "ntfs":
        with stick.image.open("r+b") as file:
            file.write(b"\xeb\x52\x90NTFS    \x00\x02\x08")
            file.seek(510)
            file.write(b"\x55\xaa")
    elif name == "iso9660":
        with stick.image.open("r+b") as file:
            file.seek(0x8000)
            file.write(b"\x01CD001\x01\x00" + b"SELFIES".ljust(64))
    elif name == "squashfs":
        stick.image.write_bytes(b"hsqs" + b"\x00" * 24 + b"\x04\x00\x00\x00" + b"\x00" * 4096)
    else:
        run("mkswap" if name == "swap" else f"mkfs.{name}", "-L", "SELFIES", stick.image)
    return plugged(bench, stick)


def scribble(stick: Stick, start: int, length: int) -> None:
    with stick.image.open("r+b") as file:
        file.seek(start)
        file.write(random.Random(2).randbytes(length))


@kind("any")
def two_file_systems_at_once(bench, name):
    stick = bench.stick(name)
    with stick.image.open("r+b") as file:
        if name == "ext4":
            file.write(b"\xeb\x52\x90NTFS    \x00\x02\x08")
            file.seek(510)
            file.write(b"\x55\xaa")
        else:
            file.seek(0x10040)
            file.write(b"_BHRfS_M")
            file.seek(0x8000)
            file.write(b"\x01CD001\x01\x00")
            file.seek(1024 + 56)
            file.write(b"\x53\xef")
    return plugged(bench, stick)


@kind("none")
def first_sector_or_superblock_of_noise(bench, name):
    stick = bench.stick(name)
    if name == "vfat":
        scribble(stick, 0x0B, 40)  # sizes of sectors, clusters and tables
    else:
        scribble(stick, 1024, 52)  # counts and sizes; the magic number stays
    return plugged(bench, stick)


@kind("any")
def allocation_tables_of_noise(bench, name):
    stick = bench.stick(name)
    scribble(stick, 4 * KB, 12 * KB if name == "vfat" else 40 * KB)
    return plugged(bench, stick)


@kind("any")
def folder_of_noise(bench, name):
    def fill(place):
        folder = selfies(place)
        for number in range(40):
            (folder / f"mark-{number}").touch()

    stick = filled(bench, name, fill)
    content = stick.image.read_bytes()
    mark = content.find(b"mark-20") if name == "ext4" else content.find(b"MARK-20")
    assert mark > 0
    scribble(stick, mark - 200, 400)
    return stick


@kind("none", "ext4")
def features_nobody_knows(bench, name):
    stick = bench.stick(name)
    run("debugfs", "-w", "-R", "ssv feature_incompat 0x80000000", stick.image)
    return plugged(bench, stick)


@kind("any", "ext4")
def journal_of_noise(bench, name):
    stick = bench.stick(name)
    run("debugfs", "-w", "-R", "feature needs_recovery", stick.image)
    content = stick.image.read_bytes()
    scribble(stick, content.find(b"\xc0\x3b\x39\x98"), 64)
    return plugged(bench, stick)


@kind("none", "ext4")
def cut_off(bench, name):
    """The file system is longer than the device."""
    stick = bench.stick(name)
    os.truncate(stick.image, 3 * MB)
    return plugged(bench, stick)


@kind("any", "vfat")
def cut_off_fat(bench, name):
    stick = bench.stick(name)
    os.truncate(stick.image, MB // 2)
    return plugged(bench, stick)


# --- no room, or none that can be written


def film(place: Path, leave: int) -> None:
    about = os.statvfs(place)
    with (place / "film.mkv").open("wb") as file:
        for _ in range((about.f_bavail * about.f_frsize - leave) // (64 * KB)):
            file.write(b"x" * 64 * KB)


@kind("some")
def nearly_full(bench, name):
    return filled(bench, name, lambda place: film(place, 4 * PHOTO_BYTES))


@kind("none")
def full(bench, name):
    def fill(place):
        film(place, 0)
        with (place / "rest").open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 512):
                    pass
            except OSError:
                pass

    return filled(bench, name, fill)


@kind("any")
def tiny(bench, name):
    return plugged(bench, bench.stick(name, 64 * KB if name == "vfat" else 256 * KB))


@kind("none", "ext4")
def no_inodes_left(bench, name):
    """There is room for some photos, and none for the list: nothing is claimed."""

    def fill(place):
        folder = selfies(place)
        for number in range(os.statvfs(place).f_ffree - 4):
            (folder / f"file-{number}").touch()

    stick = bench.stick(name, 8 * MB, "-N", 64)
    with bench.opened(stick) as place:
        fill(place)
    return plugged(bench, stick)


@kind("none")
def write_protected(bench, name):
    return plugged(bench, bench.stick(name), "--read-only")


@kind("none", "ext4")
def folder_that_cannot_be_changed(bench, name):
    return filled(bench, name, lambda place: run("chattr", "+i", selfies(place)))


# --- something else under the names that are wanted


@kind("none", "ext4")
def link_for_a_folder(bench, name):
    return filled(bench, name, lambda place: (place / FOLDER).symlink_to(bench.canary))


@kind("none")
def file_for_a_folder(bench, name):
    return filled(bench, name, lambda place: (place / FOLDER).write_text("mine"))


@kind("none", "ext4")
def pipe_for_a_folder(bench, name):
    return filled(bench, name, lambda place: os.mkfifo(place / FOLDER))


@kind("all")
def folders_for_photos(bench, name):
    return filled(
        bench, name, lambda place: [(place / FOLDER / photo).mkdir(parents=True) for photo in NAMES]
    )


@kind("all", "ext4")
def links_pipes_and_devices_for_photos(bench, name):
    def fill(place):
        folder = selfies(place)
        (folder / NAMES[0]).symlink_to(bench.canary / "precious")
        (folder / NAMES[1]).symlink_to(bench.canary / "nothing")
        os.mkfifo(folder / NAMES[2])
        os.mknod(folder / NAMES[3], 0o20666, os.makedev(1, 5))  # /dev/zero has no end
        os.mknod(folder / NAMES[4], 0o60666, os.makedev(7, 0))
        (folder / NAMES[5]).symlink_to("/dev/zero")

    return filled(bench, name, fill)


@kind("all")
def other_photos_of_the_same_name(bench, name):
    return filled(bench, name, lambda place: (selfies(place) / NAMES[0]).write_bytes(b"somebody else's"))


@kind("some")
def both_names_taken(bench, name):
    def fill(place):
        folder = selfies(place)
        for digest, photo in bench.hashes().items():
            if photo == NAMES[0]:
                (folder / photo).mkdir()
                (folder / f"{Path(photo).stem}-{digest[:12]}.jpg").mkdir()

    return filled(bench, name, fill)


@kind("all", "vfat")
def same_names_in_capitals(bench, name):
    return filled(
        bench, name, lambda place: (selfies(place) / NAMES[0].upper().replace("JPG", "jpg")).touch()
    )


@kind("all")
def torn_rest_of_an_export(bench, name):
    def fill(place):
        folder = selfies(place)
        (folder / ".smart-selfie-00112233445566aa.part").write_bytes(b"half")
        (folder / LIST).write_text("0123456789abcdef")
        shutil.copy(bench.card / NAMES[0], folder)

    return filled(bench, name, fill)


@kind("all", "ext4")
def torn_rest_that_is_a_link(bench, name):
    def fill(place):
        folder = selfies(place)
        (folder / ".smart-selfie-00112233445566aa.part").symlink_to(bench.canary / "precious")
        (folder / ".smart-selfie-00112233445566bb.part").mkdir()

    return filled(bench, name, fill)


@kind("none")
def folder_for_the_list(bench, name):
    return filled(bench, name, lambda place: (place / FOLDER / LIST / "x").mkdir(parents=True))


@kind("all", "ext4")
def link_for_the_list(bench, name):
    return filled(bench, name, lambda place: (selfies(place) / LIST).symlink_to(bench.canary / "precious"))


@kind("all")
def list_of_lies(bench, name):
    def fill(place):
        lines = [f"{'0' * 64}  {photo}" for photo in NAMES] + [
            "../../etc/passwd",
            "%n%n%s",
            "\x00",
            "x" * 100_000,
        ]
        (selfies(place) / LIST).write_text("\n".join(lines * 12))

    return filled(bench, name, fill)


# --- names, programs, settings


@kind("all", "ext4")
def hostile_names(bench, name):
    def fill(place):
        folder = selfies(place)
        bad = [
            b"line\nbreak",
            b"%n%s%p",
            b"-rf",
            b"$(reboot)",
            b"`reboot`",
            b"\x1b[2J\x07",
            b"\xff\xfe",
            b"x" * 255,
        ]
        bad += [
            "..\u2215..\u2215etc".encode(),
            "\u202egpj.eifles".encode(),
            b"selfie-000001-20261121-120001.jpg ",
        ]
        bad += [b"selfie-999999999999-20261121-120001.jpg", b"selfie-000001-20261121-120001.jpg\n"]
        for word in bad:
            Path(os.fsdecode(os.fsencode(folder) + b"/" + word)).write_bytes(b"?")

    return filled(bench, name, fill)


@kind("all", "vfat")
def hostile_names_in_unicode(bench, name):
    stick = bench.stick(name)
    with bench.opened(stick, "utf8") as place:
        for word in ("\u202egpj.eifles", "é" * 120, "%n%s", "$(reboot)", "-rf", "selfie-000001.jpg"):
            (place / word).write_bytes(b"?")
    return plugged(bench, stick)


@kind("all")
def many_files(bench, name):
    def fill(place):
        folder = selfies(place)
        for number in range(500):
            (folder / f"selfie-{number:06d}-19990101-000000.jpg").touch()

    return filled(bench, name, fill, size=16 * MB)


@kind("all")
def settings_and_programs_of_its_own(bench, name):
    """Each would leave a trace beside the canary, or send the photos elsewhere."""

    def fill(place):
        trace = f"#!/bin/sh\ntouch {bench.canary}/ran\n"
        for where in (place, selfies(place)):
            for program in ("setup.sh", "autorun.sh", ".bashrc", "sitecustomize.py", "smart-selfie", "mount"):
                (where / program).write_text(trace)
                if name == "ext4":
                    (where / program).chmod(0o4755)
            (where / "sitecustomize.py").write_text(f"open({str(bench.canary / 'ran')!r}, 'w')\n")
            (where / "autorun.inf").write_text("[autorun]\nopen=setup.sh\n")
            (where / "config.yaml").write_text("export: {delete_after: true}\nstorage: {folder: /etc}\n")

    return filled(bench, name, fill)


@kind("all")
def label_of_hostile_letters(bench, name):
    return plugged(bench, bench.stick(name, label="$(reboot)" if name == "ext4" else "`RM -RF`"))


@kind("all")
def no_label(bench, name):
    return plugged(bench, bench.stick(name, label=""))
