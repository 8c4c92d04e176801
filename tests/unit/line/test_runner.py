"""Lines that run: they drop the oldest, dies with its stages, stops when told."""

import dataclasses
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.errors import StageError
from appliance.line.line import Line, Station
from appliance.line.runner import Runner
from appliance.pipeline.assembly import FRAME_LIMIT
from appliance.records.frame import Frame, Picture
from tests.support.line_stages import Blocked, Collect, Pass, frames, row
from tests.support.strategies import frame


def test_replay_loses_no_frame_and_keeps_the_order() -> None:
    last = Collect()
    runner = Runner(frames(200), row(Pass(), last), VirtualClock(), threading.Event())
    runner.run_inline()
    assert last.seen == list(range(200))
    assert {name: counters.done for _, name, counters in runner.counters()} == {
        "capture": 200,
        "pass": 200,
        "collect": 200,
    }


def test_a_slow_stage_never_holds_up_the_camera_and_sees_the_newest_frames() -> None:
    blocked, last = Blocked(), Collect()
    source_ended = threading.Event()

    def source() -> Iterator[Frame]:
        yield from frames(50)
        source_ended.set()
        blocked.gate.set()

    runner = Runner(source(), row(Pass(), blocked, last), MonotonicClock(), threading.Event())
    runner.run_threaded()
    assert source_ended.is_set()
    assert last.seen == sorted(last.seen)
    assert last.seen[-1] == 49
    dropped = sum(one.counters.dropped for one in runner.counters())
    assert dropped == 50 - len(last.seen)
    assert dropped > 0


class Late(Pass):
    """Takes each item late, and keeps none longer than that."""

    def __init__(self, name: str, gate: threading.Event) -> None:
        self.name = name
        self.gate = gate

    def process(self, frame: Frame) -> list[Frame]:
        self.gate.wait(0.05)
        return [frame]


def test_where_all_stages_are_late_at_once_the_pictures_in_memory_are_bounded_all_the_same() -> None:
    alive: list[weakref.ref[Picture]] = []
    most, gate, last = 0, threading.Event(), Collect()

    def numbered(number: int) -> Frame:
        one = frames(1)[0]
        picture = dataclasses.replace(one.picture)
        alive.append(weakref.ref(picture))
        return dataclasses.replace(one, sequence=number, picture=picture)

    def in_memory() -> int:
        return sum(ref() is not None for ref in alive)

    def source() -> Iterator[Frame]:
        nonlocal most
        for number in range(200):
            yield numbered(number)
            most = max(most, in_memory())
            time.sleep(0.005)
        gate.set()
        deadline = time.monotonic() + 10
        while in_memory() and time.monotonic() < deadline:
            time.sleep(0.001)
        yield numbered(200)

    stages = [*(Late(f"late {number}", gate) for number in range(6)), last]
    runner = Runner(source(), row(*stages), MonotonicClock(), threading.Event())
    runner.run_threaded()
    assert most <= FRAME_LIMIT + 1  # the one on its way into a stage
    counters = runner.counters()
    assert counters[0].counters.dropped > 0, "of the capture"
    assert sum(one.counters.dropped for one in counters) == 201 - len(last.seen)
    assert last.seen[-1] == 200, "what comes when all keep up again is seen"


def test_what_a_stage_calls_precious_is_not_dropped_while_the_stage_is_busy() -> None:
    class Busy(Collect):
        def __init__(self) -> None:
            super().__init__()
            self.entered, self.gate = threading.Event(), threading.Event()

        def process(self, frame: Frame) -> list[Frame]:
            self.entered.set()
            assert self.gate.wait(10)
            return super().process(frame)

        def is_precious(self, frame: Frame) -> bool:
            return frame.sequence == 1

    busy = Busy()

    def source() -> Iterator[Frame]:
        first, *others = frames(10)
        yield first
        assert busy.entered.wait(10)
        yield from others
        busy.gate.set()

    Runner(source(), row(busy, limit=None), MonotonicClock(), threading.Event()).run_threaded()
    assert busy.seen == [0, 1, 9]


def test_photos_that_wait_for_a_slow_card_stop_no_frame() -> None:
    class Choose(Collect):
        name = "choose"

        def process(self, frame: Frame) -> list[Frame]:
            super().process(frame)
            return [frame]

    class Card(Blocked):
        capacity = 16

    choose, card = Choose(), Card()

    def source() -> Iterator[Frame]:
        for one in frames(12):
            yield one
            deadline = time.monotonic() + 5
            while one.sequence not in choose.seen and time.monotonic() < deadline:
                time.sleep(0.001)
        card.gate.set()

    lines = [*row(Pass(), choose), Line(name="photos", stations=[Station(stage=card)], drain_seconds=10.0)]
    runner = Runner(source(), lines, MonotonicClock(), threading.Event())
    runner.run_threaded()
    assert choose.seen == list(range(12))


def test_a_camera_that_fails_stops_the_whole_process() -> None:
    def breaks() -> Iterator[Frame]:
        yield frame(0.0)
        raise RuntimeError("driver")

    with pytest.raises(StageError, match="driver"):
        Runner(breaks(), row(Collect()), MonotonicClock(), threading.Event()).run_threaded()


def test_told_to_stop_it_finishes_the_frames_under_way() -> None:
    stop = threading.Event()
    last = Collect()

    def endless() -> Iterator[Frame]:
        for number in range(10**9):
            yield frame(number / 30, number)
            if number == 20:
                stop.set()
            if stop.wait(0.002):
                return

    Runner(endless(), row(Pass(), last), MonotonicClock(), stop).run_threaded()
    assert last.seen[-1] == 20
