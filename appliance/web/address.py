"""Addresses by which a browser reaches the page."""

import ipaddress
import socket

from appliance.config.schema import WebSettings

_SOMEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737). Nothing is sent to it: the system only chooses its way there."""


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


def own_address() -> str | None:
    """Return this machine's IPv4 address in its network; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address


def _is_everywhere(listen: str) -> bool:
    try:
        return ipaddress.ip_address(listen).is_unspecified
    except ValueError:
        return False


def _url(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}/" if port == 80 else f"http://{shown}:{port}/"


def print_qr_code(address: str) -> None:
    """Print ``address`` as a QR code for the terminal, two rows of modules a line."""
    import segno  # noqa: PLC0415  (imported only when the code is asked for: it costs memory)

    segno.make(address, micro=False).terminal(compact=True)
