"""Checks of the program: its packages, its models, its service."""

import importlib
import logging
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from appliance.config import Config
from appliance.doctor.finding import Finding, fault, good, unknown, warning
from appliance.errors import ApplianceError, PackageError
from appliance.hw.machine import Machine
from appliance.sync.sync_status import SYSTEM_STATUS, read_status

log = logging.getLogger(__name__)

UNIT = "smart-selfie.service"
INSTALLED = "/etc/smart-selfie"
SYSTEM_NUMPY = "/usr/lib/python3/dist-packages/numpy"


def installed(machine: Machine) -> bool:
    """Return whether setup.sh has been run on this machine."""
    return machine.path(INSTALLED).exists()


def check_numpy_in_force(machine: Machine) -> Finding:
    """Check whether numpy can be loaded, then :func:`check_numpy`."""
    try:
        module = load_part("numpy")
    except PackageError as error:
        return fault(
            "numpy", error.what, "sudo apt install --reinstall python3-numpy; then run setup.sh again"
        )
    return check_numpy(machine, Path(str(module.__file__)).parent, module.__version__)


def check_numpy(machine: Machine, in_force: Path, version: str) -> Finding:
    """Check whether numpy is the one picamera2 was compiled for. ``in_force`` is its folder."""
    of_apt = machine.path(SYSTEM_NUMPY)
    if not of_apt.is_dir():
        return unknown("numpy", f"{version} from {in_force}; not installed by apt")
    if in_force != of_apt:
        return fault(
            "numpy",
            f"{version} from {in_force} hides apt's, which picamera2 was compiled for",
            "Run setup.sh again; else: sudo pip uninstall --break-system-packages numpy",
        )
    return good("numpy", f"{version} of apt")


def check_model(config: Config) -> Finding:
    """Check whether the models can be loaded."""
    try:
        load_part("appliance.pipeline.assembly").load_models(config)
    except ApplianceError as error:
        return fault("model", error.what, error.hint)
    return good("model", "faces can be found and judged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """systemd's properties of the service, in systemd's words."""

    load: str
    active: str
    sub: str
    file: str
    restarts: str
    result: str

    @property
    def running(self) -> bool:
        """Whether the appliance runs now."""
        return self.load == "loaded" and self.active == "active"


def unit(machine: Machine) -> Unit | None:
    """Return systemd's properties of the service; None where systemd does not run."""
    names = "LoadState,ActiveState,SubState,UnitFileState,NRestarts,Result"
    output = machine.run("systemctl", "show", UNIT, f"--property={names}")
    if output is None:
        return None
    found = dict(line.partition("=")[::2] for line in output.splitlines())
    return Unit(
        load=found.get("LoadState", "?"),
        active=found.get("ActiveState", "?"),
        sub=found.get("SubState", "?"),
        file=found.get("UnitFileState", "?"),
        restarts=found.get("NRestarts", "0"),
        result=found.get("Result", "?"),
    )


def check_service(unit: Unit | None, machine: Machine) -> Finding:
    """Check that the service is installed, enabled and running without restarts."""
    if unit is None:
        return unknown("service", "systemd does not run here")
    if unit.load != "loaded":
        return _not_loaded(machine)
    if not unit.running:
        return fault(
            "service",
            f"{unit.active} ({unit.sub}, {unit.result})",
            f"journalctl -u smart-selfie shows why; then: sudo systemctl start {UNIT}",
        )
    if unit.file != "enabled":
        return warning("service", "running, but will not start at power-on", f"sudo systemctl enable {UNIT}")
    if unit.restarts != "0":
        return warning("service", f"running, restarted {unit.restarts} times", "journalctl -u smart-selfie")
    return good("service", "running")


def _not_loaded(machine: Machine) -> Finding:
    if not installed(machine):
        return unknown("service", "not installed here")
    return warning("service", f"{UNIT} is not installed", "sudo ./setup.sh")


def check_copies(machine: Machine, config: Config) -> Finding:
    """Check whether photos wait for the remote. Good where copying is off."""
    if not config.sync.enabled:
        return good("copies", "off")
    status = read_status(machine.path(SYSTEM_STATUS))
    if status is None:
        return warning(
            "copies",
            "on in the settings, and not running",
            "sudo systemctl enable --now smart-selfie-sync; journalctl -u smart-selfie-sync shows why",
        )
    if status.problem:
        return warning(
            "copies",
            f"{status.waiting} photos wait for {status.remote}: {status.problem}",
            "They are copied when that is mended; journalctl -u smart-selfie-sync has more",
        )
    return good("copies", f"{status.there} photos are at {status.remote}, {status.waiting} wait")


def check_memory_limit(machine: Machine) -> Finding:
    """Check whether the kernel enforces MemoryMax: Raspberry Pi OS switches that off to save memory."""
    controllers = machine.read("/sys/fs/cgroup/cgroup.controllers")
    if controllers is None:
        return unknown("memory limit", "not reported by this machine")
    if "memory" in controllers.split():
        return good("memory limit", "enforced")
    return warning(
        "memory limit",
        "not enforced by this kernel",
        "Add cgroup_enable=memory to the line in /boot/firmware/cmdline.txt, then reboot",
    )


def load_part(module: str) -> ModuleType:
    """Return a module of the program whose packages may be broken. Raises PackageError."""
    try:
        return importlib.import_module(module)
    except Exception as error:  # another numpy gives ImportError, AttributeError, ValueError, SystemError
        reason = str(error).strip().partition("\n")[0]
        raise PackageError(
            f"a package cannot be loaded: {reason}", "See the line about numpy; run setup.sh again"
        ) from error
