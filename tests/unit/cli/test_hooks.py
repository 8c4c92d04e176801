"""``smart-selfie hooks`` as a process: it runs the owner's programs and stops when told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.broker import wait_until


@pytest.mark.slow
def test_a_program_runs_for_a_new_photo_and_the_process_stops_when_told(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(f"storage:\n  folder: {tmp_path}/photos\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "appliance", "hooks", "--verbose", "--config", str(config)],
        env={**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")},
        stderr=subprocess.PIPE,
    )
    mark = tmp_path / "state" / "last-photo"
    try:
        wait_until(mark.exists, "it has begun")
        (tmp_path / "photos" / "selfie-000005-20261130-120000.jpg").touch()
        wait_until(lambda: mark.read_text() == "5\n", "the photo is noticed")
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"Traceback" not in told
