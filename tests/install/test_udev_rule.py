"""Which disks the udev rule passes on, by the real ``udevadm test`` on a made-up sysfs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "systemd" / "60-smart-selfie.rules"

SCRIPT = r"""
set -e
mount -t tmpfs none /run
mount -t tmpfs none /usr/lib/udev/rules.d
mount -t tmpfs none /sys
mkdir -p /dev/block && mount -t tmpfs none /dev/block
mkdir -p /run/udev/rules.d /sys/class/block /sys/bus/usb /sys/bus/pci /sys/dev/block
place=/sys/devices/bridge/port
mkdir -p $place/sdz/sdz1
for part in bridge bridge/port; do
    ln -s /sys/bus/$BUS /sys/devices/$part/subsystem
    echo DEVTYPE=usb_device >/sys/devices/$part/uevent
done
ln -s /sys/class/block $place/sdz/subsystem
ln -s /sys/class/block $place/sdz/sdz1/subsystem
printf 'MAJOR=7\nMINOR=200\nDEVNAME=sdz\nDEVTYPE=disk\n' >$place/sdz/uevent
printf 'MAJOR=7\nMINOR=201\nDEVNAME=sdz1\nDEVTYPE=partition\n' >$place/sdz/sdz1/uevent
printf 'ENV{ID_BUS}="%s", ENV{ID_FS_USAGE}="%s", ENV{ID_FS_LABEL}="%s"\n' "$CALLED" "$USAGE" "$LABEL" \
    >/run/udev/rules.d/10-found.rules
cp "$RULES" /run/udev/rules.d/
SYSTEMD_DEVICE_VERIFY_SYSFS=0 udevadm test --action=$ACTION $place/sdz/sdz1 2>/dev/null
"""


def properties(
    bus: str = "usb",
    called: str = "usb",
    usage: str = "filesystem",
    label: str = "SELFIES",
    action: str = "add",
) -> dict[str, str]:
    """Return what udev knows of a partition in the end. ``called``: its own name for the bus."""
    if os.geteuid() != 0:
        pytest.skip("needs root for a mount namespace of its own")
    for tool in ("udevadm", "unshare"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} here")
    about = {"BUS": bus, "CALLED": called, "USAGE": usage, "LABEL": label, "ACTION": action}
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", SCRIPT],
        env={**os.environ, **about, "RULES": str(RULES)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "DEVPATH=" not in done.stdout:
        pytest.skip(f"udevadm test does not work here: {done.stderr.strip()[-200:]}")
    return dict(line.partition("=")[::2] for line in done.stdout.splitlines() if "=" in line)


WANTED = "smart-selfie-export@sdz1.service"


@pytest.mark.parametrize("called", ["usb", "ata", "scsi", ""])
@pytest.mark.parametrize("action", ["add", "change"])
def test_whatever_is_behind_usb_is_passed_on_also_when_it_is_formatted_there(
    called: str, action: str
) -> None:
    told = properties(called=called, action=action)
    assert told["SYSTEMD_WANTS"] == WANTED
    assert "systemd" in told["TAGS"]


def test_a_disk_inside_the_machine_is_left_alone() -> None:
    told = properties(bus="pci", called="ata")
    assert "SYSTEMD_WANTS" not in told
    assert "UDISKS_AUTO" not in told


def test_a_partition_without_a_file_system_is_left_alone() -> None:
    assert "SYSTEMD_WANTS" not in properties(usage="")


def test_the_desktop_is_kept_off_our_stick_and_no_other() -> None:
    assert properties()["UDISKS_AUTO"] == "0"
    assert "UDISKS_AUTO" not in properties(label="HOLIDAY")


def test_udev_itself_finds_no_mistake_in_the_rules() -> None:
    """``udevadm verify`` is there from systemd 254 on."""
    if shutil.which("udevadm") is None:
        pytest.skip("no udevadm here")
    done = subprocess.run(
        ["udevadm", "verify", "--resolve-names=never", str(RULES)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Unknown command verb" in done.stderr:
        pytest.skip("this udevadm cannot verify rules")
    assert done.returncode == 0, done.stdout + done.stderr
