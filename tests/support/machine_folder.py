"""A machine for the doctor, put together in a folder."""

from pathlib import Path

from appliance.hw.machine import Machine


def put(machine: Machine, path: str, text: str = "") -> Path:
    """Write a file as the machine calls it."""
    file = machine.path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def program_prints(machine: Machine, name: str, text: str, code: int = 0) -> None:
    """Install a program that prints this, and ends with ``code``, whatever it is asked."""
    put(machine, f"/usr/bin/{name}", f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {code}\n").chmod(0o755)
