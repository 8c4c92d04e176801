"""Memory: what the board has, and whether camera, ring of frames and appliance fit into it."""

from collections.abc import Mapping
from typing import Any

from appliance.config import Config
from appliance.doctor.finding import Finding, Status, unknown
from appliance.doctor.program_checks import UNIT
from appliance.hw import board
from appliance.hw.machine import Machine

_MB = 1_000_000
SMALL_MB = 600
"""Boards with less share 512 MiB between camera and programs: Zero 2 W, 3A+."""
CMA_MB = 140
"""Contiguous memory that a small board needs at most: ``cma-128`` are 134 MB."""
ADVICE = "Set dtoverlay=vc4-kms-v3d,cma-128 in /boot/firmware/config.txt, then reboot"


def check_memory(machine: Machine, config: Config, camera: Mapping[str, Any] | None) -> Finding:
    """Return whether it all fits. ``camera``: what it granted, see ``appliance/hw/cameras/granted.py``."""
    output = board.meminfo(machine)
    if "MemTotal" not in output:
        return unknown("memory", "this machine does not tell")
    contiguous = board.contiguous_memory(machine)
    facts: dict[str, Any] = {
        "total_mb": output["MemTotal"] // _MB,
        "available_mb": output.get("MemAvailable", 0) // _MB,
        "cma_total_mb": _in_mb(contiguous.total),
        "cma_free_mb": _in_mb(contiguous.free),
        "camera_buffers_mb": (camera or {}).get("buffers_mb"),
        "ring_mb": config.moment.memory_mb,
        "limit_mb": _limit_mb(machine),
    }
    state, advice = _judge(facts)
    return Finding("memory", state, _words(facts), advice, facts)


def _judge(facts: Mapping[str, Any]) -> tuple[Status, str]:
    cma, buffers, limit = facts["cma_total_mb"], facts["camera_buffers_mb"], facts["limit_mb"]
    if cma and buffers and buffers > cma:
        return Status.FAULT, "Set a smaller camera.picture_size: the camera's buffers do not fit"
    if limit and facts["ring_mb"] > limit // 2:
        return Status.WARNING, "Set moment.memory_mb to less than half of what the service may use"
    if facts["total_mb"] < SMALL_MB and cma and cma > CMA_MB:
        return Status.WARNING, ADVICE
    if limit and facts["total_mb"] < limit + (cma or 0):
        return Status.WARNING, "The service may use more than this board has; close other programs"
    return Status.GOOD, ""


def _words(facts: Mapping[str, Any]) -> str:
    parts = [f"{facts['total_mb']} MB"]
    if facts["cma_total_mb"]:
        parts.append(f"{facts['cma_total_mb']} of them for the camera (CMA), {facts['cma_free_mb']} free")
    if facts["camera_buffers_mb"]:
        parts.append(f"its buffers take {facts['camera_buffers_mb']:.0f}")
    parts.append(f"ring of frames {facts['ring_mb']}")
    if facts["limit_mb"]:
        parts.append(f"the service may use {facts['limit_mb']}")
    return ", ".join(parts)


def _in_mb(count: int | None) -> int | None:
    return None if count is None else count // _MB


def _limit_mb(machine: Machine) -> int | None:
    output = (machine.run("systemctl", "show", UNIT, "--property=MemoryMax") or "").rpartition("=")[2]
    return int(output) // _MB if output.isdigit() else None
