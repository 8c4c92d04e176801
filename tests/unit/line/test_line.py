"""The pipeline: drops the oldest, dies with its stages, stops when told."""

import dataclasses
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.errors import ModelError, StageError
from appliance.line.line import UNDER_WAY, Line
from appliance.line.stage import Closed, DropOldest
from appliance.records.decision import Decision
from appliance.records.frame import Frame, Picture
from tests.support.strategies import decision_on, frame


def frames(count: int) -> list[Frame]:
    return [frame(i / 30, i) for i in range(count)]


class Collect:
    name = "collect"

    def __init__(self) -> None:
        self.seen: list[int] = []

    def process(self, item: Frame) -> Frame | None:
        self.seen.append(item.sequence)
        return None


class Pass:
    name = "pass"

    def process(self, item: Frame) -> Frame:
        return item


class Blocked(Pass):
    """Takes its first item and keeps it until ``gate`` is opened."""

    name = "blocked"

    def __init__(self) -> None:
        self.gate = threading.Event()

    def process(self, item: Frame) -> Frame:
        assert self.gate.wait(10)
        return item


class Fails(Pass):
    name = "fails"

    def __init__(self, error: Exception) -> None:
        self.error = error

    def process(self, item: Frame) -> Frame:
        if item.sequence == 3:
            raise self.error
        return item


def test_a_full_queue_drops_the_oldest_and_counts_it() -> None:
    queue: DropOldest[int] = DropOldest(2)
    for number in range(5):
        queue.put(number)
    queue.close()
    assert [queue.get(0), queue.get(0)] == [3, 4]
    assert queue.dropped == 3
    with pytest.raises(Closed):
        queue.get(0)


def test_a_photo_is_the_last_thing_a_full_queue_drops() -> None:
    queue: DropOldest[Decision] = DropOldest(3)
    for number in range(10):
        queue.put(decision_on(frame(number), take_photo=number == 1))
    queue.close()
    assert [queue.get(0).frame.captured_at for _ in range(3)] == [1, 8, 9]
    assert queue.dropped == 7


def test_a_late_frame_gives_its_place_to_a_newer_one_and_only_if_there_is_one() -> None:
    queue: DropOldest[int] = DropOldest(2)
    assert not queue.exchange(0)
    assert (len(queue), queue.dropped) == (0, 0)
    queue.put(1)
    assert queue.exchange(2)
    assert (queue.get(0), len(queue), queue.dropped) == (2, 0, 1)


def test_an_empty_queue_waits_no_longer_than_asked() -> None:
    assert DropOldest[int](1).get(timeout=0.01) is None


def test_replay_loses_no_frame_and_keeps_the_order() -> None:
    last = Collect()
    line = Line(frames(200), [Pass(), last], VirtualClock(), threading.Event())
    line.run_inline()
    assert last.seen == list(range(200))
    assert {name: counters.done for name, counters in line.counters()} == {
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

    line = Line(source(), [Pass(), blocked, last], MonotonicClock(), threading.Event())
    line.run_threaded()
    assert source_ended.is_set()
    assert last.seen == sorted(last.seen)
    assert last.seen[-1] == 49
    dropped = sum(counters.dropped for _, counters in line.counters())
    assert dropped == 50 - len(last.seen)
    assert dropped > 0


class Late(Pass):
    """Takes each item late, and keeps none longer than that."""

    def __init__(self, name: str, gate: threading.Event) -> None:
        self.name = name
        self.gate = gate

    def process(self, item: Frame) -> Frame:
        self.gate.wait(0.05)
        return item


def test_where_all_stages_are_late_at_once_the_pictures_in_memory_are_bounded_all_the_same() -> None:
    alive: list[weakref.ref[Picture]] = []
    most, gate, last = 0, threading.Event(), Collect()

    def source() -> Iterator[Frame]:
        nonlocal most
        for number in range(200):
            one = frames(1)[0]
            picture = dataclasses.replace(one.picture)
            alive.append(weakref.ref(picture))
            yield dataclasses.replace(one, sequence=number, picture=picture)
            del one, picture
            most = max(most, sum(ref() is not None for ref in alive))
            time.sleep(0.005)
        gate.set()

    stages = [*(Late(f"late {number}", gate) for number in range(6)), last]
    line = Line(source(), stages, MonotonicClock(), threading.Event())
    line.run_threaded()
    assert most <= UNDER_WAY + 1  # the one on its way into a stage
    counters = dict(line.counters())
    assert counters["capture"].dropped > 0
    assert sum(one.dropped for one in counters.values()) == 200 - len(last.seen)
    assert last.seen[-1] > 190  # the newest are seen even so


def test_photos_that_wait_for_a_slow_card_stop_no_frame() -> None:
    class Choose(Collect):
        name = "choose"
        ends_frames = True

        def process(self, item: Frame) -> Frame:
            super().process(item)
            return item

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

    line = Line(source(), [Pass(), choose, card], MonotonicClock(), threading.Event())
    line.run_threaded()
    assert choose.seen == list(range(12))


def test_no_picture_is_kept_in_memory_while_the_camera_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    get = DropOldest.get
    monkeypatch.setattr(DropOldest, "get", lambda inbox, timeout: get(inbox, 20 * timeout))
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

    line = Line(source(), [Pass(), Collect()], MonotonicClock(), stop)
    running = threading.Thread(target=line.run_threaded)
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

        def process(self, item: Frame) -> Frame:
            names.append(threading.current_thread().name)
            return item

    Line(frames(1), [Look("one"), Look("two")], MonotonicClock(), threading.Event()).run_threaded()
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
        Line(endless(), [Fails(error), Collect()], MonotonicClock(), stop).run_threaded()


def test_a_camera_that_fails_stops_the_whole_process() -> None:
    def breaks() -> Iterator[Frame]:
        yield frame(0.0)
        raise RuntimeError("driver")

    with pytest.raises(StageError, match="driver"):
        Line(breaks(), [Collect()], MonotonicClock(), threading.Event()).run_threaded()


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

    Line(endless(), [Pass(), last], MonotonicClock(), stop).run_threaded()
    assert last.seen[-1] == 20


def test_a_stage_that_hangs_does_not_keep_the_process_from_stopping() -> None:
    blocked, stop = Blocked(), threading.Event()
    threading.Timer(0.2, stop.set).start()
    Line(frames(5), [blocked], MonotonicClock(), stop).run_threaded()
    blocked.gate.set()


def test_counters_tell_how_long_a_stage_took() -> None:
    class Slow(Collect):
        def process(self, item: Frame) -> None:
            time.sleep(0.01)

    line = Line(frames(3), [Slow()], MonotonicClock(), threading.Event())
    line.run_inline()
    counters = dict(line.counters())["collect"]
    assert counters.done == 3
    assert counters.wall >= 0.03
    assert counters.cpu < counters.wall
    assert "3 done, 0 dropped" in str(counters)
