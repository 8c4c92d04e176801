"""Blink patterns: generators of :class:`Step`, without clock or LED.

Only on and off: a dimmed LED flickers on camera and costs CPU. A pattern that tells a number or a level reads
it from :class:`Facts` at each step.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

STEADY_SECONDS = 60.0
"""A steady level is written again this often; nothing can be seen of it."""
MOST_BLINKS = 6
"""More blinks than these are not counted by eye; a long one stands for the rest."""


class Step(NamedTuple):
    """The LED at ``level`` (0 off, 1 on) for ``seconds``."""

    level: float
    seconds: float


@dataclass(slots=True)
class Facts:
    """What patterns tell besides the state: people in view, and how near the lowest face is (0 to 1)."""

    people: int = 0
    level: float = 0.0


Pattern = Callable[[Facts], Iterator[Step]]


def steady(level: float) -> Pattern:
    """On or off, and so it stays."""

    def steps(_facts: Facts) -> Iterator[Step]:
        while True:
            yield Step(level, STEADY_SECONDS)

    return steps


def blink(on: float, off: float) -> Pattern:
    """``on`` seconds on, ``off`` seconds off, for ever."""

    def steps(_facts: Facts) -> Iterator[Step]:
        while True:
            yield Step(1, on)
            yield Step(0, off)

    return steps


def climb(slow: float, fast: float) -> Pattern:
    """Blinks whose half period goes from ``slow`` to ``fast`` seconds as the level climbs."""

    def steps(facts: Facts) -> Iterator[Step]:
        while True:
            half = slow + (fast - slow) * min(1.0, max(0.0, facts.level))
            yield Step(1, half)
            yield Step(0, half)

    return steps


def code(count: int, on: float = 0.15, off: float = 0.25, pause: float = 1.5) -> Pattern:
    """``count`` short blinks, then ``pause`` seconds off, for ever: to be counted by eye."""

    def steps(_facts: Facts) -> Iterator[Step]:
        while True:
            for _ in range(count):
                yield Step(1, on)
                yield Step(0, off)
            yield Step(0, pause - off)

    return steps


def burst(count: int, on: float = 0.05, off: float = 0.05) -> Pattern:
    """``count`` quick flashes, once. It begins dark, to be seen when the light was on before."""

    def steps(_facts: Facts) -> Iterator[Step]:
        for _ in range(count):
            yield Step(0, off)
            yield Step(1, on)

    return steps


def per_person(facts: Facts) -> Iterator[Step]:
    """A short blink for each person, once; one long blink after six says that there are more."""
    people = facts.people
    yield Step(0, 0.4)
    for _ in range(min(people, MOST_BLINKS)):
        yield Step(1, 0.12)
        yield Step(0, 0.25)
    if people > MOST_BLINKS:
        yield Step(1, 0.7)
    yield Step(0, 0.4)


def reminder(count: int) -> Pattern:
    """One long blink and ``count`` short ones, once, dark before and after."""

    def steps(_facts: Facts) -> Iterator[Step]:
        yield Step(0, 0.5)
        yield Step(1, 0.8)
        for _ in range(count):
            yield Step(0, 0.25)
            yield Step(1, 0.15)
        yield Step(0, 0.8)

    return steps
