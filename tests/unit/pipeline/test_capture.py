"""A camera that stalls, vanishes and comes back."""

import itertools
import threading
from collections.abc import Callable, Iterator

import pytest

from appliance.clock import VirtualClock
from appliance.errors import (
    CameraAbsentError,
    CameraBusyError,
    CameraError,
    CameraStalledError,
    RecordingError,
)
from appliance.hw.camera import Camera, EndOfRecording
from appliance.pipeline.capture import READ_SECONDS, Capture
from appliance.records.frame import Frame
from tests.support.strategies import frame


class Scripted:
    """A camera that does what its script says, one step a read: deliver, or raise."""

    description = "scripted"

    def __init__(self, clock: VirtualClock, *script: Exception | None) -> None:
        self._clock = clock
        self._script = list(script)
        self.closed = False

    def read(self, timeout: float) -> Frame:
        step = self._script.pop(0) if self._script else EndOfRecording()
        if isinstance(step, CameraStalledError):
            self._clock.wait_until(self._clock.now() + timeout)
        if step is not None:
            raise step
        self._clock.wait_until(self._clock.now() + 0.03)
        return frame(self._clock.now())

    def close(self) -> None:
        self._clock.wait_until(self._clock.now() + CLOSING)
        self.closed = True


CLOSING = 2.0
"""Seconds, as a camera that hangs may take."""
STALL = CameraStalledError("no frame")
ABSENT = CameraAbsentError("there is none")


def absent() -> Camera:
    raise ABSENT


def capture(
    clock: VirtualClock, first: Camera, reopen: Callable[[], Camera]
) -> tuple[list[Frame], list[tuple[float, bool]]]:
    told: list[tuple[float, bool]] = []
    stage = Capture(first, reopen, clock, threading.Event(), lambda lost: told.append((clock.now(), lost)))
    return list(stage), told


def test_a_stall_is_noticed_within_two_seconds_and_the_camera_opened_again() -> None:
    clock = VirtualClock()
    first = Scripted(clock, None, None, STALL)
    second = Scripted(clock, None, None)
    frames, told = capture(clock, first, lambda: second)
    assert first.closed
    assert second.closed
    assert [one.sequence for one in frames] == [0, 1, 2, 3]
    (lost_at, lost), (_, back) = told
    assert (lost, back) == (True, False)
    assert lost_at - frames[1].captured_at < 2.0
    assert READ_SECONDS < 2.0


def test_it_is_opened_again_and_again_ever_more_slowly_but_within_ten_seconds_of_its_return() -> None:
    clock = VirtualClock()
    attempts: list[float] = []

    def reopen() -> Camera:
        attempts.append(clock.now())
        if clock.now() < 60:
            raise CameraAbsentError("no camera")
        return Scripted(clock, None)

    frames, told = capture(clock, Scripted(clock, None, STALL), reopen)
    waits = [round(b - a, 3) for a, b in itertools.pairwise(attempts)]
    assert waits == sorted(waits)
    assert waits[0] < 2
    assert max(waits) <= 5
    assert len(frames) == 2
    assert frames[1].captured_at < 70
    assert [lost for _, lost in told] == [True, False]


def test_a_camera_another_program_took_is_waited_for() -> None:
    clock = VirtualClock()
    results: Iterator[CameraBusyError | Scripted] = iter([CameraBusyError("busy"), Scripted(clock, None)])

    def reopen() -> Camera:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    frames, _ = capture(clock, Scripted(clock, None, STALL), reopen)
    assert len(frames) == 2


def test_a_recording_that_breaks_is_not_tried_again() -> None:
    clock = VirtualClock()
    broken = Scripted(clock, None, RecordingError("broken at frame 1"))

    def never() -> Camera:
        raise AssertionError

    with pytest.raises(RecordingError):
        capture(clock, broken, never)
    assert broken.closed


def test_stopping_does_not_wait_for_the_camera_to_come_back() -> None:
    clock, stop = VirtualClock(), threading.Event()

    def reopen() -> Camera:
        stop.set()
        raise CameraAbsentError("no camera")

    assert not list(Capture(Scripted(clock, STALL), reopen, clock, stop, lambda _: None))


def delivering(clock: VirtualClock, first: Camera, in_force: Callable[[], Camera]) -> Capture:
    return Capture(first, in_force, clock, threading.Event(), lambda _: None)


def test_a_proposed_camera_is_proven_by_its_first_frame_and_the_one_before_closed() -> None:
    clock = VirtualClock()
    first, second = Scripted(clock, None, None), Scripted(clock, None, None)
    capturing = delivering(clock, first, absent)
    frames = iter(capturing)
    next(frames)
    trial = capturing.propose(lambda: second)
    assert not trial.proven
    next(frames)
    assert trial.proven
    assert first.closed
    capturing.accept(trial)
    assert len(list(frames)) == 1
    assert trial.refusal is None


def test_an_accepted_camera_is_the_one_opened_again_when_it_is_lost() -> None:
    clock = VirtualClock()
    cameras = iter([Scripted(clock, None, STALL), Scripted(clock, None, None, None)])
    capturing = delivering(clock, Scripted(clock, None, None), absent)
    frames = iter(capturing)
    next(frames)
    trial = capturing.propose(lambda: next(cameras))
    next(frames)
    capturing.accept(trial)
    assert len(list(frames)) == 3


@pytest.mark.parametrize("first", [STALL, RecordingError("broken"), EndOfRecording()])
def test_a_camera_that_opens_but_delivers_nothing_is_refused_and_the_one_in_force_goes_on(
    first: Exception,
) -> None:
    clock, told = VirtualClock(), list[bool]()
    silent, again = Scripted(clock, first), Scripted(clock, None, None)
    capturing = Capture(Scripted(clock, None, None), lambda: again, clock, threading.Event(), told.append)
    frames = iter(capturing)
    next(frames)
    trial = capturing.propose(lambda: silent)
    assert len(list(frames)) == 2
    assert isinstance(trial.refusal, CameraError)
    assert not trial.proven
    assert silent.closed
    assert not told


@pytest.mark.parametrize("tried", [False, True])
def test_a_withdrawn_camera_gives_way_to_the_one_in_force(tried: bool) -> None:
    clock = VirtualClock()
    again, other = Scripted(clock, None, None), Scripted(clock, None, None)
    capturing = delivering(clock, Scripted(clock, None, None, None), lambda: again)
    frames = iter(capturing)
    next(frames)
    capturing.propose(lambda: other)
    if tried:
        next(frames)
    capturing.withdraw()
    assert len(list(frames)) == 2
    assert other.closed is tried
    assert again.closed is tried, "a camera that was never tried leaves the one in force alone"


@pytest.mark.parametrize("error", [ABSENT, RecordingError("absent.mp4 is not there")])
def test_a_camera_that_cannot_be_opened_is_refused_and_the_one_in_force_goes_on(error: Exception) -> None:
    clock, told = VirtualClock(), list[bool]()
    again = Scripted(clock, None, None)
    capturing = Capture(Scripted(clock, None, None), lambda: again, clock, threading.Event(), told.append)
    frames = iter(capturing)
    next(frames)

    def refuse() -> Camera:
        raise error

    trial = capturing.propose(refuse)
    assert len(list(frames)) == 2
    assert trial.refusal is error
    assert not trial.proven
    assert not told
