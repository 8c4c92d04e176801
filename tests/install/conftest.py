"""The machine that setup.sh runs on."""

from pathlib import Path

import pytest

from tests.support.setup_machine import Pi


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)
