"""``smart-selfie demo --web``: the scene or a webcam, in a loop, with the live page."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from appliance.cli.common import PROGRAM
from appliance.cli.demo_scene import check_scene_can_show, play_scene
from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.config.load import MAX_CONFIG_BYTES
from appliance.config.template import render
from appliance.daemon.daemon import Daemon
from appliance.errors import ApplianceError, UsageError
from appliance.storage.durable import write_over
from appliance.storage.regular_file import read_regular

STOP_SECONDS = 5.0
_POLL_SECONDS = 0.2


def play_in_browser(out: Path, settings: Sequence[tuple[str, Any]], *, filmed: bool) -> int:
    """Play until Ctrl-C, the end of a recording or of the page; return 0, or the status of a failed page.

    Its configuration is ``out/demo.yaml``: the page changes it. ``filmed``: by the camera of the settings.
    """
    if find_spec("uvicorn") is None:
        raise UsageError("The page is not installed", "scripts/smart-selfie demo --web installs it too")
    with tempfile.TemporaryDirectory(prefix="smart-selfie-") as place:  # a socket's path must be short
        path = write_configuration(out, Path(place) / "feed.sock", settings)
        live = LiveConfig(path)
        config, _ = live.start()
        if not filmed and "rule.expression" in dict(settings):
            check_scene_can_show(config)
        clock = MonotonicClock()
        daemon = Daemon(
            config,
            live=live,
            open_source=None if filmed else lambda: play_scene(config, clock, loop=True),
            clock=clock,
        )
        daemon.handle_signals()
        signal.signal(signal.SIGHUP, lambda *_: daemon.stop())  # its terminal was closed
        with PageProcess(path, Path(place) / "ready.sock", lambda: _announce(config), daemon.stop) as page:
            daemon.run()
    return page.failed


def _announce(config: Config) -> None:
    from appliance.web.address import page_addresses  # noqa: PLC0415

    addresses = " or ".join(page_addresses(config.web.listen, config.web.port))
    print(f"Open {addresses} in a browser. Ctrl-C ends it.", flush=True)


def write_configuration(out: Path, socket: Path, overrides: Sequence[tuple[str, Any]]) -> Path:
    """Write the demo's configuration into ``out`` and return its path; what the page set there stays."""
    from appliance.editing.settings_file import edited  # noqa: PLC0415

    mine = {
        "storage.folder": str((out / "photos").resolve()),
        "storage.keep_free_mb": 0,
        "web.enabled": True,
        "web.socket": str(socket),
    }
    path = out / "demo.yaml"
    try:
        (out / "photos").mkdir(parents=True, exist_ok=True)
        kept = path.exists()  # what the page changed last time stays
        before = read_regular(path, MAX_CONFIG_BYTES).decode() if kept else render()
        text = edited(before, {**mine, **dict(overrides)})
        write_over(path, text.encode())
    except OSError as error:
        raise ApplianceError(f"{out} cannot be written: {error.strerror}", "Choose another --out") from error
    return path


class PageProcess:
    """The page's process while the context lasts.

    ``on_ready`` is called once it listens, ``on_end`` when it ends by itself, both by a thread. It reports
    that it listens over the socket ``ready`` (made here), as a service does to systemd: sd_notify(3).
    """

    def __init__(
        self, config: Path, ready: Path, on_ready: Callable[[], None], on_end: Callable[[], None]
    ) -> None:
        self._command = [*PROGRAM, "web", "--config", str(config)]
        self._ready = ready
        self._on_ready, self._on_end = on_ready, on_end
        self._leaving = threading.Event()
        self.failed = 0
        """Exit status of a page that has ended by itself; its reason is on standard error."""

    def __enter__(self) -> "PageProcess":
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.bind(str(self._ready))
        self._notified.settimeout(_POLL_SECONDS)
        self._process = subprocess.Popen(
            self._command,
            env={**os.environ, "NOTIFY_SOCKET": str(self._ready)},
            start_new_session=True,  # Ctrl-C is for the demo, which ends the page after itself
        )
        self._watcher = threading.Thread(target=self._watch, name="page")
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._process.terminate()
        self._watcher.join()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._notified.close()

    def _watch(self) -> None:
        if self._listens():
            self._on_ready()
        while not self._leaving.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = self._process.wait(_POLL_SECONDS)
                if not self._leaving.is_set():
                    self.failed = status or 1
                    self._on_end()
                return

    def _listens(self) -> bool:
        while not self._leaving.is_set() and self._process.poll() is None:
            with contextlib.suppress(TimeoutError):
                if b"READY=1" in self._notified.recv(256):
                    return True
        return False
