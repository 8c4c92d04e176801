"""The page as it is served: its real server in a thread, beside a real feed with a made-up appliance."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from appliance.clock import MonotonicClock
from appliance.config import load_config
from appliance.feed.commands import commands
from appliance.feed.server import Feed
from appliance.records.decision import Command, Decision, Reason, ReasonKind
from appliance.storage.bin import UNDO_SECONDS
from appliance.storage.photos import PhotoStore
from appliance.web.serve import make_server
from tests.support.passwords import PASSWORD
from tests.support.strategies import decision_on, frame, people, showing_of


class Appliance:
    """Notes what it is asked for; deletes from the folder, and restores."""

    def __init__(self, photos: Path) -> None:
        self.photos = photos
        self.asked: list[Command] = []
        self.tell: Callable[[str, str], None] = lambda kind, name: None

    def command(self, command: Command) -> None:
        self.asked.append(command)

    def status(self) -> dict[str, Any]:
        stage = {
            "name": "find faces",
            "done": 10,
            "dropped": 2,
            "cpu_ms": 3.0,
            "wall_ms": 4.0,
            "slowest_ms": 9.0,
        }
        stages = [stage, stage | {"name": "judge expressions", "done": 1_234_567, "slowest_ms": 1234.0}]
        binned = PhotoStore(self.photos).binned()
        return {"uptime": 5.0, "ready": True, "rule": {}, "stages": stages, "bin": binned}

    def delete_photo(self, name: str) -> float:
        can_be_restored = PhotoStore(self.photos).delete(name)
        self.tell("deleted", name)
        return UNDO_SECONDS if can_be_restored else 0.0

    def restore_photo(self, name: str) -> None:
        PhotoStore(self.photos).restore(name)
        self.tell("restored", name)


def decision(sequence: int, *happy: float) -> Decision:
    """Everybody with this probability of being happy, on the monotonic clock."""
    seen = people(0.0, dict(enumerate(happy, 1))).persons
    showing = tuple(showing_of(one) for one in seen)
    reason = Reason(
        kind=ReasonKind.NOT_EVERYBODY,
        people=len(showing),
        showing=sum(one.shows for one in showing),
        needed=len(showing),
    )
    return decision_on(frame(time.monotonic(), sequence), people=showing, reason=reason)


def write_photo(folder: Path, number: int, day: str = "20260102", clock: str = "150405") -> str:
    """A JPEG of noise called as the appliance calls its photos."""
    name = f"selfie-{number:06d}-{day}-{clock}.jpg"
    picture = np.random.default_rng(number).integers(0, 255, (360, 640, 3), np.uint8)
    assert cv2.imwrite(str(folder / name), picture)
    return name


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Page:
    """The served page and everything behind it."""

    port: int
    folder: Path
    photos: Path
    config: Path
    appliance: Appliance
    feed: Feed
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, method: str = "GET", body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        send = {"Host": f"127.0.0.1:{self.port}", **self.headers, **(headers or {})}
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if data is not None:
            send.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, data, send)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def log_in(self, headers: dict[str, str] | None = None) -> Answer:
        """Ask to be let in with the right password."""
        return self.ask("/api/login", "POST", {"password": PASSWORD}, headers)

    def enter(self) -> None:
        """Log in if there is a password, and take the proof for changes."""
        if self.ask("/api/session").json()["needed"]:
            answer = self.ask("/api/login", "POST", {"password": PASSWORD})
            assert answer.status == 200, answer.body
            self.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
        self.headers["X-Page-Proof"] = self.ask("/api/session").json()["proof"]

    def raw(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@contextlib.contextmanager
def serving(folder: Path, password: str = "", extra: str = "") -> Iterator[Page]:
    """Serve the page out of ``folder``; ``password`` is hashed, as in config.yaml, and empty for none."""
    photos = folder / "photos"
    photos.mkdir()
    config = folder / "config.yaml"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config.write_text(
        "# My own remark.\n"
        "rule:\n  cooldown_seconds: 3.0  # not too often\n"
        f"storage:\n  folder: {photos}\n"
        f"web:\n  enabled: true\n  port: {port}\n  socket: {folder}/feed.sock\n"
        f"  password: '{password}'\n" + extra
    )
    appliance = Appliance(photos)
    feed = Feed(folder / "feed.sock", commands(appliance), MonotonicClock())
    feed.start()
    appliance.tell = lambda kind, name: getattr(feed, kind)(name)
    server = make_server(load_config(config), config)
    thread = threading.Thread(target=server.run, name="page")
    thread.start()
    page = Page(port, folder, photos, config, appliance, feed)
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        while page.ask("/healthz").status != 200:
            time.sleep(0.01)
        yield page
    finally:
        server.should_exit = True
        thread.join(10)
        feed.close()
