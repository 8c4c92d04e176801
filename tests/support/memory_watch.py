"""A program for the tests of memory: runs commands of the appliance, each in a fork of its own.

For each line on standard input, the words of a command as JSON, it prints one: exit status, what the command
said on standard error, and the most memory that its process had, in MB. What all commands load is loaded once
and counted each time: a fork has its parent's memory too.
"""

import contextlib
import importlib
import io
import json
import os
import re
import sys
from pathlib import Path

from appliance.cli import main
from appliance.cli.parser import COMMANDS


def watched(words: list[str]) -> dict[str, object]:
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        status = main(words)
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert peak
    return {"status": status, "said": said.getvalue(), "peak_mb": int(peak[1]) // 1000}


if __name__ == "__main__":
    for name in {"judge", "replay"} & set(COMMANDS):
        importlib.import_module(f"appliance.cli.{name}")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(json.dumps(watched(json.loads(line))), flush=True)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            print("{}", flush=True)
