"""What the board tells about itself: its name, its heat, its power, its pins."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from appliance.hw.machine import Machine

# The bits of get_throttled (Raspberry Pi documentation, "vcgencmd").
UNDER_VOLTAGE, CAPPED, THROTTLED, HOT = 1 << 0, 1 << 1, 1 << 2, 1 << 3
SINCE_BOOT = 16
"""The same bits, this much higher, say that it has happened since the board was switched on."""

WARM, TOO_HOT = 70.0, 80.0
"""Degrees Celsius. From 80 on the firmware slows the processor down."""


class Heat(StrEnum):
    """How hot the processor is."""

    GOOD = "good"
    WARM = "warm"
    TOO_HOT = "too_hot"


@dataclass(frozen=True, slots=True)
class Throttling:
    """The firmware's ``get_throttled``."""

    bits: int

    def now(self, wanted: int) -> bool:
        """Whether any of the bits ``wanted`` is true at this moment."""
        return bool(self.bits & wanted)

    def since_boot(self, wanted: int) -> bool:
        """Whether any of them was true since the board was switched on."""
        return bool(self.bits & wanted << SINCE_BOOT)


def model(machine: Machine) -> str | None:
    """Name of the board; None where it is no Raspberry Pi."""
    return machine.read("/proc/device-tree/model")


def throttling(machine: Machine) -> Throttling | None:
    """Under-voltage and slowing down, now and since power-on; None where the machine does not tell."""
    for text in _tellings(machine):
        try:
            return Throttling(int(text.rpartition("=")[2], 16))
        except ValueError:
            continue
    return None


def _tellings(machine: Machine) -> Iterator[str]:
    """``throttled=0x50005`` or ``50005``: from the kernel where it tells, else from the firmware's tool."""
    for path in machine.find("/sys/devices/platform/soc*/*firmware/get_throttled"):
        yield machine.read("/" + str(path.relative_to(machine.root))) or ""
    yield machine.run("vcgencmd", "get_throttled") or ""


def temperature(machine: Machine) -> float | None:
    """Of the processor, degrees Celsius; None where the machine does not tell."""
    try:
        return int(machine.read("/sys/class/thermal/thermal_zone0/temp") or "") / 1000
    except ValueError:
        return None


def heat(degrees: float) -> Heat:
    """Return how hot ``degrees`` Celsius are."""
    return Heat.TOO_HOT if degrees >= TOO_HOT else Heat.WARM if degrees >= WARM else Heat.GOOD


def gpio_chips(machine: Machine) -> dict[str, bool]:
    """The GPIO devices, ``/dev/gpiochip0`` and so on, and whether this process may open them."""
    chips = machine.find("/dev/gpiochip*")
    return {f"/dev/{chip.name}": os.access(chip, os.R_OK | os.W_OK) for chip in chips}
