"""Finding faces: a full search now and then, and always when something changes."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from appliance.pipeline.find.finder import FaceFinder
from appliance.pipeline.pace import BUSY_SHARE, IDLE_SHARE, Pace, Wanted
from appliance.records.faces import Face
from appliance.records.frame import Box, Frame
from tests.support.strategies import frame

ROOM = np.full((480, 640, 3), 90, np.uint8)
HEAD = Box(300, 200, 60, 80)


class Scripted:
    """A detector that counts how it is asked, and finds what it is told."""

    name = "scripted"
    parts = 1
    near_part: int | None = None
    full_search_seconds = 0.5
    rejected_from = 0.5

    def __init__(self) -> None:
        self.full = self.near = 0
        self.seeing: int | None = None
        self.searched: list[int] = []
        self.faces = [Face(HEAD, 1.0)]

    def search(self, frame: Frame) -> list[Face]:
        self.full += 1
        return self.faces

    def search_part(self, frame: Frame, part: int) -> list[Face]:
        self.searched.append(part)
        return self.search(frame)

    def part_seeing(self, frame: Frame, box: Box) -> int | None:
        return self.seeing

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:
        self.near += 1
        return self.faces


def room(time: float, *boxes: tuple[int, int], size: int = 60) -> Frame:
    """A grey room with bright things in it."""
    picture = ROOM.copy()
    for x, y in boxes:
        picture[y : y + size, x : x + size] = 200
    return replace(frame(time), convert=lambda: picture, grey=picture[:, :, 0])


def test_between_full_searches_only_known_places_are_looked_at() -> None:
    detector, finder_frames = Scripted(), [room(i / 30) for i in range(60)]
    finder = FaceFinder(detector, 0.5)
    for one in finder_frames:
        finder.find(one)
    assert 4 <= detector.full <= 5
    assert detector.near == 60 - detector.full


def test_a_camera_whose_time_goes_back_is_searched_on() -> None:
    detector = Scripted()
    finder = FaceFinder(detector, 0.5)
    finder.find(room(100.0))
    finder.find(room(0.0))
    assert detector.full == 2


def test_it_tells_until_when_nobody_can_have_come_in_unseen() -> None:
    finder = FaceFinder(Scripted(), 0.5)
    assert [finder.find(room(i / 10)).frame.seen_until for i in range(7)] == [0.0] * 5 + [0.5] * 2
    views = Scripted()
    views.parts = 2
    finder = FaceFinder(views, 0.4)
    assert [finder.find(room(i / 10)).frame.seen_until for i in range(5)] == [-math.inf] * 2 + [0.0] * 2 + [
        0.2
    ]


def test_somebody_walking_in_is_looked_for_at_once() -> None:
    detector = Scripted()
    finder = FaceFinder(detector, 10.0)
    for i in range(10):
        finder.find(room(i / 30))
    assert detector.full == 1
    finder.find(room(0.4, (20, 100), size=120))
    assert detector.full == 2


def test_a_known_face_that_moves_calls_for_no_full_search() -> None:
    detector = Scripted()
    finder = FaceFinder(detector, 10.0)
    for i in range(30):
        finder.find(room(i / 30, (300 + i % 5, 200)))
    assert detector.full == 1


def test_a_face_that_is_lost_is_looked_for_everywhere() -> None:
    detector = Scripted()
    finder = FaceFinder(detector, 10.0)
    finder.find(room(0.0))
    detector.faces = []
    finder.find(room(0.3))
    searched = detector.full
    finder.find(room(0.4))
    assert detector.full == searched + 1


def test_a_face_that_is_lost_is_looked_for_soon_and_once_by_the_part_that_sees_it() -> None:
    detector = Scripted()
    detector.parts, detector.seeing = 5, 3
    finder = FaceFinder(detector, 10.0)
    finder.find(room(0.0))
    searched = []
    detector.faces = []
    for i in range(1, 30):
        before = detector.full
        finder.find(room(i / 30))
        searched.append(detector.full - before)
    assert searched == [0, 0, 1] + [0] * 26


def test_a_board_that_is_too_slow_searches_less_often_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    detector, pace = Scripted(), Pace(0.4, 0.0)
    detector.parts = 5
    finder = FaceFinder(detector, 1.0, pace=pace)
    for i in range(600):
        finder.find(room(i / 30))
    assert detector.full == pytest.approx(20 * BUSY_SHARE / 0.4, abs=2)
    assert caplog.messages == [
        "A search takes 400 ms on this board: the whole picture is searched in 2.5 s, not in 1.0 s"
    ]
    searched, pace.wanted = detector.full, Wanted(idle=True)
    for i in range(600, 1200):
        finder.find(room(i / 30))
    assert detector.full - searched == pytest.approx(20 * IDLE_SHARE / 0.4, abs=2)


def test_what_moves_in_the_room_is_looked_at_by_the_search_of_people_near_by() -> None:
    detector = Scripted()
    detector.parts, detector.near_part, detector.faces = 5, 4, []
    finder = FaceFinder(detector, 50.0)
    finder.find(room(0.0))
    for i in range(1, 7):
        finder.find(room(i / 30, (20, 100), size=120))
    assert detector.searched == [0, 4]


def test_a_frame_of_another_size_is_searched_anew() -> None:
    detector = Scripted()
    finder = FaceFinder(detector, 10.0)
    finder.find(room(0.0))
    small = replace(room(0.03), grey=ROOM[:240, :320, 0], convert=lambda: ROOM[:240, :320])
    searched = detector.full
    finder.find(small)
    assert detector.full == searched + 1


def test_an_empty_room_is_not_searched_at_every_frame() -> None:
    detector = Scripted()
    detector.faces = []
    finder = FaceFinder(detector, 0.5)
    for i in range(30):
        finder.find(room(i / 30))
    assert detector.full <= 3


def test_a_curtain_that_moves_makes_no_search_in_parts_come_sooner() -> None:
    detector = Scripted()
    detector.parts = 5
    finder = FaceFinder(detector, 1.0)
    for i in range(60):
        finder.find(room(i / 30, (20 + 40 * (i % 2), 100), size=120))
    assert 9 <= detector.full <= 10
