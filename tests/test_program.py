"""How the process ends."""

import subprocess
import sys

import pytest

LEFT_BEHIND = """
import threading, time
from appliance import cli

def main():
    threading.Thread(target=time.sleep, args=(60,), daemon={daemon}).start()
    print("the last word")
    return {status}

cli.main = main
cli.program()
"""


@pytest.mark.parametrize("daemon", [True, False])
@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_stage_that_hangs_neither_holds_up_the_end_nor_changes_how_it_is_told(
    status: int, daemon: bool
) -> None:
    program = LEFT_BEHIND.format(status=status, daemon=daemon)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=50)
    assert (done.returncode, done.stdout, done.stderr) == (status, "the last word\n", "")
