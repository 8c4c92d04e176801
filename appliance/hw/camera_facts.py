"""Facts of the running appliance's camera, for ``doctor``: a file removed with the service."""

import json
import logging
import os
from collections.abc import Mapping
from typing import Any

from appliance.hw.machine import Machine
from appliance.storage import durable
from appliance.system.service import directory

log = logging.getLogger(__name__)

FILE = "camera.json"
"""File in the appliance's runtime directory."""
DEFAULT_FOLDER = "/run/smart-selfie"


def leave_camera_facts(facts: Mapping[str, Any] | None, environ: Mapping[str, str] = os.environ) -> None:
    """Write ``facts``, see ``appliance/hw/cameras/granted.py``. Does nothing where systemd did not start us.

    An error of writing is logged.
    """
    folder = directory("RUNTIME", environ)
    if folder is None or facts is None:
        return
    path = folder / FILE
    try:
        durable.write_over(path, json.dumps(facts).encode())
    except OSError as error:
        log.warning("%s: %s", path, error.strerror)


def read_camera_facts(machine: Machine) -> dict[str, Any] | None:
    """Return the facts of the running appliance; None where the file is missing or unreadable."""
    try:
        facts = json.loads(machine.read(f"{DEFAULT_FOLDER}/{FILE}") or "")
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None
