"""An installed appliance; and what a command changes in this process is as before after its test."""

import io
import logging
import os
from collections.abc import Iterator
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
def logging_as_before() -> Iterator[None]:
    """A command sends the log to its own standard error, which is gone after the test."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    logging.captureWarnings(False)
    root.setLevel(level)
    root.handlers[:] = handlers
