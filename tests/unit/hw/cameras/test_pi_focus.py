"""Autofocus on the faces, and a lens that hunts."""

from typing import Any

import pytest

from appliance.records.frame import Box
from tests.support.pi_cameras import Board, Open

SMALL: dict[str, Any] = {"frame_rate": 5, "picture_size": (640, 360), "analysis_size": (64, 36)}
"""For tests of many frames."""

FOCUSED, SCANNING, FAILED = 2, 1, 3


def set_controls(board: Board) -> dict[str, Any]:
    return board.opened[-1].controls_set


def test_focus_follows_the_faces_in_pixels_of_the_sensor_and_not_all_the_time(opened: Open) -> None:
    camera, board = opened("imx708", analysis_size=(640, 360))  # 4608 wide
    camera.aim([Box(320, 180, 64, 64)])
    assert set_controls(board)["AfMetering"] == 1
    assert set_controls(board)["AfWindows"] == [(2304, 1296, 461, 461)]
    camera.aim([Box(0, 0, 64, 64)])
    assert set_controls(board)["AfWindows"] == [(2304, 1296, 461, 461)], "not twice within a second"
    board.clock.wait_until(board.clock.now() + 1.1)
    camera.aim([Box(322, 181, 64, 64)])
    assert set_controls(board)["AfWindows"] == [(2304, 1296, 461, 461)], "a face that hardly moved"
    camera.aim([Box(600, 300, 64, 64), Box(10, 10, 50, 50)])
    assert set_controls(board)["AfWindows"] == [(4320, 2160, 288, 432), (72, 72, 360, 360)]
    board.clock.wait_until(board.clock.now() + 1.1)
    camera.aim([])
    assert set_controls(board)["AfMetering"] == 0


def test_a_crowd_gives_ten_windows_the_largest_faces(opened: Open) -> None:
    camera, board = opened("imx708", analysis_size=(640, 360))
    camera.aim([Box(10.0 * n, 10, 5 + n, 5 + n) for n in range(30)])
    windows = set_controls(board)["AfWindows"]
    assert len(windows) == 10
    assert min(window[2] for window in windows) >= 25 * 7


def test_a_photo_that_shows_a_part_of_the_sensor_is_focused_in_that_part(opened: Open) -> None:
    camera, board = opened("imx708", picture_size=(1000, 1000), whole_view=False, analysis_size=(480, 480))
    camera.aim([Box(0, 0, 48, 48)])
    assert set_controls(board)["AfWindows"] == [(1008, 0, 259, 259)]


@pytest.mark.parametrize("settings", [{"focus": 2.0}, {}])
def test_a_fixed_focus_is_left_alone(opened: Open, settings: dict[str, Any]) -> None:
    camera, board = opened("imx708" if settings else "imx219", **SMALL, **settings)
    camera.aim([Box(320, 180, 64, 64)])
    board.opened[-1].af_state = FAILED
    for _ in range(100):
        camera.read(1.5)
    assert "AfWindows" not in set_controls(board)
    assert set_controls(board).get("AfMode", 0) == 0


@pytest.mark.parametrize("states", [[FAILED], [SCANNING], [SCANNING, SCANNING, FAILED, FOCUSED]])
def test_a_lens_that_hunts_rests_at_the_hyperfocal_distance_and_tries_again(
    opened: Open, states: list[int]
) -> None:
    camera, board = opened("imx708", **SMALL)
    video = board.opened[-1]
    modes: list[tuple[float, int]] = []
    while board.clock.now() < 100:
        video.af_state = states[len(modes) % len(states)]
        camera.read(1.5)
        modes.append((board.clock.now(), set_controls(board)["AfMode"]))
    rested = next(time for time, mode in modes if mode == 0)
    again = next(time for time, mode in modes if time > rested and mode == 2)
    assert 5 < rested < 15
    assert set_controls(board)["LensPosition"] == 1.0
    assert again - rested == pytest.approx(60, abs=1)


def test_a_lens_that_searches_now_and_then_is_left_to_it(opened: Open) -> None:
    camera, board = opened("imx708", **SMALL)
    while board.clock.now() < 60:
        board.opened[-1].af_state = SCANNING if board.clock.now() % 10 < 2 else FOCUSED
        camera.read(1.5)
    assert set_controls(board)["AfMode"] == 2
