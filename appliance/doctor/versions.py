"""Versions of everything that may cause a fault."""

import importlib.metadata
import platform
from collections.abc import Iterator

from appliance import __version__
from appliance.doctor.finding import Finding, Status
from appliance.hw.machine import Machine

_PYTHON = ("numpy", "opencv-python-headless", "ai-edge-litert", "tflite-runtime", "gpiozero", "lgpio")
_DEBIAN = ("python3-picamera2", "libcamera-ipa", "python3-libcamera", "rpicam-apps-core")


def versions(machine: Machine) -> Iterator[Finding]:
    """Yield one line each for the program, the system and the packages."""
    facts = {"smart-selfie": __version__, "python": platform.python_version()}
    facts["system"] = _system(machine)
    facts["kernel"] = f"{platform.release()} {platform.machine()}"
    facts |= {name: version for name in _PYTHON if (version := _of_python(name))}
    facts |= {name: version for name in _DEBIAN if (version := _of_debian(machine, name))}
    firmware = (machine.run("vcgencmd", "version") or "").splitlines()
    if firmware:
        facts["firmware"] = firmware[0]
    seen = ", ".join(f"{name} {version}" for name, version in facts.items())
    yield Finding("versions", Status.GOOD, seen, facts=facts)


def _system(machine: Machine) -> str:
    for line in (machine.read("/etc/os-release") or "").splitlines():
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME":
            return value.strip('"')
    return "unknown"


def _of_python(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _of_debian(machine: Machine, name: str) -> str | None:
    return machine.run("dpkg-query", "--show", "--showformat=${Version}", name) or None
