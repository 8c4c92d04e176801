"""One machine under User Mode Linux: its power, its USB ports, a line over which commands are run in it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

DISKS = ("root.img", "data.img", "vfat.img", "exfat.img", "ext4.img", "other.img")
"""The host's files behind /dev/ubda, ubdb, …: the card's two partitions, then sticks, not plugged in yet."""
STICKS = {Path(name).stem: f"/dev/ubd{'abcdef'[number]}" for number, name in enumerate(DISKS) if number > 1}
READ_ONLY = "initrd={folder}/initrd ro overlayroot=tmpfs:recurse=0"
"""The root is a layer in memory over the card, which is never written; other partitions stay as they are."""
ORDINARY = "rw fstab=no init=/srv/vm/init"
"""As setup.sh leaves it: photos and settings are on the root, and no other file system comes before it."""
KERNEL = (
    # What is said on the console tells how far a machine came that does not go off.
    "root=/dev/ubda loglevel=6 systemd.show_status=no panic=-1 net.ifnames=0 dummy_hcd.num=2"
    # A stick that has a write cache and says so: what was not flushed is lost with the power.
    " usb-storage.quirks=1d6b:0104:p"
)
MEMORY = "512M"
"""Of a Zero 2 W."""


class VmError(Exception):
    """The machine did not do what it should; the message is for the person who runs the test."""


class Machine:
    """One power-on. ``folder`` holds linux, initrd and the DISKS, ``root`` says how the first is mounted."""

    def __init__(self, folder: Path, root: str = READ_ONLY, *, first_processor: bool = False) -> None:
        self._console = folder / "console"
        self._kept = ""
        self._asked = 0
        shell, self._shell = socket.socketpair()
        kept, self._kept_line = socket.socketpair()
        self._kept_line.setblocking(False)
        # Its kernel and its programs hand over to each other all the time: on one processor, as waking up
        # another takes several times as long.
        choose = min if first_processor else max
        words = ["taskset", "--cpu-list", str(choose(os.sched_getaffinity(0)))]
        words += [str(folder / "linux"), f"mem={MEMORY}", "seccomp=on"]
        # A disk's file is written when the machine writes to it: it is what a power cut leaves.
        words += [f"ubd{number}={folder / name}" for number, name in enumerate(DISKS)]
        words += ["con=null", "con0=null,fd:1", "ssl=null"]
        words += [f"ssl0=fd:{shell.fileno()}", f"ssl1=fd:{kept.fileno()}"]
        words += f"{KERNEL} {root.format(folder=folder)}".split()
        self._memory = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.ismount("/dev/shm") else None)
        with self._console.open("wb") as console:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                pass_fds=(shell.fileno(), kept.fileno()),
                env={"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": self._memory.name},
                start_new_session=True,
            )
        shell.close()
        kept.close()

    def __enter__(self) -> "Machine":
        """Its power is cut in the end, whatever happens."""
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_power()

    def start(self, command: str) -> None:
        """Run ``command`` in the machine; nobody waits for its answer."""
        self._asked += 1
        self._shell.sendall(f"{self._asked} {command}\n".encode())

    def attempt(self, command: str, seconds: float = 120, *, show: bool = False) -> tuple[int, str]:
        """Exit status and output of a shell command, run as root; ``show`` prints it as it comes."""
        self.start(command)
        self._shell.settimeout(1)
        end, told = time.monotonic() + seconds, b""
        answer = re.compile(rb"(?:.*@done \d+ \d+\n)?(.*?)\n?@done %d (\d+)\n\Z" % self._asked, re.DOTALL)
        while not (done := answer.match(told)):
            with contextlib.suppress(TimeoutError):
                if not (news := self._shell.recv(65536)):
                    raise VmError(f"the machine went off during: {command}\n{self.console()[-3000:]}")
                told += news
                if show:
                    print(news.decode(errors="replace").partition("\n@done")[0], end="", flush=True)
            if self._process.poll() is not None:
                raise VmError(f"the machine went off during: {command}\n{self.console()[-3000:]}")
            if time.monotonic() > end:
                raise VmError(f"no answer in {seconds:.0f} s to: {command}\n{self.console()[-3000:]}")
        return int(done[2]), done[1].decode(errors="replace").strip()

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

    def await_restart(self, seconds: float) -> None:
        """Until it has started anew and answers. Raises VmError."""
        end = time.monotonic() + seconds
        told = b""
        self._shell.settimeout(1)
        while b"@up\n" not in told:
            with contextlib.suppress(TimeoutError):
                told += self._shell.recv(65536)
            if self._process.poll() is not None or time.monotonic() > end:
                raise VmError(f"it did not start anew in {seconds:.0f} s\n{self.console()[-3000:]}")

    def console(self) -> str:
        """All it has said on its console."""
        return self._console.read_text(errors="replace")

    def kept(self) -> set[str]:
        """Names of photos it has said to be safe, and of control files; the last line may be half there."""
        with contextlib.suppress(OSError):  # no more for now, or for ever
            while news := self._kept_line.recv(65536):
                self._kept += news.decode()
        return set(re.findall(r"(selfie-\S+\.jpg|control-\d+)\n", self._kept))

    def plug_in(self, stick: str = "vfat") -> None:
        """A USB stick, by its name in STICKS."""
        self.run(f"/srv/vm/port plug {STICKS[stick]}")

    def pull_out(self, stick: str = "vfat") -> None:
        """The same."""
        self.run(f"/srv/vm/port pull {STICKS[stick]}")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Its files meanwhile are as a power cut at this moment leaves them: its kernel does not run.

        That is the state SIGKILL leaves as well, but the machine can go on afterwards.
        """
        self._process.send_signal(signal.SIGSTOP)
        while not all(map(_stopped, Path(f"/proc/{self._process.pid}/task").iterdir())):
            time.sleep(0.001)  # a thread that is writing stops when the host has taken what it writes
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def wait_off(self, seconds: float) -> None:
        """Until it has switched itself off. Raises VmError."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            told = f"it did not switch itself off in {seconds:.0f} s\n{self.console()[-3000:]}"
            raise VmError(told) from None

    def cut_power(self) -> None:
        """At once: what it has not written is lost."""
        if self._process.poll() is None:
            # Its programs are processes of the host, in the session of the kernel.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._shell.close()
        self.kept()
        self._kept_line.close()
        self._memory.cleanup()


def _stopped(task: Path) -> bool:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] in "Tt"
    except FileNotFoundError:  # it has ended
        return True
