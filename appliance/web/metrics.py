"""How the box is: heat, throttling, space, photos, and what the stages of the pipeline report."""

import os
from collections.abc import Iterator, Mapping
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


def box(photos: Path, machine: Machine | None = None) -> dict[str, Any]:
    """Return degrees Celsius, troubles with power and speed, megabytes (10^6).

    A value is None where the machine does not tell it. ``troubles`` has the facts, ``throttled`` the same in
    words.
    """
    machine = machine or Machine()
    throttling, heat = board.throttling(machine), board.temperature(machine)
    troubles = None if throttling is None else list(_troubles(throttling))
    about: os.statvfs_result | None
    try:
        about = os.statvfs(photos)
    except OSError:
        about = None
    return {
        "temperature": None if heat is None else round(heat, 1),
        "heat": None if heat is None else str(board.heat(heat)),
        "troubles": troubles,
        "throttled": None if troubles is None else [_words(one) for one in troubles],
        "throttled_bits": throttling and throttling.bits,
        "free_mb": about and about.f_bavail * about.f_frsize // 10**6,
        "size_mb": about and about.f_blocks * about.f_frsize // 10**6,
        "web_rss_mb": _memory(),
    }


def _troubles(throttling: Throttling) -> Iterator[dict[str, Any]]:
    """Each kind of trouble there is or was since power-on, and whether it is there now."""
    for bit, kind in _TROUBLE.items():
        now = throttling.now(bit)
        if now or throttling.since_boot(bit):
            yield {"kind": kind, "now": now}


def _words(trouble: Mapping[str, Any]) -> str:
    return f"{_TROUBLE_WORDS[trouble['kind']]} {'now' if trouble['now'] else 'since power-on'}"


def _memory() -> float:
    """This process's own resident memory, MB (10^6)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


_HELP = {
    "up": "Whether the appliance answers",
    "uptime_seconds": "Since the appliance started",
    "armed": "Whether photos may be taken",
    "people": "People in view in the newest frame",
    "photos": "Photos in the folder",
    "free_bytes": "Space on the card of the photos",
    "temperature_celsius": "Of the processor",
    "throttled_bits": "The firmware's get_throttled",
    "fault": "What the light complains of",
    "stage_items_total": "Items a stage has done",
    "stage_dropped_total": "Items a stage was too slow for",
    "stage_cpu_seconds_total": "Processor time of a stage",
    "stage_wall_seconds_total": "Time a stage took",
    "viewers": "Browsers watching",
    "shown_latency_seconds": "From capture until a browser had shown it",
    "web_resident_bytes": "Memory of the page's own process",
}


def metrics(health: Mapping[str, Any]) -> str:
    """Return what ``Overview.health`` gave, in Prometheus' text format 0.0.4."""
    lines = []
    last = ""
    for name, labels, value in _values(health):
        if value is None:
            continue
        if name != last:
            kind = "counter" if name.endswith("_total") else "gauge"
            lines += [f"# HELP smart_selfie_{name} {_HELP[name]}.", f"# TYPE smart_selfie_{name} {kind}"]
            last = name
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"smart_selfie_{name}{f'{{{inside}}}' if inside else ''} {value:g}")
    return "\n".join(lines) + "\n"


def _values(health: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str], float | None]]:
    appliance, the_box, page = health["appliance"], health["box"], health["page"]
    yield "up", {}, int(health["up"])
    yield "uptime_seconds", {}, appliance.get("uptime")
    yield "armed", {}, appliance.get("armed")
    yield "people", {}, appliance.get("people")
    yield "photos", {}, health["photos"]
    yield "free_bytes", {}, None if the_box["free_mb"] is None else the_box["free_mb"] * 10**6
    yield "temperature_celsius", {}, the_box["temperature"]
    yield "throttled_bits", {}, the_box["throttled_bits"]
    if health["fault"]:
        yield "fault", {"light": health["fault"]}, 1
    stages = appliance.get("stages", ())
    for name, key in (("stage_items_total", "done"), ("stage_dropped_total", "dropped")):
        for stage in stages:
            yield name, {"stage": stage["name"]}, stage[key]
    for name, key in (("stage_cpu_seconds_total", "cpu_ms"), ("stage_wall_seconds_total", "wall_ms")):
        for stage in stages:
            yield name, {"stage": stage["name"]}, stage[key] * stage["done"] / 1000
    yield "viewers", {}, page["viewers"]
    for share, seconds in page["latency"].items():
        yield "shown_latency_seconds", {"quantile": share}, seconds
    yield "web_resident_bytes", {}, the_box["web_rss_mb"] * 1e6


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
