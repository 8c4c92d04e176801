"""Frames of a moment in which everybody's eyes are open, by what the expression network says of each face.

It is a preference among the frames of one moment, never a condition: a network that errs must not cost
anybody the photo. Everybody is compared with their own best of the moment, so that a person who narrows the
eyes in laughing does not count as blinking. ``docs/moment.md`` gives its accuracy.
"""

from collections.abc import Callable, Sequence

from appliance.records.decision import Decision

BLINK_BELOW = 0.5
"""Share of a person's highest probability of open eyes in the moment; below it they blink."""

EyesOpen = Callable[[Sequence[Decision]], Sequence[bool]]
"""Tells for each frame of a moment whether everybody's eyes are open in it."""


def all_open(moment: Sequence[Decision]) -> list[bool]:
    """Return for each frame of a moment whether nobody who counts is known to have closed eyes in it."""
    best: dict[int, float] = {}
    for decision in moment:
        for number, opened in _eyes(decision).items():
            best[number] = max(opened, best.get(number, 0.0))
    return [
        all(opened >= BLINK_BELOW * best[number] for number, opened in _eyes(decision).items())
        for decision in moment
    ]


def _eyes(decision: Decision) -> dict[int, float]:
    """Return the probability of open eyes by person, where it is known, of those who count and are seen."""
    return {
        showing.person.number: showing.person.face.eyes_open
        for showing in decision.people
        if showing.person.counts and showing.person.seen and showing.person.face.eyes_open is not None
    }
