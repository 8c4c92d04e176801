"""Something else in every file's place, and an attacker's links while root writes: told, and free of cost."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.editing.settings_file import SettingsFile
from appliance.errors import ApplianceError
from appliance.web.passwords import hash_password
from tests.support.sources import ROOT

pytestmark = pytest.mark.long

UID = 5001
"""Of the page's process, taken over: it may write the folder of the settings."""
TRIES = 1000
RACE_SECONDS = 20.0
TOLD_SECONDS = 20.0
"""Most of it is the start of the program on a machine that is busy with other tests; a wait has no end."""

ODD = ["pipe", "folder", "loop", "device", "absent"]


def put(kind: str, path: Path) -> None:
    """Put something that is not a file at ``path``."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "device":
        path.symlink_to("/dev/zero")


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("command", ["check FILE", "export --print-label --config FILE", "web --config FILE"])
def test_settings_that_are_no_file_are_told(tmp_path: Path, command: str, kind: str) -> None:
    config = tmp_path / "config.yaml"
    put(kind, config)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "appliance", *command.replace("FILE", str(config)).split()],
        capture_output=True,
        text=True,
        timeout=TOLD_SECONDS,
        check=False,
    )
    took, name = time.monotonic() - started, command.split(maxsplit=1)[0]
    print(f"\n{name}, {kind}: exit {done.returncode} after {took:.1f} s")
    assert done.returncode in {1, 2}
    assert "config.yaml" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


ATTACKER = """
import os, random, sys, time
folder, victim = sys.argv[1:]
config = folder + "/config.yaml"
while True:
    for change in (lambda: os.symlink(victim, config + ".mine"),
                   lambda: open(config + ".mine", "x").write("rule: {}\\n")):
        try:
            change()
            os.rename(config + ".mine", config)
        except OSError:
            pass
        time.sleep(random.random() * 0.02)
"""


@pytest.fixture
def settings_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder as that of the settings, which the attacker may write; it lies where he can reach it."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv")
    folder = Path(f"/tmp/smart-selfie-attack-{os.getpid()}")
    folder.mkdir(mode=0o755)
    etc = folder / "etc"
    etc.mkdir()
    os.chown(etc, 0, UID)
    etc.chmod(0o2775)
    try:
        yield etc
    finally:
        shutil.rmtree(folder)


def test_root_writes_through_no_link_that_the_page_has_made(settings_folder: Path) -> None:
    victim = settings_folder.parent / "victim"
    victim.write_text("# comments only\n")
    victim.chmod(0o440)
    before = victim.stat()
    attacker = subprocess.Popen(
        [
            *("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"),
            *("/usr/bin/python3", "-c", ATTACKER, settings_folder, victim),
        ]
    )
    reasons: set[str] = set()
    scrambled, done, refused, started = hash_password("everybody smiles"), 0, 0, time.monotonic()
    try:
        for _ in range(TRIES):
            with contextlib.suppress(FileNotFoundError):
                try:
                    SettingsFile(settings_folder / "config.yaml").set_password(scrambled)
                    done += 1
                except ApplianceError as error:
                    refused += 1
                    reasons.add(str(error).rpartition("config.yaml: ")[2])
            if time.monotonic() - started > RACE_SECONDS:
                break
        assert attacker.poll() is None
    finally:
        attacker.kill()
        attacker.wait()
    after = victim.stat()
    print(f"\nweb-password against links: {done} written, {refused} refused, 0 through a link")
    print(*sorted(reasons), sep="\n")
    assert victim.read_text() == "# comments only\n"
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)
    assert done > 0
    assert refused > 0


SETUP_TRIES = int(os.environ.get("SMART_SELFIE_TRIES", "250"))
"""SMART_SELFIE_TRIES=1000 for more; each takes a tenth of a second."""


def test_setup_run_again_writes_through_no_link_that_the_page_has_made(settings_folder: Path) -> None:
    folder = settings_folder.parent / "race"
    folder.mkdir()
    done = subprocess.run(
        ["bash", Path(__file__).with_name("setup_race.sh"), folder, str(SETUP_TRIES)],
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"\n{done.stdout.strip()}")
    finished = int(done.stdout.split(":")[1].split()[0])
    stick = folder / "lib" / "stick"
    assert [path.name for path in stick.parent.iterdir()] == ["stick"]
    assert stick.read_bytes() == (ROOT / "systemd" / "stick").read_bytes()
    assert (stick.stat().st_uid, stick.stat().st_gid, stick.stat().st_mode & 0o7777) == (0, 0, 0o755)
    assert finished > SETUP_TRIES / 2, "most tries get past the first look, or nothing was tried"
