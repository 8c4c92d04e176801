"""The page in a real browser: the demo that serves it, the screens, and what a person does first."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "everybody smiles"
SHOTS = Path(__file__).parents[2] / "out" / "page"
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
TABLET = {
    "viewport": {"width": 820, "height": 1180},
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


def log_in(page: Any, password: str = PASSWORD) -> None:
    """Give the password."""
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector("#curtain.up", state="attached")


def visit(page: Any, name: str) -> None:
    """Go to a part of the page by its tab."""
    page.locator(f"header [href='#{name.lower()}']").last.click()
    page.get_by_role("heading", name=name, exact=True, level=1).wait_for(state="attached")
