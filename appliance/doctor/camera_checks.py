"""Checks of the camera: pictures, field of view, and the settings in force."""

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.config.schema import CameraSettings
from appliance.doctor.finding import Finding, Status, fault, good, unknown, warning
from appliance.doctor.program_checks import load_part
from appliance.errors import ApplianceError
from appliance.hw.camera import facts_of
from appliance.hw.camera_facts import read_camera_facts
from appliance.hw.machine import Machine

FRAME_SECONDS = 5.0
"""Limit for the first picture, for which a camera needs more time."""

CameraFacts = Mapping[str, Any]
"""See ``appliance/hw/cameras/granted.py``."""


def check_camera(config: Config, machine: Machine, running: bool) -> Iterator[Finding]:
    """Check whether pictures come, then report their properties.

    A running appliance holds the camera and has proven it: ready means frames. It stores the facts in a file.
    """
    facts: CameraFacts | None
    if running:
        facts = read_camera_facts(machine)
        which = "" if facts is None else f": {facts.get('model')}"
        yield Finding("camera", Status.GOOD, f"delivers to the running appliance{which}", facts=facts or {})
    elif config.camera.source == "replay" and os.geteuid() == 0 and Path(config.camera.recording).exists():
        # The file is chosen by anybody who may write the settings: root does not decode it.
        recording = shlex.quote(config.camera.recording)
        facts = None
        yield unknown("camera", f"a recording, not opened as root; try: smart-selfie replay {recording}")
    else:
        finding, facts = _try(config)
        yield finding
    if running and facts is None:
        yield unknown("field of view", "root may look: sudo smart-selfie doctor")
    elif facts is not None:
        yield from granted_findings(facts)


def _try(config: Config) -> tuple[Finding, CameraFacts | None]:
    messages: list[str] = []
    try:
        opened = load_part("appliance.hw.cameras").open_camera(
            config.camera, MonotonicClock(), messages.append
        )
        try:
            frame = opened.read(FRAME_SECONDS)
            facts = facts_of(opened)
        finally:
            opened.close()
    except ApplianceError as error:
        return fault("camera", error.what, error.hint), None
    seen = f"{opened.description}, picture {frame.picture.width}x{frame.picture.height}"
    return Finding("camera", Status.GOOD, seen, facts=facts or {}), facts


def granted_findings(facts: CameraFacts) -> Iterator[Finding]:
    """Yield field of view, frame rate, and the settings of light, motion and focus."""
    yield field_of_view(facts)
    yield frame_rate(facts)
    if facts.get("settings"):
        yield settings_in_force(facts)
        notes = [note for note in facts["notes"] if not note.startswith("camera.frame_rate")]
        if notes and not facts["cropped"]:
            yield warning("unavailable", "; ".join(notes), "Change them in /etc/smart-selfie/config.yaml")


def field_of_view(facts: CameraFacts) -> Finding:
    """Return the share of the sensor that a photo shows. A mode that crops it is a fault."""
    share = facts.get("view_percent")
    if share is None:
        return unknown("field of view", "not reported by this camera")
    mode = facts.get("mode")
    seen = f"{share[0]:.0f}% x {share[1]:.0f}% of the sensor"
    seen += "" if facts.get("angle") is None else f", {facts['angle']:.0f} degrees wide"
    seen += "" if mode is None else f", mode {mode[0]}x{mode[1]}"
    if facts["cropped"]:
        return Finding(
            "field of view", Status.FAULT, f"{seen}: cropped", _way_out(facts["asked_frame_rate"]), facts
        )
    if min(share) < 99:
        seen += "; camera.whole_view is false, and camera.picture_size cuts off the rest"
    return Finding("field of view", Status.GOOD, seen, facts=facts)


def _way_out(asked_rate: float) -> str:
    usual = CameraSettings.model_fields["frame_rate"].default
    if asked_rate > usual:
        return f"Set camera.frame_rate to {usual} or less, so that a mode of the whole sensor can be used"
    return "sudo apt full-upgrade brings newer modes; else use another camera module, or stand further away"


def frame_rate(facts: CameraFacts) -> Finding:
    """Return how many frames per second the camera grants."""
    granted, asked = facts.get("frame_rate"), facts["asked_frame_rate"]
    if not granted:
        return unknown("frame rate", f"{asked} requested, the camera does not report its own")
    less = f", {asked} requested: the limit of this mode" if granted < 0.98 * asked else ""
    return good("frame rate", f"up to {granted:.3g} per second{less}")


def settings_in_force(facts: CameraFacts) -> Finding:
    """Return the settings of light, motion and focus in force."""
    seen = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts["settings"].items())
    return Finding("light, focus", Status.GOOD, seen, facts=facts["settings"])
