"""Machine under examination. Tests build one in a folder and pass that as ``root``."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMMAND_SECONDS = 5.0
"""Timeout in seconds: a tool that asks the firmware may hang with it."""
MAX_SYSFS_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Machine:
    """Files and programs as seen under ``root``; with another root than ``/`` only its own programs run."""

    root: Path = Path("/")

    def path(self, absolute: str | Path) -> Path:
        """Return the path of the file that the machine calls ``absolute``."""
        return self.root / str(absolute).lstrip("/")

    def read(self, absolute: str | Path) -> str | None:
        """Return the text of a small file, stripped; None if it is missing or unreadable."""
        try:
            with self.path(absolute).open("rb") as file:
                return file.read(MAX_SYSFS_BYTES).decode(errors="replace").strip("\0\n ")
        except OSError:
            return None

    def find(self, pattern: str) -> Iterator[Path]:
        """Yield the files that match ``pattern``, an absolute path with wildcards, in order."""
        with contextlib.suppress(OSError):
            yield from sorted(self.root.glob(pattern.lstrip("/")))

    def run(self, *command: str) -> str | None:
        """Return the output of ``command``, stripped; None if it is missing, fails, or takes too long."""
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
