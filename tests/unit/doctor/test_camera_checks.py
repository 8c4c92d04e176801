"""What doctor says of a camera: its field of view, a crop with the way out, its settings."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import VirtualClock
from appliance.config import Config, load_config
from appliance.config.schema import CameraSettings
from appliance.doctor import camera_checks
from appliance.doctor.finding import Finding, Status
from appliance.hw.cameras.picamera2 import open_pi_camera
from appliance.hw.machine import Machine
from tests.support.machine_folder import put
from tests.support.pi_cameras import Board
from tests.support.pi_sensors import SENSORS


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is said of a camera with this sensor and these settings, by name."""

    def examine(
        model: str, vanished: tuple[tuple[int, int], ...] = (), **settings: Any
    ) -> dict[str, Finding]:
        board = Board(SENSORS[model], VirtualClock(), vanished=vanished)
        board.install(monkeypatch)
        opened = open_pi_camera(CameraSettings(**settings), board.clock)
        return {finding.name: finding for finding in camera_checks.granted_findings(opened.facts())}

    return examine


@pytest.mark.parametrize("model", [name for name in SENSORS if name != "ovunknown"])
def test_every_official_module_as_shipped_is_good(found: Any, model: str) -> None:
    assert {finding.state for finding in found(model).values()} == {Status.GOOD}
    assert found(model)["field of view"].seen.startswith("100% x 100% of the sensor")


def test_a_crop_is_a_fault_with_the_way_out(found: Any) -> None:
    cropped = found("ovunknown", vanished=((1333, 1000),))["field of view"]
    assert cropped.state is Status.FAULT
    assert cropped.seen.endswith("cropped")
    assert cropped.advice
    fast = found("imx708", vanished=((4608, 2592), (2304, 1296)), frame_rate=100)["field of view"]
    assert fast.advice.startswith("Set camera.frame_rate to 30 or less")


def test_a_picture_of_another_shape_is_said_and_is_not_a_fault(found: Any) -> None:
    asked = found("imx708", picture_size=(1000, 1000), whole_view=False)["field of view"]
    assert asked.state is Status.GOOD
    assert "camera.whole_view is false" in asked.seen


def test_each_setting_of_light_and_focus_is_stated_and_what_cannot_be_had_is_a_warning(found: Any) -> None:
    told = found("imx219", focus=2.0, mains=60, brightness=1.0)
    assert told["light, focus"].facts == {
        "exposure": "short, 16.7 ms until the gain is spent",
        "mains": "60 Hz",
        "focus": "fixed lens",
        "metering": "faces",
        "brightness": "+1 EV",
        "white_balance": "auto",
        "tuning": "the camera's own",
    }
    assert "mains 60 Hz" in told["light, focus"].seen
    assert told["unavailable"].state is Status.WARNING
    assert "fixed focus" in told["unavailable"].seen


def test_a_frame_rate_that_cannot_be_had_is_said_with_what_there_is(found: Any) -> None:
    assert found("imx219")["frame rate"].seen == "up to 21.2 per second, 30 requested: the limit of this mode"
    assert found("imx708")["frame rate"].seen == "up to 30 per second"


def test_the_running_appliance_s_camera_is_told_from_what_it_left(found: Any, machine: Machine) -> None:
    facts = found("imx708")["field of view"].facts
    put(machine, "/run/smart-selfie/camera.json", json.dumps(dict(facts)))
    first, *others = camera_checks.check_camera(Config(), machine, running=True)
    assert first.seen == "delivers to the running appliance: imx708"
    assert first.facts["mode"] == [2304, 1296]
    assert {finding.name for finding in others} == {"field of view", "frame rate", "light, focus"}


def test_a_running_appliance_whose_folder_may_not_be_read_is_not_a_fault(machine: Machine) -> None:
    delivers, view = camera_checks.check_camera(Config(), machine, running=True)
    assert delivers.state is Status.GOOD
    assert view.state is Status.UNKNOWN
    assert "sudo" in view.seen


def test_root_decodes_no_recording_that_the_settings_name(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    recording = tmp_path / "a b.mp4"
    recording.write_bytes(b"no video")
    settings = CameraSettings(source="replay", recording=str(recording))
    (finding,) = camera_checks.check_camera(Config(camera=settings), machine, running=False)
    assert finding.state is Status.UNKNOWN
    assert f"not opened as root; try: smart-selfie replay '{recording}'" in finding.seen
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (finding, *_) = camera_checks.check_camera(Config(camera=settings), machine, running=False)
    assert finding.state is Status.FAULT


def test_the_scene_serves_as_a_camera_and_a_missing_recording_is_reported_with_the_way_out(
    machine: Machine,
) -> None:
    scene = load_config(None, [("camera.source", "scene")])
    assert next(camera_checks.check_camera(scene, machine, running=False)).state is Status.GOOD
    gone = load_config(None, [("camera.source", "replay"), ("camera.recording", "/no/such/file.mp4")])
    (found,) = camera_checks.check_camera(gone, machine, running=False)
    assert found.state is Status.FAULT
    assert found.advice
