"""Each part goes over to other settings, or back, without losing what works."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import LED, Device, GPIOPinInUse
from gpiozero.pins.mock import MockFactory

from appliance.clock import Clock, MonotonicClock, VirtualClock
from appliance.config import Config
from appliance.config.schema import CameraSettings, HardwareSettings, StorageSettings
from appliance.daemon import parts
from appliance.daemon.conditions import Conditions
from appliance.daemon.parts import CameraPart, PanelPart, StoragePart
from appliance.daemon.reconfigure import Change, Part
from appliance.errors import GpioError, RecordingError, StorageError
from appliance.hw.camera import Camera
from appliance.hw.cameras import Log, open_camera
from appliance.light.states import Condition
from appliance.records.frame import Frame
from tests.support.strategies import frame, photo_on


def prepared(part: Part, old: Config, new: Config) -> Change:
    change = part.prepare(old, new)
    assert change is not None
    return change


def on_pin(pin: int) -> Config:
    return Config(hardware=HardwareSettings(led_pin=pin, button_pin="none"))


def held(pin: int) -> bool:
    """Whether a light has the pin."""
    try:
        LED(pin).close()
    except GPIOPinInUse:
        return True
    return False


@pytest.fixture
def conditions() -> Conditions:
    return Conditions()


@pytest.fixture
def panel(conditions: Conditions, monkeypatch: pytest.MonkeyPatch) -> Iterator[PanelPart]:
    monkeypatch.setattr(Device, "pin_factory", MockFactory())
    panel = PanelPart(on_pin(17), conditions, lambda *_: None, MonotonicClock())
    yield panel
    panel.close()


def test_the_light_moves_to_another_pin_and_back_where_the_change_is_given_up(panel: PanelPart) -> None:
    change = prepared(panel, on_pin(17), on_pin(22))
    assert (held(17), held(22)) == (False, True)
    change.abort()
    assert (held(17), held(22)) == (True, False)


def test_the_light_stays_where_it_is_when_the_other_pin_is_taken(panel: PanelPart) -> None:
    with LED(22), pytest.raises(GpioError, match="GPIO22"):
        panel.prepare(on_pin(17), on_pin(22))
    assert held(17)


def test_a_light_on_another_pin_shows_the_fault_that_is_there(
    panel: PanelPart, conditions: Conditions, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Condition] = []
    monkeypatch.setattr(
        "appliance.light.thread.LightThread.condition", lambda _, condition, __: shown.append(condition)
    )
    conditions.set(Condition.CAMERA_LOST, True)
    shown.clear()
    prepared(panel, on_pin(17), on_pin(22)).commit()
    assert shown == [Condition.CAMERA_LOST]


def test_other_settings_leave_light_and_button_alone(panel: PanelPart) -> None:
    assert panel.prepare(on_pin(17), Config(**{**dict(on_pin(17)), "storage": folder(Path("/"))})) is None
    assert held(17)


def folder(path: Path, keep_free_mb: int = 0) -> StorageSettings:
    return StorageSettings(folder=str(path), keep_free_mb=keep_free_mb)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Config, Config]:
    """Settings with a folder each."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return Config(storage=folder(tmp_path / "one")), Config(storage=folder(tmp_path / "two"))


def kept(storage: StoragePart, time: float) -> Path:
    return storage.keep(storage.encode(photo_on(frame(time))))


def test_photos_go_to_the_other_folder_once_the_change_is_in_force(
    folders: tuple[Config, Config], conditions: Conditions
) -> None:
    old, new = folders
    storage = StoragePart(old, conditions, VirtualClock())
    change = prepared(storage, old, new)
    assert kept(storage, 0.0).parent.name == "one"
    change.commit()
    assert kept(storage, 0.1).parent.name == "two"
    assert storage.store.folder == Path(new.storage.folder)


def test_a_folder_that_does_not_exist_is_refused_and_photos_go_on(
    folders: tuple[Config, Config], conditions: Conditions, tmp_path: Path
) -> None:
    old, _ = folders
    storage = StoragePart(old, conditions, VirtualClock())
    with pytest.raises(StorageError, match="absent"):
        storage.prepare(old, Config(storage=folder(tmp_path / "absent")))
    assert kept(storage, 0.0).parent.name == "one"


def test_full_storage_is_a_fault_as_long_as_the_settings_in_force_make_it_one(
    folders: tuple[Config, Config], conditions: Conditions, tmp_path: Path
) -> None:
    old, _ = folders
    full = Config(storage=folder(tmp_path / "two", keep_free_mb=1_000_000))
    storage = StoragePart(old, conditions, VirtualClock())
    change = prepared(storage, old, full)
    assert Condition.STORAGE_FAULT not in conditions
    change.commit()
    assert Condition.STORAGE_FAULT in conditions
    prepared(storage, full, old).commit()
    assert Condition.STORAGE_FAULT not in conditions


SCENE = Config(camera=CameraSettings(source="scene", device=1))
OTHER = Config(camera=CameraSettings(source="scene", device=2))
ABSENT = Config(camera=CameraSettings(source="replay", recording="absent.mp4"))


class Numbered:
    """A camera in place of the scene, which takes a second to draw: its frames carry its number."""

    description = "numbered"

    def __init__(self, number: int) -> None:
        self._number = number

    def read(self, timeout: float) -> Frame:
        return frame(float(self._number))

    def close(self) -> None:
        pass


@pytest.fixture
def camera(conditions: Conditions, monkeypatch: pytest.MonkeyPatch) -> CameraPart:
    def opened(settings: CameraSettings, clock: Clock, log: Log) -> Camera:
        if settings.source == "scene":
            return Numbered(settings.device)
        return open_camera(settings, clock, log)

    monkeypatch.setattr(parts, "open_camera", opened)
    return CameraPart(SCENE, conditions, VirtualClock(), threading.Event(), None)


def number(frames: Iterator[Frame]) -> int:
    """Which camera the next frame is from."""
    return int(next(frames).captured_at)


def test_another_camera_is_ready_with_its_first_frame(camera: CameraPart) -> None:
    frames = iter(camera.capture)
    assert number(frames) == 1
    change = prepared(camera, SCENE, OTHER)
    assert not change.ready()
    assert number(frames) == 2
    assert change.ready()
    change.commit()
    assert number(frames) == 2


def test_a_change_that_is_given_up_brings_back_the_camera_before(camera: CameraPart) -> None:
    frames = iter(camera.capture)
    change = prepared(camera, SCENE, OTHER)
    next(frames)
    change.abort()
    assert number(frames) == 1


def test_a_camera_that_cannot_be_opened_is_refused_with_its_reason(camera: CameraPart) -> None:
    frames = iter(camera.capture)
    change = prepared(camera, SCENE, ABSENT)
    assert number(frames) == 1
    with pytest.raises(RecordingError, match=r"absent\.mp4"):
        change.ready()


def test_a_given_source_takes_the_place_of_the_cameras_of_all_settings(conditions: Conditions) -> None:
    camera = CameraPart(ABSENT, conditions, VirtualClock(), threading.Event(), lambda: Numbered(3))
    assert number(iter(camera.capture)) == 3
