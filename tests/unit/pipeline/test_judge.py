"""The expression model: what it says of a face, and of its eyes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hw.cameras import scene as bundled
from appliance.inference.folder import models_folder
from appliance.pipeline.judge import Crop, ExpressionJudge, ExpressionModel, Judgement
from appliance.pipeline.pace import Pace, Wanted
from appliance.records.faces import Face, FoundFaces
from appliance.records.frame import Box, Frame, Grey
from appliance.records.labels import LABELS
from tests.support.scene_frames import faces_at


@pytest.fixture(scope="module")
def model() -> ExpressionModel:
    return ExpressionModel(models_folder())


def test_smiling_and_neutral_faces_are_told_apart(
    model: ExpressionModel, scene_frames: Sequence[Frame]
) -> None:
    for time in (1.0, 4.9, 7.5, 9.2):
        levels = bundled.smiles(time)
        for name, (frame, box) in faces_at(scene_frames, time).items():
            happy = model.judge(frame.grey, box).scores["happy"]
            if levels[name] == 1:
                assert happy > 0.7, (time, name)
            elif levels[name] == 0:
                assert happy < 0.3, (time, name)


def test_a_lamp_is_not_a_face(model: ExpressionModel) -> None:
    grey = np.zeros((120, 120), np.uint8)
    grey[30:90, 50:70] = 255
    assert model.judge(grey, Box(20, 20, 64, 80)).scores["not_a_face"] > 0.5


def test_scores_are_probabilities_of_the_eight_labels(model: ExpressionModel) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (48, 48), np.uint8)
    scores = model.judge(noise, Box(4, 4, 40, 44)).scores
    assert tuple(scores) == LABELS
    assert sum(scores.values()) == pytest.approx(1.0)
    assert all(0 <= score <= 1 for score in scores.values())


def test_eyes_are_told_open_or_closed_or_not_at_all(
    model: ExpressionModel, scene_frames: Sequence[Frame]
) -> None:
    for frame, box in faces_at(scene_frames, 4.9).values():
        opened = model.judge(frame.grey, box).eyes_open
        assert opened is None or 0 <= opened <= 1


@given(
    st.floats(-500, 500), st.floats(-500, 500), st.floats(0.1, 900), st.floats(0.1, 900), st.integers(1, 200)
)
def test_a_crop_has_its_size_wherever_the_box_lies(x: float, y: float, w: float, h: float, side: int) -> None:
    grey = np.full((side, side), 99, np.uint8)
    crop = Crop(1.075, 0, 0).of(grey, Box(x, y, w, h), 48)
    assert crop.shape == (48, 48)
    assert set(np.unique(crop)) <= {0, 99}


def test_a_crop_beyond_the_edge_repeats_it() -> None:
    grey = np.tile(np.arange(100, dtype=np.uint8), (100, 1))
    crop = Crop(1.0, 0, 0).of(grey, Box(-50, 0, 100, 100), 48)
    assert np.all(crop[:, :20] == 0)
    assert crop[0, -1] > 40


class Counted(ExpressionModel):
    """The real model, with a list of the boxes that it judged."""

    def __init__(self) -> None:
        super().__init__(models_folder())
        self.boxes: list[Box] = []

    def judge(self, grey: Grey, box: Box) -> Judgement:
        self.boxes.append(box)
        return super().judge(grey, box)


def found(frames: Sequence[Frame], number: int) -> FoundFaces:
    """Everybody in that frame of the scene."""
    frame = frames[number]
    faces = tuple(Face(box, 0.9) for _, box in faces_at(frames, number / 30).values())
    return FoundFaces(frame=replace(frame, captured_at=number / 30), faces=faces)


def test_a_face_that_is_not_judged_again_keeps_its_scores_and_its_new_place(
    scene_frames: Sequence[Frame],
) -> None:
    model, pace = Counted(), Pace(0.0, 0.0)
    judge = ExpressionJudge(model, 0.5, pace)
    first = judge.judge(found(scene_frames, 30))
    assert len(model.boxes) == len(first.faces) == 4
    assert all(face.fresh for face in first.faces)
    pace.wanted = Wanted(idle=True, lacking=4)
    second = judge.judge(found(scene_frames, 31))
    assert len(model.boxes) == 4
    assert not any(face.fresh for face in second.faces)
    assert [face.scores for face in second.faces] == [face.scores for face in first.faces]
    assert [face.box for face in second.faces] == [one.box for one in found(scene_frames, 31).faces]
    pace.wanted = Wanted(lacking=0)
    assert all(face.fresh for face in judge.judge(found(scene_frames, 32)).faces)


def test_every_face_of_a_still_picture_is_judged(scene_frames: Sequence[Frame]) -> None:
    model, pace = Counted(), Pace(0.0, 1.0)
    pace.wanted = Wanted(idle=True)
    judge = ExpressionJudge(model, 0.5, pace, still=True)
    for number in (30, 31):
        judge.judge(found(scene_frames, number))
    assert len(model.boxes) == 8
