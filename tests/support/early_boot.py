"""A machine that starts, with the kernel's side of its pins, for the early light."""

import ctypes
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.config.live import LiveConfig
from appliance.hw import early_light, handover

CHIP = "pinctrl-bcm2711"
WAIT = 10.0  # only so that a broken light fails the test instead of hanging it


class LineAttribute(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint32), ("padding", ctypes.c_uint32), ("values", ctypes.c_uint64)]


class LineConfigAttribute(ctypes.Structure):
    _fields_ = [("attr", LineAttribute), ("mask", ctypes.c_uint64)]


class LineConfig(ctypes.Structure):
    _fields_ = [
        ("flags", ctypes.c_uint64),
        ("num_attrs", ctypes.c_uint32),
        ("padding", ctypes.c_uint32 * 5),
        ("attrs", LineConfigAttribute * 10),
    ]


class LineRequest(ctypes.Structure):
    """``struct gpio_v2_line_request`` of <linux/gpio.h>, as the kernel's header has it."""

    _fields_ = [
        ("offsets", ctypes.c_uint32 * 64),
        ("consumer", ctypes.c_char * 32),
        ("config", LineConfig),
        ("num_lines", ctypes.c_uint32),
        ("event_buffer_size", ctypes.c_uint32),
        ("padding", ctypes.c_uint32 * 5),
        ("fd", ctypes.c_int32),
    ]


class LineValues(ctypes.Structure):
    _fields_ = [("bits", ctypes.c_uint64), ("mask", ctypes.c_uint64)]


class ChipInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char * 32), ("label", ctypes.c_char * 32), ("lines", ctypes.c_uint32)]


def number(direction: int, code: int, of: type[ctypes.Structure]) -> int:
    """What <linux/ioctl.h> makes of it: direction 2 reads, 3 reads and writes."""
    return direction << 30 | ctypes.sizeof(of) << 16 | 0xB4 << 8 | code


class Kernel:
    """The kernel's side of the pins: files stand for chips, their content for the label."""

    def __init__(self, devices: Path) -> None:
        self.devices = devices
        self.lit: list[set[int]] = []
        self.driven: set[int] = set()
        self.requests: list[LineRequest] = []

    def ioctl(self, fd: int, request: int, data: Any) -> None:
        if request == number(2, 0x01, ChipInfo):
            label = os.pread(fd, 32, 0)
            data[:] = bytes(ChipInfo(b"chip", label, 58))
        elif request == number(3, 0x07, LineRequest):
            wish = LineRequest.from_buffer(data)
            wish.fd = os.dup(fd)
            self.requests.append(LineRequest.from_buffer_copy(data))
            self.driven = set(wish.offsets[: wish.num_lines])
        elif request == number(3, 0x0F, LineValues):
            values = LineValues.from_buffer_copy(data)
            lines = list(self.requests[-1].offsets[: self.requests[-1].num_lines])
            assert values.mask == (1 << len(lines)) - 1
            self.lit.append({line for place, line in enumerate(lines) if values.bits >> place & 1})
        else:
            raise AssertionError(f"no such call: {request:#x}")


class Boot:
    """A machine that starts: settings and state on its card, and a thread that is the early light."""

    def __init__(self, folder: Path) -> None:
        self.config, self.state = folder / "config.yaml", folder / "state"
        self.devices, self.runtime = folder / "dev", folder / "run" / handover.EARLY_LIGHT
        for made in (self.state, self.devices, self.runtime):
            made.mkdir(parents=True)
        (self.devices / "gpiochip0").write_text("raspberrypi-exp-gpio")
        (self.devices / "gpiochip1").write_text(CHIP)
        self.kernel = Kernel(self.devices)
        self.result: int | None = None
        self.thread = threading.Thread(target=self._run)

    @property
    def note(self) -> Path:
        return self.state / handover.NOTE

    def settings(self, text: str) -> "Boot":
        self.config.write_text(f"hardware: {{{text}}}\n")
        return self

    def ran_before(self, chip: str | None = CHIP) -> "Boot":
        """The appliance has run with the settings as they are."""
        live = LiveConfig(self.config, state=self.state)
        handover.leave_note(live.next_start(), live.start()[0].hardware, chip)
        return self

    def _run(self) -> None:
        self.result = early_light.early_blink(
            str(self.config), str(self.note), str(self.runtime), str(self.devices)
        )

    def power_on(self) -> "Boot":
        self.thread.start()
        return self

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + WAIT
        while not true():
            assert time.monotonic() < end, "it never happened"
            time.sleep(0.005)

    def appliance_takes_over(self) -> "Boot":
        (self.runtime.parent / early_light.WANTED).touch()
        self.thread.join(WAIT)
        return self
