"""Drives the virtual machine from the host: drive.py FOLDER POWER_CUTS [--only-cuts]

FOLDER holds vmlinuz, initrd, disk.img, data.img (the photos) and stick.img. Exit 0 if everything held.
"""

import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

BOOT_SECONDS = 420.0
STEP_SECONDS = 240.0
PHOTO = re.compile(r"selfie-\d{6}-\d{8}-\d{6}\.jpg")


class Machine:
    """One power-on of the machine, until it is switched off or loses its power."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "serial.log"
        self._log.unlink(missing_ok=True)
        self._monitor = folder / "monitor"
        self._monitor.unlink(missing_ok=True)
        kernel = "root=/dev/vda rw console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0 no_timer_check"
        options = {
            "-M": "q35",
            "-accel": "tcg,thread=multi",
            "-cpu": "max",
            "-smp": "2",
            "-m": "1536",
            "-display": "none",
            "-nic": "none",
            "-kernel": folder / "vmlinuz",
            "-initrd": folder / "initrd",
            "-append": kernel,
            "-serial": f"file:{self._log}",
            "-monitor": f"unix:{self._monitor},server,nowait",
            "-action": "watchdog=pause",
        }
        devices = {
            "-drive": [
                f"file={folder / 'disk.img'},format=raw,if=virtio,cache=writethrough",
                f"file={folder / 'data.img'},format=raw,if=virtio,cache=writethrough",
                f"file={folder / 'stick.img'},format=raw,if=none,id=stick",
            ],
            "-device": ["qemu-xhci,id=xhci", "i6300esb"],
        }
        words = [str(word) for pair in options.items() for word in pair]
        words += [word for option, values in devices.items() for value in values for word in (option, value)]
        self._process = subprocess.Popen(["qemu-system-x86_64", "-no-reboot", *words])

    def console(self) -> str:
        """All it has said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def wait_for(self, word: str, seconds: float) -> str:
        """The rest of its line ``@ word ...``. Raises TimeoutError, RuntimeError when it went off instead."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            said = re.search(rf"^@ {word}\b(.*)$", self.console(), re.MULTILINE)
            if said:
                return said[1].strip()
            if self._process.poll() is not None:
                raise RuntimeError(f"it went off before it said {word!r}")
            time.sleep(0.2)
        raise TimeoutError(f"it did not say {word!r} in {seconds:.0f} s")

    def tell(self, command: str) -> None:
        """A command of QEMU's monitor."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._monitor))
            line.settimeout(STEP_SECONDS)
            told = b""
            for answer in (b"", command.encode() + b"\n"):  # each is ended by a prompt
                line.sendall(answer)
                told = b""
                while not told.endswith(b"(qemu) "):
                    told += line.recv(65536)

    def wait_off(self, seconds: float) -> None:
        """Until it has switched itself off."""
        self._process.wait(seconds)

    def cut_power(self) -> None:
        """At once, with nothing written any more."""
        self._process.kill()
        self._process.wait()


def check(held: bool, what: str) -> None:
    """Say it; the first thing that does not hold ends the run."""
    print(f"{'ok' if held else 'NOT ok'}: {what}", flush=True)
    if not held:
        raise AssertionError(what)


def first_life(folder: Path) -> None:
    """Boot, light, button, stick, memory limit, power-off."""
    machine = Machine(folder)
    try:
        ready, _, light = machine.wait_for("ready", BOOT_SECONDS).split()
        check(light != "never", f"light {light} s after power-on, ready after {ready} s")
        check(float(light) <= float(ready) / 3, "the light comes within a third of the time to ready")
        check("infinity" not in machine.wait_for("memory", 60), "the memory limit is in force")
        armed = int(machine.wait_for("lit-armed", 60))
        disarmed = int(machine.wait_for("lit-disarmed", 60))
        check(armed > disarmed, f"the light is on in {armed} of 60 looks, after a press in {disarmed}")
        machine.wait_for("stick", 60)
        machine.tell("device_add usb-storage,id=plugged,drive=stick,bus=xhci.0")
        said = machine.wait_for("memory-limit", STEP_SECONDS)
        told = re.findall(r"^@ stick-says (.*)$", machine.console(), re.MULTILINE)
        check(any("Safe to unplug" in line for line in told), f"a stick gets the photos: {'; '.join(told)}")
        after, _, before, kills = said.split()
        check(
            int(after) > int(before) and int(kills) > 0, "at its memory limit it is killed and started anew"
        )
        machine.wait_for("finished", 60)
        machine.wait_off(120)
    except BaseException:
        print(machine.console()[-6000:])
        raise
    finally:
        machine.cut_power()


def power_cuts(folder: Path, count: int) -> None:
    """What is on the card at ``count`` random moments of a burst of photos: none torn, no known one lost.

    The machine is halted, its card copied as it is, and the machine goes on: the copy is the card after a
    power cut at that moment. The last cut is a real one, after which it must come up by itself.
    """
    chance = random.Random(6)
    machine = Machine(folder)
    try:
        machine.wait_for("burst", BOOT_SECONDS)
        before = len(machine.console())
        for number in range(1, count + 1):
            time.sleep(chance.uniform(0.1, 1.5))
            machine.tell("stop")
            acknowledged = set(PHOTO.findall(machine.console()[before:]))
            shutil.copyfile(folder / "data.img", folder / "cut.img")
            machine.tell("cont")
            whole, torn = look_at(folder / "cut.img")
            lost = acknowledged - whole
            assert not torn, f"cut {number}: torn {torn}"
            assert not lost, f"cut {number}: lost {sorted(lost)}"
        check(
            len(acknowledged) > count, f"{count} power cuts, {len(acknowledged)} photos: none lost, none torn"
        )
        machine.cut_power()
        acknowledged = set(PHOTO.findall(machine.console()[before:]))
        machine = Machine(folder)
        kept = machine.wait_for("kept", BOOT_SECONDS)
        machine.wait_for("ready", BOOT_SECONDS)
        check("TORN" not in kept, "and it is ready again by itself after the last")
        check(not acknowledged - set(PHOTO.findall(kept)), f"all {len(acknowledged)} photos are still there")
    except BaseException:
        print(machine.console()[-6000:])
        raise
    finally:
        machine.cut_power()


def look_at(card: Path) -> tuple[set[str], set[str]]:
    """Names of the whole and of the torn photos on a card, as the kernel finds it after a power cut."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["mount", "-o", "loop", card, place], check=True)
        try:
            photos = [path for path in Path(place, "photos").iterdir() if PHOTO.fullmatch(path.name)]
            torn = {path.name for path in photos if not is_whole(path)}
            return {path.name for path in photos} - torn, torn
        finally:
            subprocess.run(["umount", place], check=True)


def is_whole(photo: Path) -> bool:
    """Whether it can be decoded to its last row."""
    try:
        with Image.open(photo) as picture:
            picture.load()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    place = Path(sys.argv[1])
    try:
        if "--only-cuts" not in sys.argv:
            first_life(place)
        power_cuts(place, int(sys.argv[2]))
    except (AssertionError, TimeoutError, RuntimeError, subprocess.TimeoutExpired) as error:
        sys.exit(f"test-vm: {error}")
