"""Settings that name something: a path of this machine, an address, a host name.

What can never work is refused.

The words tell the right form, as they are all that somebody sees who wrote the wrong one.
"""

import contextlib
import ipaddress
import os
import re
from urllib.parse import urlsplit

MOST_PATH_BYTES = 4095
MOST_NAME_BYTES = 255
"""Of a path and of each name in it (limits.h: PATH_MAX, NAME_MAX)."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_HOST = 253
_NUMBERS = re.compile(r"[0-9.]+|0x[0-9a-f.x]+")


def plain_path(value: str) -> str:
    """Return ``value``, a path of this machine. Raises ValueError for what only a shell or browser reads."""
    if value != value.strip():
        raise ValueError("begins or ends with a space")
    if value.startswith("~"):
        example = f"/home/pi{value[1:]}" if value[1:2] in ("", "/") else f"/home/{value[1:]}"
        raise ValueError(f"only a shell understands ~; write the path out, such as {example}")
    if re.match(r"\$[A-Za-z{(]", value):
        raise ValueError("only a shell understands $; write the path out")
    if _SCHEME.match(value):
        raise ValueError("is an address, not a path of this machine; mount it and write where")
    if re.match(r"[A-Za-z]:[\\/]", value) or value.startswith("\\\\"):
        raise ValueError("is a path of Windows; write one of this machine, such as /home/pi/selfies")
    raw = os.fsencode(value)
    if len(raw) > MOST_PATH_BYTES or any(len(name) > MOST_NAME_BYTES for name in raw.split(b"/")):
        raise ValueError(
            f"is too long: {MOST_PATH_BYTES} bytes are the limit, {MOST_NAME_BYTES} for each name in it"
        )
    return value


def listening_address(value: str) -> str:
    """Return ``value``, an address to listen on, without brackets. Raises ValueError for anything more."""
    if value == "*":
        raise ValueError("write 0.0.0.0 for every network, or :: with IPv6 as well")
    if _SCHEME.match(value) or "/" in value:
        raise ValueError(f"must be an address alone, such as {_bare(value) or '127.0.0.1'}")
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return _listening_name(value)
    if address.is_multicast or str(address) == "255.255.255.255":
        raise ValueError("is not an address that a machine can have")
    return bare


def _listening_name(value: str) -> str:
    wrong = "must be an address of this machine, such as 127.0.0.1 or 0.0.0.0"
    try:
        parts = urlsplit(f"//{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(wrong) from None
    if port is not None:
        raise ValueError(f"must be an address without a port; write listen: {host} and port: {port}")
    return host_name(value, wrong)


def called_name(value: str) -> str:
    """Return the host name in ``value``, which may stand there as in the address line of a browser.

    Raises ValueError where there is none.
    """
    wrong = "must be a host name, such as selfie.example"
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(value))
    if "*" in value:
        raise ValueError(f"{wrong}; * is not understood, write out every name")
    try:
        parts = urlsplit(value if _SCHEME.match(value) else f"//{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(wrong) from None
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if host is None or rest or parts.scheme not in ("", "http", "https") or port == 0:
        raise ValueError(f"{wrong}, without anything before or behind it")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host_name(host, wrong)


def host_name(value: str, wrong: str) -> str:
    """Return ``value`` as browsers send it: small letters, other scripts in ASCII (RFC 3490).

    Raises ValueError, with the words ``wrong``.
    """
    try:
        name = value.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError:
        raise ValueError(wrong) from None
    if len(name) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError(wrong)
    if _NUMBERS.fullmatch(name):
        raise ValueError(f"{wrong}; this is not a complete IP address")
    return name


def _bare(value: str) -> str | None:
    try:
        return urlsplit(value if _SCHEME.match(value) else f"//{value}").hostname
    except ValueError:
        return None
