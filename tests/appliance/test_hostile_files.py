"""Pictures, videos, settings and networks with changed bytes: a clear answer, little time and memory."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.sources import ROOT

SEED = os.environ.get("SMART_SELFIE_SEED") or f"{datetime.now(UTC):%Y%m%d}"
"""Another one every day; SMART_SELFIE_SEED has one of another day again."""


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(100, marks=pytest.mark.slow),
        pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
    ],
)
def test_files_that_nobody_meant_well_get_a_clear_answer(tmp_path: Path, count: int) -> None:
    print(f"SMART_SELFIE_SEED={SEED}")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.support.hostile_files", SEED, str(count), tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    now = (tmp_path / "now").read_text()
    assert done.returncode == 0, f"seed {SEED}, file {now}:\n{done.stdout[-5000:]}\n{done.stderr[-2000:]}"
