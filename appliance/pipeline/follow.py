"""Tracking of people from frame to frame: a person keeps the same number; decides who counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from appliance.config.schema import PeopleSettings
from appliance.line.stage import Stage
from appliance.records.faces import JudgedFace, JudgedFaces, People, Person
from appliance.records.frame import Box, Frame

NEAR = 0.9
"""Distance from its predicted place, in multiples of its size, up to which a face is the same one."""
FASTEST = 15.0
"""Face sizes per second, a runner. Anything faster is a box that jumped and stops there."""
LIKE = 1.8
"""Factor by which its size may have changed."""
FAR, UNLIKE = 2.0, 3.0
"""The same for somebody missed in this frame, and a face that matches nobody else: heads jerk and
recordings have cuts, and a new person would make everybody wait for the old one."""
CONFIRM_SIGHTINGS = 3
"""Detections that make a person: a false box seldom lasts that long."""
DOUBT_SECONDS = 0.25
"""Seconds after which an unseen newcomer was a false box."""
VELOCITY_SECONDS = 0.15
"""Time constant of the exponential average of a face's velocity, seconds."""
COAST_SECONDS = 0.5
"""Seconds for which a missing face is expected to continue its motion."""
EDGE = 0.02
"""A box this close to the left or right edge, as a share of the picture's width, touches it."""
TOO_SMALL, LARGE_ENOUGH = 18.0, 20.0
"""Face sizes, pixels of the analysis image: an expression cannot be judged below the first, and can again
from the second on; in between it stays as it was. docs/faces.md tells how they were measured."""
STILL_MOVE, STILL_CHANGE = 0.06, 0.10
"""Movement in face sizes, and change of any score, below which a face has not moved: a box around a printed
face trembles as much, and any living person moves more within twenty seconds."""


@dataclass(slots=True)
class _Track:
    number: int
    face: JudgedFace
    last_seen_at: float
    sightings: int = 1
    velocity: tuple[float, float] = (0.0, 0.0)
    confirmed: bool = False
    too_far: bool = False
    stirred_at: float = field(init=False)
    reference: JudgedFace = field(init=False)

    def __post_init__(self) -> None:
        self.stirred_at, self.reference = self.last_seen_at, self.face
        self.too_far = self.face.box.size < TOO_SMALL

    def predicted(self, now: float) -> Box:
        box, ahead = self.face.box, min(COAST_SECONDS, now - self.last_seen_at)
        return Box(box.x + ahead * self.velocity[0], box.y + ahead * self.velocity[1], box.w, box.h)

    def update(self, face: JudgedFace, now: float) -> None:
        elapsed = now - self.last_seen_at
        if elapsed > 0:
            (x0, y0), (x1, y1) = self.face.box.centre, face.box.centre
            vx, vy = (x1 - x0) / elapsed, (y1 - y0) / elapsed
            if vx**2 + vy**2 > (FASTEST * self.face.box.size) ** 2:
                vx, vy = self.velocity = 0.0, 0.0
            new = min(1.0, elapsed / VELOCITY_SECONDS)
            self.velocity = (
                self.velocity[0] + new * (vx - self.velocity[0]),
                self.velocity[1] + new * (vy - self.velocity[1]),
            )
        self.face, self.last_seen_at = face, now
        self.sightings += 1
        self.too_far = face.box.size < (LARGE_ENOUGH if self.too_far else TOO_SMALL)
        if _stirred(self.reference, face):
            self.stirred_at, self.reference = now, face

    def speed(self) -> float:
        """Return the speed, face sizes a second."""
        return float((self.velocity[0] ** 2 + self.velocity[1] ** 2) ** 0.5) / max(1e-6, self.face.box.size)


class Follower(Stage[JudgedFaces, People]):
    """Stage that tracks people.

    Somebody missed still counts for ``grace_seconds``, and is then released. With ``confirm`` False every
    face is a person at once, as needed for a still picture.
    """

    name = "follow people"

    def __init__(self, settings: PeopleSettings, confirm: bool = True) -> None:
        self._settings = settings
        self._needed = CONFIRM_SIGHTINGS if confirm else 1
        self._tracks: list[_Track] = []
        self._next = 1

    def use(self, settings: PeopleSettings) -> None:
        """Use other settings from the next frame on. Any thread."""
        self._settings = settings

    def process(self, judged: JudgedFaces) -> tuple[People]:
        """See :class:`Stage` and :meth:`follow`."""
        return (self.follow(judged),)

    def follow(self, judged: JudgedFaces) -> People:
        """Return everybody in view, and how many faces are too new to be sure of."""
        now = judged.frame.captured_at
        free = list(range(len(judged.faces)))
        for track, index in self._pairs(judged.faces, now):
            track.update(judged.faces[index], now)
            free.remove(index)
        for index in free:
            self._tracks.append(_Track(self._next, judged.faces[index], now))
            self._next += 1
        self._tracks = [track for track in self._tracks if self._stays(track, now)]
        for track in self._tracks:
            track.confirmed = track.confirmed or track.sightings >= self._needed
        known = [track for track in self._tracks if track.confirmed]
        largest = max((track.face.box.size for track in self._tracks), default=0.0)
        persons = tuple(self._person(track, judged.frame, largest) for track in known)
        return People(frame=judged.frame, persons=persons, newcomers=self._newcomers(largest))

    def _pairs(self, faces: Sequence[JudgedFace], now: float) -> list[tuple[_Track, int]]:
        """Return tracks and faces matched greedily.

        Those near each other come before those far, people before newcomers, then the nearest first.
        """
        options = sorted(
            (far, not track.confirmed, distance, track.number, index)
            for track in self._tracks
            for index, face in enumerate(faces)
            for far, distance in [_gap(track.predicted(now), face.box)]
            if not far or (track.confirmed and distance < math.inf)
        )
        tracks = {track.number: track for track in self._tracks}
        taken: set[int] = set()
        pairs = []
        for _, _, _, number, index in options:
            if number in tracks and index not in taken:
                pairs.append((tracks.pop(number), index))
                taken.add(index)
        return pairs

    def _stays(self, track: _Track, now: float) -> bool:
        grace = self._settings.grace_seconds
        # Negative ages are rejected too: after the clock jumps back a track would never expire.
        return 0 <= now - track.last_seen_at <= (grace if track.confirmed else DOUBT_SECONDS)

    def _newcomers(self, largest: float) -> int:
        """Count the faces that may become people who count, also those missed in a frame or two."""
        return sum(
            not track.confirmed and track.face.box.size >= self._settings.passer_by_size * largest
            for track in self._tracks
        )

    def _person(self, track: _Track, frame: Frame, largest: float) -> Person:
        missing = frame.captured_at - track.last_seen_at
        still = frame.captured_at - track.stirred_at >= self._settings.still_seconds
        passing = (
            track.face.box.size < self._settings.passer_by_size * largest
            or self._leaves(track, frame)
            or (still and self._settings.ignore_still_faces)
            or (track.too_far and self._settings.too_far == "ignore")
        )
        return Person(
            number=track.number,
            face=track.face,
            seen=missing == 0,
            missing_for=missing,
            too_far=track.too_far,
            counts=not passing,
        )

    def _leaves(self, track: _Track, frame: Frame) -> bool:
        """Return whether somebody is hurrying across the picture's edge."""
        box, width = track.face.box, frame.grey.shape[1]
        at_edge = box.x <= EDGE * width or box.x + box.w >= (1 - EDGE) * width
        return at_edge and track.speed() > self._settings.passer_by_speed


def _stirred(before: JudgedFace, after: JudgedFace) -> bool:
    (x0, y0), (x1, y1) = before.box.centre, after.box.centre
    moved = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 > STILL_MOVE * before.box.size
    return moved or any(abs(after.scores[name] - p) > STILL_CHANGE for name, p in before.scores.items())


def _gap(expected: Box, found: Box) -> tuple[bool, float]:
    """Return whether the box jumped, and the distance in face sizes; inf: it cannot be the same face."""
    size = max(expected.size, 1e-6)
    (x0, y0), (x1, y1) = expected.centre, found.centre
    distance = float(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5) / size
    ratio = found.size / size
    factor = max(ratio, 1 / max(ratio, 1e-6))
    far = distance > NEAR or factor > LIKE
    return far, distance if distance <= FAR and factor <= UNLIKE else math.inf
