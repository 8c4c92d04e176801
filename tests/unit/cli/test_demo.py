"""The demo on the bundled scene and on a webcam."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from appliance import cli
from appliance.cli import demo
from appliance.cli.parser import parse_arguments
from appliance.clock import MonotonicClock
from appliance.hw.cameras import scene, webcam
from appliance.records.frame import Colour


class FilmedScene:
    """Stand-in for a V4L2 device with people in front of it: the bundled scene, from when everybody smiles.

    It presses Ctrl-C when there is a photo.
    """

    photos = Path()

    def __init__(self, *_: object) -> None:
        self._scene = scene.Scene(MonotonicClock())
        self._from = time.monotonic() - 4.0

    def isOpened(self) -> bool:  # noqa: N802  (as OpenCV calls it)
        return True

    def read(self) -> tuple[bool, Colour]:
        time.sleep(1 / 30)
        if list(self.photos.glob("selfie-*.jpg")):
            os.kill(os.getpid(), signal.SIGINT)
        return True, self._scene.picture(time.monotonic() - self._from)

    def set(self, *_: object) -> bool:
        return True

    def get(self, prop: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 1280.0, cv2.CAP_PROP_FRAME_HEIGHT: 720.0}.get(prop, 0.0)

    def release(self) -> None:
        pass


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.slow
@pytest.mark.usefixtures("_signals_as_before")
def test_the_demo_plays_the_whole_appliance_on_a_webcam_until_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[int] = []

    def find_webcam(number: int) -> Path:
        asked.append(number)
        return Path("/dev/video7")

    monkeypatch.setattr(webcam, "find_webcam", find_webcam)
    monkeypatch.setattr(cv2, "VideoCapture", FilmedScene)
    monkeypatch.setattr(FilmedScene, "photos", tmp_path / "photos")
    assert cli.main(["demo", "--camera", "1", "--json", "--out", str(tmp_path)]) == 0
    assert asked == [1]
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "photo" in {event["event"] for event in events}
    assert list((tmp_path / "photos").glob("selfie-*.jpg"))
    assert (tmp_path / demo.DEMO_SHEET).exists()


def test_a_webcam_that_is_not_there_ends_the_demo_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["demo", "--camera", "60", "--out", str(tmp_path)]) == 1
    assert "Webcam 60 not found" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "filmed"),
    [
        ([], False),
        (["--camera"], True),
        (["--set", "camera.source=webcam"], True),
        (["--set", "camera.source=scene"], False),
        (["--set", "rule.min_faces=2"], False),
    ],
)
def test_a_camera_replaces_the_scene_when_one_is_asked_for(arguments: list[str], filmed: bool) -> None:
    args = parse_arguments(["demo", *arguments])
    assert demo.is_filmed(demo.settings_of(args)) is filmed


def test_an_expression_that_the_scene_never_shows_is_reported_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["demo", "--out", str(tmp_path), "--set", "rule.expression=surprise"]) == 2
    said = capsys.readouterr().err
    assert "never show surprise, only happy and neutral" in said
    assert "--camera" in said


def test_a_photo_of_the_scene_is_wrong_when_one_face_shows_something_else() -> None:
    everybody, nobody = 7.0, 1.0
    assert scene.everybody_shows(["happy"], everybody)
    assert not scene.everybody_shows(["happy"], nobody)
    assert scene.everybody_shows(["neutral"], nobody)
    assert not scene.everybody_shows(["neutral"], 4.0)
    assert scene.everybody_shows(["happy", "neutral"], 4.0)
