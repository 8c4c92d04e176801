"""Copies at real servers: all there, whole, once; through a network that goes; failures told in words."""

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.broker import wait_until
from tests.support.remotes import RCLONE, configured, free_port, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(RCLONE is None, reason="needs rclone; on Debian: apt install rclone"),
]


def photo(folder: Path, number: int, size: int = 40_000) -> Path:
    """Make photo ``number``, of bytes of its own."""
    path = folder / f"selfie-{number:06d}-20261130-120000.jpg"
    path.write_bytes(random.Random(number).randbytes(size))
    return path


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


class Box:
    """An appliance's folder of photos, and the process that copies them."""

    def __init__(self, root: Path, kind: str, port: int, **more: object) -> None:
        self.root, self.photos = root, root / "photos"
        for name in ("photos", "state", "run"):
            (root / name).mkdir()
        self.rclone = configured(kind, root / "rclone.conf", port)
        settings = {"enabled": True, "remote": "cloud:selfies", "config_file": str(self.rclone), **more}
        self.config = root / "config.yaml"
        self.config.write_text(json.dumps({"storage": {"folder": str(self.photos)}, "sync": settings}))
        self.environment = {
            **os.environ,
            "STATE_DIRECTORY": str(root / "state"),
            "RUNTIME_DIRECTORY": str(root / "run"),
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "appliance", "sync", *words, "--config", str(self.config)]

    @contextmanager
    def copying(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Run the process, as systemd does."""
        with (self.root / "log").open("ab") as log:
            process = subprocess.Popen(self.command(), env=self.environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            assert process.wait(30) == 0

    def status(self) -> dict[str, object]:
        done = subprocess.run(
            self.command("status", "--json"),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        told: dict[str, object] = json.loads(done.stdout)["report"] or {}
        return told


@pytest.mark.parametrize("kind", ["webdav", "sftp"])
def test_every_photo_is_there_whole_and_a_new_one_within_a_minute(tmp_path: Path, kind: str) -> None:
    port = free_port()
    box = Box(tmp_path, kind, port)
    for number in range(1, 46):
        photo(box.photos, number)
    (box.photos / "notes.txt").write_text("not a photo")
    there = tmp_path / "remote"
    with served(kind, there, port), box.copying():
        wait_until(lambda: len(list(there.glob("selfies/*.jpg"))) == 45, "all are there", seconds=60)
        photo(box.photos, 46)
        began = time.monotonic()
        wait_until(lambda: len(list(there.glob("selfies/*.jpg"))) == 46, "the new one too", seconds=60)
        assert time.monotonic() - began < 60
        (box.photos / "selfie-000001-20261130-120000.jpg").unlink()
        wait_until(lambda: box.status()["waiting"] == 0, "nothing waits")
    copied = hashes(there / "selfies")
    assert len(copied) == 46, "a photo deleted on the card stays at the remote; notes are not copied"
    assert {name: copied[name] for name in hashes(box.photos) if name != "notes.txt"} == {
        name: value for name, value in hashes(box.photos).items() if name != "notes.txt"
    }


def test_a_network_and_a_power_that_go_again_and_again_lose_nothing(tmp_path: Path) -> None:
    port = free_port()
    box = Box(tmp_path, "webdav", port)
    for number in range(1, 61):
        photo(box.photos, number, 300_000)
    there = tmp_path / "remote"
    chance = random.Random(7)
    for _ in range(6):
        with served("webdav", there, port):
            process = subprocess.Popen(
                box.command(), env=box.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(1.0 + chance.random() * 2)
            if chance.random() < 0.5:
                process.kill()  # as the power does, in the middle of a file
        process.kill()
        process.wait(30)
        subprocess.run(["pkill", "-f", f"config={box.rclone}"], check=False)
    (box.root / "run" / "status.json").unlink(missing_ok=True)  # of the one that was killed
    with served("webdav", there, port), box.copying():
        wait_until(lambda: box.status().get("waiting") == 0, "all are there", seconds=120)
    assert hashes(there / "selfies") == hashes(box.photos), "all there, none torn, none twice"


def test_what_does_not_work_is_told_in_words_and_comes_right_by_itself(tmp_path: Path) -> None:
    port = free_port()
    box = Box(tmp_path, "webdav", port)
    photo(box.photos, 1)
    there = tmp_path / "remote"
    with box.copying():
        wait_until(lambda: "it cannot be reached" in str(box.status().get("problem")), "nobody there")
        configured("webdav", box.rclone, port, "wrong")
        with served("webdav", there, port):
            wait_until(
                lambda: "refuses the user" in str(box.status().get("problem")), "wrong password", seconds=90
            )
            box.rclone.write_text("")
            wait_until(lambda: "not set up" in str(box.status().get("problem")), "no remote", seconds=90)
            configured("webdav", box.rclone, port)
            wait_until(lambda: box.status().get("waiting") == 0, "it is copied", seconds=90)
            assert box.status()["problem"] == ""
    log = (tmp_path / "log").read_text()
    assert log.count("Trying again") <= 6, "each reason is logged when it changes, not at each try"
    assert "Traceback" not in log
    assert "wrong" not in log.replace("is wrong", "")
