"""Do kinds of the appliance's work, to be counted: work.py KIND:BEFORE:ROUNDS:ARGUMENT...

Each is done BEFORE times first, then ROUNDS times between two calls of getppid, at which ``count.c`` prints.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable

import cv2
import numpy as np

from appliance.clock import VirtualClock
from appliance.config import load_config
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.raw import Layout, to_planes
from appliance.hw.cameras.scene import Scene
from appliance.imaging.haar import cascade_path, load_cascade
from appliance.inference.folder import models_folder
from appliance.inference.runtime import open_interpreter
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.pipeline.find.drift import Drift
from appliance.pipeline.find.face_search import FaceSearch
from appliance.pipeline.judge import ExpressionModel
from appliance.records.faces import Face
from appliance.records.frame import Box, Frame

FRAME_RATE = 30
FRAMES = 61
"""Frames that are made for the line; the first are for finding everybody."""
FACES = [(x, y) for y in (380, 190) for x in (180, 440, 700, 960)]
"""Where people stand in an analysis image 1152 pixels wide: middle of the face."""
SIZE = 60
"""Of their faces in the same pixels: about 3 m away, 33 pixels of a 640 wide picture."""

Work = Callable[[], object]


def frames(people: int, count: int) -> list[Frame]:
    """A room with so many people, 30 frames a second: those of the bundled scene, who sway a little."""
    width, height = load_config(None, []).camera.analysis_size
    scale = width / 1152
    heads = _heads(scale)
    made = []
    for number in range(count):
        colour = np.full((min(height, width * 9 // 16), width, 3), 110, np.uint8)
        colour[:, ::16] = 120
        for index in range(people):
            head = heads[index % len(heads)]
            x, y = (
                int(place * scale) - side // 2
                for place, side in zip(FACES[index], head.shape[1::-1], strict=True)
            )
            x += (number + index) % 4
            colour[y : y + head.shape[0], x : x + head.shape[1]] = head
        made.append(make_frame(number, number / FRAME_RATE, colour, (width, height)))
    return made


def _heads(scale: float) -> list[np.ndarray]:
    """Heads of the bundled scene, a face in the middle of each, and half of it all around."""
    picture = Scene(VirtualClock()).picture(0.0)
    heads = []
    for x, y, w, h, _ in FaceSearch(models_folder() / "faces.json").everything(picture).tolist():
        around = picture[max(0, int(y - h / 2)) : int(y + 1.5 * h), max(0, int(x - w / 2)) : int(x + 1.5 * w)]
        by = scale * SIZE / (w * h) ** 0.5
        heads.append(cv2.resize(around, None, fx=by, fy=by, interpolation=cv2.INTER_AREA))
    return heads


def near(_: str) -> Work:
    (frame,), search = frames(4, 1), FaceSearch(models_folder() / "faces.json")
    return lambda: search.near(frame.colour)


def far(_: str) -> Work:
    """One part."""
    (frame,), search = frames(4, 1), FaceSearch(models_folder() / "faces.json")
    return lambda: search.far(frame.colour, 0)


def expression(_: str) -> Work:
    (frame,), model = frames(1, 1), ExpressionModel(models_folder())
    return lambda: model.judge(frame.grey, _face(frame))


def _face(frame: Frame) -> Box:
    scale = frame.grey.shape[1] / 1152
    x, y = FACES[0]
    return Box(x - SIZE / 2, y - SIZE / 2, SIZE, SIZE).scaled(scale)


def grey(_: str) -> Work:
    """From the Pi camera's bytes to the analysis image in grey."""
    buffer, layout = _from_camera()
    return lambda: to_planes(buffer, layout)


def colour(_: str) -> Work:
    """From there to the same in colour, as a search needs it."""
    planes = to_planes(*_from_camera())
    assert planes is not None
    return planes.bgr


def _from_camera() -> tuple[np.ndarray, Layout]:
    width, height = load_config(None, []).camera.analysis_size
    height = min(height, width * 9 // 16)
    layout = Layout(width=width, height=height, stride=width, format="YUV420")
    buffer = np.full(width * height * 3 // 2, 100, np.uint8)
    return buffer, layout


def following(count: str) -> Work:
    """The looks of so many known faces, in one frame."""
    people, drift = int(count), Drift()
    (frame,) = frames(people, 1)
    scale = frame.grey.shape[1] / 1152
    boxes = [Box(x - SIZE / 2, y - SIZE / 2, SIZE, SIZE).scaled(scale) for x, y in FACES[:people]]
    drift.start(frame.grey, [Face(box, 0.9) for box in boxes])
    return lambda: drift.follow(frame.grey)


def line(people: str) -> Work:
    """The whole line, a frame a call, from the analysis image to the decision; nobody is photographed."""
    config = load_config(None, [("rule.who.at_least", 100)])
    assembly = assemble(config, load_models(config))
    made = iter(frames(int(people), FRAMES))
    return lambda: Runner([next(made)], assembly.lines, VirtualClock(), threading.Event()).run_inline()


def network(file: str) -> Work:
    """A TFLite file, one inference."""
    interpreter = open_interpreter(file)
    (first, *_) = interpreter.get_input_details()
    values = np.random.default_rng(0).integers(-128, 127, first["shape"]).astype(first["dtype"])

    def work() -> None:
        interpreter.set_tensor(first["index"], values)
        interpreter.invoke()

    return work


def haar(_: str) -> Work:
    """The whole frame of 640x480 as most programs look at it."""
    cascade = load_cascade(cascade_path("haarcascade_frontalface_default.xml"))
    grey = cv2.resize(frames(4, 1)[0].grey, (640, 480))
    return lambda: cascade.detectMultiScale(grey, 1.3, 5)


def peer(people: str) -> Work:
    """The usual way, a frame of 640x480: a Haar cascade at 1.3/5, then the expression of each face."""
    cascade = load_cascade(cascade_path("haarcascade_frontalface_default.xml"))
    model, (frame,) = ExpressionModel(models_folder()), frames(1, 1)
    grey = cv2.resize(frame.grey, (640, 480))

    def work() -> None:
        cascade.detectMultiScale(grey, 1.3, 5)
        for _ in range(int(people)):
            model.judge(frame.grey, _face(frame))

    return work


def yunet(argument: str) -> Work:
    """OpenCV's YuNet: WIDTH,HEIGHT,FILE."""
    width, height, file = argument.split(",", 2)
    finder = cv2.FaceDetectorYN.create(file, "", (int(width), int(height)), 0.7)
    picture = cv2.resize(frames(4, 1)[0].colour, (int(width), int(height)))
    return lambda: finder.detect(picture)


KINDS = {
    kind.__name__: kind
    for kind in (near, far, expression, grey, colour, following, line, network, haar, peer, yunet)
}


def main() -> None:
    """Prepare each kind of work and do it."""
    cv2.setNumThreads(1)
    gc.disable()
    for asked in sys.argv[1:]:
        kind, before, rounds, argument = asked.split(":", 3)
        work = KINDS[kind](argument)
        for _ in range(int(before)):
            work()
        gc.collect()  # what the work before has left is not this one's
        os.getppid()
        for _ in range(int(rounds)):
            work()
        os.getppid()


if __name__ == "__main__":
    main()
