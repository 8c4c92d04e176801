"""Detection of changes since the last photo, so that a smiling crowd is not photographed forty times."""

from appliance.records.decision import Showing
from appliance.records.frame import Box

MOVED_SIZES = 0.5
"""Multiples of its size by which a face must have moved since the photo: a step aside, not a nod."""
RESIZED = 1.3
"""Factor by which its size must have changed: half a step nearer from two metres away."""
CHANGE_SECONDS = 0.3
"""Seconds after which a change counts: a flickering score or a jumping box does not."""


class SceneChange:
    """People and their places in the last photo. Time is the frames', seconds."""

    def __init__(self) -> None:
        self._photo: dict[int, Box] | None = None
        self._showed: frozenset[int] = frozenset()
        self._since: float | None = None

    def photo(self, people: tuple[Showing, ...]) -> None:
        """Remember people and places of the photo just taken."""
        self._photo = _places(people)
        self._showed = frozenset(
            showing.person.number for showing in people if showing.shows and showing.person.counts
        )
        self._since = None

    def forget(self) -> None:
        """Forget the last photo: frames were missing, or somebody asked to continue."""
        self._photo = None

    @property
    def changing(self) -> bool:
        """Whether the last frame differed, even if only for a moment."""
        return self._since is not None

    def is_new(self, people: tuple[Showing, ...], obeys: bool, now: float) -> bool:
        """Return whether the scene differs from the last photo's. ``obeys``: the rule holds in this frame."""
        if self._photo is None:
            return True
        if obeys and not self._differs(people):
            self._since = None
            return False
        self._since = now if self._since is None else self._since
        if now - self._since >= CHANGE_SECONDS:
            self._photo = None
        return self._photo is None

    def _differs(self, people: tuple[Showing, ...]) -> bool:
        assert self._photo is not None
        places = _places(people)
        if places.keys() != self._photo.keys():
            return True
        counted = [showing for showing in people if showing.person.counts]
        if any(showing.person.number in self._showed and not showing.shows for showing in counted):
            return True  # somebody stopped showing it, where enough others continue
        return any(_moved(box, places[number]) for number, box in self._photo.items())


def _places(people: tuple[Showing, ...]) -> dict[int, Box]:
    return {showing.person.number: showing.person.face.box for showing in people if showing.person.counts}


def _moved(old: Box, new: Box) -> bool:
    size = max(1e-6, old.size)
    (x0, y0), (x1, y1) = old.centre, new.centre
    ratio = new.size / size
    return (
        bool((x1 - x0) ** 2 + (y1 - y0) ** 2 > (MOVED_SIZES * size) ** 2) or not 1 / RESIZED < ratio < RESIZED
    )
