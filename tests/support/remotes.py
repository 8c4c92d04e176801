"""Real servers on the loopback that rclone runs: WebDAV and SFTP, with a password, over a folder."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.broker import free_port, listens, wait_until

RCLONE = shutil.which("rclone")
USER, PASSWORD = "barn", "söb3r"


def obscured(password: str) -> str:
    """Return the password as rclone's configuration holds it."""
    assert RCLONE is not None
    return subprocess.run(
        [RCLONE, "obscure", password], check=True, capture_output=True, text=True
    ).stdout.strip()


@contextmanager
def served(kind: str, folder: Path, port: int) -> Iterator[None]:
    """Serve ``folder`` by ``kind``, webdav or sftp."""
    assert RCLONE is not None
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [
            RCLONE,
            "serve",
            kind,
            str(folder),
            f"--addr=127.0.0.1:{port}",
            f"--user={USER}",
            f"--pass={PASSWORD}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: listens(port), f"the {kind} server listens")
        yield
    finally:
        process.kill()
        process.wait(30)


def configured(kind: str, path: Path, port: int, password: str = PASSWORD) -> Path:
    """Write rclone's configuration of the remote ``cloud``, and return its path."""
    where = f"url = http://127.0.0.1:{port}" if kind == "webdav" else f"host = 127.0.0.1\nport = {port}"
    path.write_text(f"[cloud]\ntype = {kind}\n{where}\nuser = {USER}\npass = {obscured(password)}\n")
    return path


__all__ = ["RCLONE", "configured", "free_port", "served"]
