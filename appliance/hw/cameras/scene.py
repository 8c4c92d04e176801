"""Bundled demo scene: people smile one by one, then all, then stop, then all again.

It needs no camera. The faces are averages (``models/scene.npz``), so the real face finder and the real
expression model work on it; everybody's timing is known, so a test can check them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np

from appliance.clock import Clock
from appliance.errors import ModelError
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras import scene_art as art
from appliance.hw.cameras.canvas import Sprite
from appliance.hw.cameras.convert import make_frame
from appliance.inference.folder import models_folder
from appliance.records.frame import Box, Colour, Frame, Grey

WIDTH, HEIGHT = 1280, 720
FRAME_RATE = 30
SECONDS = 15.0

SCENE_EXPRESSIONS = ("happy", "neutral")
"""Expressions of the people in the scene."""
SMILING = 0.5
"""Progress of a smile, 0 to 1, from which a viewer recognises it."""

_MORPH = 0.5
"""Seconds a smile takes to come or to go."""

_STEPS = 8  # of a person's walk, per picture width


@dataclass(frozen=True, slots=True)
class Role:
    """One person of the scene.

    ``side`` of the face's square and ``y`` of its top are in pixels; ``path`` is the square's left edge in
    pixels at times in seconds, ``smiles`` when the person smiles, from and to.
    """

    person: art.Appearance
    side: int
    y: int
    path: tuple[tuple[float, float], ...]
    smiles: tuple[tuple[float, float], ...]
    phase: float

    def smile(self, time: float) -> float:
        """Return 0 for neutral to 1 for smiling."""
        level = 0.0
        for start, end in self.smiles:
            rising, falling = (time - start) / _MORPH, (end + _MORPH - time) / _MORPH
            level = max(level, min(1.0, rising, falling))
        return level

    def place(self, time: float) -> tuple[float, float]:
        """Return left and top of the face's square, pixels, without the head's sway."""
        moments, edges = zip(*self.path, strict=True)
        left = float(np.interp(time, moments, edges))
        speed = abs(float(np.interp(time + 0.05, moments, edges)) - left) / 0.05
        bob = 5 * min(1.0, speed / 120) * np.sin(2 * np.pi * _STEPS * left / WIDTH)
        return left, self.y + float(bob)

    def face(self, time: float) -> Box:
        """Return the face's square, pixels of the picture: the head leans a little to and fro."""
        left, top = self.place(time)
        sway = 3.2 * np.sin(2 * np.pi * (time / 5 + self.phase)) + 1.1 * np.sin(2 * np.pi * time / 1.5)
        nod = 1.8 * np.sin(2 * np.pi * (time / 3 + self.phase))
        return Box(left + float(sway), top + float(nod), self.side, self.side)


ROLES = {
    "Ada": Role(
        art.Appearance((150, 178, 224), (38, 48, 70), (150, 120, 66), "long", "v"),
        side=158,
        y=236,
        path=((0, 172), (9.4, 172), (10.6, 236), (13.2, 236), (14.4, 172)),
        smiles=((2.0, 13.0),),
        phase=0.0,
    ),
    "Ben": Role(
        art.Appearance((98, 132, 186), (26, 26, 30), (92, 142, 196), "curly"),
        side=172,
        y=190,
        path=((0, 428), (9.4, 428), (10.6, 548), (13.2, 548), (14.4, 428)),
        smiles=((3.2, 8.4), (10.4, 13.2)),
        phase=0.3,
    ),
    "Cleo": Role(
        art.Appearance((156, 184, 228), (70, 122, 172), (122, 148, 96), "bun"),
        side=150,
        y=262,
        path=((0, 700), (9.4, 700), (10.6, 868), (13.2, 868), (14.4, 700)),
        smiles=((4.2, 13.0),),
        phase=0.55,
    ),
    "Dan": Role(
        art.Appearance((82, 112, 164), (24, 26, 32), (104, 92, 176), "short", "v"),
        side=166,
        y=206,
        path=((0, 952), (8.8, 952), (10.0, 1500), (13.2, 1500), (14.5, 952)),
        smiles=((5.4, 8.8),),
        phase=0.8,
    ),
}


def smiles(time: float) -> dict[str, float]:
    """Return each smile of a person in full view, 0 to 1. ``time`` in seconds, the scene repeats."""
    time %= SECONDS
    return {name: role.smile(time) for name, role in ROLES.items() if _in_view(role.face(time))}


def everybody_shows(expressions: Collection[str], time: float) -> bool:
    """Return whether everybody in full view would be seen to show one of ``expressions``, at ``time`` s."""
    shown = ("happy" if level >= SMILING else "neutral" for level in smiles(time).values())
    return all(expression in expressions for expression in shown)


def _in_view(box: Box) -> bool:
    return box.x >= 0 and box.x + box.w <= WIDTH


@dataclass(frozen=True, kw_only=True, eq=False)
class Backdrop:
    """What never changes in the scene: 50 MB, drawn in half a second.

    ``heads`` are a person's at every level of smiling, neutral first. ``grain`` is the sensor's noise plus 6,
    uint8 [height + 64, width + 64, 3]: a window of it moves from frame to frame.
    """

    room: Colour
    bodies: Mapping[str, Sprite]
    heads: Mapping[str, Sequence[Sprite]]
    grain: Colour


def draw_backdrop(portraits: Path) -> Backdrop:
    """Return what never changes, with the faces in the file ``portraits``. Raises ModelError."""
    faces = _portraits(portraits)
    grain = np.random.default_rng(3).normal(6, 1.6, (HEIGHT + 64, WIDTH + 64)).round().clip(0, 12)
    return Backdrop(
        room=art.room(WIDTH, HEIGHT),
        bodies={name: art.body(role.person, role.side) for name, role in ROLES.items()},
        heads={name: art.heads(role.person, role.side, *faces[name]) for name, role in ROLES.items()},
        grain=np.repeat(grain.astype(np.uint8)[..., None], 3, axis=2),
    )


class Scene:
    """Camera that films the scene: 1280x720, 30 frames/s, the same pictures every time.

    With ``loop`` it goes on for ever, else it raises EndOfRecording after :data:`SECONDS`. Raises ModelError
    when the faces cannot be read.
    """

    def __init__(
        self, clock: Clock, *, analysis_size: tuple[int, int] = (640, 480), loop: bool = False
    ) -> None:
        self._backdrop = draw_backdrop(models_folder() / "scene.npz")
        self.description = f"demo scene: {WIDTH}x{HEIGHT} at {FRAME_RATE} frames/s, {SECONDS:g} s"
        self.frame_count = None if loop else round(SECONDS * FRAME_RATE)
        self._clock = clock
        self._analysis_size = analysis_size
        self._loop = loop
        self._started_at: float | None = None
        self._sequence = 0

    def read(self, timeout: float) -> Frame:
        """Return the next frame, when its time has come. Raises EndOfRecording."""
        offset = self._sequence / FRAME_RATE
        if offset >= SECONDS and not self._loop:
            raise EndOfRecording
        if self._started_at is None:
            self._started_at = self._clock.now()
        moment = self._started_at + offset
        self._clock.wait_until(moment)
        late = int((self._clock.now() - moment) * FRAME_RATE)
        if late > 0:  # the machine is too slow to draw them all: like a camera's, those frames are lost
            self._sequence += late
            return self.read(timeout)
        frame = make_frame(self._sequence, moment, self.picture(offset), self._analysis_size)
        self._sequence += 1
        return frame

    def picture(self, time: float) -> Colour:
        """Return the scene at a time in seconds, BGR."""
        time %= SECONDS
        picture = self._backdrop.room.copy()
        for name, role in ROLES.items():  # people further back are drawn first
            left, top = role.place(time)
            self._backdrop.bodies[name].draw(picture, round(left), round(top))
        for name, role in ROLES.items():
            box = role.face(time)
            level = round(role.smile(time) * (art.LEVELS - 1))
            self._backdrop.heads[name][level].draw(picture, box.x, box.y)
        return self._noisy(picture, round(time * FRAME_RATE))

    def _noisy(self, picture: Colour, number: int) -> Colour:
        """Return the picture with a sensor's noise and slight flicker."""
        x, y = (number * 29) % 64, (number * 41) % 64
        flicker = 1 + 0.006 * np.sin(number * 0.9)
        grain = self._backdrop.grain[y : y + HEIGHT, x : x + WIDTH]
        return np.asarray(cv2.addWeighted(picture, flicker, grain, 1, -6), np.uint8)

    def close(self) -> None:
        """Do nothing: the scene holds no device."""


def _portraits(path: Path) -> dict[str, tuple[Grey, Grey]]:
    """Return each person's neutral and happy face, uint8 [96, 96]."""
    try:
        with path.open("rb") as file, np.load(file) as data:
            faces_of = {
                str(name): (neutral, happy)
                for name, neutral, happy in zip(data["names"], data["neutral"], data["happy"], strict=True)
            }
            return {name: faces_of[name] for name in ROLES}
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise ModelError(
            f"{path} does not hold the faces of the demo scene ({error})", "Restore it from the repository"
        ) from error
