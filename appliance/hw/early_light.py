"""First sign of life: the light blinks from when the pins exist until the appliance takes them.

systemd runs this file alone, ``python -ISXutf8 early_light.py CONFIG NOTE``: loading gpiozero and the
settings would take as long as the boot so far. So it takes the pins from a note that the appliance left at
its last run (``leave_note`` in ``handover.py``), and lets the kernel drive them without a library. Where the
settings have changed since the note, the light stays dark: it never drives a pin on a guess.

Standard library only, and as little of it as possible: pathlib alone takes longer to load than all of this.
"""

import errno
import os
import stat
import sys
from fcntl import ioctl
from struct import pack, pack_into, unpack_from
from time import monotonic, sleep

WANTED = "pins-wanted"
"""File in the appliance's runtime directory that announces that it is about to open its pins."""
ON_SECONDS, OFF_SECONDS = 0.05, 0.95
"""The light's "booting", as in ``appliance/light/table.py``; a test compares them."""
LIGHT_WAIT_SECONDS = 300.0
"""Seconds after its start in which file systems with settings and note must come, and access to the pins."""
_POLL_SECONDS = 0.05

# <linux/gpio.h>, version 2 of the interface: Linux 5.10 and later, the same on every 64-bit processor.
_CHIP_INFO = 0x8044B401
_LABEL = slice(32, 64)
_GET_LINES = 0xC250B407
_REQUEST_BYTES, _CONSUMER_AT, _FLAGS_AT, _COUNT_AT, _FD_AT = 592, 256, 288, 560, 588
_OUTPUT = 1 << 3
MOST_LINES = 64
"""Limit of lines per request of the kernel; no Pi has more."""
_SET_VALUES = 0xC010B40F


class Note:
    """Facts of the appliance's last run: stamps of its settings' files, the chip, and the pins on it.

    ``files`` has a stamp for each file (see :func:`_stamp`), ``chip`` is the chip's label, ``shine`` are the
    lines of the light, and ``dark`` those of a lamp that must not glow meanwhile.
    """

    def __init__(
        self, files: dict[str, tuple[int, ...]], chip: str, shine: tuple[int, ...], dark: tuple[int, ...]
    ) -> None:
        self.files, self.chip, self.shine, self.dark = files, chip, shine, dark

    def text(self) -> str:
        """Return the note as text, for :func:`read_note`."""
        lines = [f"file {_words(when)} {name}" for name, when in self.files.items()]
        lines += [f"chip {self.chip}", f"shine {_words(self.shine)}", f"dark {_words(self.dark)}"]
        return "\n".join(lines) + "\n"


def read_note(path: str, config: str) -> Note:
    """Return the note at ``path``. Raises OSError, and ValueError if ``config`` has changed since."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would block
    with open(handle, encoding="utf-8", errors="surrogateescape") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a file", path)
        lines = [line.rstrip("\n").partition(" ")[::2] for line in file]
    files = {}
    for word, value in lines:
        if word == "file":
            when, _, name = value.partition(" ")
            files[name] = _numbers(when)
    rest = dict(lines)
    if config not in files or any(_stamp(name) != when for name, when in files.items()):
        raise ValueError("the settings have changed since the note")
    try:
        note = Note(files, rest["chip"], _numbers(rest["shine"]), _numbers(rest["dark"]))
    except KeyError as error:
        raise ValueError(f"the note lacks the {error.args[0]}") from None
    pins = (*note.shine, *note.dark)
    if not note.shine or len(set(pins)) != len(pins) or not all(0 <= pin < MOST_LINES for pin in pins):
        raise ValueError("the note lists no pins")
    return note


def _stamp(path: str) -> tuple[int, ...]:
    """Return a stamp that changes when the file does."""
    try:
        status = os.stat(path)
    except OSError as error:
        return (error.errno or 0,)
    return status.st_mtime_ns, status.st_size, status.st_ino


def chip_label(path: str) -> str:
    """Return the kernel's label of the GPIO chip at ``path``, such as pinctrl-rp1. Raises OSError."""
    chip = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        return _label(chip)
    finally:
        os.close(chip)


class Lines:
    """Lines of a chip as outputs, off at first. Raises OSError if one is missing or taken."""

    def __init__(self, note: Note, devices: str) -> None:
        pins = (*note.shine, *note.dark)
        self._all, self._shine = (1 << len(pins)) - 1, (1 << len(note.shine)) - 1
        request = bytearray(_REQUEST_BYTES)
        pack_into(f"{len(pins)}I", request, 0, *pins)
        pack_into("12s", request, _CONSUMER_AT, b"smart-selfie")
        pack_into("Q", request, _FLAGS_AT, _OUTPUT)
        pack_into("I", request, _COUNT_AT, len(pins))
        chip = _open_chip(note.chip, devices)
        try:
            ioctl(chip, _GET_LINES, request)
        finally:
            os.close(chip)
        self._fd = unpack_from("i", request, _FD_AT)[0]

    def shine(self, on: bool) -> None:
        """Switch the light on or off. Raises OSError."""
        ioctl(self._fd, _SET_VALUES, pack("QQ", self._shine if on else 0, self._all))

    def close(self) -> None:
        """Switch the light off and release the lines."""
        self.shine(False)
        os.close(self._fd)


def _open_chip(label: str, devices: str) -> int:
    for name in sorted(os.listdir(devices)):
        if name.startswith("gpiochip"):
            try:
                chip = os.open(os.path.join(devices, name), os.O_RDWR | os.O_CLOEXEC)
            except PermissionError:  # not yet accessible, and perhaps another chip
                continue
            if _label(chip) == label:
                return chip
            os.close(chip)
    raise OSError(f"the GPIO chip {label} is missing or not accessible")


def _label(chip: int) -> str:
    request = bytearray(68)
    ioctl(chip, _CHIP_INFO, request)
    return request[_LABEL].split(b"\0")[0].decode()


def _words(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(",") if word)


def early_blink(config: str, note: str, runtime: str, devices: str = "/dev") -> int:
    """Blink until the appliance wants the pins. Always return 0: a boot does not fail without a light."""
    wanted = os.path.join(os.path.dirname(runtime), WANTED)
    end = monotonic() + LIGHT_WAIT_SECONDS
    reason = ""
    while not os.path.exists(wanted):
        try:
            lines = Lines(read_note(note, config), devices)
        except (OSError, ValueError) as error:
            reason = str(error)
            if monotonic() > end:
                break
            sleep(_POLL_SECONDS)
        else:
            _blip(lines, wanted)
            return 0
    print(f"<5>The early light stayed dark: {reason or 'the appliance was faster'}", file=sys.stderr)
    return 0


def _blip(lines: Lines, wanted: str) -> None:
    try:
        while not os.path.exists(wanted):
            lines.shine(True)
            sleep(ON_SECONDS)
            lines.shine(False)
            end = monotonic() + OFF_SECONDS
            while monotonic() < end and not os.path.exists(wanted):
                sleep(_POLL_SECONDS)
    finally:
        lines.close()


if __name__ == "__main__":
    sys.exit(early_blink(sys.argv[1], sys.argv[2], os.environ["RUNTIME_DIRECTORY"].partition(":")[0]))
