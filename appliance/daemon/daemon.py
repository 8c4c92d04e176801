"""The appliance as a process: camera, light and button around the pipeline, until told to stop."""

import contextlib
import functools
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.clock import Clock, MonotonicClock
from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.daemon.button_actions import ButtonActions
from appliance.daemon.conditions import Conditions
from appliance.daemon.controls import Operating, Starting
from appliance.daemon.heartbeat import Heartbeat
from appliance.daemon.parts import CameraPart, PagePart, PanelPart, StagesPart, StoragePart
from appliance.daemon.reconfigure import SettingsInForce
from appliance.daemon.report import Report
from appliance.daemon.saving import SavingProgress
from appliance.daemon.start import open_safely
from appliance.daemon.watches.config_file import ConfigFileWatch, report_config
from appliance.daemon.watches.emptying import BinWatch
from appliance.daemon.watches.head_count import HeadCount
from appliance.daemon.watches.health import HealthWatch
from appliance.daemon.watches.lens import LensWatch
from appliance.daemon.watches.photo_space import PhotoSpaceWatch
from appliance.daemon.watches.stick import StickWatch
from appliance.daemon.watches.watch import Watch
from appliance.errors import ConfigError
from appliance.feed.commands import Controls
from appliance.hw.camera import Camera
from appliance.hw.handover import leave_note
from appliance.hw.machine import Machine
from appliance.light.states import State
from appliance.line.runner import Runner
from appliance.pipeline.assembly import Assembly, DecisionObserver, Models, assemble, load_models
from appliance.pipeline.pace import Pace
from appliance.records.decision import Command, Photo
from appliance.system.service import Notifier

log = logging.getLogger(__name__)

_END_SECONDS = 15.0
"""Seconds that the rest of the shutdown may take, as TimeoutStopSec."""


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """Everything that ``config`` asks for, open; ``fault`` is why another configuration could not be used."""

    config: Config
    fault: ConfigError | None
    panel: PanelPart
    storage: StoragePart
    page: PagePart
    models: Models
    camera: CameraPart


class Daemon:
    """Wires the appliance with ``config`` and runs it.

    ``live`` watches the file it came from, and ``fault`` is what is wrong there, if ``config`` is the last
    good one. ``open_source`` replaces the configured camera (the demo's scene), ``listeners`` get every
    decision, ``power_off`` is called from the button's thread when the button was held; it may raise an
    ApplianceError. ``conditions`` are the faults, activities and reminders that are present.
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
        self.conditions = Conditions()
        self._config = config
        self._live = live or LiveConfig(None)
        self._fault = fault
        self._clock = clock or MonotonicClock()
        self._open_source = open_source
        self._listeners = tuple(listeners)
        self._on_photo = tuple(on_photo)
        self._button = ButtonActions(self.command, power_off, self.conditions)
        self._controls: Controls = Starting(config.rule)
        self._notifier = Notifier()
        self._stop = threading.Event()
        self._report_asked = threading.Event()
        self._reload_asked = threading.Event()

    def run(self) -> None:
        """Run until :meth:`stop` is called or a recording ends. Raises the error that ends the process."""
        with contextlib.ExitStack() as resources:
            try:
                opened = open_safely(self._open, self._config, self._fault, self._live, resources)
                self._operate(opened)
            finally:
                self._notifier.stopping()

    def _open(self, config: Config, fault: ConfigError | None, resources: contextlib.ExitStack) -> _Opened:
        panel = PanelPart(config, self.conditions, self._button.perform, self._clock)
        resources.callback(panel.close)
        panel.show(State.BOOTING)  # the camera and the models take a while
        page = PagePart(config, self, self.conditions, self._clock)
        resources.callback(page.close)
        report_config(fault, self.conditions)
        return _Opened(
            config=config,
            fault=fault,
            panel=panel,
            page=page,
            storage=StoragePart(config, self.conditions, self._clock),
            models=load_models(config),
            camera=CameraPart(config, self.conditions, self._clock, self._stop, self._open_source),
        )

    def _operate(self, opened: _Opened) -> None:
        heartbeat = Heartbeat(self._notifier)
        assembly = self._assemble(opened, heartbeat)
        runner = Runner(opened.camera.capture, assembly.lines, self._clock, self._stop)
        report = Report(runner.counters, self._report_asked, self._clock.now())
        watches = [*self._watches(opened, assembly, heartbeat), report]
        self._controls = Operating(
            decider=assembly.decider,
            storage=opened.storage,
            camera=opened.camera,
            page=opened.page,
            heartbeat=heartbeat,
            runner=runner,
        )

        def poll() -> None:
            for watch in watches:
                watch.poll(self._clock.now())

        runner.run_threaded(poll, self._stopping)
        report.check()

    def _assemble(self, opened: _Opened, heartbeat: Heartbeat) -> Assembly:
        saving = SavingProgress(self.conditions)
        return assemble(
            opened.config,
            opened.models,
            pace=Pace(),
            on_decision=[
                opened.panel.observe,
                heartbeat.observe,
                opened.camera.observe,
                LensWatch(self.conditions).observe,
                HeadCount(opened.panel.count).observe,
                *opened.page.observers,
                *self._listeners,
            ],
            store=opened.storage,
            on_choice=[saving.chosen],
            on_photo=[saving.kept, *opened.page.photo_observers, *self._on_photo],
            on_storage_fault=saving.storage_fault,
        )

    def _watches(self, opened: _Opened, assembly: Assembly, heartbeat: Heartbeat) -> list[Watch]:
        """Return the watches that the main loop polls in turn."""
        storage = opened.storage
        parts = [StagesPart(assembly), storage, opened.panel, opened.page, opened.camera]
        config_file = ConfigFileWatch(
            self._live,
            SettingsInForce(opened.config, parts, self._live),
            self.conditions,
            self._reload_asked,
            good=opened.fault is None,
            proven=lambda: heartbeat.ready,
            remember=functools.partial(self._remember, opened.panel),
        )
        return [
            StickWatch(self.conditions),
            config_file,
            HealthWatch(Machine(), self.conditions, lambda: storage.store, self._clock),
            PhotoSpaceWatch(self.conditions, lambda: storage.store),
            BinWatch(lambda: storage.store),
        ]

    def _remember(self, panel: PanelPart, config: Config) -> None:
        """Keep ``config`` for the next start, and its pins for the light before it."""
        self._live.remember(config)
        leave_note(self._live.next_start(), config.hardware, panel.chip())

    def command(self, command: Command) -> None:
        """Arm, disarm or take a photo; ignored while the appliance starts. Any thread."""
        self._controls.command(command)

    def status(self) -> dict[str, Any]:
        """Return uptime, rule in use, and counters of the stages (milliseconds). Any thread."""
        return dict(self._controls.status())

    def delete_photo(self, name: str) -> float:
        """Move one photo into the bin; return the seconds for undo. Any thread. Raises StorageError."""
        return self._controls.delete_photo(name)

    def restore_photo(self, name: str) -> None:
        """Move one photo back from the bin. Any thread. Raises StorageError."""
        self._controls.restore_photo(name)

    def dropped(self) -> int:
        """Return how many frames were dropped so far because a stage was too slow for them."""
        return sum(stage["dropped"] for stage in self.status()["stages"])

    def stop(self) -> None:
        """End soon: frames in progress get at most 2 s, photos a minute. Any thread."""
        self._stop.set()

    def _stopping(self, seconds: float) -> None:
        if seconds:
            log.info("Stopping: photos wait for the card, for %.0f s at most", seconds)
        self._notifier.stopping(seconds and seconds + _END_SECONDS)

    def handle_signals(self) -> None:
        """Stop on SIGTERM and SIGINT, reread the configuration on SIGHUP, log the counters on SIGUSR1."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())
        signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        signal.signal(signal.SIGHUP, lambda *_: self._reload_asked.set())
        signal.signal(signal.SIGUSR1, lambda *_: self._report_asked.set())
