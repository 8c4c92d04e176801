"""The light's language: what one plain LED does in each state, and the thread that makes it do so.

:data:`LANGUAGE` (in ``light_language.py``) is the one table; ``docs/light.md`` shows it to people. Only on
and off: software PWM flickers on camera and costs CPU. An RGB LED adds a colour, a buzzer a tone, to the same
steps; a flash lights the faces while everybody shows it.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from appliance.light.language import DARK, LANGUAGE, Colour, Facts, Kind, Step
from appliance.light.states import Condition, Signal, State

log = logging.getLogger(__name__)

REMIND_SECONDS = 6.0
"""A reminder is said again after so long, and what it interrupts goes on in between."""
_CLOSE_SECONDS = 2.0


class Output(NamedTuple):
    """What the devices do now: the LED 0 or 1, an RGB LED's colour, a buzzer's tone in Hz, the flash."""

    level: float
    colour: Colour = DARK
    tone: float | None = None
    flash: bool = False


class Player:
    """Steps through the language: the state shown, conditions over it, a one-shot played over both.

    Pure: no time, no LED. Methods return True if the LED must change at once, in the middle of a step.
    """

    def __init__(self) -> None:
        self.facts = Facts()
        self._asked: Signal = State.OFF
        self._state: Signal = State.OFF
        self._playing: Signal = State.OFF
        self._conditions: set[Condition] = set()
        self._steps = self._begin(State.OFF)
        self._once: tuple[Signal, Iterator[Step]] | None = None
        self._last_reminder: Signal | None = None
        self._unreminded = 0.0

    def show(self, state: Signal, level: float = 0.0) -> bool:
        """Say ``state`` from now on. A one-shot is played when first asked for, then what was before.

        ``level`` (0 to 1) is how near the lowest face is; a pattern that follows it does at its next step.
        """
        self.facts.level = level
        if state is self._asked:
            return False
        self._asked = state
        if LANGUAGE[state].kind is Kind.ONCE:
            return self.flash(state)
        self._state = state
        if state is State.ALL and self._once is not None and self._once[0] is not State.PHOTO:
            self._once = None  # whoever holds still must not be told numbers
            self._restart(self._wanted())
            return True
        return self._settle()

    def flash(self, state: Signal) -> bool:
        """Play the one-shot ``state``, unless a photo is being said or a fault would make it a lie."""
        if self._hidden() or (self._once is not None and self._once[0] is State.PHOTO):
            return False
        self._once = state, self._begin(state)
        return True

    def count(self, people: int) -> bool:
        """Say once how many people are seen, unless they hold still already."""
        self.facts.people = people
        return self._state is not State.ALL and self.flash(State.PEOPLE)

    def condition(self, state: Condition, present: bool) -> bool:
        """A condition (fault, activity or reminder) has come or gone; a fault cuts a one-shot short."""
        if present is (state in self._conditions):
            return False
        (self._conditions.add if present else self._conditions.discard)(state)
        if LANGUAGE[state].kind is Kind.REMINDER and present:
            self._unreminded = REMIND_SECONDS  # the first time at the next step
            return not self._hidden() and self._state is not State.ALL
        if self._hidden():
            self._once = None
        return self._settle()

    def next(self) -> tuple[Step, Output]:
        """What the LED does next, and the other devices with it."""
        step = next(self._once[1], None) if self._once is not None else None
        if step is None and self._once is not None:
            self._once = None
            self._restart(self._playing)
        if step is None:
            step = self._remind() or next(self._steps, None)
        if step is None:  # a reminder shown as a state: said again and again
            self._restart(self._playing)
            step = next(self._steps)
        if self._once is None:
            self._unreminded += step.seconds
        return step, self._output(step)

    def _remind(self) -> Step | None:
        """The first step of a reminder, if one is due. Several take turns."""
        due = [light for light in LANGUAGE if light in self._conditions and _is(light, Kind.REMINDER)]
        if not due or self._hidden() or self._unreminded < REMIND_SECONDS or self._state is State.ALL:
            return None
        self._unreminded = 0.0
        last = due.index(self._last_reminder) if self._last_reminder in due else -1
        self._last_reminder = due[(last + 1) % len(due)]
        self._once = self._last_reminder, self._begin(self._last_reminder)
        return next(self._once[1])

    def _output(self, step: Step) -> Output:
        said = self._once[0] if self._once is not None else self._playing
        word = LANGUAGE[said]
        flash = self._playing is State.ALL and not self._hidden()
        if not step.level:
            return Output(0, flash=flash)
        return Output(step.level, word.colour(self.facts), word.tone, flash)

    def _hidden(self) -> bool:
        return any(_is(light, Kind.FAULT) for light in self._conditions)

    def _wanted(self) -> Signal:
        over = (light for light in LANGUAGE if light in self._conditions)
        return next((light for light in over if not _is(light, Kind.REMINDER)), self._state)

    def _settle(self) -> bool:
        wanted = self._wanted()
        if wanted is self._playing:
            return False
        self._restart(wanted)
        return self._once is None

    def _restart(self, state: Signal) -> None:
        self._playing = state
        self._steps = self._begin(state)

    def _begin(self, state: Signal) -> Iterator[Step]:
        return LANGUAGE[state].pattern(self.facts)


def _is(light: Signal, kind: Kind) -> bool:
    return LANGUAGE[light].kind is kind


class ReadyLight:
    """The light and its thread, named "light". ``drive`` sets the devices.

    When ``drive`` fails the light stays as it is, and the journal says so: a broken light is no reason to
    take no photos.
    """

    def __init__(self, drive: Callable[[Output], None]) -> None:
        self._drive = drive
        self._player = Player()
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="light", daemon=True)
        self._thread.start()

    def show(self, state: Signal, level: float = 0.0) -> None:
        """Say ``state`` from now on, at once. State.PHOTO is said once, then the state before. Any thread."""
        with self._lock:
            if self._player.show(state, level):
                self._changed.set()

    def flash_photo(self) -> None:
        """Say "photo taken", then go on as before. Any thread."""
        with self._lock:
            if self._player.flash(State.PHOTO):
                self._changed.set()

    def count(self, people: int) -> None:
        """Say once how many people are seen. Any thread."""
        with self._lock:
            if self._player.count(people):
                self._changed.set()

    def condition(self, state: Condition, present: bool) -> None:
        """Say a fault, an activity or a reminder for as long as it is ``present``. Any thread."""
        with self._lock:
            if self._player.condition(state, present):
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
                    step, output = self._player.next()
                self._drive(output)
                self._changed.wait(step.seconds)
            self._drive(Output(0))
        except Exception as error:  # GPIO libraries raise errors of their own making
            log.error("The light cannot be driven any more: %s. Photos are taken without it", error)
