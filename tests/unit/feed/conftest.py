"""A running feed and one viewer of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import MonotonicClock
from appliance.feed.commands import commands
from appliance.feed.server import Feed
from tests.support.feed_viewer import Appliance, Viewer


@pytest.fixture
def appliance() -> Appliance:
    return Appliance()


@pytest.fixture
def feed(tmp_path: Path, appliance: Appliance) -> Iterator[Feed]:
    feed = Feed(tmp_path / "feed.sock", commands(appliance), MonotonicClock())
    feed.start()
    yield feed
    feed.close()


@pytest.fixture
def viewer(feed: Feed, tmp_path: Path) -> Iterator[Viewer]:
    viewer = Viewer(tmp_path / "feed.sock")
    yield viewer
    viewer.connection.close()
