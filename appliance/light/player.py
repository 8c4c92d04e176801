"""Choice of the signal that plays: the state, a condition over it, a one-shot over both.

It has no clock, LED or thread.
"""

from collections.abc import Iterator
from typing import NamedTuple

from appliance.light.patterns import Facts, Step
from appliance.light.row import DARK, Kind, Rgb
from appliance.light.states import Condition, Signal, State
from appliance.light.table import CONDITIONS, TABLE

REMIND_SECONDS = 6.0
"""Seconds after which a reminder plays again; the interrupted signal continues in between."""


class LightOutput(NamedTuple):
    """State of the devices: the LED 0 or 1, an RGB LED's colour, a buzzer's tone in Hz, the flash lamp."""

    level: float
    colour: Rgb = DARK
    tone: float | None = None
    flash: bool = False


class Player:
    """Steps through the patterns of :data:`~appliance.light.table.TABLE`.

    Methods return True if the LED must change at once, in the middle of a step.
    """

    def __init__(self) -> None:
        self.facts = Facts()
        self._asked: Signal = State.OFF
        self._state: Signal = State.OFF
        self._playing: Signal = State.OFF
        self._conditions: set[Condition] = set()
        self._steps = self._begin(State.OFF)
        self._once: tuple[Signal, Iterator[Step]] | None = None
        self._last_reminder: Condition | None = None
        self._unreminded = 0.0

    def show(self, state: Signal, level: float = 0.0) -> bool:
        """Play ``state`` from now on. A one-shot plays when first requested, then the signal before it.

        ``level`` (0 to 1) is the nearness of the lowest face; a pattern follows it from its next step on.
        """
        self.facts.level = level
        if state is self._asked:
            return False
        self._asked = state
        if TABLE[state].kind is Kind.ONCE:
            return self._play_once(state)
        self._state = state
        if state is State.ALL and self._once is not None and self._once[0] is not State.PHOTO:
            self._once = None  # a head count would confuse people who hold still
            self._restart(self._wanted())
            return True
        return self._settle()

    def count(self, people: int) -> bool:
        """Show the head count once, unless people hold still already."""
        self.facts.people = people
        return self._state is not State.ALL and self._play_once(State.PEOPLE)

    def condition(self, condition: Condition, present: bool) -> bool:
        """Start or end ``condition``. An exclusive one cuts a one-shot short."""
        if present is (condition in self._conditions):
            return False
        if present:
            self._conditions.add(condition)
        else:
            self._conditions.discard(condition)
        if present and TABLE[condition].kind is Kind.REMINDER:
            self._unreminded = REMIND_SECONDS  # the first time at the next step
            return not self._hidden() and self._state is not State.ALL
        if self._hidden():
            self._once = None
        return self._settle()

    def next(self) -> tuple[Step, LightOutput]:
        """Return the LED's next step, and the other devices with it."""
        step = next(self._once[1], None) if self._once is not None else None
        if step is None and self._once is not None:
            self._once = None
            self._restart(self._playing)
        if step is None:
            step = self._remind() or next(self._steps, None)
        if step is None:  # a reminder shown as a state: played again and again
            self._restart(self._playing)
            step = next(self._steps)
        if self._once is None:
            self._unreminded += step.seconds
        return step, self._output(step)

    def _play_once(self, state: Signal) -> bool:
        """Play ``state`` once, unless the photo signal is playing or an exclusive condition is shown."""
        if self._hidden() or (self._once is not None and self._once[0] is State.PHOTO):
            return False
        self._once = state, self._begin(state)
        return True

    def _remind(self) -> Step | None:
        """Return the first step of a reminder, if one is due. Several take turns."""
        due = [condition for condition in self._present() if TABLE[condition].kind is Kind.REMINDER]
        if not due or self._hidden() or self._unreminded < REMIND_SECONDS or self._state is State.ALL:
            return None
        self._unreminded = 0.0
        last = due.index(self._last_reminder) if self._last_reminder in due else -1
        self._last_reminder = due[(last + 1) % len(due)]
        self._once = self._last_reminder, self._begin(self._last_reminder)
        return next(self._once[1])

    def _output(self, step: Step) -> LightOutput:
        row = TABLE[self._once[0] if self._once is not None else self._playing]
        flash = self._playing is State.ALL and not self._hidden()
        if not step.level:
            return LightOutput(0, flash=flash)
        return LightOutput(step.level, row.rgb(self.facts), row.tone, flash)

    def _present(self) -> list[Condition]:
        return [condition for condition in CONDITIONS if condition in self._conditions]

    def _hidden(self) -> bool:
        """Return whether an exclusive condition hides everything else."""
        return any(TABLE[condition].kind is Kind.EXCLUSIVE for condition in self._conditions)

    def _wanted(self) -> Signal:
        over = (condition for condition in self._present() if TABLE[condition].kind is not Kind.REMINDER)
        return next(over, self._state)

    def _settle(self) -> bool:
        wanted = self._wanted()
        if wanted is self._playing:
            return False
        self._restart(wanted)
        return self._once is None

    def _restart(self, signal: Signal) -> None:
        self._playing = signal
        self._steps = self._begin(signal)

    def _begin(self, signal: Signal) -> Iterator[Step]:
        return TABLE[signal].pattern(self.facts)
