"""Facts about the board: name, heat, power, pins."""

import os
from dataclasses import dataclass
from enum import StrEnum

from appliance.hw.machine import Machine

# The bits of get_throttled (Raspberry Pi documentation, "vcgencmd").
UNDER_VOLTAGE, CAPPED, THROTTLED, HOT = 1 << 0, 1 << 1, 1 << 2, 1 << 3
SINCE_BOOT = 16
"""Offset of the same bits for events since power-on."""

WARM, TOO_HOT = 70.0, 80.0
"""Degrees Celsius. From 80 on the firmware slows the processor down."""


class Heat(StrEnum):
    """Level of the processor's temperature."""

    GOOD = "good"
    WARM = "warm"
    TOO_HOT = "too_hot"


@dataclass(frozen=True, slots=True)
class Throttling:
    """Value of the firmware's ``get_throttled``."""

    bits: int

    def now(self, wanted: int) -> bool:
        """Return whether any of the bits ``wanted`` is set now."""
        return bool(self.bits & wanted)

    def since_boot(self, wanted: int) -> bool:
        """Return whether any of the bits ``wanted`` was set since power-on."""
        return bool(self.bits & wanted << SINCE_BOOT)


def model(machine: Machine) -> str | None:
    """Return the name of the board; None for anything but a Raspberry Pi."""
    return machine.read("/proc/device-tree/model")


def serial_number(machine: Machine) -> str | None:
    """Return the serial number of the board, 16 hexadecimal digits; None for anything but a Raspberry Pi."""
    return machine.read("/proc/device-tree/serial-number") or machine.read(
        "/sys/firmware/devicetree/base/serial-number"  # in a sandbox without the rest of /proc
    )


def throttling(machine: Machine) -> Throttling | None:
    """Return under-voltage and throttling, now and since power-on; None where they are not reported.

    Read from the firmware's tool (``throttled=0x50005``), which needs /dev/vcio. The kernel's file of that
    name is deprecated, logs a warning, and holds what its own driver fetched and cleared two seconds ago.
    """
    try:
        return Throttling(int((machine.run("vcgencmd", "get_throttled") or "").rpartition("=")[2], 16))
    except ValueError:
        return None


def under_voltage_alarm(machine: Machine) -> bool | None:
    """Return whether the voltage was too low in the last two seconds; None where it is not reported.

    From the kernel's raspberrypi-hwmon driver, which asks the firmware that often; any user may read it.
    """
    for name in machine.find("/sys/class/hwmon/hwmon*/name"):
        if machine.read("/" + str(name.relative_to(machine.root))) == "rpi_volt":
            alarm = machine.read("/" + str(name.with_name("in0_lcrit_alarm").relative_to(machine.root)))
            return None if alarm not in {"0", "1"} else alarm == "1"
    return None


@dataclass(frozen=True, slots=True)
class ContiguousMemory:
    """Contiguous memory (CMA) of the kernel, which holds camera buffers, bytes; None if not reported."""

    total: int | None
    free: int | None


def contiguous_memory(machine: Machine) -> ContiguousMemory:
    """Return the contiguous memory of this board."""
    memory = meminfo(machine)
    return ContiguousMemory(memory.get("CmaTotal"), memory.get("CmaFree"))


def meminfo(machine: Machine) -> dict[str, int]:
    """Return ``/proc/meminfo``: bytes by name (``MemTotal``); empty where there is none."""
    lines = (line.partition(":") for line in (machine.read("/proc/meminfo") or "").splitlines())
    fields = {name: value.split() for name, _, value in lines}
    return {name: int(words[0]) * 1024 for name, words in fields.items() if words and words[0].isdigit()}


def temperature(machine: Machine) -> float | None:
    """Return the processor's temperature, degrees Celsius; None where it is not reported."""
    try:
        return int(machine.read("/sys/class/thermal/thermal_zone0/temp") or "") / 1000
    except ValueError:
        return None


def heat(degrees: float) -> Heat:
    """Return how hot ``degrees`` Celsius are."""
    return Heat.TOO_HOT if degrees >= TOO_HOT else Heat.WARM if degrees >= WARM else Heat.GOOD


def gpio_chips(machine: Machine) -> dict[str, bool]:
    """Return the GPIO devices, ``/dev/gpiochip0`` and so on, and whether this process may open them."""
    chips = machine.find("/dev/gpiochip*")
    return {f"/dev/{chip.name}": os.access(chip, os.R_OK | os.W_OK) for chip in chips}
