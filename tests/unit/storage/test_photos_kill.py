"""Kill -9 at any time during a save, 200 times: no torn photo, and none lost that was said to be kept."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from appliance.storage.photos import PhotoStore

ROOT = Path(__file__).parents[3]
ROUNDS = 200
LONGEST_LIFE = 0.06  # seconds: on a quick machine a few photos, on a slow one the start and half a photo


@pytest.fixture
def saver(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that forks a child for each line it reads, so that Python and numpy start only once."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "support" / "photo_saver.py", tmp_path, "serve"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    with process:
        yield process
        assert process.stdin
        process.stdin.close()


def one_life(saver: subprocess.Popen[str], seconds: float, after_first: bool) -> list[str]:
    """Lets a child save photos and kills it; returns the names it said were kept.

    The ``seconds`` count from its start, or from its first photo.
    """
    assert saver.stdin
    assert saver.stdout
    saver.stdin.write("go\n")
    kept = []
    line = saver.stdout.readline().split()
    while line[0] != "pid":  # the child may be quicker than its parent
        kept += line
        line = saver.stdout.readline().split()
    if after_first and not kept:
        kept.append(saver.stdout.readline().strip())
    time.sleep(seconds)
    os.kill(int(line[1]), signal.SIGKILL)
    while (line := saver.stdout.readline().split())[0] != "ended":
        kept += line
    return kept


def decode(path: Path) -> None:
    with Image.open(path) as photo:
        photo.load()


@pytest.mark.slow
def test_kill_at_any_time_leaves_only_whole_photos_and_every_one_that_was_kept(
    saver: subprocess.Popen[str], tmp_path: Path
) -> None:
    lives = random.Random(20261121)
    kept: list[str] = []
    decoded: set[str] = set()
    cleaned = 0
    for number in range(ROUNDS):
        kept += one_life(saver, lives.uniform(0, LONGEST_LIFE), after_first=number % 2 == 0)
        there = {path.name for path in tmp_path.glob("*.jpg")}
        for name in there - decoded:
            decode(tmp_path / name)
        decoded |= there
        assert set(kept) <= there
        cleaned += PhotoStore(tmp_path).prepare()
        assert not list(tmp_path.glob(".*.part"))
    for name in decoded:  # none was spoilt later on
        decode(tmp_path / name)
    assert len(set(kept)) == len(kept)
    print(f"{ROUNDS} kills, {len(kept)} photos kept, {len(decoded)} there, {cleaned} unfinished removed")
    assert len(kept) >= ROUNDS / 2
    assert cleaned > 0  # else no kill ever hit a save, and nothing was shown
