"""Small stages, and a line of them."""

import threading
from typing import Any

from appliance.line.line import Line, Station
from appliance.line.stage import Stage
from appliance.pipeline.assembly import FRAME_LIMIT
from appliance.records.frame import Frame
from tests.support.strategies import frame


def frames(count: int) -> list[Frame]:
    return [frame(i / 30, i) for i in range(count)]


def row(*stages: Stage[Any, Any], limit: int | None = FRAME_LIMIT) -> list[Line]:
    """One line of these stages."""
    stations = [Station(stage=stage) for stage in stages]
    return [Line(name="frames", stations=stations, drain_seconds=1.5, limit=limit)]


class Collect(Stage[Frame, Frame]):
    name = "collect"

    def __init__(self) -> None:
        self.seen: list[int] = []

    def process(self, frame: Frame) -> list[Frame]:
        self.seen.append(frame.sequence)
        return []


class Pass(Stage[Frame, Frame]):
    name = "pass"

    def process(self, frame: Frame) -> list[Frame]:
        return [frame]


class Blocked(Pass):
    """Takes its first item and keeps it until ``gate`` is opened."""

    name = "blocked"

    def __init__(self) -> None:
        self.gate = threading.Event()

    def process(self, frame: Frame) -> list[Frame]:
        assert self.gate.wait(10)
        return [frame]


class Fails(Pass):
    name = "fails"

    def __init__(self, error: Exception) -> None:
        self.error = error

    def process(self, frame: Frame) -> list[Frame]:
        if frame.sequence >= 3:  # the third itself may have been dropped
            raise self.error
        return [frame]
