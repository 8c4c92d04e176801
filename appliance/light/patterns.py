"""Blink patterns: generators of :class:`Step`, without clock or LED.

Only on and off: a dimmed LED flickers on camera and costs CPU. A pattern that shows a number or a level reads
it from :class:`Facts` at each step.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

STEADY_SECONDS = 60.0
"""Seconds after which a steady level is written again, invisibly."""
MOST_BLINKS = 6
"""Nobody counts more blinks than these by eye; a long one stands for the rest."""


class Step(NamedTuple):
    """The LED at ``level`` (0 off, 1 on) for ``seconds``."""

    level: float
    seconds: float


@dataclass(slots=True)
class Facts:
    """Values that patterns show besides the state: people in view, nearness of the lowest face (0 to 1)."""

    people: int = 0
    level: float = 0.0


Pattern = Callable[[Facts], Iterator[Step]]


def steady(level: float) -> Pattern:
    """Return the pattern of a light that stays on or off."""

    def steps(_facts: Facts) -> Iterator[Step]:
        while True:
            yield Step(level, STEADY_SECONDS)

    return steps


def blink(on: float, off: float) -> Pattern:
    """Return the pattern of ``on`` seconds on, ``off`` seconds off, for ever."""

    def steps(_facts: Facts) -> Iterator[Step]:
        while True:
            yield Step(1, on)
            yield Step(0, off)

    return steps


def climb(slow: float, fast: float) -> Pattern:
    """Return blinks whose half period goes from ``slow`` to ``fast`` seconds as the level climbs."""

    def steps(facts: Facts) -> Iterator[Step]:
        while True:
            half = slow + (fast - slow) * min(1.0, max(0.0, facts.level))
            yield Step(1, half)
            yield Step(0, half)

    return steps


def code(count: int, on: float = 0.15, off: float = 0.25, pause: float = 1.5) -> Pattern:
    """Return ``count`` short blinks, then ``pause`` seconds off, for ever: to be counted by eye."""

    def steps(_facts: Facts) -> Iterator[Step]:
        while True:
            for _ in range(count):
                yield Step(1, on)
                yield Step(0, off)
            yield Step(0, pause - off)

    return steps


def burst(count: int, on: float = 0.05, off: float = 0.05) -> Pattern:
    """Return ``count`` quick flashes, once. They begin dark, to be seen when the light was on before."""

    def steps(_facts: Facts) -> Iterator[Step]:
        for _ in range(count):
            yield Step(0, off)
            yield Step(1, on)

    return steps


def long_and_short(_facts: Facts) -> Iterator[Step]:
    """Yield a long blink and a short one in turn, for ever."""
    while True:
        yield Step(1, 0.8)
        yield Step(0, 0.4)
        yield Step(1, 0.15)
        yield Step(0, 0.4)


def per_person(facts: Facts) -> Iterator[Step]:
    """Yield a short blink for each person, once; one long blink after six means that there are more."""
    people = facts.people
    yield Step(0, 0.4)
    for _ in range(min(people, MOST_BLINKS)):
        yield Step(1, 0.12)
        yield Step(0, 0.25)
    if people > MOST_BLINKS:
        yield Step(1, 0.7)
    yield Step(0, 0.4)


def reminder(count: int) -> Pattern:
    """Return one long blink and ``count`` short ones, once, dark before and after."""

    def steps(_facts: Facts) -> Iterator[Step]:
        yield Step(0, 0.5)
        yield Step(1, 0.8)
        for _ in range(count):
            yield Step(0, 0.25)
            yield Step(1, 0.15)
        yield Step(0, 0.8)

    return steps
