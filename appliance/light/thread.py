"""Thread that plays the light's signals on its devices."""

import logging
import threading
from collections.abc import Callable, Mapping

from appliance.light.player import LightOutput, Player
from appliance.light.states import Condition, Signal

log = logging.getLogger(__name__)

Drive = Callable[[LightOutput], None]
"""Function that sets one device. May raise anything: GPIO libraries have errors of their own."""
_CLOSE_SECONDS = 2.0


class LightThread:
    """Plays signals on ``drives``, by name, from a thread named "light"; without drives it starts none.

    A drive that fails is logged and left out from then on: a broken buzzer must not darken the light, and a
    broken light must not stop the photos. Any thread may call every method.
    """

    def __init__(self, drives: Mapping[str, Drive]) -> None:
        self._drives = dict(drives)
        self._player = Player()
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="light", daemon=True)
        if self._drives:
            self._thread.start()

    def show(self, state: Signal, level: float = 0.0) -> None:
        """Play ``state`` from now on, at once. State.PHOTO plays once, then the state before.

        ``level`` (0 to 1) is the nearness of the lowest face.
        """
        with self._lock:
            if self._player.show(state, level):
                self._changed.set()

    def count(self, people: int) -> None:
        """Show the head count once."""
        with self._lock:
            if self._player.count(people):
                self._changed.set()

    def condition(self, condition: Condition, present: bool) -> None:
        """Play a fault, an activity or a reminder for as long as it is ``present``."""
        with self._lock:
            if self._player.condition(condition, present):
                self._changed.set()

    def close(self) -> None:
        """Switch the devices off and end the thread. Safe to call twice."""
        self._closing = True
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._closing and self._drives:
            with self._lock:
                self._changed.clear()
                step, output = self._player.next()
            self._drive(output)
            self._changed.wait(step.seconds)
        self._drive(LightOutput(0))

    def _drive(self, output: LightOutput) -> None:
        for name, drive in list(self._drives.items()):
            try:
                drive(output)
            except Exception as error:  # see Drive
                del self._drives[name]
                log.error("The %s cannot be driven any more: %s. All else goes on without it", name, error)
