"""Sticks without a file system that works, or without room on it."""

import os
import random
from pathlib import Path

from tests.machine.sticks.bench import KB, MB, PHOTO_BYTES, Bench, Stick, run
from tests.machine.sticks.kinds import filled, kind, plugged, selfies

SECTOR, ENTRY = 512, 32

# --- no file system that is known, or a broken one


@kind("none", "none")
def empty(bench: Bench, name: str) -> Stick:
    return plugged(bench, bench.stick(name))


@kind("none", "none")
def noise(bench: Bench, name: str) -> Stick:
    stick = bench.stick(name)
    stick.image.write_bytes(random.Random(1).randbytes(MB))
    return plugged(bench, stick)


@kind("none", "xfs", "btrfs", "swap", "squashfs", "ntfs", "iso9660")
def other_file_system(bench: Bench, name: str) -> Stick:
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
def two_file_systems_at_once(bench: Bench, name: str) -> Stick:
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
def first_sector_or_superblock_of_noise(bench: Bench, name: str) -> Stick:
    stick = bench.stick(name)
    if name == "vfat":
        scribble(stick, 0x0B, 40)  # sizes of sectors, clusters and tables
    else:
        scribble(stick, 1024, 52)  # counts and sizes; the magic number stays
    return plugged(bench, stick)


@kind("any")
def allocation_tables_of_noise(bench: Bench, name: str) -> Stick:
    stick = bench.stick(name)
    scribble(stick, 4 * KB, 12 * KB if name == "vfat" else 40 * KB)
    return plugged(bench, stick)


@kind("any")
def folder_of_noise(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        folder = selfies(place)
        for number in range(40):
            (folder / f"mark-{number}").touch()

    stick = filled(bench, name, fill)
    content = stick.image.read_bytes()
    mark = content.find(b"mark-20") if name == "ext4" else content.find(b"MARK-20")
    assert mark > 0
    scribble(stick, mark - 200, 400)
    return stick


@kind("all", "vfat")
def cut_while_its_folder_was_written(bench: Bench, name: str) -> Stick:
    """A name across two sectors of the folder, of which the first did not reach the stick.

    For this kernel the folder ends there, and none of our names finds room in the gap.
    """
    return with_gaps(bench, 40, 3)


def with_gaps(bench: Bench, files: int, entries: int) -> Stick:
    """Files MARK-0, MARK-1, …; the last ``entries`` of each sector but the first did not reach the stick."""

    def fill(place: Path) -> None:
        folder = selfies(place)
        for number in range(files):
            (folder / f"MARK-{number}").touch()

    stick = filled(bench, "vfat", fill)
    with stick.image.open("r+b") as file:
        first = file.read().find(b"MARK-20") // SECTOR * SECTOR
        assert first > 0
        for sector in range((files - 40) // (SECTOR // ENTRY) + 1):
            file.seek(first + (sector + 1) * SECTOR - entries * ENTRY)
            file.write(bytes(entries * ENTRY))
    return not_unmounted(stick, 37, 1)


@kind("all", "vfat")
def cut_while_its_folder_grew(bench: Bench, name: str) -> Stick:
    """What was on the stick before stands where the last names did not reach it: noise, folders among it."""

    def fill(place: Path) -> None:
        folder = selfies(place)
        for number in range(200):
            (folder / f"MARK-{number}").touch()

    stick = filled(bench, "vfat", fill)
    scribble(stick, stick.image.read_bytes().find(b"MARK-150") // SECTOR * SECTOR, 2 * KB)
    return not_unmounted(stick, 37, 1)


@kind("all", "exfat")
def cut_while_it_was_written(bench: Bench, name: str) -> Stick:
    return not_unmounted(plugged(bench, bench.stick(name)), 106, 2)


def not_unmounted(stick: Stick, at: int, bit: int) -> Stick:
    """What the kernel writes when it mounts it."""
    with stick.image.open("r+b") as file:
        file.seek(at)
        before = file.read(1)[0]
        file.seek(at)
        file.write(bytes([before | bit]))
    return stick


@kind("none", "ext4")
def features_nobody_knows(bench: Bench, name: str) -> Stick:
    stick = bench.stick(name)
    run("debugfs", "-w", "-R", "ssv feature_incompat 0x80000000", stick.image)
    return plugged(bench, stick)


@kind("any", "ext4")
def journal_of_noise(bench: Bench, name: str) -> Stick:
    stick = bench.stick(name)
    run("debugfs", "-w", "-R", "feature needs_recovery", stick.image)
    content = stick.image.read_bytes()
    scribble(stick, content.find(b"\xc0\x3b\x39\x98"), 64)
    return plugged(bench, stick)


@kind("none", "ext4")
def cut_off(bench: Bench, name: str) -> Stick:
    """The file system is longer than the device."""
    stick = bench.stick(name)
    os.truncate(stick.image, 3 * MB)
    return plugged(bench, stick)


@kind("any", "vfat")
def cut_off_fat(bench: Bench, name: str) -> Stick:
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
def nearly_full(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: film(place, 4 * PHOTO_BYTES))


@kind("none")
def full(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        film(place, 0)
        with (place / "rest").open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 512):
                    pass
            except OSError:
                pass

    return filled(bench, name, fill)


@kind("any")
def tiny(bench: Bench, name: str) -> Stick:
    return plugged(bench, bench.stick(name, 64 * KB if name == "vfat" else 256 * KB))


@kind("none", "ext4")
def no_inodes_left(bench: Bench, name: str) -> Stick:
    """There is room for some photos, and none for the list: nothing is claimed."""

    def fill(place: Path) -> None:
        folder = selfies(place)
        for number in range(os.statvfs(place).f_ffree - 4):
            (folder / f"file-{number}").touch()

    stick = bench.stick(name, 8 * MB, "-N", 64)
    with bench.opened(stick) as place:
        fill(place)
    return plugged(bench, stick)


@kind("none")
def write_protected(bench: Bench, name: str) -> Stick:
    return plugged(bench, bench.stick(name), "--read-only")


@kind("none", "ext4")
def folder_that_cannot_be_changed(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: run("chattr", "+i", selfies(place)))
