"""The page as people use it: the whole appliance on the bundled scene, and a real Chromium."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.web.passwords import scramble

playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra smart-selfie[browser]")

PASSWORD = "everybody smiles"
SHOTS = Path(__file__).parents[2] / "out" / "page"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


@dataclass
class Demo:
    """The running demo."""

    url: str
    out: Path
    command: list[str]
    process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Run it, until the page says that frames go through."""
        self.process = subprocess.Popen(self.command, env=os.environ | {"PYTHONUNBUFFERED": "1"})
        deadline = time.monotonic() + 90
        while True:
            assert self.process.poll() is None, "the demo ended"
            assert time.monotonic() < deadline, "the page did not come up"
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(self.url + "healthz", timeout=10).close()
                return
            time.sleep(0.2)

    def stop(self) -> None:
        """End it as Ctrl-C would."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    out = tmp_path_factory.mktemp("demo")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = [f"web.port={port}", f"web.password={scramble(PASSWORD)}", "rule.mode=button"]
    command = [sys.executable, "-m", "appliance", "demo", "--web", "--out", str(out)]
    for setting in settings:
        command += ["--set", setting]
    demo = Demo(f"http://127.0.0.1:{port}/", out, command, None)  # type: ignore[arg-type]
    demo.start()
    yield demo
    demo.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium; on Debian: apt install chromium")
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def login_state(demo: Demo, chromium: Any) -> Any:
    """Cookies of a browser that has logged in."""
    with contextlib.closing(chromium.new_context(**LAPTOP)) as context:
        page = context.new_page()
        page.goto(demo.url)
        log_in(page)
        return context.storage_state()


@pytest.fixture
def page(demo: Demo, chromium: Any, login_state: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A logged-in browser; ``@pytest.mark.parametrize("page", [PHONE], indirect=True)`` chooses the screen.

    The test fails if the browser's console has anything to complain of, unless it is marked ``complains``.
    """
    screen = getattr(request, "param", LAPTOP)
    context = chromium.new_context(storage_state=login_state, **screen)
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    complaints: list[str] = []
    tab.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(demo.url)
    tab.wait_for_selector("#curtain.up", state="attached")
    yield tab
    context.close()
    assert complaints == [] or request.node.get_closest_marker("complains")


def log_in(page: Any) -> None:
    """Give the password."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector("#curtain.up", state="attached")


def visit(page: Any, name: str) -> None:
    """Go to a part of the page by its tab."""
    page.get_by_role("navigation").get_by_role("link", name=name).click()
    page.get_by_role("heading", name=name, exact=True, level=1).wait_for(state="attached")
