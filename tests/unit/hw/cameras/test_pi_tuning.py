"""Which tuning a Pi camera gets, and its exposure table."""

from typing import Any

import pytest

from appliance.errors import CameraTuningError
from appliance.hw.cameras.pi_tuning import SHORT_MICROSECONDS
from tests.support.pi_cameras import Board, Open
from tests.support.pi_sensors import SENSORS


def set_controls(board: Board) -> dict[str, Any]:
    return board.opened[-1].controls_set


def test_a_tuning_by_name_is_used_and_one_that_is_not_there_is_named(opened: Open) -> None:
    _, board = opened("imx219", tuning="imx219_noir")
    assert board.opened[-1].tuning["name"] == "imx219_noir.json"
    with pytest.raises(CameraTuningError, match=r"no camera tuning purple.*camera\.tuning"):
        opened("imx219", tuning="purple")


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
