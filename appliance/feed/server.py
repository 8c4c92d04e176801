"""Daemon's end of the feed: one thread, a local socket, no encoding while nobody watches.

A subscriber chooses: ``frames`` (with pictures), ``scores`` (twice a second, without pictures), ``changes``
(without pictures, when the number of people or the light is another than before) or ``nothing``. Every
subscriber has one place for the newest frame; when it is slow, the older one is dropped and counted. The
pipeline never waits: :meth:`Feed.frame` stores a reference and wakes the thread.
"""

import contextlib
import logging
import os
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2

from appliance.clock import Clock
from appliance.config.schema import RuleSettings
from appliance.errors import FeedError
from appliance.feed.describe import describe
from appliance.feed.listener import open_listener
from appliance.feed.messages import pack
from appliance.feed.subscriber import Subscriber
from appliance.light.states import Condition
from appliance.light.table import TABLE
from appliance.records.decision import Decision, Photo
from appliance.records.frame import Colour

log = logging.getLogger(__name__)

MOST_SUBSCRIBERS = 4
SCORES_SECONDS = 0.5
JPEG_QUALITY = 72
WISHES = frozenset({"frames", "scores", "changes"})
_CLOSE_SECONDS = 1.0
_MOST_EVENTS = 64

RequestHandler = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""Handles one message; its result is sent back."""


class Feed:
    """Publishes the appliance's activity on the unix socket ``path``, and passes commands on.

    ``commands`` are called by name, and ``rule`` for the one in force, both in the feed's thread. Methods may
    be called by any thread.
    """

    def __init__(
        self,
        path: str | Path,
        commands: Mapping[str, RequestHandler],
        clock: Clock,
        rule: Callable[[], RuleSettings] = RuleSettings,
    ) -> None:
        self._path = Path(path)
        self._commands = commands
        self._clock = clock
        self._rule = rule
        self._subscribers: list[Subscriber] = []
        self._newest: Decision | None = None
        self._events: deque[dict[str, Any]] = deque(maxlen=_MOST_EVENTS)
        self._faults: list[Condition] = []
        self._scores_due = 0.0
        self._wanted: frozenset[str] = frozenset()
        self._summary: tuple[object, ...] = ()
        self._closing = False
        self.encoded = self.dropped = 0
        self._listener: socket.socket | None = None
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Open the socket. Raises FeedError."""
        try:
            self._listener = open_listener(self._path, MOST_SUBSCRIBERS)
        except OSError as error:
            self.close()
            raise FeedError(
                f"The page's socket {self._path} cannot be opened: {error.strerror or error}",
                "Set web.socket to a place the appliance may write, or web.enabled to false",
            ) from error
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._woken, selectors.EVENT_READ, self._drain)
        self._thread.start()

    def close(self) -> None:
        """Disconnect everybody and remove the socket. Safe to call twice."""
        if self._closing:
            return
        self._closing = True
        if self._listener is not None:
            self._poke()
            self._thread.join(_CLOSE_SECONDS)
            self._listener.close()
            self._path.unlink(missing_ok=True)
        self._selector.close()
        self._wake.close()
        self._woken.close()

    def frame(self, decision: Decision) -> None:
        """Publish a decided frame to everybody who watches. Costs a comparison when nobody does."""
        wanted = self._wanted
        if (
            "frames" in wanted
            or ("scores" in wanted and self._clock.now() >= self._scores_due)
            or ("changes" in wanted and _summary(decision) != self._summary)
        ):
            self._newest = decision  # replaces one that was not yet sent: the newest is worth most
            self._poke()

    def photo(self, photo: Photo) -> None:
        """Publish a photo that was kept."""
        self._publish({"kind": "photo", "name": photo.path.name})

    def deleted(self, name: str) -> None:
        """Publish that the photo ``name`` was deleted."""
        self._publish({"kind": "deleted", "name": name})

    def restored(self, name: str) -> None:
        """Publish that the photo ``name`` is back from the bin."""
        self._publish({"kind": "restored", "name": name})

    def fault(self, light: Condition, present: bool) -> None:
        """Publish that a fault came or went."""
        if present == (light in self._faults):
            return
        self._faults = (
            [*self._faults, light] if present else [showing for showing in self._faults if showing != light]
        )
        self._publish(self._fault_message())

    @property
    def _fault(self) -> Condition | None:
        return next((fault for fault in self._faults if TABLE[fault].on_page), None)

    def _fault_message(self) -> dict[str, Any]:
        return {"kind": "fault", "light": self._fault, "lights": self._faults}

    def _publish(self, event: dict[str, Any]) -> None:
        if self._subscribers:
            self._events.append(event)
            self._poke()

    def _poke(self) -> None:
        with contextlib.suppress(OSError):  # full: the thread is about to wake up anyway
            self._wake.send(b"!")

    def _run(self) -> None:
        try:
            while not self._closing:
                for key, ready in self._selector.select():
                    key.data(ready)
                self._distribute()
        except Exception:  # the page is a guest here: without it photos are taken all the same
            log.exception("The feed of the page has ended; photos are taken without it")
        finally:
            for subscriber in list(self._subscribers):
                self._hang_up(subscriber)

    def _drain(self, _: int) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._woken.recv(4096):
                pass

    def _accept(self, _: int) -> None:
        assert self._listener is not None
        try:
            connection, _address = self._listener.accept()
        except OSError:
            return
        if len(self._subscribers) >= MOST_SUBSCRIBERS:
            connection.close()
            return
        subscriber = Subscriber(connection)
        self._subscribers.append(subscriber)
        self._selector.register(
            connection, selectors.EVENT_READ, lambda ready: self._serve(subscriber, ready)
        )
        subscriber.event(pack({"kind": "hello", "pid": os.getpid()}))
        subscriber.event(pack(self._fault_message()))
        self._serve(subscriber, 0)  # it may be gone by now

    def _serve(self, subscriber: Subscriber, ready: int) -> None:
        """Receive and send what is possible. Any error ends this one subscriber, never the feed."""
        try:
            if ready & selectors.EVENT_READ:
                for message in subscriber.received():
                    self._obey(subscriber, message)
            self._flush(subscriber)
        except (FeedError, OSError) as error:
            log.debug("A viewer of the feed has left: %s", error)
            self._hang_up(subscriber)
        except Exception:
            log.exception("A viewer of the feed cannot be served; disconnecting it")
            self._hang_up(subscriber)

    def _obey(self, subscriber: Subscriber, message: dict[str, Any]) -> None:
        if message.get("want") in {*WISHES, "nothing"}:
            subscriber.wants = message["want"]
            self._note_wanted()
            return
        command = self._commands.get(str(message.get("do")))
        if command is None:
            raise FeedError(f"Unknown command of the feed: {message.get('do')!r}")
        try:
            answer = command(message)
        except Exception:  # logged: the other subscribers go on watching
            log.exception("The page's %r failed", message.get("do"))
            answer = {"ok": False, "error": "It failed; the journal has the details"}
        if answer is not None:
            subscriber.event(pack({"kind": "answer", "id": message.get("id"), **answer}))

    def _note_wanted(self) -> None:
        self._wanted = frozenset(subscriber.wants for subscriber in self._subscribers) & WISHES
        self._summary = ()  # whoever is new learns the present state

    def _distribute(self) -> None:
        decision, self._newest = self._newest, None
        if decision is not None:
            self._show(decision)
        while self._events:
            data = pack(self._events.popleft())
            for subscriber in list(self._subscribers):
                self._give(subscriber, data)
        for subscriber in list(self._subscribers):
            self._serve(subscriber, 0)

    def _give(self, subscriber: Subscriber, data: bytes) -> None:
        try:
            subscriber.event(data)
        except FeedError as error:
            log.warning("%s; disconnecting it", error)
            self._hang_up(subscriber)

    def _show(self, decision: Decision) -> None:
        head = describe(decision, self._rule(), self._fault)
        now = self._clock.now()
        scores_due = now >= self._scores_due
        if scores_due:
            self._scores_due = now + SCORES_SECONDS
        summary = _summary(decision)
        changed, self._summary = summary != self._summary, summary
        picture = plain = b""
        for subscriber in self._subscribers:
            if subscriber.wants == "frames":
                picture = picture or pack(head, self._encode(decision.frame.colour))
                self.dropped += subscriber.frame(picture)
            elif (subscriber.wants == "scores" and scores_due) or (subscriber.wants == "changes" and changed):
                plain = plain or pack(head)
                self.dropped += subscriber.frame(plain)

    def _encode(self, picture: Colour) -> bytes:
        self.encoded += 1
        _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        return data.tobytes()

    def _flush(self, subscriber: Subscriber) -> None:
        unsent = subscriber.send()
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if unsent else 0)
        key = self._selector.get_key(subscriber.connection)
        if key.events != events:
            self._selector.modify(subscriber.connection, events, key.data)

    def _hang_up(self, subscriber: Subscriber) -> None:
        self._selector.unregister(subscriber.connection)
        subscriber.connection.close()
        self._subscribers.remove(subscriber)
        self._note_wanted()


def _summary(decision: Decision) -> tuple[object, ...]:
    """Return what a subscriber to changes wants to know anew."""
    shows = sum(showing.shows for showing in decision.people)
    return len(decision.people), shows, decision.armed, decision.all_show, decision.light
