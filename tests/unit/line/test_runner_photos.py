"""Photos under way: of a burst, at a stop, where the camera stalls, whatever else breaks."""

import dataclasses
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.line import worker
from appliance.line.line import Line, Station
from appliance.line.runner import Runner
from appliance.line.stage import Replaceable, Stage
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision, EncodedPhoto
from appliance.records.frame import Frame
from appliance.storage.jpeg import encoded
from tests.support.strategies import frame, photo_on


def photo(number: int) -> Decision:
    return photo_on(frame(number / 30, number), asked=True)


class SlowCard:
    """Keeps numbers, each after ``seconds``."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.kept: list[int] = []

    def encode(self, decision: Decision) -> EncodedPhoto:
        return encoded(decision, b"a jpeg", datetime.now(UTC))

    def keep(self, photo: EncodedPhoto) -> Path:
        time.sleep(self.seconds)
        self.kept.append(photo.decision.frame.sequence)
        return Path(f"{self.kept[-1]}.jpg")


class Chooses(Stage[Frame, Decision]):
    """Makes ``burst`` photos of a frame, and holds them back until it is asked for them."""

    name = "choose"

    def __init__(self, burst: int = 1) -> None:
        self.burst = burst
        self.held: list[Decision] = []

    def process(self, frame: Frame) -> list[Decision]:
        self.held = [photo(frame.sequence + i) for i in range(self.burst)]
        return []

    def flush(self) -> list[Decision]:
        held, self.held = self.held, []
        return held


def from_choice(chooser: Stage[Any, Any], card: SlowCard, drain_seconds: float = 1.5) -> list[Line]:
    """The lines as they are wired, from the choice on; ``chooser`` in place of the real one."""
    wired = assemble(Config(), load_models(Config()), store=card)
    frames = dataclasses.replace(wired.frames, stations=[Station(stage=chooser)], drain_seconds=drain_seconds)
    return [frames, *wired.lines[1:]]


def test_of_a_burst_that_is_chosen_at_once_every_photo_reaches_the_card_best_first() -> None:
    card = SlowCard(0.01)
    Runner([frame(0)], from_choice(Chooses(10), card), MonotonicClock(), threading.Event()).run_threaded()
    assert card.kept == list(range(10))


def test_told_to_stop_it_still_keeps_the_photos_under_way_on_a_slow_card() -> None:
    card, stop = SlowCard(0.4), threading.Event()

    def source() -> Iterator[Frame]:
        yield frame(0)
        stop.set()

    Runner(source(), from_choice(Chooses(2), card, 0.1), MonotonicClock(), stop).run_threaded()
    assert card.kept == [0, 1]


def test_told_to_stop_with_photos_waiting_it_asks_for_time_and_tells_of_those_it_could_not_keep(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "STALL_SECONDS", 0.05)
    card, stop, asked = SlowCard(0.3), threading.Event(), list[float]()
    lines = from_choice(Chooses(10), card, 0.1)
    lines[1] = dataclasses.replace(lines[1], drain_seconds=0.2)

    def source() -> Iterator[Frame]:
        yield frame(0)
        while not card.kept:
            time.sleep(0.01)
        stop.set()

    Runner(source(), lines, MonotonicClock(), stop).run_threaded(on_stop=asked.append)
    assert asked == [0.2]
    told = [int(line.split("frame ")[1].split()[0]) for line in caplog.messages if " is lost" in line]
    assert told
    waited = time.monotonic() + 5
    while len(card.kept) + len(told) < 10 and time.monotonic() < waited:
        time.sleep(0.01)  # the one that was being written
    assert sorted(card.kept + told) == list(range(10))


def test_told_to_stop_without_a_photo_waiting_it_asks_for_no_more_time() -> None:
    asked: list[float] = []
    lines = from_choice(Chooses(0), SlowCard())
    Runner([frame(0)], lines, MonotonicClock(), threading.Event()).run_threaded(on_stop=asked.append)
    assert asked == [0.0]


def test_told_to_stop_while_the_photo_is_being_chosen_it_keeps_it() -> None:
    class Ponders(Chooses):
        def flush(self) -> list[Decision]:
            time.sleep(1.0)  # longer than it takes to notice the stop and to drain frames
            return super().flush()

    card, stop = SlowCard(), threading.Event()

    def source() -> Iterator[Frame]:
        yield frame(5)
        stop.set()

    Runner(source(), from_choice(Ponders(), card, 0.1), MonotonicClock(), stop).run_threaded()
    assert card.kept == [0]


def test_told_to_stop_while_the_camera_hangs_it_still_keeps_the_photo_that_was_decided() -> None:
    card, stop, gate = SlowCard(), threading.Event(), threading.Event()

    def source() -> Iterator[Frame]:
        yield frame(0)
        stop.set()
        gate.wait(10)

    Runner(source(), from_choice(Chooses(), card, 0.3), MonotonicClock(), stop).run_threaded()
    gate.set()
    assert card.kept == [0]


@pytest.mark.parametrize("chooser", [Chooses(), Replaceable(Chooses())])
def test_a_photo_that_was_decided_does_not_wait_for_a_camera_that_has_stalled(
    monkeypatch: pytest.MonkeyPatch, chooser: Stage[Frame, Decision]
) -> None:
    monkeypatch.setattr(worker, "STALL_SECONDS", 0.05)
    card, kept_meanwhile = SlowCard(), []

    def source() -> Iterator[Frame]:
        yield frame(0)
        deadline = time.monotonic() + 5
        while not card.kept and time.monotonic() < deadline:
            time.sleep(0.01)
        kept_meanwhile.extend(card.kept)

    Runner(source(), from_choice(chooser, card), MonotonicClock(), threading.Event()).run_threaded()
    assert kept_meanwhile == [0]


def test_what_breaks_beside_the_stages_stops_them_too_and_loses_no_photo() -> None:
    card = SlowCard(0.7)

    def endless() -> Iterator[Frame]:
        yield frame(0)
        time.sleep(5)

    def breaks() -> None:
        raise RuntimeError("a pin")

    runner = Runner(endless(), from_choice(Chooses(2), card), MonotonicClock(), threading.Event())
    with pytest.raises(RuntimeError, match="a pin"):
        runner.run_threaded(breaks)
    assert card.kept == [0, 1]
