"""Drives the virtual machine from the host: drive.py FOLDER CUTS [--only-cuts]

FOLDER holds vmlinuz, initrd, disk.img (root), data.img (photos and settings) and stick.img.
Exit 0 if everything held.
"""

import subprocess
import sys
from pathlib import Path

from tests.machine.vm.cuts import PowerCuts, hung
from tests.machine.vm.everyday import first_life
from tests.machine.vm.machine import VmError, accelerator


def main(folder: Path, count: int, only_cuts: bool) -> int:
    """Exit status."""
    options = accelerator(folder)
    print(f"QEMU: {' '.join(options)}", flush=True)
    try:
        machine = None
        if not only_cuts:
            first_life(folder, options)
            machine = hung(folder, options)
        PowerCuts(folder, options, count).run(machine)
    except (VmError, AssertionError, OSError, subprocess.SubprocessError) as error:
        print(error, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), "--only-cuts" in sys.argv))
