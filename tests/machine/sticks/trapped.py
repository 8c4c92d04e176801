"""Sticks whose file system works, and on which something lies in wait."""

import os
import shutil
from pathlib import Path

from tests.machine.sticks.bench import FOLDER, MB, Bench, Stick
from tests.machine.sticks.kinds import filled, kind, plugged, selfies

NAMES = [f"selfie-{number:06d}-20261121-1200{number:02d}.jpg" for number in range(1, 7)]
LIST = "SHA256SUMS.txt"

# --- something else under the names that are wanted


@kind("none", "ext4")
def link_for_a_folder(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: (place / FOLDER).symlink_to(bench.canary))


@kind("none")
def file_for_a_folder(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: (place / FOLDER).write_text("mine"))


@kind("none", "ext4")
def pipe_for_a_folder(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: os.mkfifo(place / FOLDER))


@kind("all")
def folders_for_photos(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        for photo in NAMES:
            (place / FOLDER / photo).mkdir(parents=True)

    return filled(bench, name, fill)


@kind("all", "ext4")
def links_pipes_and_devices_for_photos(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        folder = selfies(place)
        (folder / NAMES[0]).symlink_to(bench.canary / "precious")
        (folder / NAMES[1]).symlink_to(bench.canary / "nothing")
        os.mkfifo(folder / NAMES[2])
        os.mknod(folder / NAMES[3], 0o20666, os.makedev(1, 5))  # /dev/zero has no end
        os.mknod(folder / NAMES[4], 0o60666, os.makedev(7, 0))
        (folder / NAMES[5]).symlink_to("/dev/zero")

    return filled(bench, name, fill)


@kind("all")
def other_photos_of_the_same_name(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: (selfies(place) / NAMES[0]).write_bytes(b"somebody else's"))


@kind("some")
def both_names_taken(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        folder = selfies(place)
        for digest, photo in bench.hashes().items():
            if photo == NAMES[0]:
                (folder / photo).mkdir()
                (folder / f"{Path(photo).stem}-{digest[:12]}.jpg").mkdir()

    return filled(bench, name, fill)


@kind("all", "vfat")
def same_names_in_capitals(bench: Bench, name: str) -> Stick:
    return filled(
        bench, name, lambda place: (selfies(place) / NAMES[0].upper().replace("JPG", "jpg")).touch()
    )


@kind("all")
def torn_rest_of_an_export(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        folder = selfies(place)
        (folder / ".smart-selfie-00112233445566aa.part").write_bytes(b"half")
        (folder / LIST).write_text("0123456789abcdef")
        shutil.copy(bench.card / NAMES[0], folder)

    return filled(bench, name, fill)


@kind("all", "ext4")
def torn_rest_that_is_a_link(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        folder = selfies(place)
        (folder / ".smart-selfie-00112233445566aa.part").symlink_to(bench.canary / "precious")
        (folder / ".smart-selfie-00112233445566bb.part").mkdir()

    return filled(bench, name, fill)


@kind("none")
def folder_for_the_list(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: (place / FOLDER / LIST / "x").mkdir(parents=True))


@kind("all", "ext4")
def link_for_the_list(bench: Bench, name: str) -> Stick:
    return filled(bench, name, lambda place: (selfies(place) / LIST).symlink_to(bench.canary / "precious"))


@kind("all")
def list_of_lies(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
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
def hostile_names(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
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
def hostile_names_in_unicode(bench: Bench, name: str) -> Stick:
    stick = bench.stick(name)
    with bench.opened(stick, "utf8") as place:
        for word in ("\u202egpj.eifles", "é" * 120, "%n%s", "$(reboot)", "-rf", "selfie-000001.jpg"):
            (place / word).write_bytes(b"?")
    return plugged(bench, stick)


@kind("all")
def many_files(bench: Bench, name: str) -> Stick:
    def fill(place: Path) -> None:
        folder = selfies(place)
        for number in range(500):
            (folder / f"selfie-{number:06d}-19990101-000000.jpg").touch()

    return filled(bench, name, fill, size=16 * MB)


@kind("all")
def settings_and_programs_of_its_own(bench: Bench, name: str) -> Stick:
    """Each would leave a trace beside the canary, or send the photos elsewhere."""

    def fill(place: Path) -> None:
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
def label_of_hostile_letters(bench: Bench, name: str) -> Stick:
    return plugged(bench, bench.stick(name, label="$(reboot)" if name == "ext4" else "`RM -RF`"))


@kind("all")
def no_label(bench: Bench, name: str) -> Stick:
    return plugged(bench, bench.stick(name, label=""))
