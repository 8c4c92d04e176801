"""Light, motion and focus: each setting where the camera has it, and said where it has not."""

from typing import Any

from tests.support.pi_cameras import Board, Open


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


def test_every_setting_is_reported_as_it_is_in_force(opened: Open) -> None:
    assert opened("imx708")[0].facts()["settings"] == {
        "exposure": "short, 16.7 ms until the gain is spent",
        "mains": "50 Hz",
        "focus": "auto, on faces",
        "metering": "faces",
        "brightness": "+0 EV",
        "white_balance": "auto",
        "tuning": "the camera's own",
    }
    camera, _ = opened("imx219", exposure="normal", mains="none", brightness=-1, tuning="imx219_noir")
    assert camera.facts()["settings"] == {
        "exposure": "normal",
        "mains": "none",
        "focus": "fixed lens",
        "metering": "faces",
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
        "camera.brightness: 1 is not supported here, 0 is used",
        "camera.white_balance: this camera does not have indoor",
        "camera.focus: this lens cannot be set to a distance, auto is used",
    }
    assert set_controls(board)["AfMode"] == 2


def test_a_focus_out_of_reach_is_set_to_the_nearest_that_can_be_had(opened: Open) -> None:
    camera, board = opened("imx708", focus=0.05)
    assert set_controls(board)["LensPosition"] == 15.0
    assert "camera.focus: 0.05 m is out of reach, 0.067 m is used" in camera.granted.notes
