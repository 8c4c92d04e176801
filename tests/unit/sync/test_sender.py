"""What is copied when."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.clock import VirtualClock
from appliance.sync.ledger import Ledger
from appliance.sync.rclone import CopyResult
from appliance.sync.sender import LONGEST_PAUSE, LOOK_SECONDS, MOST_AT_ONCE, Sender
from appliance.sync.sync_status import SyncStatus


class Remote:
    """Notes what it is asked to copy; fails with ``problem``."""

    def __init__(self) -> None:
        self.runs: list[list[str]] = []
        self.problem = ""

    def copy(self, names: Sequence[str], stop: threading.Event) -> CopyResult:
        self.runs.append(list(names))
        return CopyResult(self.problem)


class Bench:
    def __init__(self, root: Path) -> None:
        self.photos, self.remote, self.in_words = root / "photos", Remote(), list[SyncStatus]()
        self.photos.mkdir()
        self.ledger = Ledger(root / "there", "cloud:a")
        self.ledger.keep(set())
        self.sender = Sender(
            folder=self.photos,
            remote="cloud:a",
            ledger=self.ledger,
            copier=self.remote,
            clock=VirtualClock(),
            report=self.in_words.append,
            random_part=lambda: 1.0,
        )

    def take(self, *numbers: int) -> None:
        for number in numbers:
            (self.photos / f"selfie-{number:06d}-20261130-120000.jpg").touch()

    def step(self) -> float:
        return self.sender.step(threading.Event())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_photos_are_copied_oldest_first_a_few_at_a_time_and_once(bench: Bench) -> None:
    bench.take(*range(1, MOST_AT_ONCE + 3))
    assert (bench.step(), bench.step()) == (0.0, 0.0)
    assert [len(run) for run in bench.remote.runs] == [MOST_AT_ONCE, 2]
    assert bench.remote.runs[0][0].startswith("selfie-000001")
    assert bench.step() == LOOK_SECONDS
    assert len(bench.remote.runs) == 2
    assert (bench.in_words[-1].waiting, bench.in_words[-1].there) == (0, MOST_AT_ONCE + 2)


def test_a_failure_is_tried_again_with_growing_pauses_and_told_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.take(1)
    bench.remote.problem = "it cannot be reached (dial tcp)"
    pauses = [bench.step() for _ in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2.0
    assert pauses[-1] == LONGEST_PAUSE < 60
    assert caplog.text.count("it cannot be reached") == 1
    assert (bench.in_words[-1].waiting, bench.in_words[-1].problem) == (1, bench.remote.problem)
    since = bench.in_words[-1].since
    bench.remote.problem = "it refuses the user (401)"
    bench.step()
    assert bench.in_words[-1].since == since, "they have waited since the first problem"
    bench.remote.problem = ""
    assert bench.step() == 0.0
    assert (bench.in_words[-1].waiting, bench.in_words[-1].problem, bench.in_words[-1].since) == (0, "", None)


def test_nothing_that_failed_is_taken_to_be_there(bench: Bench) -> None:
    bench.take(1, 2)
    bench.remote.problem = "it is full (507)"
    bench.step()
    assert len(bench.ledger) == 0
    bench.remote.problem = ""
    bench.step()
    assert bench.remote.runs[0] == bench.remote.runs[1]


def test_a_folder_that_is_gone_is_a_problem_and_no_end(bench: Bench) -> None:
    bench.photos.rmdir()
    assert bench.step() == LOOK_SECONDS
    bench.photos.mkdir()
    bench.take(1)
    bench.step()
    assert len(bench.ledger) == 1


def test_it_stops_when_told_and_forgets_photos_that_left_the_card(bench: Bench) -> None:
    bench.take(1, 2)
    bench.step()
    (bench.photos / "selfie-000001-20261130-120000.jpg").unlink()
    stop = threading.Event()
    stop.set()
    bench.sender.run(stop)
    assert len(bench.ledger) == 1
