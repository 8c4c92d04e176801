"""``smart-selfie demo --web``: the scene plays on and on, with the live page beside it."""

import contextlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from appliance.clock import MonotonicClock
from appliance.config.live import LiveConfig
from appliance.config.load import MAX_CONFIG_BYTES
from appliance.config.template import render
from appliance.daemon.daemon import Daemon
from appliance.errors import ApplianceError, UsageError
from appliance.hw.cameras import scene
from appliance.storage.durable import write_over
from appliance.storage.regular_file import read_regular

STOP_SECONDS = 5.0


def play_in_browser(out: Path, overrides: Sequence[tuple[str, Any]]) -> int:
    """Until Ctrl-C, or a recording's end. Its configuration is ``out/demo.yaml``: the page changes it."""
    if find_spec("uvicorn") is None:
        raise UsageError("The page is not installed", "pip install 'smart-selfie[web]'")
    with tempfile.TemporaryDirectory(prefix="smart-selfie-") as place:  # a socket's path must be short
        path = write_configuration(out, Path(place) / "feed.sock", overrides)
        live = LiveConfig(path)
        config, _ = live.start()
        clock = MonotonicClock()
        daemon = Daemon(
            config,
            live=live,
            open_source=lambda: scene.open_scene(clock, analysis_size=config.camera.analysis_size, loop=True),
            clock=clock,
        )
        daemon.handle_signals()
        signal.signal(signal.SIGHUP, lambda *_: daemon.stop())  # its terminal was closed
        with _page(path):
            print(
                f"Open http://{config.web.listen}:{config.web.port}/ in a browser. Ctrl-C ends it.",
                flush=True,
            )
            daemon.run()
    return 0


def write_configuration(out: Path, socket: Path, overrides: Sequence[tuple[str, Any]]) -> Path:
    """Write the demo's configuration into ``out`` and return its path; what the page set there stays."""
    from appliance.web.settings_file import edited  # noqa: PLC0415

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


@contextlib.contextmanager
def _page(config: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "appliance", "web", "--config", str(config)]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
