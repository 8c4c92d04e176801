"""A Raspberry Pi in a folder, for the parts of setup.sh."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\nVERSION_CODENAME=bookworm\n'
TRIXIE = "ID=debian\nVERSION_CODENAME=trixie\n"
APT = [
    *("python3", "python3-venv", "python3-numpy", "util-linux", "dosfstools", "exfatprogs"),
    *("python3-picamera2", "python3-lgpio"),
]


class Pi:
    """A Raspberry Pi in a folder: 64 bit, Bookworm, a camera, room, everything of apt there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.put("etc/os-release", BOOKWORM)
        self.put("proc/device-tree/model", "Raspberry Pi Zero 2 W Rev 1.0\0")
        for name in ("opt", "run/systemd/system", "bin"):
            (folder / name).mkdir(parents=True)
        self.program("dpkg", "echo arm64")
        self.program("dpkg-query", "\n".join(f"echo '{name} installed'" for name in APT))
        self.program("df", "printf ' Avail\\n  5000\\n'")
        self.program("systemctl", "exit 3")
        self.program("python3", "echo imx219")
        self.program("apt-get", f'echo "$@" >>{folder}/apt')

    def put(self, path: str, text: str = "") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def program(self, name: str, script: str) -> None:
        self.put(f"bin/{name}", f"#!/bin/sh\n{script}\n")
        (self.folder / "bin" / name).chmod(0o755)

    def asked_of_apt(self) -> list[str]:
        file = self.folder / "apt"
        return file.read_text().splitlines() if file.exists() else []

    def run(self, what: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run functions of setup.sh."""
        parts = "".join(
            f". scripts/setup/{part}.sh; " for part in ("say", "machine", "release", "system", "archive")
        )
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{parts} usage() {{ :; }}; {what}"],
            cwd=ROOT,
            env={
                "PATH": f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "SMART_SELFIE_MACHINE": str(self.folder),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def refuses(self, what: str = "check_machine; apt_packages; check_camera", **environment: str) -> str:
        """What it says when it refuses; nothing may have been installed."""
        done = self.run(what, **environment)
        assert done.returncode == 1, done
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert not list((self.folder / "opt").iterdir())
        return done.stderr
