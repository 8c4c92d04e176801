"""The light's language: what one plain LED does in each state, and the thread that makes it do so.

:data:`LANGUAGE` is the one table; ``docs/light.md`` shows it to people. A pattern is a pure generator of
:class:`Step` without clock or LED, so a new word (N blinks for N people, a tempo that climbs) is a few lines.
Only on and off: software PWM flickers on camera and costs CPU.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from appliance.frames import Light

log = logging.getLogger(__name__)

STEADY_SECONDS = 60.0
"""A steady level is written again this often; nothing can be seen of it."""
_CLOSE_SECONDS = 2.0


class Step(NamedTuple):
    """The LED at ``level`` (0 off, 1 on) for ``seconds``."""

    level: float
    seconds: float


Pattern = Callable[[], Iterator[Step]]


@dataclass(frozen=True, slots=True)
class Word:
    """One state of the light: what a person sees (``look``), and the steps.

    A pattern that ends is marked ``once``: it is played over the state that is shown, and gives way to it.
    """

    look: str
    means: str
    pattern: Pattern
    once: bool = False


def steady(level: float) -> Pattern:
    """On or off, and so it stays."""

    def steps() -> Iterator[Step]:
        while True:
            yield Step(level, STEADY_SECONDS)

    return steps


def blink(on: float, off: float) -> Pattern:
    """``on`` seconds on, ``off`` seconds off, for ever."""

    def steps() -> Iterator[Step]:
        while True:
            yield Step(1, on)
            yield Step(0, off)

    return steps


def code(count: int, on: float = 0.15, off: float = 0.25, pause: float = 1.5) -> Pattern:
    """``count`` short blinks, then ``pause`` seconds off, for ever: to be counted by eye."""

    def steps() -> Iterator[Step]:
        while True:
            for _ in range(count):
                yield Step(1, on)
                yield Step(0, off)
            yield Step(0, pause - off)

    return steps


def burst(count: int, on: float = 0.05, off: float = 0.05) -> Pattern:
    """``count`` quick flashes, once. It begins dark, to be seen when the light was on before."""

    def steps() -> Iterator[Step]:
        for _ in range(count):
            yield Step(0, off)
            yield Step(1, on)

    return steps


LANGUAGE: Mapping[Light, Word] = {
    Light.OFF: Word("off", "not running", steady(0)),
    Light.STARTING: Word("off", "not ready yet", steady(0)),
    Light.DISARMED: Word(
        "a short blip every 3 s", "ready; press the button to arm", code(1, 0.05, 0.05, 2.95)
    ),
    Light.ARMED: Word("slow pulse, 1 s on, 1 s off", "armed; nobody in view", blink(1.0, 1.0)),
    Light.WAITING: Word(
        "fast blinking, 4 a second", "people in view, not all show it yet", blink(0.125, 0.125)
    ),
    Light.ALL: Word("on", "everybody shows it: hold still", steady(1)),
    Light.PHOTO: Word("a burst of 8 quick flashes", "photo taken", burst(8), once=True),
    Light.CAMERA_LOST: Word("2 blinks, a pause", "the camera is gone; it is being tried again", code(2)),
    Light.STORAGE_FAULT: Word(
        "3 blinks, a pause", "photos cannot be kept: card full, read-only or failing", code(3)
    ),
    Light.BOOTING: Word("a short blip every second", "has power, is starting up", code(1, 0.05, 0.05, 0.95)),
    Light.GIVEN_UP: Word(
        "6 blinks, a pause", "cannot be started, not even by a reboot: ask `smart-selfie doctor`", code(6)
    ),
}


FAULTS = (Light.CAMERA_LOST, Light.STORAGE_FAULT)
"""Said before anything else as long as they last, the first of them first."""


class Player:
    """Steps through the language: the state shown, a fault that hides it, a one-shot played over it.

    Pure: no time, no LED. Methods return True if the LED must change at once, in the middle of a step.
    """

    def __init__(self) -> None:
        self._asked = self._state = self._playing = Light.OFF
        self._faults: set[Light] = set()
        self._steps = LANGUAGE[Light.OFF].pattern()
        self._once: Iterator[Step] | None = None

    def show(self, state: Light) -> bool:
        """Say ``state`` from now on. A one-shot is played when first asked for, then what was before."""
        if state is self._asked:
            return False
        self._asked = state
        if LANGUAGE[state].once:
            return self.flash(state)
        self._state = state
        return self._settle()

    def flash(self, state: Light) -> bool:
        """Play the one-shot ``state``, unless one is playing or a fault would make it a lie."""
        if self._faults or self._once is not None:
            return False
        self._once = LANGUAGE[state].pattern()
        return True

    def fault(self, state: Light, present: bool) -> bool:
        """A fault has come or gone; it cuts a one-shot short."""
        (self._faults.add if present else self._faults.discard)(state)
        if self._faults:
            self._once = None
        return self._settle()

    def next(self) -> Step:
        """What the LED does next."""
        if self._once is not None:
            step = next(self._once, None)
            if step is not None:
                return step
            self._once = None
            self._steps = LANGUAGE[self._playing].pattern()
        return next(self._steps)

    def _settle(self) -> bool:
        wanted = next((fault for fault in FAULTS if fault in self._faults), self._state)
        if wanted is self._playing:
            return False
        self._playing = wanted
        self._steps = LANGUAGE[wanted].pattern()
        return self._once is None


class ReadyLight:
    """The LED and its thread, named "light". ``drive`` sets the LED: 0 off, 1 on.

    When ``drive`` fails the light stays as it is, and the journal says so: a broken light is no reason to
    take no photos.
    """

    def __init__(self, drive: Callable[[float], None]) -> None:
        self._drive = drive
        self._player = Player()
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="light", daemon=True)
        self._thread.start()

    def show(self, state: Light) -> None:
        """Say ``state`` from now on, at once. Light.PHOTO is said once, then the state before. Any thread."""
        with self._lock:
            if self._player.show(state):
                self._changed.set()

    def flash_photo(self) -> None:
        """Say "photo taken", then go on as before. Any thread."""
        with self._lock:
            if self._player.flash(Light.PHOTO):
                self._changed.set()

    def fault(self, state: Light, present: bool) -> None:
        """Say a fault of :data:`FAULTS`, whatever is shown, until it is no longer ``present``. Any thread."""
        with self._lock:
            if self._player.fault(state, present):
                self._changed.set()

    def close(self) -> None:
        """LED off, thread ended. Safe to call twice."""
        self._closing = True
        self._changed.set()
        self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        try:
            while not self._closing:
                with self._lock:
                    self._changed.clear()
                    step = self._player.next()
                self._drive(step.level)
                self._changed.wait(step.seconds)
            self._drive(0)
        except Exception as error:  # GPIO libraries raise errors of their own making
            log.error("The light cannot be driven any more: %s. Photos are taken without it", error)
