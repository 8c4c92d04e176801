"""The machine under examination. Tests put one together in a folder and give that as ``root``."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMMAND_SECONDS = 5.0
"""A tool that asks the firmware may hang with it."""
MAX_SYSFS_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Machine:
    """Files and programs as seen under ``root``; with another root than ``/`` only its own programs run."""

    root: Path = Path("/")

    def path(self, absolute: str | Path) -> Path:
        """Where the file lies that the machine calls ``absolute``."""
        return self.root / str(absolute).lstrip("/")

    def read(self, absolute: str | Path) -> str | None:
        """The text of a small file, stripped; None if it is not there or cannot be read."""
        try:
            with self.path(absolute).open("rb") as file:
                return file.read(MAX_SYSFS_BYTES).decode(errors="replace").strip("\0\n ")
        except OSError:
            return None

    def find(self, pattern: str) -> Iterator[Path]:
        """The files that ``pattern``, an absolute path with wildcards, stands for, in order."""
        with contextlib.suppress(OSError):
            yield from sorted(self.root.glob(pattern.lstrip("/")))

    def run(self, *command: str) -> str | None:
        """What ``command`` prints, stripped; None if it is not there, fails, or takes too long."""
        folders = None if self.root == Path("/") else str(self.path("/usr/bin"))
        program = shutil.which(command[0], path=folders)
        if program is None:
            return None
        try:
            done = subprocess.run(
                [program, *command[1:]],
                capture_output=True,
                timeout=COMMAND_SECONDS,
                check=True,
                text=True,
                errors="replace",
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.strip()
