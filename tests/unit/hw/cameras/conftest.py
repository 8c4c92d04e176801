"""Cameras of boards that are not there."""

from typing import Any

import pytest

from appliance.clock import VirtualClock
from appliance.config import schema
from appliance.hw.cameras.picamera2 import PiCamera, open_pi_camera
from tests.support.pi_cameras import Board, Open
from tests.support.pi_sensors import SENSORS


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the camera of a board with this sensor; ``board`` is what is special about it, then settings."""

    def open_with(
        model: str, fails: Exception | None = None, board: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[PiCamera, Board]:
        made = Board(SENSORS[model], VirtualClock(), fails, **(board or {}))
        made.install(monkeypatch)
        return open_pi_camera(schema.CameraSettings(source="picamera2", **settings), made.clock), made

    return open_with
