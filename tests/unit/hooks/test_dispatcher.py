"""For which photos programs run."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.clock import VirtualClock
from appliance.hooks.dispatcher import MOST_WAITING, Dispatcher, variables
from appliance.hooks.execution import Ended


class Bench:
    def __init__(self, root: Path) -> None:
        self.photos, self.mark = root / "photos", root / "last-photo"
        self.photos.mkdir()
        self.ran: list[str] = []
        self.ended: Ended = Ended(0)
        self.start()

    def start(self) -> None:
        self.dispatcher = Dispatcher(self.photos, self.mark, self.run, VirtualClock())

    def run(self, photo: Path, stop: threading.Event) -> Sequence[tuple[str, Ended]]:
        self.ran.append(photo.name[7:13])
        return [("10-print", self.ended)]

    def take(self, *numbers: int) -> None:
        for number in numbers:
            (self.photos / f"selfie-{number:06d}-20261130-235959.jpg").touch()
        status = self.photos.stat()  # two photos within a tick of the file system's clock
        os.utime(self.photos, ns=(status.st_atime_ns, status.st_mtime_ns + max(numbers)))

    def step(self) -> list[str]:
        before = len(self.ran)
        self.dispatcher.step(threading.Event())
        return self.ran[before:]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_photos_from_before_the_first_start_are_left_alone(bench: Bench) -> None:
    bench.take(1, 2)
    assert bench.step() == []
    bench.take(3, 4)
    assert bench.step() == ["000003", "000004"]
    assert bench.step() == []


def test_each_photo_comes_once_through_any_number_of_starts(bench: Bench) -> None:
    bench.step()
    bench.take(1, 2)
    assert bench.step() == ["000001", "000002"]
    bench.start()
    assert bench.step() == []
    bench.take(3)
    bench.start()
    assert bench.step() == ["000003"]


def test_a_photo_whose_programs_were_cut_off_is_not_printed_again(bench: Bench) -> None:
    bench.step()
    bench.take(1)

    def power_cut(photo: Path, stop: threading.Event) -> Sequence[tuple[str, Ended]]:
        raise KeyboardInterrupt

    bench.dispatcher = Dispatcher(bench.photos, bench.mark, power_cut, VirtualClock())
    with pytest.raises(KeyboardInterrupt):
        bench.step()
    bench.start()
    assert bench.step() == []


def test_too_many_waiting_photos_are_left_out_the_oldest_first_and_counted(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.step()
    bench.take(*range(1, MOST_WAITING + 6))
    assert len(bench.step()) == MOST_WAITING
    assert bench.ran[0] == "000006"
    assert bench.dispatcher.left_out == 5
    assert "5 photos left out" in caplog.text


@pytest.mark.parametrize(
    ("ended", "words"),
    [(Ended(3, "x\nout of paper"), "exit status 3. out of paper"), (Ended(None, "x"), "took too long")],
)
def test_what_goes_wrong_is_told_and_the_next_photo_comes(
    bench: Bench, ended: Ended, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    bench.step()
    bench.ended = ended
    bench.take(1, 2)
    assert bench.step() == ["000001", "000002"]
    assert words in caplog.text


def test_a_damaged_mark_begins_anew_and_repeats_nothing(bench: Bench) -> None:
    bench.step()
    bench.take(1)
    bench.step()
    bench.mark.write_bytes(b"\0\0\0")
    bench.start()
    assert bench.step() == []
    bench.take(2)
    assert bench.step() == ["000002"]


def test_a_program_is_told_name_number_and_time() -> None:
    told = variables(Path("/photos/selfie-000042-20261130-120501.jpg"))
    assert told["SELFIE_NUMBER"] == "42"
    assert told["SELFIE_TAKEN_AT"] == "2026-11-30T12:05:01"
    assert told["SELFIE_PHOTO"] == "/photos/selfie-000042-20261130-120501.jpg"
