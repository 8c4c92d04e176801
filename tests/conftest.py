"""What several tests need: the shared data where there is any, and pictures of the bundled scene."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import pytest

from appliance.clock import VirtualClock
from appliance.hw.cameras.scene import Scene, open_scene
from appliance.records.frame import Frame

if TYPE_CHECKING:
    from tests.support.page_server import Page

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real photos and clips, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/data, which is not part of the project")
    return SHARED


@pytest.fixture(scope="session")
def scene() -> Scene:
    return open_scene(VirtualClock(), loop=True)


@pytest.fixture(scope="session")
def scene_frames() -> list[Frame]:
    """The whole scene once, 30 frames a second."""
    camera = open_scene(VirtualClock())
    assert camera.frame_count is not None
    return [camera.read(1.0) for _ in range(camera.frame_count)]


@pytest.fixture(scope="session")
def smiling_picture(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people, everybody smiles: 7.5 s into the scene."""
    return _write(scene, 7.5, tmp_path_factory.mktemp("pictures") / "smiling.png")


@pytest.fixture(scope="session")
def mixed_picture(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people, one of them does not smile yet: 4.9 s into the scene."""
    return _write(scene, 4.9, tmp_path_factory.mktemp("pictures") / "mixed.png")


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
