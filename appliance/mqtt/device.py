"""Identity of this appliance at the broker, and its topics."""

import hashlib
import socket
from dataclasses import dataclass

from appliance import __version__
from appliance.config.schema import MqttSettings
from appliance.hw import board
from appliance.hw.machine import Machine

_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The appliance as the broker knows it.

    ``identifier`` is twelve hexadecimal digits, the same after every start, and another on every machine:
    two appliances of one name stay apart. ``prefix`` is the first part of every topic.
    """

    identifier: str
    name: str
    model: str
    prefix: str
    version: str = __version__

    @property
    def base(self) -> str:
        """First two levels of the topics of this appliance."""
        return f"{self.prefix}/{self.identifier}"

    @property
    def bridge(self) -> str:
        """Topic that tells whether this bridge is connected: ``online`` or ``offline``."""
        return f"{self.base}/bridge"

    @property
    def appliance(self) -> str:
        """Topic that tells whether the appliance answers the bridge: ``online`` or ``offline``."""
        return f"{self.base}/appliance"

    @property
    def state(self) -> str:
        """Topic of the state, a JSON object."""
        return f"{self.base}/state"

    @property
    def photo(self) -> str:
        """Topic of an event for each photo."""
        return f"{self.base}/photo"

    @property
    def last_photo(self) -> str:
        """Topic of a small JPEG of the last photo."""
        return f"{self.base}/last_photo"

    @property
    def latest_version(self) -> str:
        """Topic on which the owner announces the newest version, to all appliances."""
        return f"{self.prefix}/latest_version"

    def command(self, name: str) -> str:
        """Return the topic of the command ``name``; ``+`` is all of them."""
        return f"{self.base}/set/{name}"


def identify(settings: MqttSettings, machine: Machine) -> Device:
    """Return this machine's identity.

    A board is known by its serial number, any other machine by its machine-id (machine-id(5)), of which only
    a hash leaves the machine: cards are copied, boards are not.
    """
    own = board.serial_number(machine) or machine.read("/etc/machine-id") or socket.gethostname()
    return Device(
        identifier=hashlib.sha256(f"smart-selfie {own}".encode()).hexdigest()[:_DIGITS],
        name=settings.name or socket.gethostname(),
        model=board.model(machine) or "computer",
        prefix=settings.topic,
    )
