"""Follows people from frame to frame: the same person keeps the same number."""

from dataclasses import dataclass

from appliance.frames import Box, JudgedFace, JudgedFaces, People, Person

NEAR = 0.9
"""How far a face may have moved since its predicted place, in multiples of its size, to be the same one."""
LIKE = 1.8
"""By which factor its size may have changed."""
CONFIRM_SIGHTINGS = 3
"""Sightings that make a person: a false box seldom lasts that long."""
DOUBT_SECONDS = 0.25
"""A newcomer not seen again for this long was a false box."""
VELOCITY_MEMORY = 0.5
"""Share of the old velocity kept at each sighting (exponential average)."""
COAST_SECONDS = 0.5
"""For how long a missing face is expected to go on moving as it did."""


@dataclass(slots=True)
class _Track:
    number: int
    face: JudgedFace
    first_seen_at: float
    last_seen_at: float
    sightings: int = 1
    velocity: tuple[float, float] = (0.0, 0.0)
    confirmed: bool = False

    def predicted(self, now: float) -> Box:
        box, ahead = self.face.box, min(COAST_SECONDS, now - self.last_seen_at)
        return Box(box.x + ahead * self.velocity[0], box.y + ahead * self.velocity[1], box.w, box.h)

    def update(self, face: JudgedFace, now: float) -> None:
        elapsed = now - self.last_seen_at
        if elapsed > 0:
            (x0, y0), (x1, y1) = self.face.box.centre, face.box.centre
            keep = VELOCITY_MEMORY
            self.velocity = (
                keep * self.velocity[0] + (1 - keep) * (x1 - x0) / elapsed,
                keep * self.velocity[1] + (1 - keep) * (y1 - y0) / elapsed,
            )
        self.face, self.last_seen_at = face, now
        self.sightings += 1


class Follower:
    """The stage that follows people.

    Somebody missed for ``grace_seconds`` is still there; then released. With ``confirm`` False every face
    is a person at once, as a still picture wants it.
    """

    name = "follow people"

    def __init__(self, grace_seconds: float, confirm: bool = True) -> None:
        self._grace = grace_seconds
        self._needed = CONFIRM_SIGHTINGS if confirm else 1
        self._tracks: list[_Track] = []
        self._next = 1

    def process(self, judged: JudgedFaces) -> People:
        """Everybody in view, and how many faces are too new to be sure of."""
        now = judged.frame.captured_at
        free = list(judged.faces)
        for track, face in self._pairs(judged.faces, now):
            track.update(face, now)
            free.remove(face)
        for face in free:
            self._tracks.append(_Track(self._next, face, now, now))
            self._next += 1
        self._tracks = [track for track in self._tracks if self._stays(track, now)]
        for track in self._tracks:
            track.confirmed = track.confirmed or track.sightings >= self._needed
        persons = tuple(self._person(track, now) for track in self._tracks if track.confirmed)
        newcomers = sum(not track.confirmed and track.last_seen_at == now for track in self._tracks)
        return People(judged.frame, persons, newcomers)

    def _pairs(self, faces: tuple[JudgedFace, ...], now: float) -> list[tuple[_Track, JudgedFace]]:
        """Tracks and faces matched greedily, the nearest first."""
        options = sorted(
            (
                (distance, track.number, index)
                for track in self._tracks
                for index, face in enumerate(faces)
                if (distance := _distance(track.predicted(now), face.box)) is not None
            ),
        )
        tracks = {track.number: track for track in self._tracks}
        taken: set[int] = set()
        pairs = []
        for _, number, index in options:
            if number in tracks and index not in taken:
                pairs.append((tracks.pop(number), faces[index]))
                taken.add(index)
        return pairs

    def _stays(self, track: _Track, now: float) -> bool:
        return now - track.last_seen_at <= (self._grace if track.confirmed else DOUBT_SECONDS)

    @staticmethod
    def _person(track: _Track, now: float) -> Person:
        missing = now - track.last_seen_at
        return Person(track.number, track.face, missing == 0, track.first_seen_at, missing)


def _distance(expected: Box, found: Box) -> float | None:
    """Distance of the centres in face sizes; None when it cannot be the same face."""
    size = max(expected.size, 1e-6)
    (x0, y0), (x1, y1) = expected.centre, found.centre
    distance = float(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5) / size
    ratio = found.size / size
    return distance if distance <= NEAR and 1 / LIKE <= ratio <= LIKE else None
