"""A machine in a folder."""

from pathlib import Path

import pytest

from appliance.hw.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)
