"""From nobody to a hundred people, and how steadily a group is counted."""

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from appliance.clock import VirtualClock
from appliance.config import Config, load_config
from appliance.hw.cameras.convert import make_frame
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision, Showing
from appliance.records.frame import Colour, Frame
from tests.support.scene_truth import face_boxes


class Group(NamedTuple):
    """Who was there at a time in seconds. A Decision would hold its frame, 4 MB of it."""

    time: float
    people: tuple[Showing, ...]


def groups(config: Config, frames: Iterable[Frame], still: bool = False) -> list[Group]:
    """Return who is seen in each frame."""
    seen: list[Group] = []

    def hear(decision: Decision) -> None:
        seen.append(Group(decision.frame.captured_at, decision.people))

    assembly = assemble(config, load_models(config), on_decision=[hear], still=still)
    Runner(frames, assembly.lines, VirtualClock(), threading.Event()).run_inline()
    return seen


@pytest.fixture(scope="module")
def face(scene_frames: Sequence[Frame]) -> Colour:
    """One smiling head of the scene, with some room round it."""
    square = face_boxes(7.5)["Ben"]
    x, y, side = int(square.x), int(square.y), int(square.w)
    margin = side // 4
    picture = scene_frames[225].picture.bgr()
    return picture[y - margin : y + side + margin, x - margin : x + side + margin]


def test_a_hundred_people_are_found_and_judged(face: Colour) -> None:
    head = cv2.resize(face, (60, 60), interpolation=cv2.INTER_AREA)
    crowd = cv2.copyMakeBorder(np.tile(head, (10, 10, 1)), 0, 0, 20, 20, cv2.BORDER_REPLICATE)
    frame = make_frame(0, 0.0, np.asarray(crowd, np.uint8), (640, 600))
    (group,) = groups(load_config(None, [("camera.analysis_size", [640, 600])]), [frame], still=True)
    assert 80 <= len(group.people) <= 105


@pytest.mark.parametrize("detector", ["cnn", "cascade"])
def test_one_face_that_fills_the_picture_is_one_person(face: Colour, detector: str) -> None:
    near = cv2.resize(face, (480, 480), interpolation=cv2.INTER_CUBIC)
    frame = make_frame(0, 0.0, np.asarray(near, np.uint8), (640, 480))
    config = load_config(None, [("faces.detector", detector)])
    (group,) = groups(config, [frame], still=True)
    assert len(group.people) == 1
    assert group.people[0].person.face.box.size > 200


def test_frames_of_another_size_in_mid_stream_are_looked_at_all_the_same(
    scene_frames: Sequence[Frame],
) -> None:
    def frames() -> Iterator[Frame]:
        for frame in scene_frames[30:60]:
            picture = frame.picture.bgr()
            if frame.sequence >= 45:
                picture = np.ascontiguousarray(picture[:, 160:1120])
            yield make_frame(frame.sequence, frame.captured_at, picture, (640, 480))

    seen = groups(Config(), frames())
    assert len(seen) == 30
    assert len(seen[-1].people) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("detector", ["cnn", "cascade"])
def test_a_group_is_counted_right_nearly_always_and_never_flickers(
    scene_frames: Sequence[Frame], detector: str
) -> None:
    """Seconds 0.5 to 8.8: four people who sway, nod and change their faces."""
    frames = scene_frames[: 264 if detector == "cnn" else 120]
    seen = groups(load_config(None, [("faces.detector", detector)]), frames)
    counts = [len(group.people) for group in seen if group.time >= 0.5]
    assert sum(count == 4 for count in counts) >= 0.95 * len(counts)
    changes = [i for i in range(1, len(counts)) if counts[i] != counts[i - 1]]
    assert all(b - a > 1 for a, b in itertools.pairwise(changes))
    numbers = {one.person.number for group in seen[15:] for one in group.people}
    assert len(numbers) == 4
