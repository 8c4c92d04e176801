"""One virtual machine: its power, its USB port, and a line over which commands are run in it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KERNEL = (
    "root=/dev/vda console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0 no_timer_check"
    # Beside busy neighbours an emulated processor may need minutes to find its own disks.
    " systemd.default_device_timeout_sec=600 systemd.default_timeout_start_sec=600"
)
READ_ONLY = "ro overlayroot=tmpfs:recurse=0"
"""The root is a layer in memory over the card, which is never written; other partitions stay as they are."""


class VmError(Exception):
    """The machine did not do what it should; the message is for the person who runs the test."""


def accelerator(folder: Path) -> list[str]:
    """QEMU's options for this host: KVM where it truly runs a kernel, else its own processor in software."""
    probe = ["qemu-system-x86_64", "-M", "q35", "-accel", "kvm", "-cpu", "host", "-m", "256", "-nographic"]
    probe += [
        "-no-reboot",
        "-nic",
        "none",
        "-kernel",
        str(folder / "vmlinuz"),
        "-append",
        "console=ttyS0 panic=-1",
    ]
    with contextlib.suppress(subprocess.TimeoutExpired):
        if os.access("/dev/kvm", os.R_OK | os.W_OK):
            told = subprocess.run(
                probe, capture_output=True, stdin=subprocess.DEVNULL, timeout=15, check=False
            )
            if b"Linux version" in told.stdout:
                return ["-accel", "kvm", "-cpu", "host"]
    # No AVX: QEMU 7.2 computes some of its gathers wrongly, and numpy falls over them.
    return ["-accel", "tcg,thread=multi", "-cpu", "Nehalem"]


class Machine:
    """One power-on. ``folder`` holds vmlinuz, initrd and the disks: disk.img, data.img, stick.img."""

    def __init__(
        self, folder: Path, options: list[str], *, read_only: bool, stick: bool = False, resets: bool = False
    ) -> None:
        self._folder = folder
        self._console = folder / "console"
        self._kept = folder / "kept"
        for old in ("console", "kept", "shell", "monitor"):
            (folder / old).unlink(missing_ok=True)
        # Nothing that QEMU has written is lost when it is killed, so it need not wait for the host's disk.
        # What the machine has not written yet is lost.
        words = [
            "qemu-system-x86_64",
            *options,
            "-M",
            "q35",
            "-nodefaults",
            "-smp",
            "2",
            "-m",
            "1536",
            "-display",
            "none",
        ]
        words += ["-kernel", str(folder / "vmlinuz"), "-initrd", str(folder / "initrd")]
        words += ["-append", f"{KERNEL} {READ_ONLY if read_only else 'rw'}"]
        for name in ("disk.img", "data.img"):
            words += ["-drive", f"file={folder / name},format=raw,cache=unsafe,if=virtio"]
        stick_file = f"file.driver=file,file.filename={folder / 'stick.img'},file.cache.no-flush=on"
        words += ["-blockdev", f"driver=raw,node-name=stick,{stick_file}"]
        words += ["-device", "i6300esb", "-device", "qemu-xhci,id=xhci", "-device", "virtio-serial"]
        words += ["-chardev", f"socket,id=shell,path={folder / 'shell'},server=on,wait=off"]
        words += ["-device", "virtserialport,chardev=shell,name=shell"]
        words += ["-chardev", f"file,id=kept,path={self._kept}"]
        words += ["-device", "virtserialport,chardev=kept,name=kept"]
        words += ["-serial", f"file:{self._console}", "-qmp", f"unix:{folder / 'monitor'},server=on,wait=off"]
        if not resets:
            words.append("-no-reboot")
        if stick:
            words += ["-device", "usb-storage,id=plugged,drive=stick,bus=xhci.0"]
        self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        self._shell = self._connect("shell")
        self._line = self._connect("monitor")
        self._monitor = self._line.makefile("rw")
        self._monitor.readline()
        self.tell("qmp_capabilities")

    def _connect(self, name: str) -> socket.socket:
        end = time.monotonic() + 20
        while True:
            line = socket.socket(socket.AF_UNIX)
            try:
                line.connect(str(self._folder / name))
            except OSError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise VmError(f"QEMU does not start (exit {self._process.poll()})") from None
                time.sleep(0.1)
            else:
                return line

    def tell(self, command: str, **arguments: str) -> Any:
        """A command of QEMU's monitor (QMP), and its answer."""
        json.dump({"execute": command, "arguments": arguments}, self._monitor)
        self._monitor.write("\n")
        self._monitor.flush()
        for line in self._monitor:
            answer = json.loads(line)
            if "error" in answer:
                raise VmError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise VmError(f"{command}: QEMU is gone")

    def await_watchdog(self, seconds: float) -> None:
        """Until the hardware watchdog resets it. Raises VmError."""
        self._line.settimeout(seconds)
        try:
            if not any('"WATCHDOG"' in line for line in self._monitor):
                raise VmError("QEMU is gone")
        except TimeoutError:
            raise VmError(f"the watchdog did not reset it in {seconds:.0f} s") from None

    def start(self, command: str) -> None:
        """Run ``command`` in the machine, which will not come to answer."""
        self._shell.sendall(command.encode() + b"\n")

    def attempt(self, command: str, seconds: float = 120) -> tuple[int, str]:
        """Exit status and output of a shell command, run as root in the machine."""
        self.start(command)
        self._shell.settimeout(1)
        end, told = time.monotonic() + seconds, b""
        while not (done := re.search(rb"\n?@done (\d+)\n\Z", told)):
            with contextlib.suppress(TimeoutError):
                if not (news := self._shell.recv(65536)):
                    raise VmError(f"the machine went off during: {command}")
                told += news
            if self._process.poll() is not None:
                raise VmError(f"the machine went off during: {command}")
            if time.monotonic() > end:
                raise VmError(f"no answer in {seconds:.0f} s to: {command}\n{self.console()[-3000:]}")
        return int(done[1]), told[: done.start()].decode(errors="replace").strip()

    def run(self, command: str, seconds: float = 120) -> str:
        """Its output. Raises VmError when it fails."""
        status, told = self.attempt(command, seconds)
        if status:
            raise VmError(f"exit {status} of: {command}\n{told}")
        return told

    def until(self, command: str, seconds: float) -> None:
        """Repeat ``command`` until it succeeds. Raises VmError."""
        end = time.monotonic() + seconds
        while True:
            status, told = self.attempt(command, seconds)
            if status == 0:
                return
            if time.monotonic() > end:
                raise VmError(f"not within {seconds:.0f} s: {command}\n{told}")
            time.sleep(0.5)

    def console(self) -> str:
        """All it has said on its console."""
        return self._console.read_text(errors="replace") if self._console.exists() else ""

    def kept(self) -> set[str]:
        """Names of the photos it has said to be safe; the last line may be half there."""
        told = self._kept.read_text() if self._kept.exists() else ""
        return set(re.findall(r"(selfie-\S+\.jpg)\n", told))

    def plug_in(self) -> None:
        """The USB stick."""
        self.tell("device_add", driver="usb-storage", id="plugged", drive="stick", bus="xhci.0")

    def pull_out(self) -> None:
        """The USB stick."""
        self.tell("device_del", id="plugged")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Its files meanwhile are as a power cut at this moment leaves them: nothing of QEMU runs any more.

        That is the state SIGKILL leaves as well, but the machine can go on afterwards.
        """
        self._process.send_signal(signal.SIGSTOP)
        while not all(map(_stopped, Path(f"/proc/{self._process.pid}/task").iterdir())):
            time.sleep(
                0.001
            )  # a thread that is writing stops when the host's kernel has taken what it writes
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def wait_off(self, seconds: float) -> None:
        """Until it has switched itself off. Raises VmError."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise VmError(f"it did not switch itself off in {seconds:.0f} s") from None

    def cut_power(self) -> None:
        """At once: what it has not written is lost."""
        self._process.kill()
        self._process.wait()
        self._shell.close()


def _stopped(task: Path) -> bool:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] in "Tt"
    except FileNotFoundError:  # it has ended
        return True
