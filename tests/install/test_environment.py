"""Setting up from the sources: only when something changed, and told in words when it cannot be done."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.sources import ROOT

PYTHON = """#!/bin/sh
[ "$1" = --version ] && { echo "Python 3.11.2"; exit; }
mkdir -p "$3/bin"
printf '#!/bin/sh\\n%s\\n' "$FAKE_PIP" >"$3/bin/pip"
printf '#!/bin/sh\\necho it runs "$@"\\n' >"$3/bin/smart-selfie"
chmod +x "$3/bin/pip" "$3/bin/smart-selfie"
"""
"""Stand-in for a Python: makes an environment whose pip does what $FAKE_PIP says."""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A checkout with the scripts that set it up."""
    folder = tmp_path / "check out"
    (folder / "locks").mkdir(parents=True)
    (folder / "locks/any.txt").write_text("numpy==1\n")
    (folder / "pyproject.toml").write_text("[project]\n")
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    (folder / "python").write_text(PYTHON)
    (folder / "python").chmod(0o755)
    return folder


def set_up(folder: Path, pip: str = "exit 0") -> subprocess.CompletedProcess[str]:
    command = [str(folder / "scripts/environment"), ".venv", str(folder / "python"), "any.txt"]
    environ = {**os.environ, "FAKE_PIP": pip}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environ, timeout=60)


def test_it_is_made_once_and_again_when_the_folder_was_renamed(sources: Path) -> None:
    assert "Setting up .venv" in set_up(sources).stderr
    again = set_up(sources)
    assert (again.returncode, again.stderr) == (0, "")
    renamed = sources.rename(sources.with_name("renamed"))
    assert "Setting up .venv" in set_up(renamed).stderr


def test_without_a_network_what_is_missing_is_said_and_it_is_tried_again_the_next_time(sources: Path) -> None:
    failed = set_up(sources, "echo 'ERROR: No matching distribution found for numpy'; exit 1")
    assert failed.returncode == 1
    assert "No matching distribution found for numpy" in failed.stderr
    assert "needs the network" in failed.stderr
    assert "Setting up .venv" in set_up(sources).stderr


def test_a_folder_that_cannot_be_written_is_reported_with_what_to_do(sources: Path) -> None:
    (sources / ".venv").write_text("in the way: root may write everywhere else")
    failed = set_up(sources)
    assert failed.returncode == 1
    assert "cannot be written" in failed.stderr
    assert "Copy this folder" in failed.stderr


@pytest.mark.parametrize("script", ["smart-selfie", "demo"])
def test_every_command_can_be_run_from_the_sources(script: str, sources: Path, tmp_path: Path) -> None:
    (sources / "scripts/find-python").write_text(f"#!/bin/sh\necho '{shutil.which('python3')}'\n")
    (sources / "scripts/environment").write_text(
        "#!/bin/sh\n" + f"FAKE_PIP=: '{sources}/python' -m venv '{sources}/.venv'\n"
    )
    (sources / "link").symlink_to(sources / "scripts" / script)
    command = (
        [str(sources / "link"), "--json", "a b"]
        if script == "smart-selfie"
        else [str(sources / "scripts/demo"), "--json", "a b"]
    )
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.stdout == (
        "it runs --json a b\n" if script == "smart-selfie" else "it runs demo --json a b\n"
    )
