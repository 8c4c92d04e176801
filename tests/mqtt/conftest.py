"""A real broker, the daemon's end of the feed, and a configuration that names both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import MonotonicClock
from appliance.feed.commands import commands
from appliance.feed.server import Feed
from tests.support.broker import MOSQUITTO, Broker, Listener
from tests.support.feed_viewer import Appliance


@pytest.fixture(autouse=True)
def _mosquitto() -> None:
    if MOSQUITTO is None:
        pytest.skip("needs the broker Mosquitto; on Debian: apt install mosquitto")


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
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(folder=tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker.port)
    yield listener
    listener.close()


@pytest.fixture
def config(tmp_path: Path, broker: Broker) -> Path:
    (tmp_path / "photos").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(f"""\
storage:
  folder: {tmp_path}/photos  # where they are
web:
  socket: {tmp_path}/feed.sock
mqtt:
  enabled: true
  host: 127.0.0.1
  port: {broker.port}
  name: Barn
""")
    return path
