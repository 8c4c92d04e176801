"""The board: power, heat, pins, clock."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

from appliance.doctor.finding import Finding, fault, good, unknown, warning
from appliance.doctor.machine import Machine

# The bits of get_throttled (Raspberry Pi documentation, "vcgencmd").
UNDER_VOLTAGE, CAPPED, THROTTLED, HOT = 1 << 0, 1 << 1, 1 << 2, 1 << 3
SINCE_BOOT = 16
"""The same bits, this much higher, say that it has happened since the board was switched on."""

WARM, TOO_HOT = 70.0, 80.0
"""Degrees Celsius. From 80 on the firmware slows the processor down."""

BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""No photo of this appliance can be older; a clock that says so was never set."""


def board(machine: Machine) -> Finding:
    """Which board this is."""
    model = machine.read("/proc/device-tree/model")
    if model is None:
        return unknown("board", "no Raspberry Pi")
    return good("board", model)


def power(machine: Machine) -> Finding:
    """Under-voltage, now or since the board was switched on."""
    bits = _throttled(machine)
    if bits is None:
        return unknown("power", "this machine does not tell")
    advice = "Use the power supply made for this board, and a short thick cable"
    if bits & UNDER_VOLTAGE:
        return fault("power", "the voltage is too low now", advice)
    if bits & UNDER_VOLTAGE << SINCE_BOOT:
        return warning("power", "the voltage was too low since power-on", advice)
    return good("power", "enough since power-on")


def speed(machine: Machine) -> Finding:
    """Whether the firmware slows the processor down."""
    bits = _throttled(machine)
    if bits is None:
        return unknown("speed", "this machine does not tell")
    slowed = CAPPED | THROTTLED | HOT
    advice = "Better cooling or a better power supply; photos come later while it is slow"
    if bits & slowed:
        return warning("speed", "the processor is slowed down now", advice)
    if bits & slowed << SINCE_BOOT:
        return warning("speed", "the processor was slowed down since power-on", advice)
    return good("speed", "full since power-on")


def temperature(machine: Machine) -> Finding:
    """Of the processor."""
    text = machine.read("/sys/class/thermal/thermal_zone0/temp")
    if text is None or not text.lstrip("-").isdecimal():
        return unknown("temperature", "this machine does not tell")
    degrees = int(text) / 1000
    advice = "Let air to the board, or put a heat sink on it"
    if degrees >= TOO_HOT:
        return fault("temperature", f"{degrees:.0f} °C, the processor slows down at {TOO_HOT:.0f}", advice)
    if degrees >= WARM:
        return warning("temperature", f"{degrees:.0f} °C", advice)
    return good("temperature", f"{degrees:.0f} °C")


def pins(machine: Machine) -> Finding:
    """The GPIO of light and button."""
    chips = list(machine.find("/dev/gpiochip*"))
    if not chips:
        return unknown("pins", "no GPIO here: light and button are simulated")
    names = ", ".join(f"/dev/{chip.name}" for chip in chips)
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return fault(
            "pins",
            f"{names} cannot be opened",
            "Run it as root, or as a member of the group gpio; else run setup.sh again",
        )
    return good("pins", names)


def clock(machine: Machine, now: datetime) -> Finding:
    """Whether photos get the right date. Their names and the rule do not depend on it."""
    if now < BUILT:
        advice = "Connect to a network once after power-on, or add a battery clock; photos are dated wrongly"
        return warning("clock", f"{now:%Y-%m-%d %H:%M}, never set", advice)
    if not machine.path("/run/systemd/timesync/synchronized").exists():
        return warning(
            "clock",
            f"{now:%Y-%m-%d %H:%M}, not confirmed by the network",
            "Without a network a Pi goes on from when it was last on; photos may be dated wrongly",
        )
    return good("clock", f"{now:%Y-%m-%d %H:%M}, set by the network")


def _throttled(machine: Machine) -> int | None:
    for text in _tellings(machine):
        try:
            return int(text.rpartition("=")[2], 16)
        except ValueError:
            continue
    return None


def _tellings(machine: Machine) -> Iterator[str]:
    """``throttled=0x50005`` or ``50005``: from the kernel where it tells, else from the firmware's tool."""
    for path in machine.find("/sys/devices/platform/soc*/*firmware/get_throttled"):
        yield machine.read("/" + str(path.relative_to(machine.root))) or ""
    yield machine.run("vcgencmd", "get_throttled") or ""
