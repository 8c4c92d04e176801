"""Status in Prometheus' text format."""

from collections.abc import Iterator, Mapping
from typing import Any

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
    appliance, machine, page = health["appliance"], health["box"], health["page"]
    yield "up", {}, int(health["up"])
    yield "uptime_seconds", {}, appliance.get("uptime")
    yield "armed", {}, appliance.get("armed")
    yield "people", {}, appliance.get("people")
    yield "photos", {}, health["photos"]
    yield "free_bytes", {}, None if machine["free_mb"] is None else machine["free_mb"] * 10**6
    yield "temperature_celsius", {}, machine["temperature"]
    yield "throttled_bits", {}, machine["throttled_bits"]
    for fault in health["faults"]:
        yield "fault", {"light": fault}, 1
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
    yield "web_resident_bytes", {}, machine["web_rss_mb"] * 1e6


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
