"""Which tuning a Pi camera gets, and its exposure table."""

import os
from pathlib import Path
from typing import Any

import pytest

from appliance.config.live import LiveConfig
from appliance.config.schema import CameraSettings
from appliance.errors import CameraTuningError
from appliance.hw.cameras.pi_tuning import SHORT_MICROSECONDS, VARIABLE
from appliance.hw.cameras.picamera2 import PiCamera, open_pi_camera
from appliance.storage import durable
from tests.support.pi_cameras import Board, Open
from tests.support.pi_sensors import SENSORS


def reopened(board: Board, **settings: Any) -> PiCamera:
    return open_pi_camera(CameraSettings(source="picamera2", **settings), board.clock)


def tuning_of(board: Board) -> Any:
    return board.opened[-1].tuning


def full(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


def set_controls(board: Board) -> dict[str, Any]:
    return board.opened[-1].controls_set


def test_a_tuning_by_name_is_used_and_one_that_is_not_there_is_named(opened: Open) -> None:
    _, board = opened("imx219", tuning="imx219_noir")
    assert tuning_of(board)["name"] == "imx219_noir.json"
    with pytest.raises(CameraTuningError, match=r"camera tuning purple.*camera\.tuning"):
        opened("imx219", tuning="purple")


@pytest.mark.parametrize("model", sorted(SENSORS.keys() - {"imx296", "ovunknown"}))
def test_short_exposure_keeps_the_shutter_short_until_the_sensor_s_gain_is_spent(
    opened: Open, model: str
) -> None:
    _, board = opened(model)
    for channel in tuning_of(board)["algorithms"][0]["rpi.agc"]["channels"][:1]:
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


def test_a_tuning_that_is_not_there_is_refused_with_its_line(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("camera:\n  source: picamera2\n  tuning: purple\n")
    live = LiveConfig(path)
    config = live.load()
    with pytest.raises(CameraTuningError) as caught:
        opened("imx219", tuning=config.camera.tuning)
    assert "line 3: camera.tuning = 'purple': Unknown camera tuning" in str(
        live.refusal(config, caught.value)
    )


def test_the_tuning_is_in_force_at_the_first_opening_and_at_every_other_one(opened: Open) -> None:
    """libcamera reads it when it lists the cameras, and they have been listed to learn the model."""
    camera, board = opened("imx708")
    for _ in range(3):
        assert tuning_of(board)["name"] == "imx708.json"
        camera.close()
        camera = reopened(board)


def test_a_tuning_file_that_somebody_removed_costs_no_camera(opened: Open) -> None:
    camera, board = opened("imx708")
    camera.close()
    Path(os.environ[VARIABLE]).unlink()
    reopened(board)
    assert tuning_of(board)["name"] == "imx708.json"


def test_another_tuning_while_it_runs_takes_effect_and_so_does_none(opened: Open) -> None:
    camera, board = opened("imx219", tuning="imx219_noir")
    camera.close()
    reopened(board, exposure="normal").close()
    assert tuning_of(board) is None
    reopened(board, tuning="imx219_noir", exposure="normal")
    assert tuning_of(board)["name"] == "imx219_noir.json"


def test_where_no_file_can_be_written_the_camera_keeps_its_own(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(durable, "write_over", full)
    _, board = opened("imx477", tuning="imx219_noir", brightness=0.125)
    assert tuning_of(board) is None
    assert "keeps its own tuning" in caplog.text


def test_normal_exposure_leaves_the_camera_its_own_tuning(opened: Open) -> None:
    _, board = opened("imx708", exposure="normal")
    assert tuning_of(board) is None
    assert set_controls(board)["AeExposureMode"] == 0


def test_a_sensor_without_a_tuning_file_and_one_that_may_lack_colours_keep_their_own(opened: Open) -> None:
    for model in ("ovunknown", "imx296"):
        camera, board = opened(model)
        assert tuning_of(board) is None
        assert camera.granted.settings["exposure"] == "short"
