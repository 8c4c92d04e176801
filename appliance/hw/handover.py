"""Handover of the pins from the early light (systemd/smart-selfie-early-light.service) to the appliance.

Every boot starts both, so ``Conflicts=`` does not work: systemd would start only one of them. The early light
shines while the appliance loads its libraries, and ends on request. It knows the pins of the light from a
note that the appliance left at the last start.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from appliance.clock import Clock
from appliance.config.schema import HardwareSettings
from appliance.hw.early_light import WANTED, Note
from appliance.storage import durable
from appliance.storage.regular_file import read_regular
from appliance.system.service import directory

log = logging.getLogger(__name__)

NOTE = "early-light"
"""File in the appliance's state directory with the pins for the early light of the next start."""
EARLY_LIGHT = "early-light"
"""Runtime directory of the early light, in the appliance's; systemd removes it when the light ends."""
PIN_WAIT_SECONDS = 5.0
_POLL_SECONDS = 0.05


def take_pins(clock: Clock, environ: Mapping[str, str] = os.environ) -> None:
    """Ask the early light to end, and wait for it, but not for ever. Does nothing without systemd.

    Raises OSError.
    """
    folder = directory("RUNTIME", environ)
    if folder is None:
        return
    (folder / WANTED).touch()
    end = clock.now() + PIN_WAIT_SECONDS
    while (folder / EARLY_LIGHT).exists() and clock.now() < end:
        clock.wait_until(clock.now() + _POLL_SECONDS)


def leave_note(
    kept: tuple[Path, Mapping[Path, tuple[int, ...]]] | None, hardware: HardwareSettings, chip: str | None
) -> None:
    """Write the pins for the early light of the next start.

    ``kept`` is the folder for the note, and the files that ``hardware`` was read from, each with its stamp
    (see ``early_light.py``); None leaves things as they are. ``chip`` is the label of the GPIO chip in use,
    None if there is none. An error of writing is logged.
    """
    if kept is None:
        return
    state, files = kept
    shine = () if hardware.rgb_pins == "none" else tuple(hardware.rgb_pins)
    shine += () if hardware.led_pin == "none" else (hardware.led_pin,)
    dark = () if hardware.flash_pin == "none" else (hardware.flash_pin,)
    path = state / NOTE
    try:
        if chip is None or not shine:
            path.unlink(missing_ok=True)
            return
        text = Note({str(file.absolute()): when for file, when in files.items()}, chip, shine, dark).text()
        data = os.fsencode(text)  # of names that are not UTF-8 too
        if not path.exists() or read_regular(path, len(data)) != data:
            durable.write_over(path, data)
    except OSError as error:
        log.warning("The next start will have no early light, as its note cannot be written: %s", error)
