"""Light, motion and focus: each setting where the camera has it, and said where it has not."""

from typing import Any

import pytest

from appliance.errors import CameraTuningError
from appliance.hw.cameras.pi_tuning import SHORT_MICROSECONDS
from appliance.records.frame import Box
from tests.support.pi_cameras import Board, Open
from tests.support.pi_sensors import SENSORS

SMALL: dict[str, Any] = {"frame_rate": 5, "picture_size": (640, 360), "analysis_size": (64, 36)}
"""For tests of many frames."""

FOCUSED, SCANNING, FAILED = 2, 1, 3


def set_controls(board: Board) -> dict[str, Any]:
    return board.opened[-1].controls_set


def test_light_motion_and_focus_are_set_where_the_camera_has_them(opened: Open) -> None:
    _, board = opened("imx708", focus=2.0, mains=60, brightness=1.0, white_balance="indoor")
    assert board.opened[-1].controls_set == {
        "FrameDurationLimits": (33_333, 66_667),
        "AfMode": 0,
        "LensPosition": 0.5,
        "AeExposureMode": 1,
        "AeFlickerMode": 1,
        "AeFlickerPeriod": 8_333,
        "ExposureValue": 1.0,
        "AwbMode": 4,
    }


def test_a_focus_that_a_camera_does_not_have_is_said_once(opened: Open) -> None:
    camera, board = opened("imx219", focus=2.0)
    assert "camera.focus: this camera has a fixed focus" in camera.description
    assert "AfMode" not in board.opened[-1].controls_set


def test_a_tuning_by_name_is_used_and_one_that_is_not_there_is_named(opened: Open) -> None:
    _, board = opened("imx219", tuning="imx219_noir")
    assert board.opened[-1].tuning["name"] == "imx219_noir.json"
    with pytest.raises(CameraTuningError, match=r"no camera tuning purple.*camera\.tuning"):
        opened("imx219", tuning="purple")


def test_every_setting_is_told_as_it_is_in_force(opened: Open) -> None:
    assert opened("imx708")[0].facts()["settings"] == {
        "exposure": "short, 16.7 ms until the gain is spent",
        "mains": "50 Hz",
        "focus": "auto, on faces",
        "brightness": "+0 EV",
        "white_balance": "auto",
        "tuning": "the camera's own",
    }
    camera, _ = opened("imx219", exposure="normal", mains="none", brightness=-1, tuning="imx219_noir")
    assert camera.facts()["settings"] == {
        "exposure": "normal",
        "mains": "none",
        "focus": "fixed lens",
        "brightness": "-1 EV",
        "white_balance": "auto",
        "tuning": "imx219_noir",
    }


def test_what_a_camera_does_not_have_is_said_with_what_is_used_instead(opened: Open) -> None:
    lacks = ("AeExposureMode", "AeFlickerMode", "ExposureValue", "AwbMode", "LensPosition")
    camera, board = opened(
        "imx708", board={"lacks": lacks}, brightness=1.0, white_balance="indoor", focus=2.0
    )
    assert set(camera.granted.notes) == {
        "camera.exposure: this camera does not have short",
        "camera.mains: this camera cannot avoid flicker",
        "camera.brightness: 1 cannot be had here, 0 is used",
        "camera.white_balance: this camera does not have indoor",
        "camera.focus: this lens cannot be set to a distance, auto is used",
    }
    assert set_controls(board)["AfMode"] == 2


def test_a_focus_out_of_reach_is_set_to_the_nearest_that_can_be_had(opened: Open) -> None:
    camera, board = opened("imx708", focus=0.05)
    assert set_controls(board)["LensPosition"] == 15.0
    assert "camera.focus: 0.05 m is out of reach, 0.067 m is used" in camera.granted.notes


@pytest.mark.parametrize("model", sorted(SENSORS.keys() - {"imx296", "ovunknown"}))
def test_short_exposure_keeps_the_shutter_short_until_the_sensor_s_gain_is_spent(
    opened: Open, model: str
) -> None:
    _, board = opened(model)
    for channel in board.opened[-1].tuning["algorithms"][0]["rpi.agc"]["channels"][:1]:
        table = channel["exposure_modes"]["short"]
    shutter, gain = table["shutter"], table["gain"]
    assert len(shutter) == len(gain)
    assert shutter == sorted(shutter)
    assert gain == sorted(gain)
    # libcamera raises the shutter to a step first, with the gain of the step before, and then the gain.
    slow = next(step for step, value in enumerate(shutter) if value > SHORT_MICROSECONDS)
    assert gain[slow - 1] == SENSORS[model].most_gain
    assert shutter[slow - 1] == SHORT_MICROSECONDS
    assert set_controls(board)["AeExposureMode"] == 1


def test_normal_exposure_leaves_the_camera_its_own_tuning(opened: Open) -> None:
    _, board = opened("imx708", exposure="normal")
    assert board.opened[-1].tuning is None
    assert set_controls(board)["AeExposureMode"] == 0


def test_a_sensor_without_a_tuning_file_and_one_that_may_lack_colours_keep_their_own(opened: Open) -> None:
    for model in ("ovunknown", "imx296"):
        camera, board = opened(model)
        assert board.opened[-1].tuning is None
        assert camera.granted.settings["exposure"] == "short"


def test_focus_follows_the_faces_in_pixels_of_the_sensor_and_not_all_the_time(opened: Open) -> None:
    camera, board = opened("imx708")  # 4608 wide, analysed at 640
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
    camera, board = opened("imx708")
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
