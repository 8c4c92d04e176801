"""An installed appliance."""

import io
import os
from pathlib import Path

import pytest

from tests.support.installed import Pi


@pytest.fixture
def pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pi:
    made = Pi(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("FAILS", "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("sys.stdin", io.StringIO("everybody smiles\n"))
    return made
