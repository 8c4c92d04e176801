"""One subscriber of the feed is slow, talks rubbish or hangs up; the others are served."""

import socket
import threading
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import MonotonicClock
from appliance.feed.commands import commands
from appliance.feed.messages import PREFIX, pack
from appliance.feed.server import Feed
from tests.support.feed_viewer import Appliance, Viewer, decision
from tests.support.strategies import decision_on, frame


def test_a_slow_viewer_gets_the_newest_frame_and_the_older_ones_are_counted(
    feed: Feed, viewer: Viewer, tmp_path: Path
) -> None:
    slow = Viewer(tmp_path / "feed.sock")
    slow.send(want="frames")
    slow.settled()
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    big = decision()
    for sequence in range(60):  # far more than a socket's buffer holds
        moment = frame(float(sequence), sequence)
        object.__setattr__(moment, "convert", lambda: noise)
        feed.frame(decision_on(moment, people=big.people))
        viewer.settled()  # the feed has handled it; nobody else had to wait for the slow one
    last = -1
    while last != 59:
        head, _ = slow.read()
        assert head["sequence"] > last
        last = head["sequence"]
    assert feed.dropped > 0
    slow.connection.close()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        PREFIX.pack(2**32 - 1, 0),
        PREFIX.pack(3, 0) + b"[1]",
        PREFIX.pack(4, 0) + b"\xff\xfe\x00\x00",
        pack({"do": "power off"}),
        PREFIX.pack(8, 5) + b'{"a": 1}',
        PREFIX.pack(9000, 0) + b"[" * 9000,
        pack({"want": []}),
        pack({"want": {}}),
        PREFIX.pack(29, 0) + b'{"do":"status","id":"\\ud800"}',
    ],
)
def test_a_subscriber_that_sends_rubbish_is_disconnected_and_the_others_are_served(
    viewer: Viewer, tmp_path: Path, rubbish: bytes
) -> None:
    bad = Viewer(tmp_path / "feed.sock")
    bad.connection.sendall(rubbish)
    with pytest.raises((EOFError, ConnectionResetError)):
        bad.read()
    bad.connection.close()
    viewer.settled()


def test_who_connects_and_hangs_up_at_once_does_not_end_the_feed(
    tmp_path: Path, appliance: Appliance
) -> None:
    gate = threading.Event()
    words = commands(appliance) | {"stuck": lambda _: {"waited": gate.wait(10)}}
    feed = Feed(tmp_path / "feed.sock", words, MonotonicClock())
    feed.start()
    viewer = Viewer(tmp_path / "feed.sock")
    viewer.send(do="stuck")
    with socket.socket(socket.AF_UNIX) as hasty:
        hasty.connect(str(tmp_path / "feed.sock"))
    gate.set()
    viewer.settled()
    Viewer(tmp_path / "feed.sock").connection.close()
    viewer.connection.close()
    feed.close()
