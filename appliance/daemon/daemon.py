"""The appliance as a process: camera, light and button around the pipeline, until told to stop."""

import contextlib
import functools
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from appliance.clock import Clock, MonotonicClock
from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.daemon.watches.card import CardWatch
from appliance.daemon.watches.head_count import HeadCount
from appliance.daemon.watches.health import HealthWatch
from appliance.daemon.watches.lens import LensWatch
from appliance.daemon.watches.stick import StickWatch
from appliance.errors import ApplianceError, ConfigError, NoSpaceError, StorageError
from appliance.feed.commands import commands
from appliance.feed.server import Feed
from appliance.hw.button import Gesture
from appliance.hw.camera import Camera
from appliance.hw.cameras import open_camera
from appliance.hw.gpio import Panel, open_panel
from appliance.hw.handover import leave_note
from appliance.hw.machine import Machine
from appliance.light.states import Condition, State
from appliance.light.table import TABLE
from appliance.line.runner import Runner
from appliance.pipeline.assembly import Assembly, DecisionObserver, Models, assemble, load_models
from appliance.pipeline.capture import Capture
from appliance.records.decision import Command, Decision, Photo
from appliance.storage.card_store import CardStore
from appliance.storage.photos import PhotoStore
from appliance.system.service import Notifier, process_uptime

log = logging.getLogger(__name__)

REPORT_SECONDS = 60.0


class Daemon:
    """Runs the appliance with ``config``.

    ``live`` watches the file it came from, and ``fault`` is what is wrong there, if ``config`` is the last
    good one. ``open_source`` replaces the configured camera (the demo's scene), ``listeners`` hear every
    decision, ``power_off`` is called from the button's thread when it was held; it may raise an
    ApplianceError.
    """

    def __init__(
        self,
        config: Config,
        *,
        live: LiveConfig | None = None,
        fault: ConfigError | None = None,
        open_source: Callable[[], Camera] | None = None,
        listeners: Sequence[DecisionObserver] = (),
        on_photo: Sequence[Callable[[Photo], None]] = (),
        power_off: Callable[[], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._config = config
        self._live = live or LiveConfig(None)
        self._config_fault = fault
        self._clock = clock or MonotonicClock()
        self._open_source = open_source
        self._proven = config
        self._listeners = tuple(listeners)
        self._on_photo = tuple(on_photo)
        self._power_off = power_off
        self._notifier = Notifier()
        self._stop = threading.Event()
        self._report_asked = threading.Event()
        self._reload_asked = threading.Event()
        self._report_due = self._clock.now() + REPORT_SECONDS
        self._conditions: set[Condition] = set()
        self._heads = HeadCount()
        self._health = HealthWatch(Machine(), self._condition)
        self._card_watch = CardWatch(functools.partial(self._condition, Condition.STORAGE_FAULT))
        self._stick = StickWatch(self._condition)
        self._panel: Panel | None = None
        self._assembly: Assembly | None = None
        self._capture: Capture | None = None
        self._runner: Runner | None = None
        self._store: PhotoStore | None = None
        self._feed: Feed | None = None
        self._ready = False
        self._saving: Decision | None = None
        self._unremembered = False

    def run(self) -> None:
        """Until :meth:`stop` is called or a recording ends. Raises what ends the process, as it is."""
        try:
            models, self._store, camera = self._open()
            self._assembly = self._assemble(models, self._store)
            lost = functools.partial(self._condition, Condition.CAMERA_LOST)
            self._proven = self._config
            self._capture = Capture(camera, self._opener(self._config), self._clock, self._stop, lost)
            self._runner = Runner(self._capture, self._assembly.lines, self._clock, self._stop)
            self._runner.run_threaded(self._tick)
        finally:
            self._notifier.stopping()
            if self._feed is not None:
                self._feed.close()
            if self._panel is not None:
                self._panel.close()
        self._report()

    def _open(self) -> tuple[Models, PhotoStore, Camera]:
        """What the configuration asks for, or the next best thing. Raises what is in the way of both."""
        try:
            return self._open_all()
        except ApplianceError as error:
            spare = self._live.instead_of(self._config, error)
            if spare is None:
                raise
            self._config_fault = self._live.unusable(self._config, error)
            self._config = spare
            return self._open_all()

    def _open_all(self) -> tuple[Models, PhotoStore, Camera]:
        if self._panel is not None:
            self._panel.close()
        self._panel = self._open_panel(self._config)
        self._panel.light.show(State.BOOTING)  # the camera and the models take a while
        if self._feed is None:
            self._open_feed()
        self._tell_config(self._config_fault)
        store = self._open_store(self._config)
        self._card_watch.say(not self._prepare(store))
        return load_models(self._config), store, self._opener(self._config)()

    def _opener(self, config: Config) -> Callable[[], Camera]:
        return self._open_source or functools.partial(open_camera, config.camera, self._clock, log.info)

    def _open_panel(self, config: Config) -> Panel:
        panel = open_panel(config.hardware, self._heard, clock=self._clock, language=config.button)
        for light in self._conditions:
            panel.light.condition(light, True)
        return panel

    def _open_store(self, config: Config) -> PhotoStore:
        storage = config.storage
        return PhotoStore(storage.folder, storage.quality, storage.keep_free_mb, clock=self._clock)

    def _card(self, config: Config, store: PhotoStore) -> CardStore:
        return CardStore(store, self._clock, regions=config.storage.face_regions)

    def _open_feed(self) -> None:
        """The page's window on the appliance, if the configuration wants one."""
        if self._config.web.enabled:
            self._feed = Feed(self._config.web.socket, commands(self), self._clock, lambda: self._config.rule)
            self._feed.start()
            self._listeners = (self._feed.frame, *self._listeners)
            self._on_photo = (self._feed.photo, *self._on_photo)

    @property
    def conditions(self) -> frozenset[Condition]:
        """Faults, activities and reminders that the light says besides the state. Any thread."""
        return frozenset(self._conditions)

    def _condition(self, light: Condition, present: bool) -> None:
        """A fault, an activity or a reminder has come or gone. Any thread."""
        (self._conditions.add if present else self._conditions.discard)(light)
        if self._panel is not None:
            self._panel.light.condition(light, present)
        if self._feed is not None and TABLE[light].on_page:
            self._feed.fault(light, present)

    def _prepare(self, store: PhotoStore) -> bool:
        """Whether there is room; a full card may be emptied later. Raises StorageError for all else."""
        try:
            store.prepare()
        except NoSpaceError as error:
            log.error("%s", error)
            return False
        return True

    def _assemble(self, models: Models, store: PhotoStore) -> Assembly:
        return assemble(
            self._config,
            models,
            on_decision=[
                self._show,
                self._alive,
                LensWatch(functools.partial(self._condition, Condition.LENS_COVERED)).hear,
                *self._listeners,
            ],
            store=self._card(self._config, store),
            on_choice=[self._save],
            on_photo=[self._saved, *self._on_photo],
            on_storage_fault=self._stored,
        )

    def _show(self, decision: Decision) -> None:
        if self._panel is not None:
            self._panel.light.show(decision.light, decision.level)
            number = self._heads.news(decision)
            if number is not None:
                self._panel.light.count(number)

    def _save(self, decision: Decision) -> None:
        self._saving = decision
        self._condition(Condition.SAVING, True)

    def _saved(self, photo: Photo) -> None:
        if photo.decision is self._saving:  # of several the last: the card is not done before
            self._condition(Condition.SAVING, False)

    def _stored(self, fault: bool) -> None:
        self._card_watch.say(fault)
        if fault:
            self._condition(Condition.SAVING, False)

    def command(self, command: Command) -> None:
        """Somebody asks for something. Any thread may call; before everything is ready it does nothing."""
        if self._assembly is not None:
            self._assembly.decider.command(command)

    def _heard(self, gesture: Gesture) -> None:
        language = self._config.button
        wish = {
            Gesture.PRESS: language.press,
            Gesture.DOUBLE_PRESS: language.double_press,
            Gesture.HOLD: language.hold,
        }.get(gesture, "none")
        if wish == "power_off":
            self._switch_off()
        elif wish != "none":
            self.command({"arm": Command.TOGGLE, "shoot": Command.SHOOT}[wish])

    def _switch_off(self) -> None:
        """The light says it only if it is so."""
        if self._power_off is None:
            log.warning("The button was held, but this program cannot power off the machine")
            return
        log.info("The button was held: powering off")
        self._condition(Condition.POWERING_OFF, True)
        try:
            self._power_off()
        except ApplianceError as error:
            log.error("%s", error)
            self._condition(Condition.POWERING_OFF, False)

    def _reload(self) -> None:
        """Take the file as it is now into force, or refuse it and leave everything as it was."""
        try:
            config = self._live.load()
            self._use(config)
        except ConfigError as error:
            self._tell_config(error)
            return
        self._tell_config(None)
        self._unremembered = True

    def _prove(self) -> None:
        """A camera is opened by another thread: only then is a change of it known to be good or not."""
        assert self._capture is not None
        proven, refusal = self._capture.proven, self._capture.refusal()
        if refusal is not None:
            fault = self._live.unusable(self._config, refusal)
            self._config = self._config.model_copy(update={"camera": self._proven.camera})
            try:
                self._use(self._proven)
            except ConfigError as error:
                fault = ConfigError([*fault.problems, *error.problems])
            self._unremembered = False
            self._tell_config(fault)
        elif self._unremembered and proven:
            self._remember()

    def _remember(self) -> None:
        """The configuration in force is good: for the next start, and for the light before it."""
        self._unremembered, self._proven = False, self._config
        self._live.remember(self._config)
        chip = self._panel.chip() if self._panel is not None else None
        leave_note(self._live.next_start(), self._config.hardware, chip)

    def _tell_config(self, fault: ConfigError | None) -> None:
        self._condition(Condition.CONFIG_BAD, fault is not None)
        if fault is None:
            return
        for problem in fault.problems:
            log.error("%s", problem)
        log.error("The configuration was refused; the last good one stays in force")

    def _use(self, config: Config) -> None:
        """Everything that may fail first; then each stage changes at its next frame. Raises ConfigError."""
        old = self._config
        if config == old or self._assembly is None or self._capture is None:
            return
        with self._refused(config):
            models = load_models(config) if config.faces != old.faces else None
        with self._refused(config):
            store = self._open_store(config) if config.storage != old.storage else None
            full = store is not None and not self._prepare(store)
        if (config.hardware, config.button) != (old.hardware, old.button):
            self._change_panel(config)
        self._config = config
        self._store = store or self._store
        if store is not None:
            self._card_watch.say(full)
        self._assembly.use(config, models, self._card(config, store) if store is not None else None)
        if config.camera != old.camera:
            self._capture.use(self._opener(config))
        if config.web != old.web:
            log.warning("A change of web takes effect when the appliance starts again")
        log.info("The new configuration is in force")

    def _change_panel(self, config: Config) -> None:
        """The same pins cannot be open twice: close, open, and open the old ones again if that fails."""
        assert self._panel is not None
        self._panel.close()
        try:
            with self._refused(config):
                self._panel = self._open_panel(config)
        except ConfigError:
            self._panel = self._open_panel(self._config)
            raise

    def delete_photo(self, name: str) -> None:
        """Remove one photo. Any thread may call. Raises StorageError."""
        if self._store is None:
            raise StorageError("The appliance is still starting", "Try again in a moment")
        self._store.delete(name)

    def status(self) -> dict[str, Any]:
        """Counters of the stages (milliseconds), the rule in use. Any thread may call."""
        runner = self._runner
        return {
            "uptime": round(process_uptime(), 1),
            "ready": self._ready,
            "rule": self._config.rule.model_dump(mode="json"),
            "stages": [
                {"name": one.stage, **one.counters.report()} for one in (runner.counters() if runner else ())
            ],
        }

    def stop(self) -> None:
        """End soon: frames under way take at most 2 s, and photos 10 s. Any thread may call."""
        self._stop.set()

    def dropped(self) -> int:
        """Frames that were dropped so far because a stage was too slow for them."""
        return sum(one.counters.dropped for one in self._runner.counters()) if self._runner else 0

    def handle_signals(self) -> None:
        """SIGTERM and SIGINT stop, SIGHUP reads the configuration again, SIGUSR1 prints the counters."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())
        signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        signal.signal(signal.SIGHUP, lambda *_: self._reload_asked.set())
        signal.signal(signal.SIGUSR1, lambda *_: self._report_asked.set())

    def _alive(self, decision: Decision) -> None:
        """A frame has gone through the whole pipeline: the only thing that feeds the watchdog."""
        if not self._ready:
            self._ready = True
            log.info("Ready %.2f s after start, frame %d", process_uptime(), decision.frame.sequence)
            self._notifier.ready()
            if self._config_fault is None:  # only now is it known to be good: everything could be opened
                self._remember()
        self._notifier.watchdog()

    def _tick(self) -> None:
        self._stick.look()
        if self._live.poll() or self._reload_asked.is_set():
            self._reload_asked.clear()
            self._reload()
        self._prove()
        storage = self._config.storage
        self._health.look(self._clock.now(), Path(storage.folder), storage.keep_free_mb * 1_000_000)
        if self._store is not None:
            self._card_watch.look(self._clock.now(), self._store)
        if self._report_asked.is_set() or self._clock.now() >= self._report_due:
            self._report_asked.clear()
            self._report_due = self._clock.now() + REPORT_SECONDS
            self._report()

    def _report(self) -> None:
        for one in self._runner.counters() if self._runner else ():
            log.info("%s: %s", one.stage, one.counters)

    @contextlib.contextmanager
    def _refused(self, config: Config) -> Iterator[None]:
        """What is well written but cannot be had is a problem of the configuration like any other."""
        try:
            yield
        except ConfigError:
            raise
        except ApplianceError as error:
            raise self._live.unusable(config, error) from error
