"""An installed appliance, and commands that leave no trace in this process."""

import io
import os
from pathlib import Path

import pytest

from tests.support.installed import Pi


@pytest.fixture
def pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pi:
    made = Pi(tmp_path)
    monkeypatch.setattr("appliance.web.passwords.LOG_N", 4)  # what guessing costs is beside the point
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("FAILS", "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("sys.stdin", io.StringIO("everybody smiles\n"))
    return made


@pytest.fixture(autouse=True)
def command(process_as_before: None) -> None:
    """Each test runs commands in this process."""
