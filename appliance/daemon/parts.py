"""Parts of the appliance that run with settings: each opens with some, and can change to others."""

import contextlib
import functools
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.clock import Clock
from appliance.config import Config
from appliance.config.schema import ButtonSettings
from appliance.daemon.conditions import Conditions
from appliance.daemon.reconfigure import Change, Part
from appliance.errors import ApplianceError, NoSpaceError, StorageError
from appliance.feed.commands import Controls, commands
from appliance.feed.server import Feed
from appliance.hw.button import Gesture
from appliance.hw.camera import Camera, facts_of
from appliance.hw.camera_facts import leave_camera_facts
from appliance.hw.cameras import open_camera
from appliance.hw.gpio import Panel, open_panel
from appliance.light.states import Condition, State
from appliance.light.table import TABLE
from appliance.pipeline.assembly import Assembly, DecisionObserver, PhotoObserver, load_models
from appliance.pipeline.capture import Capture
from appliance.records.decision import Decision, EncodedPhoto
from appliance.storage.card_store import CardStore
from appliance.storage.photos import PhotoStore

log = logging.getLogger(__name__)


class PanelPart(Part):
    """Light and button, with ``hardware`` and ``button``. Raises GpioError.

    ``press`` gets the button's gestures and what they mean, in the button's thread.
    """

    def __init__(
        self,
        config: Config,
        conditions: Conditions,
        press: Callable[[ButtonSettings, Gesture], None],
        clock: Clock,
    ) -> None:
        self._conditions = conditions
        self._press = press
        self._clock = clock
        self._panel = self._open(config)

    def prepare(self, old: Config, new: Config) -> Change | None:
        """Open the new panel in place of the old one: the same pins cannot be open twice."""
        if (new.hardware, new.button) == (old.hardware, old.button):
            return None
        self._exchange(old, new)
        return Change(abort=lambda: self._exchange(new, old))

    def observe(self, decision: Decision) -> None:
        """Show the state of the newest decision. Any thread."""
        self._panel.light.show(decision.light, decision.level)

    def show(self, state: State) -> None:
        """Show ``state`` until the next one. Any thread."""
        self._panel.light.show(state)

    def count(self, people: int) -> None:
        """Show once how many people are in view. Any thread."""
        self._panel.light.count(people)

    def chip(self) -> str | None:
        """Return the label of the GPIO chip in use, None where pins are simulated."""
        return self._panel.chip()

    def close(self) -> None:
        """Turn off the light and release the pins."""
        self._conditions.unsubscribe(self._panel.light.condition)
        self._panel.close()

    def _exchange(self, old: Config, new: Config) -> None:
        self.close()
        try:
            self._panel = self._open(new)
        except ApplianceError:
            self._panel = self._open(old)
            raise

    def _open(self, config: Config) -> Panel:
        press = functools.partial(self._press, config.button)
        panel = open_panel(config.hardware, press, clock=self._clock, language=config.button)
        self._conditions.subscribe(panel.light.condition)
        return panel


class StoragePart(Part):
    """Store of the stage that keeps photos, with ``storage``. Raises StorageError.

    Full storage is a condition, not an error: it may be emptied later.
    """

    def __init__(self, config: Config, conditions: Conditions, clock: Clock) -> None:
        self._conditions = conditions
        self._clock = clock
        self.settings = config.storage
        self.store, full = self._open(config)
        self._card = self._dated(config, self.store)
        conditions.set(Condition.STORAGE_FAULT, full)

    def prepare(self, old: Config, new: Config) -> Change | None:
        """Check the new folder, and remove files that a crash left half-written."""
        if new.storage == old.storage:
            return None
        store, full = self._open(new)

        def commit() -> None:
            self.settings, self.store, self._card = new.storage, store, self._dated(new, store)
            self._conditions.set(Condition.STORAGE_FAULT, full)

        return Change(commit=commit)

    def encode(self, decision: Decision) -> EncodedPhoto:
        """Return the photo of ``decision``, encoded. Raises StorageError."""
        return self._card.encode(decision)

    def keep(self, photo: EncodedPhoto) -> Path:
        """Write ``photo``. Raises StorageError."""
        return self._card.keep(photo)

    def binned(self) -> int | None:
        """Return how many photos are in the bin, None where that cannot be read. Any thread."""
        try:
            return self.store.binned()
        except StorageError:
            return None

    def _open(self, config: Config) -> tuple[PhotoStore, bool]:
        storage = config.storage
        store = PhotoStore(
            storage.folder,
            storage.quality,
            storage.keep_free_mb,
            bin_hours=storage.bin_hours,
            clock=self._clock,
        )
        try:
            store.prepare()
        except NoSpaceError as error:
            log.error("%s", error)
            return store, True
        return store, False

    def _dated(self, config: Config, store: PhotoStore) -> CardStore:
        return CardStore(store, self._clock, regions=config.storage.face_regions)


class StagesPart(Part):
    """Stages from finding faces to choosing photos, with ``faces``, ``people``, ``rule`` and ``moment``."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly

    def prepare(self, old: Config, new: Config) -> Change | None:
        """Load other networks where ``faces`` asks for them; each stage changes at its next frame."""
        if (new.faces, new.people, new.rule, new.moment) == (old.faces, old.people, old.rule, old.moment):
            return None
        models = load_models(new) if new.faces != old.faces else None
        return Change(commit=lambda: self._assembly.use(new, models))


class CameraPart(Part):
    """Camera, with ``camera``. Raises CameraError.

    ``open_source`` replaces the camera of the settings; ``stop`` ends the capture. ``facts`` is what the
    camera granted when it was last opened, None where it does not tell.
    """

    def __init__(
        self,
        config: Config,
        conditions: Conditions,
        clock: Clock,
        stop: threading.Event,
        open_source: Callable[[], Camera] | None,
    ) -> None:
        self._open_source = open_source
        self._clock = clock
        self.facts: dict[str, Any] | None = None

        def on_lost(lost: bool) -> None:
            conditions.set(Condition.CAMERA_LOST, lost)

        opener = self._opener(config)
        self.capture = Capture(opener(), opener, clock, stop, on_lost)

    def prepare(self, old: Config, new: Config) -> Change | None:
        """Propose the new camera to the capture, which opens it in place of the old one.

        The same device cannot be open twice, and only a frame proves that a camera works: the change is ready
        with the first frame, and refused where the camera cannot be opened.
        """
        if new.camera == old.camera:
            return None
        capture = self.capture
        trial = capture.propose(self._opener(new))

        def ready() -> bool:
            if trial.refusal is not None:
                raise trial.refusal
            return trial.proven

        return Change(commit=lambda: capture.accept(trial), abort=capture.withdraw, ready=ready)

    def observe(self, decision: Decision) -> None:
        """Let the camera focus on the faces of the newest decision. Any thread."""
        self.capture.aim([showing.person.face.box for showing in decision.people if showing.person.seen])

    def _opener(self, config: Config) -> Callable[[], Camera]:
        opener = self._open_source or functools.partial(open_camera, config.camera, self._clock, log.info)

        def open_and_report() -> Camera:
            camera = opener()
            self.facts = facts_of(camera)
            leave_camera_facts(self.facts)
            return camera

        return open_and_report


class PagePart(Part):
    """Feed of the page, with ``web`` as it was at the start, and the rule that it shows. Raises FeedError.

    ``observers`` get every decision and ``photo_observers`` every photo; both are empty where neither page
    nor bridge is on.
    """

    def __init__(self, config: Config, controls: Controls, conditions: Conditions, clock: Clock) -> None:
        self.rule = config.rule
        self.observers: tuple[DecisionObserver, ...] = ()
        self.photo_observers: tuple[PhotoObserver, ...] = ()
        self._feed: Feed | None = None
        self._resources = contextlib.ExitStack()
        if config.web.enabled or config.mqtt.enabled:
            feed = Feed(config.web.socket, commands(controls), clock, lambda: self.rule)
            feed.start()
            self._resources.callback(feed.close)
            self._feed = feed
            self.observers, self.photo_observers = (feed.frame,), (feed.photo,)

            def fault(condition: Condition, present: bool) -> None:
                if TABLE[condition].fault:
                    feed.fault(condition, present)

            conditions.subscribe(fault)
            self._resources.callback(conditions.unsubscribe, fault)

    def prepare(self, old: Config, new: Config) -> Change | None:
        """Show another rule; the socket stays as it is until the next start."""
        if (new.rule, new.web, new.mqtt) == (old.rule, old.web, old.mqtt):
            return None

        def commit() -> None:
            self.rule = new.rule
            if new.web != old.web:
                log.warning("A change of web takes effect when the appliance starts again")
            if new.mqtt != old.mqtt:
                log.warning("A change of mqtt takes effect when the bridge starts again")

        return Change(commit=commit)

    def deleted(self, name: str) -> None:
        """Tell every viewer that the photo ``name`` was deleted. Any thread."""
        if self._feed is not None:
            self._feed.deleted(name)

    def restored(self, name: str) -> None:
        """Tell every viewer that the photo ``name`` is back. Any thread."""
        if self._feed is not None:
            self._feed.restored(name)

    def close(self) -> None:
        """Disconnect everybody and remove the socket."""
        self._resources.close()
