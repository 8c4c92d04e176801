"""The feed: what the page sees of the appliance, and that it costs nothing while nobody looks."""

import socket
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.clock import MonotonicClock, VirtualClock
from appliance.errors import FeedError
from appliance.feed.commands import commands
from appliance.feed.server import MOST_SUBSCRIBERS, Feed
from appliance.light.states import Condition
from appliance.records.decision import Photo
from tests.support.feed_viewer import Appliance, Viewer, decision


def test_a_viewer_gets_the_picture_and_everybodys_expression_of_the_same_frame(
    feed: Feed, viewer: Viewer
) -> None:
    viewer.send(want="frames")
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
    viewer.send(want="frames")
    viewer.settled()
    viewer.send(want="nothing")
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
        viewer.send(want="scores")
        viewer.settled()
        got = []
        for sequence in range(4):  # 0, .25, .5, .75 s
            feed.frame(decision(sequence, 0.9))
            viewer.send(do="status", id=sequence)
            while (message := viewer.read())[0].get("id") != sequence:
                got.append(message)
            clock.wait_until(clock.now() + 0.25)
        assert [head["sequence"] for head, _ in got] == [0, 2]
        assert all(picture == b"" for _, picture in got)
        assert feed.encoded == 0
        viewer.connection.close()
    finally:
        feed.close()


def test_a_new_photo_and_a_fault_are_reported(feed: Feed, viewer: Viewer) -> None:
    viewer.settled()
    feed.photo(Photo(path=Path("/photos/selfie-000001-20260101-120000.jpg"), decision=decision()))
    assert viewer.read()[0] == {"kind": "photo", "name": "selfie-000001-20260101-120000.jpg"}
    feed.fault(Condition.CAMERA_LOST, True)
    feed.fault(Condition.CAMERA_LOST, True)
    assert viewer.read()[0] == {"kind": "fault", "light": "camera_lost", "lights": ["camera_lost"]}
    feed.fault(Condition.CAMERA_LOST, False)
    assert viewer.read()[0] == {"kind": "fault", "light": None, "lights": []}


def test_a_fault_that_the_page_does_not_show_is_reported_beside_its_light(feed: Feed, viewer: Viewer) -> None:
    viewer.settled()
    feed.fault(Condition.UNWELL, True)
    assert viewer.read()[0] == {"kind": "fault", "light": None, "lights": ["unwell"]}
    feed.fault(Condition.LENS_COVERED, True)
    assert viewer.read()[0] == {
        "kind": "fault",
        "light": "lens_covered",
        "lights": ["unwell", "lens_covered"],
    }


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
    viewer.send(want="frames")
    viewer.settled()
    viewer.send(do="stuck")
    for sequence in range(20_000):
        feed.frame(decision(sequence))
        if sequence == 0:
            feed.photo(Photo(path=Path("a.jpg"), decision=decision()))
    gate.set()
    while (head := viewer.read()[0])["kind"] != "frame" or head["sequence"] < 19_999:
        pass
    viewer.connection.close()
    feed.close()
