"""Which sticks are mounted, and how: by an allow-list of file systems, and nothing on them may run.

``systemd/stick`` as it is, with programs that stand for those of the system. Real sticks, vfat and ext4, are
in tests/machine; the kernel there does not know exfat.
"""

import os
import subprocess
from pathlib import Path

import pytest

STICK = Path(__file__).parents[2] / "systemd" / "stick"
PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"


class System:
    """A machine in a folder, with a stick sdz1."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.run = folder, folder / "run"
        (folder / "bin").mkdir()
        text = STICK.read_text()
        assert text.count(PATH) == 1
        self.script = folder / "stick"
        self.script.write_text(text.replace(PATH, f"PATH={folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"))
        self.program("findmnt", "exit 1")
        self.program("id", "echo 123")
        self.program("systemd-mount", f'printf "%s\\n" "$@" >>{folder}/mounted')
        self.program("chown", "exit 0")

    def program(self, name: str, text: str) -> None:
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def attach(self, blkid: str) -> subprocess.CompletedProcess[str]:
        """``blkid`` is what that program does."""
        self.program("blkid", blkid)
        (self.run / "sdz1").mkdir(parents=True, exist_ok=True)
        return self._stick("attach")

    def detach(self, there: int) -> subprocess.CompletedProcess[str]:
        """After a copy that failed. ``there``: how often systemd, when asked, still has the stick."""
        (self.run / "attached").mkdir(parents=True)
        (self.run / "attached" / "sdz1").touch()
        asked = self.folder / "asked"
        self.program(
            "systemctl",
            f"""case $* in
                *is-active*) echo >>{asked}; [ "$(wc -l <{asked})" -le {there} ] ;;
                *) printf 'ExecMainCode=1\\nExecMainStatus=1\\n' ;;
            esac""",
        )
        return self._stick("detach")

    def _stick(self, task: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(self.script), task, "sdz1"],
            env={**os.environ, "SMART_SELFIE_RUN": str(self.run)},
            capture_output=True,
            text=True,
            check=False,
        )

    def said(self) -> str | None:
        file = self.run / "said" / "sdz1"
        return file.read_text().strip() if file.exists() else None

    def mounted(self) -> list[str]:
        file = self.folder / "mounted"
        return file.read_text().splitlines() if file.exists() else []

    def light(self) -> str | None:
        file = self.run / "light"
        return file.read_text().strip() if file.exists() else None


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


@pytest.mark.parametrize("type", ["vfat", "exfat", "ext4"])
def test_what_a_stick_usually_has_is_mounted_as_that_and_nothing_on_it_can_be_run(
    system: System, type: str
) -> None:
    done = system.attach(f"printf %s '{type}'")
    assert done.returncode == 0, done
    options = next(word for word in system.mounted() if word.startswith("--options="))
    assert f"--type={type}" in system.mounted()
    assert {"nodev", "nosuid", "noexec", "nosymfollow"} <= set(options.partition("=")[2].split(","))
    assert ("uid=123" in options) == (type != "ext4")  # there files have owners of their own
    assert system.light() == "exporting"


@pytest.mark.parametrize("type", ["ntfs", "ntfs3", "xfs", "ext2", "exfat2", "fuse.exfat", "", "vfat\next4"])
def test_every_other_file_system_is_refused_by_name_and_never_mounted(system: System, type: str) -> None:
    done = system.attach(f"printf %s '{type}'")
    assert done.returncode == 1
    assert "vfat, exfat and ext4 are known" in done.stderr
    assert not system.mounted()
    assert system.light() is None


def test_a_device_with_two_file_systems_at_once_is_refused(system: System) -> None:
    done = system.attach("exit 8")
    assert "several file systems at once" in done.stderr
    assert not system.mounted()


def test_a_stick_somebody_else_has_mounted_is_left_alone(system: System) -> None:
    system.program("findmnt", "exit 0")
    done = system.attach("printf exfat")
    assert (done.returncode, system.mounted()) == (1, [])
    assert "is in use" in done.stderr


def first_bytes(**at: int) -> str:
    """A program in place of od: the first bytes of the stick, 0 but those named, as at_37=1."""
    return "echo " + " ".join(str(at.get(f"at_{number}", 0)) for number in range(107))


def checked(system: System, first: str) -> None:
    """Sticks that begin so, and programs that note what they are asked to check."""
    for name in ("fsck.vfat", "fsck.exfat"):
        system.program(name, f'echo {name} "$@" >>{system.folder}/checked')
    system.program("od", first)
    (system.folder / "checked").touch()


@pytest.mark.parametrize(
    ("type", "first", "check"),
    [
        ("vfat", first_bytes(at_22=9, at_37=1), ["fsck.vfat -a /dev/sdz1"]),  # FAT12 and FAT16
        ("vfat", first_bytes(at_65=1), ["fsck.vfat -a /dev/sdz1"]),  # FAT32
        ("exfat", first_bytes(at_106=2), ["fsck.exfat -p /dev/sdz1"]),
        ("vfat", first_bytes(at_22=9, at_65=255), []),
        ("vfat", first_bytes(at_37=255), []),
        ("vfat", "exit 1", []),
        ("exfat", first_bytes(at_106=253), []),
        ("ext4", "yes 255 | head -107", []),  # mends itself
    ],
)
def test_a_stick_that_was_pulled_out_while_it_was_written_is_mended_before_it_is_mounted(
    system: System, type: str, first: str, check: list[str]
) -> None:
    checked(system, first)
    done = system.attach(f"printf {type}")
    assert done.returncode == 0, done
    assert (system.folder / "checked").read_text().splitlines() == check
    assert ("was not unmounted the last time" in done.stdout) == bool(check)
    assert system.mounted()


def test_a_stick_that_cannot_be_mended_is_reported_and_tried_all_the_same(system: System) -> None:
    checked(system, first_bytes(at_65=1))
    system.program("fsck.vfat", "exit 4")
    done = system.attach("printf vfat")
    assert done.returncode == 0
    assert "the check of /dev/sdz1 failed (4); have a computer check it" in done.stdout
    assert system.mounted()


@pytest.mark.parametrize("interrupted", [1, 0])
def test_a_gap_in_the_folder_of_a_stick_is_closed_and_nothing_is_left_of_that(
    system: System, interrupted: int
) -> None:
    checked(system, first_bytes(at_65=interrupted))
    folder = system.run / "sdz1" / "selfies"
    folder.mkdir(parents=True)
    (folder / "selfie-000001.jpg").touch()
    (folder / "MINE.GAP").touch()
    system.program("sync", f"ls {folder} | wc -l >{system.folder}/filled")
    asked = system.folder / "asked"  # the folder grows when its last free entry has been taken
    system.program("stat", f"echo >>{asked}; [ $(wc -l <{asked}) -le 3 ] && echo 4096 || echo 8192")
    assert system.attach("printf vfat").returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["MINE.GAP", "selfie-000001.jpg"]
    filled = system.folder / "filled"
    assert (int(filled.read_text()) if filled.exists() else 0) == (258 if interrupted else 0)


@pytest.mark.parametrize("interrupted", [1, 0])
def test_a_folder_that_cannot_be_read_after_a_cut_is_put_aside_and_nothing_of_it_is_lost(
    system: System, interrupted: int
) -> None:
    checked(system, first_bytes(at_65=interrupted))
    folder = system.run / "sdz1" / "selfies"
    for name in ("selfies", "selfies-damaged-1"):
        (system.run / "sdz1" / name).mkdir(parents=True)
        (system.run / "sdz1" / name / "selfie-000001.jpg").touch()
    system.program("ls", "exit 1")
    done = system.attach("printf vfat")
    assert done.returncode == 0
    there = sorted(str(path.relative_to(folder.parent)) for path in folder.parent.glob("*/*"))
    if interrupted:
        assert there == ["selfies-damaged-1/selfie-000001.jpg", "selfies-damaged-2/selfie-000001.jpg"]
        assert "the folder selfies on /dev/sdz1 is damaged and now called selfies-damaged-2" in done.stdout
    else:
        assert there == ["selfies-damaged-1/selfie-000001.jpg", "selfies/selfie-000001.jpg"]


@pytest.mark.parametrize(
    ("there", "mounted", "unmounts"),
    [(0, "exit 0", "exit 0"), (1, "exit 1", "exit 0"), (1, "exit 0", "exit 1"), (1, "exit 0", "exit 0")],
)
def test_a_stick_pulled_out_in_the_middle_is_called_that_however_late_systemd_notices(
    system: System, there: int, mounted: str, unmounts: str
) -> None:
    system.program("mountpoint", mounted)
    system.program("systemd-umount", unmounts)
    done = system.detach(there)
    assert done.returncode == 1
    assert "/dev/sdz1 was pulled out too early: count on nothing on it" in done.stderr
    assert system.said() is None  # or no other stick would ever be called safe
    assert system.light() is None


@pytest.mark.parametrize(
    ("mounted", "unmounts", "told"),
    [
        ("exit 1", "exit 0", "nothing was copied onto /dev/sdz1"),
        ("exit 0", "exit 1", "could not be finished"),
        ("exit 0", "exit 0", "NOT all photos are on /dev/sdz1"),
    ],
)
def test_a_stick_that_failed_and_is_still_there_is_not_called_safe(
    system: System, mounted: str, unmounts: str, told: str
) -> None:
    system.program("mountpoint", mounted)
    system.program("systemd-umount", unmounts)
    done = system.detach(there=9)
    assert done.returncode == 1
    assert told in done.stderr
    assert system.said() == "failed"
    assert system.light() is None
