"""What is allowed in a configuration and yet is probably a slip."""

from pathlib import Path

from appliance.config.schema import Config
from appliance.errors import Problem

HEADER_PINS = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25,
    23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
"""GPIO (BCM number) at each pin of the 40-pin header, where there is one; pinout.xyz, raspberrypi.com."""
_RARELY_MEANT = frozenset({3, 7, 8, 10, 11, 13, 15})
"""GPIOs taken by I2C, SPI or UART, and those at whose header numbers build-it.md has light and button."""


def advice(config: Config) -> list[Problem]:
    """Return what to look at again, without file and line: each is in force as it stands."""
    found = []
    for key in type(config.hardware).model_fields:
        value = getattr(config.hardware, key)
        for pin in value if isinstance(value, tuple) else (value,):
            if pin in _RARELY_MEANT and pin in HEADER_PINS:
                at = next(place for place, gpio in HEADER_PINS.items() if gpio == pin)
                reason = (
                    f"GPIO{pin} is pin {at} of the header; pin {pin} of the header is GPIO{HEADER_PINS[pin]}"
                )
                found.append(Problem(f"hardware.{key}", pin, reason))
    return found + [problem for problem in (_folder(config), _recording(config)) if problem is not None]


def _folder(config: Config) -> Problem | None:
    """A folder that need not be there yet, but must not be something else."""
    path = Path(config.storage.folder)
    if not path.is_absolute():
        reason = "is a folder below the one that the program is started in; write the whole path"
    elif _is_there(path) and not path.is_dir():
        reason = "is not a folder"
    else:
        return None
    return Problem("storage.folder", config.storage.folder, reason)


def _recording(config: Config) -> Problem | None:
    path = config.camera.recording
    if config.camera.source != "replay" or _is_there(Path(path)):
        return None
    return Problem("camera.recording", path, "is not there")


def _is_there(path: Path) -> bool:
    """Return whether something is at ``path``, as far as this user may look."""
    try:
        return path.exists()
    except OSError:
        return True
