"""Watch of a push button: edges in, gestures out, each as soon as it is recognised."""

import logging
import threading
from collections.abc import Callable

from appliance.clock import Clock
from appliance.hw.button import Gesture, Gestures

log = logging.getLogger(__name__)

_CLOSE_SECONDS = 2.0


class ButtonWatch:
    """Calls ``on_gesture`` from its own thread, named "button", or from that of an edge. Any thread."""

    def __init__(self, gestures: Gestures, on_gesture: Callable[[Gesture], None], clock: Clock) -> None:
        self._gestures = gestures
        self._on_gesture = on_gesture
        self._clock = clock
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="button", daemon=True)
        self._thread.start()

    def edge(self, down: bool) -> None:
        """Process a contact that has just closed or opened."""
        with self._changed:
            self._report(self._gestures.edge(down, self._clock.now()))
            self._changed.notify()

    def close(self) -> None:
        """End the thread. Safe to call twice."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        with self._changed:
            while not self._closing:
                self._report(self._gestures.poll(self._clock.now()))
                due = self._gestures.due()
                self._changed.wait(None if due is None else max(0.001, due - self._clock.now()))

    def _report(self, gestures: list[Gesture]) -> None:
        for gesture in gestures:
            try:
                self._on_gesture(gesture)
            except Exception:  # any error of the listener: the button must keep working
                log.exception("The action of the button failed")
