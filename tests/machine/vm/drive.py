"""Drives the machine from the host: drive.py FOLDER CUTS [--only-cuts]

FOLDER holds the kernel, its initrd, and the disks that tests/machine/vm/machine.py names.
Exit 0 if everything held.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.machine.vm.cuts import PowerCuts, hung
from tests.machine.vm.everyday import first_life, ordinary
from tests.machine.vm.machine import Machine, VmError


def main(folder: Path, count: int, only_cuts: bool) -> int:
    """Exit status."""
    started = time.monotonic()

    def chapter(what: str) -> None:
        print(f"== {what} ({time.monotonic() - started:.0f} s)", flush=True)

    try:
        if not only_cuts:
            chapter("an ordinary card")
            ordinary(folder)
            chapter("a root that cannot be written")
            with Machine(folder) as machine:
                first_life(machine, folder)
        with Machine(folder) as machine:
            if not only_cuts:
                chapter("process 1 hangs")
                hung(machine)
            chapter(f"{count} power cuts")
            PowerCuts(folder, count).run(machine)
    except (VmError, AssertionError, OSError, subprocess.SubprocessError) as error:
        print(error, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the machine must not outlive this
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), "--only-cuts" in sys.argv))
