"""Open eyes are seen in faces that are large enough, and nothing is claimed of the others."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from appliance.pipeline.choose.eyes import SMALLEST_FACE, EyeJudge
from appliance.records.frame import Box, Frame
from tests.support.scene_frames import faces_at
from tests.support.strategies import decision_on, face, frame, person, showing_of

BLANK = np.full((480, 640), 128, np.uint8)


def test_eyes_are_seen_in_a_face_and_none_where_there_is_none(scene_frames: Sequence[Frame]) -> None:
    eyes = EyeJudge()
    faces = faces_at(scene_frames, 1.0)
    assert sum(bool(eyes.open(shown.grey, box)) for shown, box in faces.values()) >= 3, "of four"
    assert eyes.open(BLANK, Box(100, 100, 80, 90)) is False


def test_of_a_face_too_small_or_out_of_the_picture_nothing_is_known() -> None:
    eyes = EyeJudge()
    assert eyes.open(BLANK, Box(100, 100, SMALLEST_FACE - 1, SMALLEST_FACE - 1)) is None
    assert eyes.open(BLANK, Box(700, 100, 80, 90)) is None


def test_only_eyes_known_to_be_closed_count_against_a_frame() -> None:
    eyes = EyeJudge()
    shown = replace(frame(0.0), grey=BLANK)
    near = replace(person(1, 0.9), face=face(0.9, size=100.0))
    assert not eyes.everybody(decision_on(shown, people=(showing_of(near),)))
    far = replace(near, face=face(0.9, size=SMALLEST_FACE - 1.0))
    assert eyes.everybody(decision_on(shown, people=(showing_of(far),)))
    missed = replace(near, seen=False)
    assert eyes.everybody(decision_on(shown, people=(showing_of(missed),)))
