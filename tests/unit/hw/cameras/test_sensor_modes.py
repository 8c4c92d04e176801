"""Whichever Pi camera is connected, everybody in front of it is in the picture."""

from itertools import product
from typing import Any

import pytest

from appliance.errors import CameraAbsentError, CameraBusyError, CameraMemoryError, CameraStalledError
from tests.support.pi_cameras import Open
from tests.support.pi_sensors import SENSORS

OFFICIAL = [name for name in SENSORS if name not in {"ovunknown", "imx519"}]
SIZES = [(2304, 1296), (1920, 1080), (1280, 720), (4608, 2592), (640, 480), (1536, 864), (1000, 1000)]


@pytest.mark.parametrize("model", OFFICIAL)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rate", [1, 15, 30, 60])
def test_every_official_module_shows_its_full_width_and_nothing_enlarged(
    opened: Open, model: str, size: tuple[int, int], rate: int
) -> None:
    camera, board = opened(model, picture_size=size, frame_rate=rate)
    video = board.opened[-1]
    assert video.camera_properties["ScalerCropMaximum"] == (0, 0, *SENSORS[model].pixels)
    mode = video.camera_configuration()["sensor"]["output_size"]
    main = video.configured[-1]["main"]["size"]
    assert main[0] <= mode[0]
    assert main[1] <= mode[1]
    assert camera.granted.view == pytest.approx((1, 1), abs=0.01)
    assert "sees 100% x 100% of the sensor" in camera.description


@pytest.mark.parametrize(
    ("model", "mode", "photo"),
    [
        ("ov5647", (2592, 1944), (1994, 1496)),
        ("imx219", (3280, 2464), (1992, 1496)),
        ("imx708", (2304, 1296), (2304, 1296)),
        ("imx477", (2028, 1520), (1994, 1496)),
        ("imx500", (2028, 1520), (1994, 1496)),
        ("imx296", (1456, 1088), (1456, 1088)),
    ],
)
def test_the_settings_as_shipped_give_a_photo_of_the_sensor_s_own_shape(
    opened: Open, model: str, mode: tuple[int, int], photo: tuple[int, int]
) -> None:
    camera, board = opened(model)
    assert board.opened[-1].camera_configuration()["sensor"]["output_size"] == mode
    assert board.opened[-1].configured[-1]["main"]["size"] == pytest.approx(photo, abs=4)
    assert len(board.opened[-1].configured) == 1, "a known sensor is configured once"
    assert f"mode {mode[0]}x{mode[1]}" in camera.description


def test_a_photo_of_another_shape_keeps_the_full_width_and_says_what_it_lacks(opened: Open) -> None:
    camera, board = opened("imx219", picture_size=(1920, 1080), whole_view=False)
    assert board.opened[-1].configured[-1]["main"]["size"] == (1920, 1080)
    assert "sees 100% x 75% of the sensor, 62 degrees" in camera.description


def test_a_sensor_of_another_maker_shows_everything_at_thirty_frames_a_second(opened: Open) -> None:
    camera, board = opened("imx519")
    assert board.opened[-1].camera_configuration()["sensor"]["output_size"] == (2328, 1746)
    assert camera.granted.frame_rate == pytest.approx(30, rel=0.01)
    assert camera.granted.view == pytest.approx((1, 1), abs=0.01)


@pytest.mark.parametrize("size", [(3280, 2464), (16384, 16384)])
def test_a_picture_size_that_the_mode_does_not_have_is_said_with_what_is_used(
    opened: Open, size: tuple[int, int]
) -> None:
    camera, _ = opened("imx708", picture_size=size)
    told = f"camera.picture_size: {size[0]}x{size[1]} is more than this mode has, 2304x1296 is used"
    assert told in camera.description
    assert "camera.picture_size" not in opened("imx708")[0].description


def test_a_camera_that_does_not_tell_what_it_reads_is_said_not_to(opened: Open) -> None:
    assert "field of view not told" in opened("ovunknown", board={"tells_crop": False})[0].description


def test_a_camera_that_another_program_takes_meanwhile_is_said_to_be_in_use(opened: Open) -> None:
    with pytest.raises(CameraBusyError, match="in use by another program"):
        opened("imx477", fails=OSError(16, "Device or resource busy"))


def test_a_sensor_nobody_knows_is_tried_until_the_whole_of_it_is_seen(opened: Open) -> None:
    camera, board = opened("ovunknown")
    assert board.opened[-1].camera_configuration()["sensor"]["output_size"] == (1333, 1000)
    assert not camera.granted.cropped
    assert len(board.opened[-1].configured) <= 3


@pytest.mark.parametrize(("model", "rate"), list(product(OFFICIAL, [1, 2, 5, 10, 30, 60, 120])))
def test_every_frame_rate_delivers_frames_or_says_what_is_used_instead(
    opened: Open, model: str, rate: int
) -> None:
    camera, _ = opened(model, frame_rate=rate)
    for _ in range(5):
        camera.read(1.5)
    if camera.granted.frame_rate != pytest.approx(rate, rel=0.02):
        assert f"camera.frame_rate: {rate} is not supported here" in camera.description


def test_frame_rates_above_thirty_are_used_where_a_mode_has_them(opened: Open) -> None:
    camera, _ = opened("imx708", frame_rate=50)
    assert camera.granted.frame_rate == pytest.approx(50, rel=0.01)


def test_a_camera_that_stops_is_noticed_after_a_second_and_a_half(opened: Open) -> None:
    camera, board = opened("imx708")
    camera.read(1.5)
    board.opened[-1].controls_set["FrameDurationLimits"] = (10**9, 10**9)
    with pytest.raises(CameraStalledError, match=r"for 1\.5 s"):
        camera.read(1.5)


def test_a_camera_without_memory_for_its_pictures_has_words_of_its_own(opened: Open) -> None:
    with pytest.raises(CameraMemoryError, match=r"CMA.*Restart the board"):
        opened("imx219", fails=OSError(12, "Cannot allocate memory"))


def test_of_two_cameras_it_is_said_which_one_is_used(opened: Open) -> None:
    assert "camera.device: 0 of 2" in opened("imx219", board={"others": ("imx708",)})[0].description
    with pytest.raises(CameraAbsentError, match="Pi camera 2 not found: there are 2, counted from 0"):
        opened("imx219", board={"others": ("imx708",)}, device=2)


def test_a_camera_swapped_for_another_model_keeps_the_whole_view_and_says_what_no_longer_fits(
    opened: Open,
) -> None:
    settings: dict[str, Any] = {"tuning": "imx219_noir", "focus": 1.5, "frame_rate": 40}
    before, _ = opened("imx219", **settings)
    after, _ = opened("imx708", **settings)
    assert "this camera has a fixed focus" in before.description
    assert "camera.tuning: imx219_noir was not made for imx708" in after.description
    assert not after.granted.cropped
    assert after.granted.settings["focus"] == "1.5 m"
