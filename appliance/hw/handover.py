"""The pins go from the early light (systemd/smart-selfie-early-light.service) to the appliance.

Both are started by every boot, so the one cannot be the other's ``Conflicts=``: systemd would start only one
of them. The early light shines while the appliance loads its libraries, and ends when it is asked to.
"""

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from appliance.clock import Clock

WANTED = "pins-wanted"
"""A file in the appliance's runtime directory: it is about to open its pins."""
EARLY_LIGHT = "early-light"
"""The early light's runtime directory, in that of the appliance; systemd removes it when the light is out."""
PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.05


def take_pins(clock: Clock, environ: Mapping[str, str] = os.environ) -> None:
    """Ask the early light to end, and wait for it; not for ever. Does nothing where systemd did not start us.

    Raises OSError.
    """
    folder = _runtime_directory(environ)
    if folder is None:
        return
    (folder / WANTED).touch()
    end = clock.now() + PATIENCE_SECONDS
    while (folder / EARLY_LIGHT).exists() and clock.now() < end:
        clock.wait_until(clock.now() + _POLL_SECONDS)


def keep_pins(clock: Clock, stop: threading.Event, environ: Mapping[str, str] = os.environ) -> None:
    """The early light's side: wait until ``stop`` is set or the appliance asks for the pins."""
    folder = _runtime_directory(environ)
    while not clock.wait_until(clock.now() + _POLL_SECONDS, stop):
        if folder is not None and (folder.parent / WANTED).exists():
            return


def _runtime_directory(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(named) if named else None
