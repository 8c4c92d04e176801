"""What only listens hears everything a stage gives out, before the next stage gets it."""

import threading
from collections.abc import Callable, Iterator

import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.errors import StageError
from appliance.line.line import Line, Station
from appliance.line.runner import Runner
from appliance.line.stage import Stage
from appliance.records.frame import Frame
from tests.support.strategies import frame

Run = Callable[[Runner], None]
WAYS = [Runner.run_inline, Runner.run_threaded]


class Note(Stage[Frame, Frame]):
    """Notes each frame and passes it on; holds back one that it gives out at the end."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes

    def process(self, frame: Frame) -> list[Frame]:
        self.notes.append(f"{self.name} {frame.sequence}")
        return [frame]


class Last(Note):
    def flush(self) -> list[Frame]:
        return [frame(9.0, 9)]


def run(way: Run, notes: list[str], stages: list[Note], source: Iterator[Frame]) -> Runner:
    """One line of these stages, each with an observer that notes what it hears."""

    def observer(of: str) -> Callable[[Frame], None]:
        return lambda heard: notes.append(f"after {of} {heard.sequence}")

    stations = [Station(stage=stage, observers=[observer(stage.name)]) for stage in stages]
    line = Line(name="frames", stations=stations, drain_seconds=1.5)
    runner = Runner(source, [line], VirtualClock(), threading.Event())
    way(runner)
    return runner


@pytest.mark.parametrize("way", WAYS)
def test_observers_hear_of_an_item_before_it_goes_on(way: Run) -> None:
    notes: list[str] = []
    run(way, notes, [Note("a", notes), Note("b", notes)], iter([frame(0.0, 0)]))
    assert notes == ["a 0", "after a 0", "b 0", "after b 0"]


@pytest.mark.parametrize("way", WAYS)
def test_observers_hear_of_what_was_held_back_too(way: Run) -> None:
    notes: list[str] = []
    run(way, notes, [Last("a", notes), Note("b", notes)], iter([]))
    assert notes == ["after a 9", "b 9", "after b 9"]


def test_an_observer_is_part_of_its_stage_in_thread_and_name() -> None:
    threads: list[str] = []

    def observe(_: Frame) -> None:
        threads.append(threading.current_thread().name)

    stations = [Station(stage=Note("decide", []), observers=[observe, observe])]
    lines = [Line(name="frames", stations=stations, drain_seconds=1.5)]
    runner = Runner([frame(0.0)], lines, MonotonicClock(), threading.Event())
    runner.run_threaded()
    assert threads == ["decide", "decide"]
    assert [(one.line, one.stage) for one in runner.counters()] == [
        ("frames", "capture"),
        ("frames", "decide"),
    ]


def test_an_observer_that_raises_stops_the_whole_process() -> None:
    def observe(_: Frame) -> None:
        raise RuntimeError("the lamp")

    stop = threading.Event()

    def endless() -> Iterator[Frame]:
        for number in range(10**9):
            yield frame(number / 30, number)
            if stop.wait(0.001):
                return

    lines = [
        Line(name="frames", stations=[Station(stage=Note("a", []), observers=[observe])], drain_seconds=1.5)
    ]
    with pytest.raises(StageError, match="the lamp"):
        Runner(endless(), lines, MonotonicClock(), stop).run_threaded()
