"""The demo scene: real faces for the real finder, the same every time, and its truth is known."""

import inspect
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import VirtualClock
from appliance.config import schema
from appliance.errors import ModelError
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras import open_camera, scene
from appliance.hw.cameras.convert import make_frame
from appliance.imaging.haar import cascade_path, load_cascade
from appliance.inference.folder import models_folder
from appliance.pipeline.judge import ExpressionModel
from appliance.records.frame import Box, Grey
from tests.support.scene_truth import everybody_smiles, face_boxes

EVERY = 15
"""Every fifteenth frame is looked at: a smile that comes is seen once or twice half there."""


@pytest.fixture(scope="module")
def camera() -> scene.Scene:
    return scene.Scene(VirtualClock())


def moments() -> list[float]:
    return [i / scene.FRAME_RATE for i in range(0, round(scene.SECONDS * scene.FRAME_RATE), EVERY)]


@pytest.fixture(scope="module")
def greys(camera: scene.Scene) -> dict[float, Grey]:
    """What the face finder sees of each moment, by its time in seconds."""
    return {time: make_frame(0, time, camera.picture(time), (640, 480)).grey for time in moments()}


def runs(of: bool) -> list[float]:
    """Seconds of every stretch in which everybody smiles (or not), in order."""
    lengths: list[float] = []
    before = not of
    for i in range(round(scene.SECONDS * scene.FRAME_RATE)):
        now = everybody_smiles(i / scene.FRAME_RATE)
        if now == of:
            lengths += [0.0] if before != of else []
            lengths[-1] += 1 / scene.FRAME_RATE
        before = now
    return lengths


def test_the_story_has_two_moments_for_a_photo_and_long_stretches_without() -> None:
    assert not everybody_smiles(0)
    assert len(runs(True)) == 2
    assert min(runs(True)) >= 2
    assert max(runs(True)) >= 2.5
    assert min(runs(False)) >= 1


def test_before_each_moment_some_smile_and_some_do_not() -> None:
    assert set(scene.smiles(1).values()) == {0}
    assert sorted(scene.smiles(4.9).values()) == [0, 1, 1, 1]
    assert sorted(scene.smiles(9.6).values()) == [0, 1, 1]
    assert set(scene.smiles(14.9).values()) == {0}


def test_the_second_photo_is_of_other_people_than_the_first() -> None:
    assert everybody_smiles(7)
    assert everybody_smiles(12)
    assert set(face_boxes(7)) - set(face_boxes(12)) == {"Dan"}
    assert face_boxes(7)["Ben"].iou(face_boxes(12)["Ben"]) < 0.5


def test_nobody_is_said_to_smile_while_somebody_walks_through_the_edge() -> None:
    leaving = [i / 100 for i in range(round(scene.SECONDS * 100)) if "Dan" not in face_boxes(i / 100)]
    assert not everybody_smiles(leaving[0])
    assert not everybody_smiles(leaving[-1])


@pytest.mark.slow
def test_the_scene_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "draw_backdrop", inspect.unwrap(scene.draw_backdrop))  # each draws its own
    first, second = scene.Scene(VirtualClock()), scene.Scene(VirtualClock())
    for _ in range(3):
        a, b = first.read(1), second.read(1)
        assert a.captured_at == b.captured_at
        assert np.array_equal(a.picture.bgr(), b.picture.bgr())
        assert (a.picture.width, a.picture.height) == (1280, 720)
        assert a.grey.shape == (360, 640)


def test_the_scene_has_an_end(camera: scene.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "SECONDS", 2 / scene.FRAME_RATE)
    assert [camera.read(1).sequence for _ in range(2)] == [0, 1]
    with pytest.raises(EndOfRecording):
        camera.read(1)


@pytest.mark.slow
def test_as_the_camera_of_a_running_appliance_it_goes_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "SECONDS", 0.2)
    camera = open_camera(schema.CameraSettings(source="scene"), VirtualClock(5.0), print)
    frames = [camera.read(1) for _ in range(10)]
    assert [frame.sequence for frame in frames] == list(range(10))
    assert frames[9].captured_at == pytest.approx(5.3)


@pytest.mark.slow
def test_the_face_cascade_finds_everybody_and_nobody_else(greys: dict[float, Grey]) -> None:
    cascade = load_cascade(cascade_path("haarcascade_frontalface_default.xml"))
    right = 0
    for time, grey in greys.items():
        found = [Box(*map(float, box)) for box in cascade.detectMultiScale(grey, 1.15, 4)]
        there = [box.scaled(0.5) for box in face_boxes(time).values()]
        coming_or_going = [role.face(time).scaled(0.5) for role in scene.ROLES.values()]
        right += all(sum(face.iou(box) > 0.5 for box in found) == 1 for face in there)
        assert all(any(box.iou(face) > 0.5 for face in coming_or_going) for box in found), time
    assert right >= 0.97 * len(moments())


@pytest.mark.skipif(
    not (models_folder() / "expression.json").exists(), reason="the expression model is not built yet"
)
def test_the_expression_model_tells_who_smiles(greys: dict[float, Grey]) -> None:
    model = ExpressionModel(models_folder())
    for time, grey in greys.items():
        smiles = scene.smiles(time)
        for name, box in face_boxes(time).items():
            happy = model.judge(grey, box.scaled(0.5)).scores["happy"]
            assert smiles[name] < 1 or happy > 0.8, (name, time, happy)
            assert smiles[name] > 0 or happy < 0.2, (name, time, happy)


def test_without_its_faces_the_scene_says_which_file_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "models_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"scene\.npz.*Restore it"):
        scene.Scene(VirtualClock())
    (tmp_path / "scene.npz").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ModelError, match=r"scene\.npz"):
        scene.Scene(VirtualClock())


def test_the_faces_are_averages_of_many_and_the_file_is_small() -> None:
    path = models_folder() / "scene.npz"
    assert path.stat().st_size <= 200_000
    with np.load(path) as data:
        assert data["faces_averaged"].min() >= 40
        assert set(scene.ROLES) <= {str(name) for name in data["names"]}
