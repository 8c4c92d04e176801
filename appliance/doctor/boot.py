"""Checks of start-up: the time until the appliance is ready, and avoidable delays."""

import re

from appliance.doctor.finding import Finding, Status, good, unknown, warning
from appliance.doctor.program_checks import UNIT
from appliance.hw.machine import Machine

CLOUD_INIT, OFF = "/usr/bin/cloud-init", "/etc/cloud/cloud-init.disabled"
AT_BOOT_SECONDS = 180.0
"""Seconds after power-on from which a start was triggered by something else."""


def cloud_init(machine: Machine) -> Finding:
    """Check whether cloud-init delays every power-on by starting Python before anything else.

    Its units are ordered before sysinit.target, and Raspberry Pi OS Trixie installs it.
    """
    if not machine.path(CLOUD_INIT).exists():
        return good("boot", "no cloud-init")
    if machine.path(OFF).exists() or "cloud-init=disabled" in (machine.read("/proc/cmdline") or ""):
        return good("boot", "cloud-init is off")
    return warning(
        "boot",
        "cloud-init runs at every power-on, before the appliance: seconds on a small board",
        f"sudo touch {OFF}",
    )


def ready_after(machine: Machine) -> Finding:
    """Return how many seconds after power-on the appliance was ready, as systemd counted them."""
    output = machine.run(
        "systemctl", "show", UNIT, "--property=ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic"
    )
    times = dict(re.findall(r"^(\w+)=(\d+)$", output or "", re.MULTILINE))
    started = int(times.get("ExecMainStartTimestampMonotonic", 0)) / 1e6
    ready = int(times.get("ActiveEnterTimestampMonotonic", 0)) / 1e6
    if not ready or not started or ready < started:
        return unknown("start", "not ready since power-on")
    facts = {"started": round(started, 1), "ready": round(ready, 1)}
    if started > AT_BOOT_SECONDS:
        seen = f"ready {ready - started:.1f} s after its start, which was not at power-on"
    else:
        seen = f"ready {ready:.1f} s after power-on, {ready - started:.1f} s of them its own"
    return Finding("start", Status.GOOD, seen, facts=facts)
