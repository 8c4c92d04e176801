"""Configuring: buffers that fit, and modes that are told and not granted."""

from appliance.hw.cameras.pi_configure import buffer_count
from appliance.hw.cameras.sensor_modes import SensorMode
from tests.support.pi_cameras import Open


def test_a_mode_that_is_reported_and_not_granted_is_named_with_what_is_used(opened: Open) -> None:
    camera, _ = opened("imx708", board={"vanished": ((2304, 1296),)})
    assert not camera.granted.cropped
    camera, _ = opened("imx296", board={"vanished": ()})
    assert "is not granted" not in camera.description
    camera, _ = opened("imx708", frame_rate=50, board={"vanished": ((4608, 2592), (2304, 1296))})
    assert "mode 2304x1296 is not granted, 1536x864 is used" in camera.description
    assert camera.granted.cropped


def test_buffers_are_as_many_as_the_contiguous_memory_has_room_for() -> None:
    main, lores = (2304, 1296), (640, 360)
    mode = SensorMode((2304, 1296), 10)
    assert buffer_count(main, lores, mode, None) == 6
    assert buffer_count(main, lores, mode, 256 << 20) == 6
    assert buffer_count(main, lores, mode, 64 << 20) == 4
