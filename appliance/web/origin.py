"""Where a request comes from and what the page is called there: hosts, origins, and a proxy in front.

A proxy on this machine is the peer of every request. What it says of the request it passes on is believed
only from a loopback address: the scheme always (it concerns only the client), the client's address only where
``web.url`` says that there is a proxy, as another one might pass on what a client has made up.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import Scope

from appliance.config.schema import is_loopback
from appliance.web.address import PORTS, is_address, parse_host, parse_origin


def network_of(address: str) -> str:
    """Return what is counted as one client: an IPv4 address, or the /64 that an IPv6 host has to itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


class Outside:
    """The page as others reach it. ``url`` is ``web.url``, empty where no proxy stands in front."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._origin = parse_origin(self.url)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the host name of ``web.url``, if there is one."""
        return (self._origin.name,) if self._origin else ()

    def is_own(self, scope: Scope, origin: str, host: str) -> bool:
        """Return whether a page of ``origin`` is this one, asked for as ``host``; compared by meaning."""
        asking, asked = parse_origin(origin), parse_host(host)
        if asking is None or asked is None:
            return False
        if asking == self._origin:
            return True
        name, port = asked
        if asking.name != name:
            return False
        if port is not None:
            return asking.port == port
        # A proxy passes the name on without its port. Another port of this name is another program's page:
        # the proof still keeps it from changing anything, but a WebSocket it could read.
        dropped = scope["type"] == "http" and _from_loopback(scope)
        return asking.port == PORTS[asking.scheme] or dropped

    def scheme(self, scope: Scope, headers: Headers) -> str:
        """Return ``http`` or ``https``: what the browser of an accepted request has in its address."""
        origin = parse_origin(headers.get("origin", ""))
        if origin is not None:
            return origin.scheme
        forwarded = headers.get("x-forwarded-proto", "").strip().lower()
        if forwarded in PORTS and _from_loopback(scope):
            return forwarded
        asked = parse_host(headers.get("host", ""))
        if self._origin and asked and asked[0] == self._origin.name:
            return self._origin.scheme
        return "http"

    def address(self, scope: Scope, headers: Headers, claimed: str) -> str:
        """Return the page's address for the browser that asks, without a slash at its end.

        ``claimed`` is what the page itself says it is; it counts only if its name is the one it was asked by.
        """
        host = headers.get("host", "")
        asked, own = parse_host(host), parse_origin(claimed)
        if self.url and asked is not None and (asked[0] in self.names or is_loopback(asked[0])):
            return self.url
        if own is not None and asked is not None and own.name == asked[0]:
            return str(own)
        return f"{self.scheme(scope, headers)}://{host}"

    def client(self, scope: Scope, headers: Headers) -> str:
        """Return the requester's address: of a proxy's client where ``web.url`` names a proxy."""
        peer = scope.get("client")
        address = str(peer[0]) if peer else ""
        if self.url and _from_loopback(scope):
            forwarded = headers.getlist("x-forwarded-for")
            last = (
                forwarded[-1].rpartition(",")[2].strip() if forwarded else ""
            )  # what the proxy itself added
            if is_address(last):
                return last
        return address


def _from_loopback(scope: Scope) -> bool:
    peer = scope.get("client")
    return peer is not None and is_loopback(str(peer[0]))
