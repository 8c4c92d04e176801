"""Drives the machine from the host: drive.py FOLDER CUTS [--only-cuts]

FOLDER holds the kernel, its initrd, and the disks that tests/machine/vm/machine.py names. The power cuts
happen to a twin of the machine, beside it: each has a processor of its own where there are two.
Exit 0 if everything held.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.machine.vm.card import copy
from tests.machine.vm.cuts import PowerCuts, hung
from tests.machine.vm.everyday import first_life, ordinary
from tests.machine.vm.machine import DISKS, Machine, VmError


def main(folder: Path, count: int, only_cuts: bool) -> int:
    """Exit status."""
    try:
        if only_cuts:
            PowerCuts(folder, count).run()
        else:
            with power_cuts_beside(folder, count) as wait:
                everyday(folder)
                print(f"== {count} power cuts, of its twin meanwhile", flush=True)
                wait()
    except (VmError, AssertionError, OSError, subprocess.SubprocessError) as error:
        print(error, flush=True)
        return 1
    return 0


def everyday(folder: Path) -> None:
    """All but the cuts. Raises VmError."""
    started = time.monotonic()

    def chapter(what: str) -> None:
        print(f"== {what} ({time.monotonic() - started:.0f} s)", flush=True)

    chapter("an ordinary card")
    ordinary(folder)
    chapter("a root that cannot be written")
    with Machine(folder) as machine:
        first_life(machine, folder)
    chapter("process 1 hangs")
    with Machine(folder) as machine:
        hung(machine)


@contextlib.contextmanager
def power_cuts_beside(folder: Path, count: int) -> Iterator[Callable[[], None]]:
    """Started on a copy of the disks; gives what waits for their end, and ends them whatever happens."""
    twin = folder / "twin"
    twin.mkdir()
    for name in DISKS:
        copy(folder / name, twin / name)
    for name in ("linux", "initrd"):
        (twin / name).symlink_to(folder / name)
    with (twin / "told").open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.machine.vm.drive", twin, str(count), "--only-cuts"],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    # What looks at the cuts is on the twin's processor too, and in nobody's way.
    os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    try:
        yield partial(follow, process, twin / "told")
    finally:
        process.terminate()  # and it takes its machine along
        process.wait(60)


def follow(process: "subprocess.Popen[bytes]", told: Path) -> None:
    """Print what it has told, and what it tells from now on. Raises VmError if not everything held."""
    with told.open() as news:
        while process.poll() is None:
            print(news.read(), end="", flush=True)
            time.sleep(1)
        print(news.read(), end="", flush=True)
    if process.returncode:
        raise VmError("NOT ok: the power cuts, see above")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the machine must not outlive this
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), "--only-cuts" in sys.argv))
