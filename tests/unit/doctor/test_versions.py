"""Versions of everything that a fault may come from."""

import platform

from appliance import __version__
from appliance.doctor.versions import versions
from appliance.hw.machine import Machine
from tests.support.machine_folder import program_prints, put


def test_program_system_kernel_packages_and_firmware_are_named(machine: Machine) -> None:
    put(machine, "/etc/os-release", 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n')
    program_prints(machine, "dpkg-query", "0.3.36-1")
    program_prints(machine, "vcgencmd", "2025/08/20 17:02:31\nCopyright (c) 2012 Broadcom")
    (found,) = versions(machine)
    assert found.facts["smart-selfie"] == __version__
    assert found.facts["system"] == "Debian GNU/Linux 13 (trixie)"
    assert found.facts["kernel"].startswith(platform.release())
    assert found.facts["python3-picamera2"] == "0.3.36-1"
    assert found.facts["firmware"] == "2025/08/20 17:02:31"
    assert found.facts["numpy"]


def test_what_is_not_installed_is_left_out(machine: Machine) -> None:
    (found,) = versions(machine)
    assert not {"python3-picamera2", "firmware"} & found.facts.keys()
    assert found.facts["system"] == "unknown"
