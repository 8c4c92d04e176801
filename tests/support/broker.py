"""A real Mosquitto on this machine, a client that listens, and the bridge as a process of its own."""

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

SECONDS = 30.0
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(kw_only=True)
class Broker:
    """Mosquitto with the lines ``settings`` in its configuration."""

    folder: Path
    settings: tuple[str, ...] = ("allow_anonymous true",)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        path = self.folder / f"mosquitto-{self.port}.conf"
        path.write_text("\n".join([f"listener {self.port} 127.0.0.1", "user root", *self.settings, ""]))
        assert MOSQUITTO is not None
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: listens(self.port), "the broker listens")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(SECONDS)
            self.process = None


def listens(port: int) -> bool:
    """Return whether something listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_until(holds: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait until ``holds``, or fail with ``what`` was waited for."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


class Listener:
    """A client that keeps the newest message of every topic, and when it came."""

    def __init__(
        self, port: int, login: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.newest: dict[str, bytes] = {}
        self.came: list[tuple[float, str, bytes]] = []
        self._news = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        if login is not None:
            self._client.username_pw_set(*login)
        if tls is not None:
            self._client.tls_set_context(tls)
        self._client.on_message = self._message
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.connect("localhost" if tls else "127.0.0.1", port)
        self._client.loop_start()

    def _message(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        with self._news:
            self.newest[message.topic] = bytes(message.payload)
            self.came.append((time.monotonic(), message.topic, bytes(message.payload)))
            self._news.notify_all()

    def topic(self, ending: str) -> str:
        """Return the topic that ends so, once it was heard of."""
        with self._news:
            assert self._news.wait_for(lambda: any(name.endswith(ending) for name in self.newest), SECONDS), (
                f"nothing came on {ending}, but on {sorted(self.newest)}"
            )
            return next(name for name in self.newest if name.endswith(ending))

    def until(self, ending: str, holds: Callable[[bytes], object]) -> bytes:
        """Return the newest message on the topic that ends so, once ``holds`` is true of it."""
        topic = self.topic(ending)
        with self._news:
            assert self._news.wait_for(lambda: holds(self.newest[topic]), SECONDS), self.newest[topic]
            return self.newest[topic]

    def state(self, holds: Callable[[dict[str, Any]], object] = lambda _: True) -> dict[str, Any]:
        """Return the appliance's state once ``holds`` is true of it."""
        told: dict[str, Any] = json.loads(self.until("/state", lambda data: holds(json.loads(data))))
        return told

    def send(self, topic: str, payload: str | bytes, retain: bool = False) -> None:
        self._client.publish(topic, payload, 1, retain).wait_for_publish(SECONDS)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextlib.contextmanager
def bridge(config: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The bridge of ``config``, as systemd starts it; its lines go to ``log``."""
    with log.open("ab") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "appliance", "mqtt", "--config", str(config)], stdout=lines, stderr=lines
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(SECONDS)
            raise
