"""The configuration file is watched: a good edit is in force and remembered, a bad one is refused."""

import os
import threading
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.daemon.conditions import Conditions
from appliance.daemon.reconfigure import Change, Part, SettingsInForce
from appliance.daemon.watches.config_file import ConfigFileWatch
from appliance.errors import CameraAbsentError
from appliance.light.states import Condition


class Camera(Part):
    """A part that is ready when the test says so."""

    def __init__(self) -> None:
        self.works: bool | None = True

    def prepare(self, old: Config, new: Config) -> Change | None:
        return Change(ready=self._ready) if old != new else None

    def _ready(self) -> bool:
        if self.works is False:
            raise CameraAbsentError("There is no camera")
        return bool(self.works)


class Watched:
    """A file, the watch on it, and what is remembered."""

    def __init__(self, folder: Path, good: bool = True) -> None:
        self.edits = 0
        self.path = folder / "config.yaml"
        self.write(1)
        self.camera = Camera()
        self.conditions = Conditions()
        self.asked = threading.Event()
        self.frames_come = True
        self.remembered: list[int | None] = []
        live = LiveConfig(self.path)
        self.settings = SettingsInForce(live.load(), [self.camera], live)
        self.watch = ConfigFileWatch(
            live,
            self.settings,
            self.conditions,
            self.asked,
            good=good,
            proven=lambda: self.frames_come,
            remember=lambda config: self.remembered.append(config.rule.min_faces),
        )

    def write(self, faces: object) -> None:
        self.edits += 1
        self.path.write_text(f"rule:\n  min_faces: {faces}\n")
        os.utime(self.path, ns=(self.edits, self.edits))  # an edit within the same tick of the clock

    def look(self, times: int = 3) -> None:
        for _ in range(times):
            self.watch.poll(0.0)

    def in_force(self) -> int | None:
        return self.settings.config.rule.min_faces

    def refused(self) -> bool:
        return Condition.CONFIG_BAD in self.conditions


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_the_settings_of_the_start_are_remembered_with_the_first_frame_and_once(watched: Watched) -> None:
    watched.frames_come = False
    watched.look()
    assert watched.remembered == []
    watched.frames_come = True
    watched.look()
    assert watched.remembered == [1]


def test_a_start_with_the_last_good_settings_does_not_remember_them_for_the_bad_file(tmp_path: Path) -> None:
    watched = Watched(tmp_path, good=False)
    watched.look()
    assert watched.remembered == []


def test_a_good_edit_is_in_force_and_remembered(watched: Watched) -> None:
    watched.look()
    watched.write(22)
    watched.look()
    assert watched.in_force() == 22
    assert watched.remembered == [1, 22]
    assert not watched.refused()


def test_a_bad_edit_is_refused_until_a_good_one_comes(watched: Watched) -> None:
    watched.write("many")
    watched.look()
    assert watched.refused()
    assert watched.in_force() == 1
    watched.write(33)
    watched.look()
    assert not watched.refused()
    assert watched.in_force() == 33


def test_a_reload_that_is_asked_for_reads_the_file_though_it_has_not_changed(watched: Watched) -> None:
    watched.look()
    watched.asked.set()
    watched.look()
    assert watched.remembered == [1, 1]


def test_an_edit_whose_camera_works_later_is_in_force_then(watched: Watched) -> None:
    watched.look()
    watched.camera.works = None
    watched.write(22)
    watched.look()
    assert watched.in_force() == 1
    assert watched.remembered == [1]
    watched.camera.works = True
    watched.look()
    assert watched.in_force() == 22
    assert watched.remembered == [1, 22]


def test_an_edit_whose_camera_does_not_work_is_refused_and_not_remembered(watched: Watched) -> None:
    watched.look()
    watched.camera.works = None
    watched.write(22)
    watched.look()
    watched.camera.works = False
    watched.look()
    assert watched.refused()
    assert watched.in_force() == 1
    assert watched.remembered == [1]


def test_a_bad_edit_gives_up_the_one_before_that_still_waits_for_its_camera(watched: Watched) -> None:
    watched.camera.works = None
    watched.write(22)
    watched.look()
    watched.write("many")
    watched.look()
    watched.camera.works = True
    watched.look()
    assert watched.refused(), "the file is bad, whatever the camera does"
    assert watched.in_force() == 1
