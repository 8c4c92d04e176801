"""Status of the machine: heat, power, space, memory."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from appliance.hw import board
from appliance.hw.board import CAPPED, HOT, THROTTLED, UNDER_VOLTAGE, Throttling
from appliance.hw.machine import Machine

_TROUBLE = {
    UNDER_VOLTAGE: "under_voltage",
    CAPPED: "frequency_capped",
    THROTTLED: "throttled",
    HOT: "too_hot",
}
_TROUBLE_WORDS = {
    "under_voltage": "under-voltage",
    "frequency_capped": "frequency capped",
    "throttled": "throttled",
    "too_hot": "too hot",
}


def machine_status(photos: Path, machine: Machine | None = None) -> dict[str, Any]:
    """Return degrees Celsius, troubles with power and speed, megabytes (10^6).

    A value is None where the machine does not report it. ``troubles`` has the facts, ``throttled`` the same
    in words.
    """
    machine = machine or Machine()
    throttling, heat = board.throttling(machine), board.temperature(machine)
    troubles = _troubles(throttling, board.under_voltage_alarm(machine))
    disk: os.statvfs_result | None
    try:
        disk = os.statvfs(photos)
    except OSError:
        disk = None
    return {
        "temperature": None if heat is None else round(heat, 1),
        "heat": None if heat is None else str(board.heat(heat)),
        "troubles": troubles,
        "throttled": None if troubles is None else [_words(trouble) for trouble in troubles],
        "throttled_bits": throttling and throttling.bits,
        "free_mb": disk and disk.f_bavail * disk.f_frsize // 10**6,
        "size_mb": disk and disk.f_blocks * disk.f_frsize // 10**6,
        "web_rss_mb": _memory(),
    }


def _troubles(throttling: Throttling | None, alarm: bool | None) -> list[dict[str, Any]] | None:
    """Return each kind of trouble since power-on, and whether it persists.

    ``alarm``: whether the voltage was too low in the last seconds. In its sandbox the page cannot ask the
    firmware, so this is all it knows.
    """
    if throttling is None:
        if alarm is None:
            return None
        return [{"kind": _TROUBLE[UNDER_VOLTAGE], "now": True}] if alarm else []
    return [
        {"kind": kind, "now": throttling.now(bit)}
        for bit, kind in _TROUBLE.items()
        if throttling.now(bit) or throttling.since_boot(bit)
    ]


def _words(trouble: Mapping[str, Any]) -> str:
    return f"{_TROUBLE_WORDS[trouble['kind']]} {'now' if trouble['now'] else 'since power-on'}"


def _memory() -> float:
    """Return this process's own resident memory, MB (10^6)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
