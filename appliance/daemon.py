"""The appliance as a process: camera, light and button around the pipeline, until told to stop."""

import functools
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

from appliance.assembly import Assembly, Listener, assemble, load_models
from appliance.clock import Clock, MonotonicClock
from appliance.config import Config
from appliance.errors import NoSpaceError, StorageError
from appliance.feed.commands import commands
from appliance.feed.server import Feed
from appliance.frames import Command, Decision, Light, Photo
from appliance.hw.button import Gesture
from appliance.hw.camera import Camera
from appliance.hw.cameras import open_camera
from appliance.hw.gpio import Panel, open_panel
from appliance.photos import PhotoStore
from appliance.pipeline.capture import Capture
from appliance.pipeline.decide import Decider
from appliance.pipeline.keep import CardStore
from appliance.pipeline.lens import LensWatch
from appliance.pipeline.line import Line
from appliance.service import Notifier, process_uptime

log = logging.getLogger(__name__)

REPORT_SECONDS = 60.0


class Daemon:
    """Runs the appliance with ``config``.

    ``open_source`` replaces the configured camera (the demo's scene), ``listeners`` hear every decision,
    ``power_off`` is called from the button's thread when it was held.
    """

    def __init__(
        self,
        config: Config,
        *,
        open_source: Callable[[], Camera] | None = None,
        listeners: Sequence[Listener] = (),
        on_photo: Sequence[Callable[[Photo], None]] = (),
        power_off: Callable[[], None] = lambda: None,
        clock: Clock | None = None,
    ) -> None:
        self._config = config
        self._clock = clock or MonotonicClock()
        self._open_camera = open_source or (lambda: open_camera(config.camera, self._clock, log.info))
        self._listeners = tuple(listeners)
        self._on_photo = tuple(on_photo)
        self._power_off = power_off
        self._notifier = Notifier()
        self._stop = threading.Event()
        self._report_asked = threading.Event()
        self._report_due = self._clock.now() + REPORT_SECONDS
        self._decider: Decider | None = None
        self._line: Line | None = None
        self._store: PhotoStore | None = None
        self._feed: Feed | None = None
        self._ready = False

    def run(self) -> None:
        """Until :meth:`stop` is called or a recording ends. Raises what ends the process, as it is."""
        panel = open_panel(self._config.hardware, self._heard, log, self._clock, language=self._config.button)
        try:
            self._open_feed()
            storage = self._config.storage
            self._store = store = PhotoStore(storage.folder, storage.quality, storage.keep_free_mb)
            self._prepare(store, panel)
            camera = self._open_camera()
            try:
                assembly = self._assemble(store, panel)
            except BaseException:
                camera.close()
                raise
            self._decider = assembly.decider
            lost = functools.partial(self._fault, panel, Light.CAMERA_LOST)
            capture = Capture(camera, self._open_camera, self._clock, self._stop, lost)
            self._line = Line(capture, assembly.stages, self._clock, self._stop)
            self._line.run_threaded(self._tick)
        finally:
            self._notifier.stopping()
            if self._feed is not None:
                self._feed.close()
            panel.close()
        self._report()

    def _open_feed(self) -> None:
        """The page's window on the appliance, if the configuration wants one."""
        if self._config.web.enabled:
            self._feed = Feed(self._config.web.socket, commands(self), self._clock)
            self._feed.start()
            self._listeners = (self._feed.frame, *self._listeners)
            self._on_photo = (self._feed.photo, *self._on_photo)

    def _fault(self, panel: Panel, light: Light, present: bool) -> None:
        panel.condition(light, present)
        if self._feed is not None:
            self._feed.fault(light, present)

    def _prepare(self, store: PhotoStore, panel: Panel) -> None:
        """A folder that cannot be written ends the start; a full card is told, and may be emptied later."""
        try:
            store.prepare()
        except NoSpaceError as error:
            log.error("%s", error)
            self._fault(panel, Light.STORAGE_FAULT, True)

    def _assemble(self, store: PhotoStore, panel: Panel) -> Assembly:
        return assemble(
            self._config,
            load_models(self._config),
            listeners=[
                lambda decision: panel.show(decision.light, decision.level),
                self._alive,
                LensWatch(functools.partial(self._fault, panel, Light.LENS_COVERED)).hear,
                *self._listeners,
            ],
            store=CardStore(store, self._clock),
            on_photo=self._on_photo,
            on_storage_fault=functools.partial(self._fault, panel, Light.STORAGE_FAULT),
        )

    def command(self, command: Command) -> None:
        """Somebody asks for something. Any thread may call; before everything is ready it does nothing."""
        if self._decider is not None:
            self._decider.command(command)

    def press(self) -> None:
        """The button was pressed: arm, or disarm."""
        self.command(Command.TOGGLE)

    def _heard(self, gesture: Gesture) -> None:
        language = self._config.button
        wish = {
            Gesture.PRESS: language.press,
            Gesture.DOUBLE_PRESS: language.double_press,
            Gesture.HOLD: language.hold,
        }.get(gesture, "none")
        if wish == "power_off":
            self._power_off()
        elif wish != "none":
            self.command({"arm": Command.TOGGLE, "shoot": Command.SHOOT}[wish])

    def delete_photo(self, name: str) -> None:
        """Remove one photo. Any thread may call. Raises StorageError."""
        if self._store is None:
            raise StorageError("The appliance is still starting", "Try again in a moment")
        self._store.delete(name)

    def status(self) -> dict[str, Any]:
        """Counters of the stages (milliseconds), the rule in use. Any thread may call."""
        line = self._line
        return {
            "uptime": round(process_uptime(), 1),
            "ready": self._ready,
            "rule": self._config.rule.model_dump(mode="json"),
            "stages": [
                {"name": name, **counters.report()} for name, counters in (line.counters() if line else ())
            ],
        }

    def stop(self) -> None:
        """End soon: frames under way are finished, at most 2 s. Any thread may call."""
        self._stop.set()

    def dropped(self) -> int:
        """Frames that were dropped so far because a stage was too slow for them."""
        return sum(counters.dropped for _, counters in self._line.counters()) if self._line else 0

    def handle_signals(self) -> None:
        """SIGTERM and SIGINT stop, SIGUSR1 prints the counters."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())
        signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        signal.signal(signal.SIGUSR1, lambda *_: self._report_asked.set())

    def _alive(self, decision: Decision) -> None:
        """A frame has gone through the whole pipeline: the only thing that feeds the watchdog."""
        if not self._ready:
            self._ready = True
            log.info("Ready %.2f s after start, frame %d", process_uptime(), decision.frame.sequence)
            self._notifier.ready()
        self._notifier.watchdog()

    def _tick(self) -> None:
        if self._report_asked.is_set() or self._clock.now() >= self._report_due:
            self._report_asked.clear()
            self._report_due = self._clock.now() + REPORT_SECONDS
            self._report()

    def _report(self) -> None:
        for name, counters in self._line.counters() if self._line else ():
            log.info("%s: %s", name, counters)
