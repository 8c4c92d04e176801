"""The page as people use it: the whole appliance on the bundled scene, and a real Chromium."""

import contextlib
import shutil
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from appliance.web.passwords import hash_password
from tests.support.browser import LAPTOP, PASSWORD, Demo, log_in

playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra smart-selfie[browser]")

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


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    out = tmp_path_factory.mktemp("demo")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = [f"web.port={port}", f"web.password={hash_password(PASSWORD)}", "rule.mode=button"]
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
