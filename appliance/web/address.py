"""Addresses by which a browser reaches the page: their parts, and those of this machine."""

import ipaddress
import re
import socket
from dataclasses import dataclass

from appliance.config.schema import WebSettings, is_loopback

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
"""RFC 9110, section 7.2, without percent-encoding and user information, which no browser sends."""
PORTS = {"http": 80, "https": 443}
"""Port of each scheme that an address need not name."""

_SOMEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737). Nothing is sent to it: the system only chooses its way there."""
_IN_HOTSPOT = ("10.42.0.254", 9)
"""A neighbour in the network of ``appliance/system/hotspot.py``, which leads nowhere else."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host name (lower case, without brackets) and port of a page (RFC 6454)."""

    scheme: str
    name: str
    port: int

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{name}{port}"


def parse_host(host: str) -> tuple[str, int | None] | None:
    """Return name and port of a ``Host`` header; None where it is not one."""
    match = _HOST.fullmatch(host)
    if match is None:
        return None
    port = match["port"]
    if port is not None and int(port) > 65535:
        return None
    return match["name"].strip("[]").lower().rstrip("."), None if port is None else int(port)


def parse_origin(text: str) -> Origin | None:
    """Return the origin ``text``, as ``https://selfie.example:8443``; None where it is not one of the web."""
    scheme, found, host = text.partition("://")
    parsed = parse_host(host)
    if not found or parsed is None or scheme.lower() not in PORTS:
        return None
    name, port = parsed
    return Origin(scheme.lower(), name, PORTS[scheme.lower()] if port is None else port)


def is_address(name: str) -> bool:
    """Return whether ``name`` is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def page_addresses(listen: str, port: int) -> list[str]:
    """Return the page's URLs, the best for people first; ``listen`` and ``port`` as in the settings.

    Listening on every address, those are the machine's name and its address in the network, where it has one.
    """
    if not _is_everywhere(listen):
        return [_url(listen, port)]
    name = f"{socket.gethostname().partition('.')[0]}.local"
    own = own_address()
    return [_url(name, port), *([_url(own, port)] if own else [])]


def outside_addresses(web: WebSettings) -> list[str]:
    """Return the page's URLs for other devices, the best for people first; behind a proxy, ``web.url``."""
    return [f"{web.url.rstrip('/')}/"] if web.url else page_addresses(web.listen, web.port)


def address_for_others(address: str, listen: str, port: int) -> str:
    """Return the page's URL for other devices: ``address``, unless that means this machine only.

    ``address`` is that of a browser, without a slash at its end; ``listen`` and ``port`` as in the settings.
    """
    origin = parse_origin(address)
    if origin is not None and is_loopback(origin.name) and not is_loopback(listen):
        return page_addresses(listen, port)[0]
    return f"{address}/"


def own_address() -> str | None:
    """Return this machine's IPv4 address in its network, or in that of its hotspot; None without any."""
    for place in (_SOMEWHERE, _IN_HOTSPOT):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(place)
            except OSError:
                continue
            address: str = probe.getsockname()[0]
            return address
    return None


def _is_everywhere(listen: str) -> bool:
    try:
        return ipaddress.ip_address(listen).is_unspecified
    except ValueError:
        return False


def _url(host: str, port: int) -> str:
    return f"{Origin('http', host, port)}/"


def print_qr_code(address: str) -> None:
    """Print ``address`` as a QR code for the terminal, two rows of modules a line."""
    import segno  # noqa: PLC0415  (imported only when the code is asked for: it costs memory)

    segno.make(address, micro=False).terminal(compact=True)


def qr_modules(text: str) -> list[list[bool]]:
    """Return the modules of the QR code of ``text``, row by row, without its margin; true is dark."""
    import segno  # noqa: PLC0415  (imported only when the code is asked for: it costs memory)

    return [[bool(module) for module in row] for row in segno.make(text, error="m", micro=False).matrix]


def wifi_text(name: str, password: str) -> str:
    """Return what a QR code says to join a phone to a Wi-Fi with WPA."""
    from segno import helpers  # noqa: PLC0415  (imported only when the code is asked for: it costs memory)

    return str(helpers.make_wifi_data(name, password, "WPA"))
