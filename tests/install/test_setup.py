"""setup.sh where it cannot work: clear words, an exit code, nothing half-installed.

The parts of setup.sh run as they are; the machine is a folder with the files of one, and programs of its own.
What needs a whole machine is in tests/machine/scenario.
"""

import fcntl
import subprocess

import pytest

from tests.support.setup_machine import APT, BOOKWORM, ROOT, TRIXIE, Pi


@pytest.mark.parametrize("system", [BOOKWORM, TRIXIE])
@pytest.mark.parametrize("board", ["Raspberry Pi 3 Model B Plus", "Raspberry Pi 4 Model B", "Raspberry Pi 5"])
def test_the_boards_and_systems_it_is_for_are_accepted(pi: Pi, system: str, board: str) -> None:
    pi.put("etc/os-release", system)
    pi.put("proc/device-tree/model", board + "\0")
    done = pi.run("check_machine; apt_packages; check_camera")
    assert (done.returncode, done.stderr) == (0, "")
    assert pi.asked_of_apt() == []


@pytest.mark.parametrize(
    ("release", "told"),
    [
        ("ID=ubuntu\nVERSION_CODENAME=noble\n", "ubuntu noble, not Raspberry Pi OS Bookworm or Trixie"),
        ("ID=debian\nVERSION_CODENAME=bullseye\n", "debian bullseye"),
        ("ID=raspbian\nVERSION_CODENAME=bookworm\n", "32-bit Raspberry Pi OS"),
        ("", "an unknown system"),
    ],
)
def test_another_system_is_reported_and_offered_the_demo(pi: Pi, release: str, told: str) -> None:
    pi.put("etc/os-release", release)
    said = pi.refuses()
    assert told in said
    assert "scripts/demo" in said


@pytest.mark.parametrize("model", [None, "ODROID-N2\0"])
def test_another_machine_is_refused_and_offered_the_demo(pi: Pi, model: str | None) -> None:
    (pi.folder / "proc/device-tree/model").unlink()
    if model:
        pi.put("proc/device-tree/model", model)
    said = pi.refuses()
    assert "not a Raspberry Pi" in said
    assert "scripts/demo" in said


def test_32_bit_programs_under_a_64_bit_kernel_are_reported(pi: Pi) -> None:
    pi.program("dpkg", "echo armhf")
    assert "64-bit" in pi.refuses()


def test_a_full_card_is_reported_with_how_much_is_needed(pi: Pi) -> None:
    pi.program("df", "printf ' Avail\\n   300\\n'")
    assert "300 MB are free on the card, 900 MB are needed" in pi.refuses()


def test_a_machine_without_systemd_is_reported(pi: Pi) -> None:
    (pi.folder / "run/systemd/system").rmdir()
    assert "systemd" in pi.refuses()


@pytest.mark.parametrize("system", [BOOKWORM, TRIXIE])
def test_what_is_missing_comes_from_apt_numpy_too(pi: Pi, system: str) -> None:
    pi.put("etc/os-release", system)
    pi.program("dpkg-query", "echo 'python3 installed'; echo 'python3-numpy config-files'")
    assert pi.run("apt_packages").returncode == 0
    update, install = pi.asked_of_apt()
    assert update.endswith("update")
    assert install.split()[-len(APT) + 1 :] == APT[1:]


def test_no_network_for_apt_is_reported_and_nothing_was_changed(pi: Pi) -> None:
    pi.program("dpkg-query", "echo 'python3 installed'")
    pi.program("apt-get", "exit 100")
    assert "Check the network; nothing was changed" in pi.refuses()


def test_offline_says_which_packages_of_apt_are_missing(pi: Pi) -> None:
    pi.program("dpkg-query", "echo 'python3 installed'")
    said = pi.refuses(SMART_SELFIE_BUNDLE="/bundle")
    assert "python3-picamera2 python3-lgpio" in said
    assert pi.asked_of_apt() == []


def test_no_camera_is_reported_before_anything_is_installed(pi: Pi) -> None:
    pi.program("python3", "echo")
    assert "No camera is seen" in pi.refuses()
    pi.put("dev/v4l/by-id/usb-Some_Webcam-video-index0")
    assert pi.run("check_camera").returncode == 0
    (pi.folder / "dev/v4l/by-id/usb-Some_Webcam-video-index0").unlink()
    pi.program("systemctl", "exit 0")  # the appliance runs and holds the camera
    assert pi.run("check_camera").returncode == 0


def test_the_ai_camera_gets_its_firmware_and_others_nothing(pi: Pi) -> None:
    assert pi.run("check_camera").returncode == 0
    assert not (pi.folder / "apt").exists()
    pi.program("python3", "echo 'imx708 imx500'")
    done = pi.run("check_camera")
    assert done.returncode == 0, done.stderr
    assert "imx500-all" in (pi.folder / "apt").read_text()
    assert "sudo reboot, once" in done.stdout
    pi.program("dpkg-query", "echo 'imx500-all installed'")
    (pi.folder / "apt").unlink()
    assert pi.run("check_camera").returncode == 0
    assert not (pi.folder / "apt").exists()


@pytest.mark.parametrize(
    ("target", "label", "told"),
    [("graphical", "PARTY", True), ("graphical", "SELFIES", False), ("multi-user", "PARTY", False)],
)
def test_a_desktop_that_would_take_a_stick_of_another_name_is_reported(
    pi: Pi, target: str, label: str, told: bool
) -> None:
    pi.program("systemctl", f"echo {target}.target")
    pi.put("release/bin/smart-selfie", f"#!/bin/sh\necho {label}\n")
    (pi.folder / "release/bin/smart-selfie").chmod(0o755)
    done = pi.run(f"tell_desktop {pi.folder}/release")
    assert done.returncode == 0, done.stderr
    assert ("mounts a stick called PARTY" in done.stdout) is told


def test_a_picamera2_that_a_foreign_numpy_broke_is_reported_with_the_reason_and_the_way_out(pi: Pi) -> None:
    pi.program("python3", "echo 'Traceback'; echo 'ValueError: numpy.dtype size changed'; exit 1")
    said = pi.refuses()
    assert "numpy.dtype size changed" in said
    assert "pip uninstall" in said


def test_a_second_setup_during_the_first_is_reported(pi: Pi) -> None:
    with (pi.folder / "run/smart-selfie-setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another setup.sh is at work" in pi.refuses("only_one_setup")
    assert pi.run("only_one_setup").returncode == 0


@pytest.mark.parametrize("arguments", [["--offline"], ["--offline", "/nowhere"], ["--fast"]], ids=" ".join)
def test_bad_usage_is_reported_with_the_usage(arguments: list[str]) -> None:
    done = subprocess.run([ROOT / "setup.sh", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--uninstall" in done.stderr
