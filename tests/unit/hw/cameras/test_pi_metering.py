"""People before a window get the light that they lack, slowly, and nobody else gets any."""

import itertools

import numpy as np
import pytest

from appliance.hw.cameras.pi_controls import Advertised
from appliance.hw.cameras.pi_metering import MOST_STEPS, FaceMetering, lacking_light
from appliance.records.frame import Box, Grey
from tests.support.pi_cameras import Open

FACE = Box(20, 12, 16, 16)
ADVERTISED = {"ExposureValue": (-8.0, 8.0, 0.0)}


def picture(face: int, rest: int, brighter: float = 0.0) -> Grey:
    """A face of one grey level in a picture of another, so many exposure steps brighter."""
    grey = np.full((48, 64), rest, float)
    grey[12:28, 20:36] = face
    light = (grey / 255) ** 2.2 * 2**brighter
    return np.asarray(255 * np.minimum(1, light) ** (1 / 2.2), np.uint8)


@pytest.mark.parametrize(("face", "rest"), [(150, 120), (110, 140), (200, 40), (90, 90)])
def test_faces_of_any_skin_in_an_ordinary_room_lack_nothing(face: int, rest: int) -> None:
    assert lacking_light(picture(face, rest), [FACE]) == 0


def test_a_face_before_a_window_lacks_light_and_never_more_than_can_be_added() -> None:
    lacks = lacking_light(picture(70, 150), [FACE])
    assert lacks is not None
    assert 0.8 < lacks <= MOST_STEPS
    assert lacking_light(picture(5, 220), [FACE]) == MOST_STEPS


def test_of_a_group_the_median_face_counts_and_faces_at_the_edge_do_no_harm() -> None:
    grey = picture(150, 120)
    grey[0:8, 0:8] = 0
    assert lacking_light(grey, [FACE, FACE, Box(0, 0, 8, 8)]) == 0
    assert lacking_light(grey, [Box(-50, -50, 20, 20)]) is None
    assert lacking_light(grey, []) is None


def test_it_rises_slowly_stays_steady_and_goes_when_nobody_is_left() -> None:
    metering, brighter, values = FaceMetering(ADVERTISED, 0.0, on_faces=True), 0.0, []
    for tenth in range(600):
        faces = [FACE] if tenth < 300 else []
        told = metering.meter(picture(60, 130, brighter), faces, tenth / 10)
        brighter = told.get("ExposureValue", brighter)
        values.append(brighter)
    steps = {round(abs(after - before), 2) for before, after in itertools.pairwise(values)}
    assert max(steps) <= 0.25
    assert values[250] == values[299] > 1
    assert values[335] == values[299], "they may come back"
    assert values[-1] == 0


def test_the_setting_comes_on_top_and_the_camera_s_limits_hold() -> None:
    metering = FaceMetering({"ExposureValue": (-1.0, 1.1, 0.0)}, 1.0, on_faces=True)
    assert metering.meter(picture(60, 130), [FACE], 0.0) == {"ExposureValue": 1.1}


@pytest.mark.parametrize(("advertised", "on_faces"), [({}, True), (ADVERTISED, False)])
def test_where_it_cannot_or_shall_not_be_done_nothing_is_set(advertised: Advertised, on_faces: bool) -> None:
    metering = FaceMetering(advertised, 0.0, on_faces=on_faces)
    assert metering.meter(picture(20, 200), [FACE], 0.0) == {}


def test_the_camera_itself_meters_on_the_faces_it_is_aimed_at(opened: Open) -> None:
    camera, board = opened("imx219")
    camera.read(1.5)
    camera.aim([Box(100, 100, 50, 50)])  # as grey as the rest
    assert "ExposureValue" not in board.opened[-1].controls_set
    assert camera.facts()["settings"]["metering"] == "faces"
