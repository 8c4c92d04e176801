"""Hostile sticks: no photo is claimed that is not there, none is lost, nothing on a stick is obeyed.

Run by scripts/rung-sticks, as root of a kernel that has vfat and the device mapper. Each stick goes the way
of scripts/export-photos: the real script, the real mount, the real file system.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.machine.sticks import broken, trapped  # noqa: F401  (each enters its kinds)
from tests.machine.sticks.bench import FOLDER, MB, PHOTOS, ROOT, Bench, Stick, run
from tests.machine.sticks.kinds import BOTH, KINDS, Kind, filled

SELFIE = Path(os.environ.get("SMART_SELFIE", shutil.which("smart-selfie") or "/nowhere"))
SECTOR = 512


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, SELFIE)
    yield bench
    bench.unplug_all()
    shutil.rmtree(bench.card)


@contextlib.contextmanager
def mapped(name: str, *table: str) -> Iterator[str]:
    """A device of the device mapper, by lines of its table."""
    dmsetup = ["dmsetup", "--noudevsync", "--noudevrules"]
    subprocess.run([*dmsetup, "create", name], input="\n".join(table), text=True, check=True)
    try:
        yield "/dev/" + Path(run("dmsetup", "info", "-c", "--noheadings", "-o", "blkdevname", name)).name
    finally:
        run(*dmsetup, "remove", "--retry", "--force", name, check=False)


def sectors(stick: Stick) -> int:
    return stick.image.stat().st_size // SECTOR


def holds(bench: Bench, stick: Stick, told: Any) -> int:
    """What must be true of every stick, whatever was plugged in; returns how many photos are on it."""
    print(told.text)
    assert "Traceback" not in told.text
    assert "Error" not in told.text.replace("I/O Error", "")
    there = bench.kept(stick, wanted=bench.before)
    assert told.claimed <= there, "claimed, and not there"
    assert (told.code == 0) == told.safe
    assert (told.code == 0) == (told.claimed == len(bench.before)), "success is all of them"
    assert bench.light() == ("safe_to_unplug" if told.safe else "")
    assert told.code == 0 or told.text.strip(), "a failure has its reason"
    assert [path.name for path in bench.canary.iterdir()] == ["precious"]
    assert (bench.canary / "precious").read_text() == "precious"
    assert not run("findmnt", "--source", stick.device, check=False), "still mounted"
    return there


@pytest.mark.parametrize("name", BOTH)
def test_a_healthy_stick_gets_all_photos_and_is_called_safe(bench: Bench, name: str) -> None:
    bench.before = bench.hashes()
    stick = bench.stick(name)
    told = bench.export(bench.plug(stick))
    assert holds(bench, stick, told) == PHOTOS
    assert told.code == 0
    assert len(bench.names()) == PHOTOS


def test_however_many_gaps_a_cut_has_left_all_that_is_on_the_stick_is_seen_again(bench: Bench) -> None:
    bench.before = bench.hashes()
    stick = broken.with_gaps(bench, files=1600, entries=11)
    with bench.opened(stick, "ro") as place:
        assert len(list((place / FOLDER).iterdir())) < 40  # for this kernel, as for Windows
    told = bench.export(stick.device)
    assert holds(bench, stick, told) == PHOTOS
    with bench.opened(stick, "ro") as place:
        marks = {path.name for path in (place / FOLDER).glob("MARK-*")}
        assert not list((place / FOLDER).glob("*.GAP"))
    assert len(marks) > 400
    assert {"MARK-1599", "MARK-1598", "MARK-1597"} & marks  # the last ones too


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_hostile(bench: Bench, kind: Kind) -> None:
    bench.before = bench.hashes()
    stick = kind.make(bench, kind.type)
    told = bench.export(stick.device)
    holds(bench, stick, told)
    claimed = {"all": {PHOTOS}, "none": {0}, "some": set(range(1, PHOTOS)), "any": set(range(PHOTOS + 1))}
    assert told.claimed in claimed[kind.outcome]
    assert bench.hashes() == bench.before, "the card keeps its photos"


@pytest.mark.parametrize("name", BOTH)
def test_a_stick_that_lies_about_its_size_is_not_believed(bench: Bench, name: str) -> None:
    """What is written past its first 1.5 MB is taken, and forgotten."""
    for number in range(PHOTOS + 1, 41):
        bench.take(number)
    bench.before = bench.hashes()
    bench.settings(delete_after=True)
    stick = bench.stick(name)
    below = bench.plug(stick)
    real = 3 * MB // 2 // SECTOR
    with mapped("liar", f"0 {real} linear {below} 0", f"{real} {sectors(stick) - real} zero") as device:
        told = bench.export(device)
    there = holds(bench, stick, told)
    assert told.code == 1
    assert told.claimed < 40
    assert len(bench.names()) >= 40 - there, "only what is on the stick is deleted from the card"


@pytest.mark.parametrize("name", BOTH)
def test_a_stick_that_forgets_all_it_is_given_gets_no_photo_to_its_credit(bench: Bench, name: str) -> None:
    bench.before = bench.hashes()
    bench.settings(delete_after=True)
    stick = bench.stick(name)
    below = bench.plug(stick)
    with mapped("sieve", f"0 {sectors(stick)} flakey {below} 0 0 3600 1 drop_writes") as device:
        told = bench.export(device)
    print(told.text)
    assert told.code == 1
    assert told.claimed == 0
    assert len(bench.names()) == PHOTOS


@pytest.mark.parametrize("name", BOTH)
def test_a_stick_that_fails_beyond_a_point_is_reported_with_how_many_of_how_many(
    bench: Bench, name: str
) -> None:
    for number in range(PHOTOS + 1, 41):
        bench.take(number)
    bench.before = bench.hashes()
    stick = bench.stick(name)
    below = bench.plug(stick)
    good = 3 * MB // 2 // SECTOR
    with mapped("failing", f"0 {good} linear {below} 0", f"{good} {sectors(stick) - good} error") as device:
        told = bench.export(device)
    holds(bench, stick, told)
    assert told.code == 1
    assert bench.hashes() == bench.before


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("after", [1, 4, 19])
def test_a_stick_pulled_out_while_photos_are_copied_loses_none(bench: Bench, name: str, after: float) -> None:
    for number in range(PHOTOS + 1, 21):
        bench.take(number)
    bench.before = bench.hashes()
    bench.settings(delete_after=True)
    stick = bench.stick(name)
    below = bench.plug(stick)
    module = f'{sys.executable} -m tests.machine.sticks.pulls_out "$@"'
    puller = bench.program(f"PULL_AFTER={after} PYTHONPATH={ROOT} exec {module}")
    with mapped("pulled", f"0 {sectors(stick)} linear {below} 0") as device:
        told = bench.export(device, puller)
    print(told.text)
    assert told.code == 1
    assert told.claimed == 0
    assert not told.safe
    assert "Traceback" not in told.text
    assert bench.hashes() == bench.before, "photos are deleted only when the stick is finished"
    assert bench.light() == ""


@pytest.mark.parametrize("name", BOTH)
def test_two_hundred_photos_and_a_second_export_that_finds_them(bench: Bench, name: str) -> None:
    for number in range(PHOTOS + 1, 211):
        bench.take(number)
    bench.before = bench.hashes()
    stick = bench.stick(name, 24 * MB)
    device = bench.plug(stick)
    told = bench.export(device)
    assert holds(bench, stick, told) == told.claimed == 210
    again = bench.export(device)
    assert holds(bench, stick, again) == 210
    assert "0 of them new" in again.text
    with bench.opened(stick, "ro") as place:
        run("sh", "-c", f"cd {place / FOLDER} && sha256sum --check --strict SHA256SUMS.txt")


def test_two_sticks_at_once_take_turns_and_both_get_all_photos(bench: Bench) -> None:
    bench.before = bench.hashes()
    sticks = [bench.stick(name) for name in BOTH]
    for stick in sticks:
        bench.plug(stick)
    with bench.exporting(sticks[0].device) as first, bench.exporting(sticks[1].device) as second:
        told = [process.communicate()[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], told
    assert [bench.kept(stick, bench.before) for stick in sticks] == [PHOTOS, PHOTOS]
    assert bench.light() == "safe_to_unplug"


@pytest.mark.parametrize("name", BOTH)
def test_a_stick_is_mounted_without_devices_programs_and_foreign_rights(bench: Bench, name: str) -> None:
    """The program that copies is replaced by one that tells how the stick is mounted where it is to copy."""
    looks = bench.program('findmnt --noheadings --output OPTIONS --target "$(dirname "$2")"')
    told = bench.export(bench.plug(bench.stick(name)), looks)
    options = told.text.splitlines()[0].split(",")
    assert {"nodev", "nosuid", "noexec", "nosymfollow"} <= set(options)


def test_no_photos_is_not_a_success(bench: Bench) -> None:
    for name in bench.names():
        (bench.card / name).unlink()
    told = bench.export(bench.plug(bench.stick("vfat")))
    assert told.code == 1
    assert not told.safe
    assert "no photos" in told.text


def test_a_stick_in_use_is_left_to_who_uses_it(bench: Bench) -> None:
    stick = filled(bench, "ext4", lambda place: None)
    place = bench.folder / "in-use"
    place.mkdir()
    run("mount", stick.device, place)
    told = bench.export(stick.device)
    run("umount", place)
    assert told.code == 1
    assert "in use" in told.text


def test_what_is_not_a_device_is_reported(bench: Bench) -> None:
    for thing in ("/dev/null", "/nowhere", str(bench.card)):
        told = bench.export(thing)
        assert told.code == 1
        assert "no device" in told.text
