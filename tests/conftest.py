"""What several tests need: the shared data where there is any, and pictures of the bundled scene."""

import functools
import logging
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import pytest
from hypothesis import settings

from appliance.clock import VirtualClock
from appliance.hw.cameras import scene as scenes
from appliance.hw.cameras.scene import Scene
from appliance.records.frame import Frame
from appliance.storage.clip import Clip
from tests.support.cpu_watch import CpuWatch
from tests.support.scene_frames import SceneFrames

if TYPE_CHECKING:
    from tests.support.page_server import Page

settings.register_profile("quick", max_examples=20, deadline=None)
settings.register_profile("short", max_examples=100, deadline=None)
settings.register_profile("long", max_examples=2000, deadline=None)
settings.load_profile("short")

SHARED = Path(__file__).parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(CpuWatch())


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real photos and clips, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/data, which is not part of the project")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def one_backdrop() -> Iterator[None]:
    """Draw what never changes in the scene once for all tests: half a second and 50 MB each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes, "draw_backdrop", functools.cache(scenes.draw_backdrop))
        yield


@pytest.fixture(scope="session")
def scene() -> Scene:
    return Scene(VirtualClock(), loop=True)


@pytest.fixture(scope="session")
def scene_frames() -> Sequence[Frame]:
    """The whole scene once, 30 frames a second; each is drawn when it is asked for."""
    return SceneFrames()


@pytest.fixture(scope="session")
def scene_video(scene_frames: Sequence[Frame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scene as a video: one by one they smile, then everybody, then not, then those who stayed.

    225 frames, 15 a second.
    """
    path = tmp_path_factory.mktemp("video") / "scene.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 15, (1280, 720))
    assert writer.isOpened()
    for frame in scene_frames[::2]:
        writer.write(frame.picture.bgr())
    writer.release()
    return path


@pytest.fixture(scope="session")
def smile_video(scene_frames: Sequence[Frame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """From just before everybody smiles until just after the first photo: 5 to 7.5 s of the scene.

    38 frames, 15 a second.
    """
    path = tmp_path_factory.mktemp("video") / "smile.mp4"
    with Clip(path, 15) as clip:
        for frame in scene_frames[150:225:2]:
            clip.add(frame.picture.bgr(), frame.captured_at)
    return path


@pytest.fixture(scope="session")
def smiling_picture(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people, everybody smiles: 7.5 s into the scene."""
    return _write(scene, 7.5, tmp_path_factory.mktemp("pictures") / "smiling.png")


@pytest.fixture(scope="session")
def mixed_picture(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people, one of them does not smile yet: 4.9 s into the scene."""
    return _write(scene, 4.9, tmp_path_factory.mktemp("pictures") / "mixed.png")


@pytest.fixture
def process_as_before() -> Iterator[None]:
    """Undo what a command changes in its process: signals, and a log that goes to its standard error."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)
    signals = {number: signal.getsignal(number) for number in numbers}
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    for number, handler in signals.items():
        signal.signal(number, handler)
    logging.captureWarnings(False)
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture
def page(tmp_path: Path) -> "Iterator[Page]":
    """The live page, logged in to."""
    from tests.support.page_server import serving  # noqa: PLC0415  (training's environment has no web server)

    with serving(tmp_path) as page:
        page.enter()
        yield page


def _write(scene: Scene, time: float, path: Path) -> Path:
    assert cv2.imwrite(str(path), scene.picture(time))
    return path
