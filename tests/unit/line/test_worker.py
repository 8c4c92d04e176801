"""A stage runs in a thread of its own, and ends with the process."""

import dataclasses
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from appliance.clock import MonotonicClock
from appliance.errors import ModelError, StageError
from appliance.line.inbox import Inbox
from appliance.line.runner import Runner
from appliance.records.frame import Frame, Picture
from tests.support.line_stages import Blocked, Collect, Fails, Pass, frames, row
from tests.support.strategies import frame


def test_no_picture_is_kept_in_memory_while_the_camera_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    get = Inbox.get
    monkeypatch.setattr(Inbox, "get", lambda inbox, timeout: get(inbox, 20 * timeout))
    waiting, stop = threading.Event(), threading.Event()
    alive: list[weakref.ref[Picture]] = []

    def source() -> Iterator[Frame]:
        one = frames(1)[0]
        picture = dataclasses.replace(one.picture)
        alive.append(weakref.ref(picture))
        yield dataclasses.replace(one, picture=picture)
        del one, picture
        waiting.set()
        assert stop.wait(10)

    runner = Runner(source(), row(Pass(), Collect()), MonotonicClock(), stop)
    running = threading.Thread(target=runner.run_threaded)
    running.start()
    assert waiting.wait(10)
    for _ in range(500):
        if alive[0]() is None:
            break
        time.sleep(0.01)
    kept = alive[0]() is not None
    stop.set()
    running.join(10)
    assert not kept


def test_every_stage_has_a_named_thread_of_its_own() -> None:
    names = []

    class Look(Pass):
        def __init__(self, name: str) -> None:
            self.name = name

        def process(self, frame: Frame) -> list[Frame]:
            names.append(threading.current_thread().name)
            return [frame]

    Runner(frames(1), row(Look("one"), Look("two")), MonotonicClock(), threading.Event()).run_threaded()
    assert names == ["one", "two"]


@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError("surprise"), StageError), (ModelError("gone"), ModelError)]
)
def test_a_stage_that_fails_stops_the_whole_process(error: Exception, raised: type[Exception]) -> None:
    stop = threading.Event()

    def endless() -> Iterator[Frame]:
        for number in range(10**9):
            yield frame(number / 30, number)
            if stop.wait(0.001):
                return

    with pytest.raises(raised):
        Runner(endless(), row(Fails(error), Collect()), MonotonicClock(), stop).run_threaded()


def test_a_stage_that_hangs_does_not_keep_the_process_from_stopping() -> None:
    blocked, stop = Blocked(), threading.Event()
    threading.Timer(0.2, stop.set).start()
    Runner(frames(5), row(blocked), MonotonicClock(), stop).run_threaded()
    blocked.gate.set()
