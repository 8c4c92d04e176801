"""The light's vocabulary: one table of states, and the patterns they are said with.

A pattern is a generator of :class:`Step` without clock or LED. Those that tell a number or a level read it
from :class:`Facts` as they go.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from appliance.light.states import Condition, Signal, State

STEADY_SECONDS = 60.0
"""A steady level is written again this often; nothing can be seen of it."""
MOST_COUNTED = 6
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
Colour = tuple[int, int, int]
"""Red, green, blue, each 0 or 1: an RGB LED without PWM has seven colours."""
DARK: Colour = (0, 0, 0)
RED: Colour = (1, 0, 0)
GREEN: Colour = (0, 1, 0)
BLUE: Colour = (0, 0, 1)
YELLOW: Colour = (1, 1, 0)
MAGENTA: Colour = (1, 0, 1)
CYAN: Colour = (0, 1, 1)
WHITE: Colour = (1, 1, 1)


class Kind(Enum):
    """How a state stands to the others. FAULT and ACTIVITY hide what the pipeline says; REMINDER does not."""

    STATE = "said until the next"
    ONCE = "said once, over what is said"
    FAULT = "said instead of everything else, while it lasts"
    ACTIVITY = "said instead of the state, while it lasts"
    REMINDER = "said every few seconds, in between, while it lasts"


def _white(_facts: Facts) -> Colour:
    return WHITE


@dataclass(frozen=True, slots=True)
class Word:
    """One state: what a person sees (``look``) and should think (``means``), and the steps.

    ``colour`` is an RGB LED's where the step is on, ``tone`` a buzzer's (Hz).
    """

    look: str
    means: str
    pattern: Pattern
    colour: Callable[[Facts], Colour] = _white
    kind: Kind = Kind.STATE
    tone: float | None = None


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


def heads(facts: Facts) -> Iterator[Step]:
    """A short blink for each person, once; one long blink after six says that there are more."""
    people = facts.people
    yield Step(0, 0.4)
    for _ in range(min(people, MOST_COUNTED)):
        yield Step(1, 0.12)
        yield Step(0, 0.25)
    if people > MOST_COUNTED:
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


def _colour(colour: Colour) -> Callable[[Facts], Colour]:
    return lambda _: colour


def _nearness(facts: Facts) -> Colour:
    return RED if facts.level < 0.5 else YELLOW


# The order matters: of several faults, activities or reminders the first is said.
LANGUAGE: Mapping[Signal, Word] = {
    State.OFF: Word("off", "not running", steady(0)),
    State.STARTING: Word("off", "not ready yet", steady(0)),
    State.BOOTING: Word("a short blip every second", "has power, is starting up", code(1, 0.05, 0.05, 0.95)),
    State.GIVEN_UP: Word(
        "6 blinks, a pause", "cannot be started, not even by a reboot: ask `smart-selfie doctor`", code(6)
    ),
    State.DISARMED: Word(
        "a short blip every 3 s", "ready; press the button to arm", code(1, 0.05, 0.05, 2.95), _colour(BLUE)
    ),
    State.ARMED: Word(
        "slow pulse, 1 s on, 1 s off",
        "armed; nobody in view, or nothing new since the photo: move, join, or stop and smile again",
        blink(1.0, 1.0),
        _colour(BLUE),
    ),
    State.PEOPLE: Word(
        "N short blinks, once; after six a long one for the rest",
        "I see N people; said when the number has changed",
        heads,
        kind=Kind.ONCE,
    ),
    State.WAITING: Word(
        "blinking, the faster the nearer, 1 to 4 a second",
        "not all show it yet; the tempo follows the lowest face",
        climb(0.4, 0.125),
        _nearness,
    ),
    State.ALL: Word("on", "everybody shows it: hold still", steady(1), _colour(GREEN)),
    State.PHOTO: Word("a burst of 8 quick flashes", "photo taken", burst(8), kind=Kind.ONCE, tone=880.0),
    Condition.LET_GO: Word(
        "flickering evenly, 5 a second",
        "button held: let go now to power off",
        blink(0.1, 0.1),
        kind=Kind.FAULT,
    ),
    Condition.POWERING_OFF: Word(
        "two blips a second",
        "powering off; unplug when the light is dark and the green light of the board stays off",
        code(2, 0.1, 0.1, 0.7),
        kind=Kind.FAULT,
        tone=440.0,
    ),
    Condition.EXPORTING: Word(
        "on, with a wink each second",
        "copying photos to the stick: leave it in",
        blink(0.9, 0.1),
        _colour(CYAN),
        Kind.FAULT,
    ),
    Condition.SAFE_TO_UNPLUG: Word(
        "long, 3 s on, 1 s off", "the stick may be pulled out", blink(3.0, 1.0), _colour(GREEN), Kind.FAULT
    ),
    Condition.CAMERA_LOST: Word(
        "2 blinks, a pause", "the camera is gone; it is being tried again", code(2), _colour(RED), Kind.FAULT
    ),
    Condition.STORAGE_FAULT: Word(
        "3 blinks, a pause",
        "photos cannot be kept: card full, read-only or failing",
        code(3),
        _colour(MAGENTA),
        Kind.FAULT,
    ),
    Condition.LENS_COVERED: Word(
        "4 blinks, a pause",
        "the camera sees nothing: lens covered, room dark, or a light shines into it",
        code(4),
        _colour(RED),
        Kind.FAULT,
    ),
    Condition.SAVING: Word(
        "flickering unevenly, 8 a second",
        "the photo is being written",
        blink(0.05, 0.07),
        _colour(CYAN),
        Kind.ACTIVITY,
    ),
    Condition.RECORDING: Word(
        "1 long blink and 1 short, every 6 s",
        "a recording is being made",
        reminder(1),
        _colour(RED),
        Kind.REMINDER,
    ),
    Condition.CARD_NEARLY_FULL: Word(
        "1 long blink and 2 short, every 6 s",
        "the card is nearly full",
        reminder(2),
        _colour(MAGENTA),
        Kind.REMINDER,
    ),
    Condition.UNWELL: Word(
        "1 long blink and 3 short, every 6 s",
        "too hot, or the power supply is too weak",
        reminder(3),
        _colour(RED),
        Kind.REMINDER,
    ),
    Condition.CONFIG_BAD: Word(
        "1 long blink and 4 short, every 6 s",
        "config.yaml has a mistake; the last good one is in use",
        reminder(4),
        _colour(YELLOW),
        Kind.REMINDER,
    ),
    Condition.BUTTON_STUCK: Word(
        "1 long blink and 5 short, every 6 s",
        "the button is stuck or shorted",
        reminder(5),
        _colour(YELLOW),
        Kind.REMINDER,
    ),
}
