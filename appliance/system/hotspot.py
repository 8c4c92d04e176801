"""A Wi-Fi of the appliance's own, by NetworkManager: its profile, and the words to it.

The profile is a keyfile that only root reads (nm-settings-keyfile(5)): a password among the words of a
command could be read by every user of the machine. NetworkManager starts it again after every power-on.
"""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import HotspotError

PROFILE = "smart-selfie-hotspot"
UUID = "5e1f1e00-5a47-4d6b-9c1e-7a0c4b1d2e3f"
"""Of our profile: by it NetworkManager knows it from others of the same name."""
FOLDER = Path("/etc/NetworkManager/system-connections")
ADDRESS = "10.42.0.1"
"""Of this machine in its own network; NetworkManager hands out the others (ipv4.method shared)."""
MOST_NETWORK_BYTES = 32
"""IEEE 802.11, section 9.4.2.2."""
_PASSWORD = re.compile(r"[ -~]{8,63}")
"""IEEE 802.11, annex J.4.1."""
NMCLI_SECONDS = 90.0
_FIELD = re.compile(r"(?<!\\):")


@dataclass(frozen=True, slots=True)
class Answer:
    """What nmcli said: its exit status, and its words."""

    status: int
    out: str
    err: str


Run = Callable[[Sequence[str]], Answer]


class Hotspot:
    """The appliance's own Wi-Fi. ``run`` runs a command, ``folder`` is NetworkManager's of the profiles."""

    def __init__(self, run: Run | None = None, folder: Path = FOLDER) -> None:
        self._run = run or run_command
        self._file = folder / f"{PROFILE}.nmconnection"

    def check(self, name: str, password: str) -> str:
        """Check that the network can be made, and return the radio for it. Raises HotspotError."""
        check_network(name, password)
        self._check_manager()
        radio = self._radio()
        self._check_free(name, radio)
        return radio

    def on(self, name: str, password: str, radio: str, write: Callable[[Path, bytes], None]) -> None:
        """Make the network ``name``, which phones join by ``password``; ``write`` writes a file for root.

        Raises HotspotError, OSError. Where it does not start nothing is left behind.
        """
        write(self._file, profile(name, password, radio).encode())
        try:
            self._ask("connection", "load", str(self._file))
            self._ask("connection", "up", "uuid", UUID)
        except HotspotError:
            self._forget()
            raise

    def off(self) -> bool:
        """End the network, so that the machine joins those it knows; return whether there was one."""
        if not self._file.exists():
            return False
        self._check_manager()
        with contextlib.suppress(HotspotError):  # it need not be up
            self._ask("connection", "down", "uuid", UUID)
        self._forget()
        return True

    def is_up(self) -> bool:
        """Return whether the network is there now. Raises HotspotError."""
        self._check_manager()
        return UUID in self._table("UUID", "connection", "show", "--active")

    def _forget(self) -> None:
        self._file.unlink(missing_ok=True)
        with contextlib.suppress(HotspotError):
            self._ask("connection", "reload")

    def _check_manager(self) -> None:
        answer = self._run(["nmcli", "-t", "-f", "RUNNING", "general"])
        if answer.status == COMMAND_MISSING:
            raise HotspotError("NetworkManager is not installed here", "sudo apt install network-manager")
        if answer.out.strip() != "running":
            raise HotspotError("NetworkManager does not run", "sudo systemctl enable --now NetworkManager")

    def _radio(self) -> str:
        """Return the name of the first radio that can be used. Raises HotspotError."""
        rows = [_fields(row) for row in self._table("DEVICE,TYPE,STATE", "device", "status")]
        radios = [(row[0], row[2]) for row in rows if len(row) == 3 and row[1] == "wifi"]
        if not radios:
            raise HotspotError("This machine has no Wi-Fi radio", "Plug one in, or use a cable and a router")
        usable = [device for device, state in radios if state not in {"unavailable", "unmanaged"}]
        if not usable:
            raise HotspotError(
                f"The Wi-Fi radio {radios[0][0]} is {radios[0][1]}",
                "Set the Wi-Fi country (sudo raspi-config, Localisation), or: sudo rfkill unblock wifi",
            )
        return usable[0]

    def _check_free(self, name: str, radio: str) -> None:
        """Refuse a name that is taken, of a profile or of a network in the air. Raises HotspotError."""
        for row in self._table("NAME,UUID", "connection", "show"):
            named, uuid, *_ = [*_fields(row), ""]
            if named == PROFILE and uuid != UUID:
                raise HotspotError(
                    f"NetworkManager has a connection called {PROFILE} that is not the appliance's",
                    f"Delete or rename it: sudo nmcli connection delete uuid {uuid}",
                )
        if self.is_up():
            return  # the one in the air may be ours
        seen = self._table("SSID", "device", "wifi", "list", "ifname", radio, "--rescan", "yes")
        if name in {_fields(row)[0] for row in seen if row}:
            raise HotspotError(f"A Wi-Fi called {name} is here already", "Choose another: --name NAME")

    def _table(self, fields: str, *words: str) -> list[str]:
        return self._ask("-t", "-f", fields, *words).splitlines()

    def _ask(self, *words: str) -> str:
        answer = self._run(["nmcli", *words])
        if answer.status:
            lines = (answer.err or answer.out).strip().splitlines() or ["it gave no reason"]
            reason = lines[0].removeprefix("Error: ").rstrip(".")
            raise HotspotError(
                f"NetworkManager refuses: {reason}", "journalctl -u NetworkManager -n 30 tells more"
            )
        return answer.out


COMMAND_MISSING = 127
"""Exit status that shells give for a command that is not there."""


def run_command(words: Sequence[str]) -> Answer:
    """Run ``words`` with English messages, for at most NMCLI_SECONDS."""
    program = shutil.which(words[0])
    if program is None:
        return Answer(COMMAND_MISSING, "", f"{words[0]} not found")
    try:
        done = subprocess.run(
            [program, *words[1:]],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=NMCLI_SECONDS,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )
    except subprocess.TimeoutExpired:
        return Answer(1, "", f"nothing for {NMCLI_SECONDS:.0f} seconds")
    return Answer(done.returncode, done.stdout, done.stderr)


def check_network(name: str, password: str) -> None:
    """Check that a Wi-Fi can be called ``name`` and have ``password``. Raises HotspotError."""
    if not name or len(name.encode()) > MOST_NETWORK_BYTES or not name.isprintable() or name != name.strip():
        raise HotspotError(
            f"A Wi-Fi cannot be called {name!r}", f"Use 1 to {MOST_NETWORK_BYTES} bytes, no blank at the ends"
        )
    if not _PASSWORD.fullmatch(password):
        raise HotspotError(
            "That cannot be the password of a Wi-Fi", "Use 8 to 63 plain letters, digits and signs"
        )


def profile(name: str, password: str, radio: str) -> str:
    """Return the profile in NetworkManager's format: an access point with WPA2 that hands out addresses."""
    ssid = ";".join(str(byte) for byte in name.encode()) + ";"  # in bytes any name is right
    return f"""# Made by smart-selfie hotspot on; smart-selfie hotspot off deletes it.
[connection]
id={PROFILE}
uuid={UUID}
type=wifi
interface-name={radio}
autoconnect=true
autoconnect-priority=100

[wifi]
mode=ap
band=bg
ssid={ssid}

[wifi-security]
key-mgmt=wpa-psk
proto=rsn;
pairwise=ccmp;
psk={_escaped(password)}

[ipv4]
method=shared
address1={ADDRESS}/24

[ipv6]
method=disabled
"""


def _escaped(text: str) -> str:
    """Return ``text`` as a keyfile's value: backslashes doubled, a blank at the start written as ``\\s``."""
    doubled = text.replace("\\", "\\\\")
    return f"\\s{doubled[1:]}" if doubled.startswith(" ") else doubled


def _fields(row: str) -> list[str]:
    return [field.replace("\\:", ":").replace("\\\\", "\\") for field in _FIELD.split(row)]
