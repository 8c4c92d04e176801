"""The feed: what the page sees of the appliance, and that it costs nothing while nobody looks."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.errors import FeedError, StorageError
from appliance.feed.commands import commands
from appliance.feed.messages import PREFIX, lengths, pack, parse_message
from appliance.feed.server import MOST_SUBSCRIBERS, Feed
from appliance.light.states import Condition
from appliance.records.decision import Command, Decision, Photo, Reason, ReasonKind
from tests.support.strategies import decision_on, frame, people, showing_of


def decision(sequence: int = 0, *happy: float) -> Decision:
    seen = people(0.0, dict(enumerate(happy, 1))).persons
    reason = Reason(kind=ReasonKind.NOT_EVERYBODY, people=2, showing=1, needed=2)
    showing = tuple(showing_of(one) for one in seen)
    return decision_on(frame(float(sequence), sequence), people=showing, reason=reason)


class Viewer:
    """A blocking reader of the feed."""

    def __init__(self, path: Path) -> None:
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(10)
        try:
            self.connection.connect(str(path))
            assert self.read()[0]["kind"] == "hello"
            assert self.read()[0] == {"kind": "fault", "light": None}
        except BaseException:
            self.connection.close()
            raise

    def say(self, **message: Any) -> None:
        self.connection.sendall(pack(message))

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def read(self) -> tuple[dict[str, Any], bytes]:
        head, picture = lengths(self._exactly(PREFIX.size))
        return parse_message(self._exactly(head)), self._exactly(picture)

    def settled(self) -> None:
        """Everything said before has been heard."""
        self.say(do="status", id=99)
        while self.read()[0].get("id") != 99:
            pass


class Appliance:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Command | str] = []

    def command(self, command: Command) -> None:
        self.asked.append(command)

    def status(self) -> dict[str, Any]:
        return {"uptime": 5.0}

    def delete_photo(self, name: str) -> None:
        if name == "gone":
            raise StorageError("The photo gone is already gone")
        self.asked.append(name)


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


def test_a_viewer_gets_the_picture_and_everybodys_expression_of_the_same_frame(
    feed: Feed, viewer: Viewer
) -> None:
    viewer.say(want="frames")
    viewer.settled()
    feed.frame(decision(7, 0.9, 0.25))
    head, picture = viewer.read()
    assert head["kind"] == "frame"
    assert head["sequence"] == 7
    assert [one["number"] for one in head["people"]] == [1, 2]
    assert [one["expression"] for one in head["people"]] == ["happy", "neutral"]
    assert head["people"][1]["scores"][3] == 0.25
    assert head["people"][0]["box"] == [round(10 / 64, 4), round(10 / 48, 4), 0.625, round(40 / 48, 4)]
    assert (head["showing"], head["counted"], head["reason"]) == (1, 2, "1 of 2 show it")
    shown = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (48, 64, 3)


def test_nothing_is_encoded_while_nobody_looks(feed: Feed, viewer: Viewer) -> None:
    for sequence in range(50):
        feed.frame(decision(sequence, 0.9))
    viewer.settled()
    viewer.say(want="frames")
    viewer.settled()
    viewer.say(want="nothing")
    viewer.settled()
    for sequence in range(50):
        feed.frame(decision(sequence, 0.9))
    viewer.settled()
    assert feed.encoded == 0


def test_scores_alone_come_without_pictures_and_at_most_twice_a_second(
    tmp_path: Path, appliance: Appliance
) -> None:
    clock = VirtualClock(100.0)
    feed = Feed(tmp_path / "feed.sock", commands(appliance), clock)
    feed.start()
    try:
        viewer = Viewer(tmp_path / "feed.sock")
        viewer.say(want="scores")
        viewer.settled()
        got = []
        for sequence in range(4):  # 0, .25, .5, .75 s
            feed.frame(decision(sequence, 0.9))
            viewer.say(do="status", id=sequence)
            while (message := viewer.read())[0].get("id") != sequence:
                got.append(message)
            clock.wait_until(clock.now() + 0.25)
        assert [head["sequence"] for head, _ in got] == [0, 2]
        assert all(picture == b"" for _, picture in got)
        assert feed.encoded == 0
        viewer.connection.close()
    finally:
        feed.close()


def test_a_slow_viewer_gets_the_newest_frame_and_the_older_ones_are_counted(
    feed: Feed, viewer: Viewer, tmp_path: Path
) -> None:
    slow = Viewer(tmp_path / "feed.sock")
    slow.say(want="frames")
    slow.settled()
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    big = decision()
    for sequence in range(60):  # far more than a socket's buffer holds
        moment = frame(float(sequence), sequence)
        object.__setattr__(moment, "colour", noise)
        feed.frame(decision_on(moment, people=big.people))
        viewer.settled()  # the feed has handled it; nobody else had to wait for the slow one
    last = -1
    while last != 59:
        head, _ = slow.read()
        assert head["sequence"] > last
        last = head["sequence"]
    assert feed.dropped > 0
    slow.connection.close()


def test_arm_disarm_and_shoot_reach_the_appliance(viewer: Viewer, appliance: Appliance) -> None:
    for number, word in enumerate(("arm", "disarm", "shoot")):
        viewer.say(do=word, id=number)
        assert viewer.read()[0] == {"kind": "answer", "id": number, "ok": True}
    assert appliance.asked == [Command.ARM, Command.DISARM, Command.SHOOT]


def test_a_photo_can_be_deleted_and_a_failure_is_reported(viewer: Viewer, appliance: Appliance) -> None:
    viewer.say(do="delete", name="selfie-000001-20260101-120000.jpg", id=1)
    assert viewer.read()[0]["ok"] is True
    viewer.say(do="delete", name="gone", id=2)
    assert "already gone" in viewer.read()[0]["error"]


def test_a_new_photo_and_a_fault_are_reported(feed: Feed, viewer: Viewer) -> None:
    viewer.settled()
    feed.photo(Photo(path=Path("/photos/selfie-000001-20260101-120000.jpg"), decision=decision()))
    assert viewer.read()[0] == {"kind": "photo", "name": "selfie-000001-20260101-120000.jpg"}
    feed.fault(Condition.CAMERA_LOST, True)
    feed.fault(Condition.CAMERA_LOST, True)
    assert viewer.read()[0] == {"kind": "fault", "light": "camera_lost"}
    feed.fault(Condition.CAMERA_LOST, False)
    assert viewer.read()[0] == {"kind": "fault", "light": None}


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
    viewer.say(do="stuck")
    with socket.socket(socket.AF_UNIX) as hasty:
        hasty.connect(str(tmp_path / "feed.sock"))
    gate.set()
    viewer.settled()
    Viewer(tmp_path / "feed.sock").connection.close()
    viewer.connection.close()
    feed.close()


def test_no_more_viewers_than_the_feed_can_serve(viewer: Viewer, tmp_path: Path) -> None:
    more = [Viewer(tmp_path / "feed.sock") for _ in range(MOST_SUBSCRIBERS - 1)]
    with pytest.raises((EOFError, ConnectionResetError)):
        Viewer(tmp_path / "feed.sock")
    for one in more:
        one.connection.close()


def test_a_socket_left_by_a_crash_is_replaced_and_one_in_use_is_not(
    feed: Feed, tmp_path: Path, appliance: Appliance
) -> None:
    second = Feed(tmp_path / "feed.sock", commands(appliance), MonotonicClock())
    with pytest.raises(FeedError, match="another smart-selfie uses it"):
        second.start()
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "left.sock"))
    left.close()
    third = Feed(tmp_path / "left.sock", commands(appliance), MonotonicClock())
    third.start()
    Viewer(tmp_path / "left.sock").connection.close()
    third.close()
    assert not (tmp_path / "left.sock").exists()


def test_a_file_in_the_place_of_the_socket_is_left_alone(tmp_path: Path, appliance: Appliance) -> None:
    (tmp_path / "feed.sock").write_text("precious")
    with pytest.raises(FeedError, match="another file"):
        Feed(tmp_path / "feed.sock", commands(appliance), MonotonicClock()).start()
    assert (tmp_path / "feed.sock").read_text() == "precious"


def test_the_pipeline_never_waits_for_the_feed(tmp_path: Path, appliance: Appliance) -> None:
    """Even with the feed's thread stuck, handing it frames goes on."""
    gate = threading.Event()
    words = commands(appliance) | {"stuck": lambda _: {"waited": gate.wait(10)}}
    feed = Feed(tmp_path / "feed.sock", words, MonotonicClock())
    feed.start()
    viewer = Viewer(tmp_path / "feed.sock")
    viewer.say(want="frames")
    viewer.settled()
    viewer.say(do="stuck")
    for sequence in range(20_000):
        feed.frame(decision(sequence))
        if sequence == 0:
            feed.photo(Photo(path=Path("a.jpg"), decision=decision()))
    gate.set()
    while (head := viewer.read()[0])["kind"] != "frame" or head["sequence"] < 19_999:
        pass
    viewer.connection.close()
    feed.close()
