"""Completion and manual page know every command, and are those scripts/generate would write."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.cli.parser import COMMANDS
from tests.support.sources import ROOT

TERMINAL = ROOT / "terminal"


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="each Python words its help in its own way")
def test_the_files_are_those_scripts_generate_would_write(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "terminal-files"), str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    subprocess.run(command, check=True, env=environ, timeout=100)
    made = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert {"smart-selfie.bash", "_smart-selfie"} <= made.keys()
    assert made == {name: (TERMINAL / name).read_text("utf-8") for name in made}


@pytest.mark.parametrize(
    ("typed", "offered"), [(["smart-selfie", "dem"], "demo"), (["smart-selfie", "judge", "--js"], "--json")]
)
def test_bash_completes_commands_and_options(typed: list[str], offered: str) -> None:
    words = " ".join(typed)
    script = f"""
source '{TERMINAL / "smart-selfie.bash"}'
COMP_WORDS=({words}) COMP_CWORD={len(typed) - 1}
_shtab_smart_selfie
echo "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, timeout=30)
    assert offered in done.stdout.split()


def test_the_manual_page_names_every_command() -> None:
    page = (TERMINAL / "smart-selfie.1").read_text("utf-8").replace("\\-", "-")
    assert [name for name in COMMANDS if name not in page] == []
