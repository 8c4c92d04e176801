"""What a camera granted, as facts."""

import json

import pytest

from appliance.hw.cameras.granted import analysis_notes
from tests.support.pi_cameras import Open


def test_what_was_granted_is_reported_as_facts(opened: Open) -> None:
    facts = opened("imx219")[0].facts()
    assert facts["mode"] == [3280, 2464]
    assert facts["crop"] == [0, 0, 3280, 2464]
    assert facts["view_percent"] == [100, 100]
    assert facts["angle"] == pytest.approx(62.2, abs=0.1)
    assert facts["frame_rate"] == pytest.approx(21.2, abs=0.1)
    assert facts["asked_frame_rate"] == 30
    assert not facts["cropped"]
    assert json.loads(json.dumps(facts)) == facts


def test_a_picture_of_another_shape_was_asked_for_and_is_not_a_crop(opened: Open) -> None:
    camera, _ = opened("imx708", picture_size=(1000, 1000), whole_view=False)
    assert camera.granted.view == pytest.approx((0.5625, 1), abs=0.001)
    assert not camera.granted.cropped
    assert "cropped" not in camera.description


def test_a_sensor_without_a_mode_of_its_whole_says_that_the_picture_is_cropped(opened: Open) -> None:
    camera, _ = opened("ovunknown", board={"vanished": ((1333, 1000),)})
    assert camera.granted.cropped
    assert "no mode of this sensor reads the whole of it" in camera.description
    assert "sees 96% x 72% of the sensor" in camera.description


def test_a_camera_that_does_not_tell_its_crop_is_not_said_to_see_everything(opened: Open) -> None:
    camera, _ = opened("imx219", board={"tells_crop": False})
    facts = camera.facts()
    assert facts["crop"] is facts["view_percent"] is facts["angle"] is None
    assert "of the sensor" not in camera.description


def test_an_analysis_image_that_is_smaller_than_asked_for_is_told(opened: Open) -> None:
    note = "camera.analysis_size: 1152x648 is not granted, 640x360 is used; people far away are not found"
    assert note in opened("imx708", picture_size=(640, 360))[0].granted.notes
    assert opened("imx708")[0].granted.notes == ()


@pytest.mark.parametrize("granted", [(1152, 648), (1150, 646), (864, 648), (648, 648), (0, 0)])
def test_an_image_that_fills_one_side_of_what_was_asked_for_needs_no_word(granted: tuple[int, int]) -> None:
    assert analysis_notes((1152, 648), granted) == ()
