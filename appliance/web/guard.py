"""Checks before every answer of the page: hosts, sessions, proofs, headers."""

import contextlib
import ipaddress
import socket
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appliance.web.access import COOKIE, Sessions

OPEN = ("/", "/healthz", "/api/session", "/api/login", "/favicon.ico", "/manifest.webmanifest")
"""Paths open without logging in, besides ``/static/``: the page itself, without any content."""
SAFE = {"GET", "HEAD"}
PROOF = "x-page-proof"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """ASGI middleware. ``names`` are the host names accepted for the page; plain addresses always are.

    Names are checked because a hostile page can make a browser reach this one under a name of its own (DNS
    rebinding); it cannot do so under an address.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, names: Iterable[str]) -> None:
        self._app = app
        self._sessions = sessions
        self._names = {name.lower().rstrip(".") for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["session"] = token = _token(headers)
        refusal = self._refusal(scope, headers, token)
        if refusal is not None:
            await _refuse(scope, receive, _with_headers(send), *refusal)
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers, token: str) -> tuple[int, str] | None:
        """Return status and message of a refusal, None where there is none."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._known(hosts[0]):
            return 421, "Unknown host name; add it to web.names"
        if _from_elsewhere(scope, headers, hosts[0]):
            return 403, "Cross-site request refused"
        path = scope["path"]
        if path in OPEN or path.startswith("/static/"):
            return None
        if not self._sessions.valid(token):
            return 401, "Log in first"
        changes = scope["type"] == "http" and scope["method"] not in SAFE
        if changes and not self._sessions.proof_matches(token, headers.get(PROOF, "")):
            return 403, "The request does not come from the page; load it again"
        return None

    def _known(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
        except ValueError:
            return False
        with contextlib.suppress(ValueError):
            return bool(ipaddress.ip_address(name))
        return name in self._names


def _from_elsewhere(scope: Scope, headers: Headers, host: str) -> bool:
    """Return whether another site's page sent the request. Links to the page itself are allowed."""
    origin = headers.get("origin")
    try:
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return True
    except ValueError:  # no address at all, such as http://[
        return True
    return headers.get("sec-fetch-site", "none") not in {"none", "same-origin"} and scope["path"] != "/"


def own_names(listen: str, further: Iterable[str]) -> set[str]:
    """Return the host names by which this machine's page may be called."""
    machine = socket.gethostname().lower()
    short = machine.partition(".")[0]
    return {
        "localhost",
        listen.lower(),
        machine,
        short,
        f"{short}.local",
        *(name.lower() for name in further),
    }


def _token(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")[:4096]).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value[:128] if morsel else ""


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        if status == 401:  # a browser learns the reason only of a connection that was open
            await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4000 + status, "reason": words})
        return
    await JSONResponse({"error": words}, status)(scope, receive, send)


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sender
