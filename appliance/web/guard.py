"""Checks before every answer of the page: hosts, sessions, proofs, headers."""

import secrets
import socket
from collections.abc import Callable, Iterable, Iterator

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appliance.web import guests
from appliance.web.access import COOKIE, Sessions
from appliance.web.address import is_address, parse_host
from appliance.web.connections import hang_up
from appliance.web.guests import Grant, Guests
from appliance.web.origin import Outside

PAGES = ("/", guests.PAGE)
"""The owner's page and the guests', without any content. Links to them may be anywhere."""
OPEN = (
    *PAGES,
    "/healthz",
    "/api/session",
    "/api/login",
    "/favicon.ico",
    "/manifest.webmanifest",
    f"{guests.API}/session",
    f"{guests.API}/enter",
)
"""Paths open without logging in, besides ``/static/``."""
METRICS = "/metrics"
SAFE = {"GET", "HEAD"}
PROOF = "x-page-proof"
MOST_TOKEN = 128
"""Characters of our cookie that are looked at."""

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

    Two roles may ask for more than the :data:`OPEN` paths: guests, with a grant, for what is below their own
    addresses and nothing else; the owner, with a session, for all the rest. Prometheus may read the metrics
    with ``metrics_key`` alone. ``scope["session"]`` is the
    owner's token, ``scope["grant"]`` what a guest may see, or None.

    Names are checked because a hostile page can make a browser reach this one under a name of its own (DNS
    rebinding); it cannot do so under an address.
    """

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        visitors: Guests,
        names: Iterable[str],
        outside: Outside,
        metrics_key: str = "",
    ) -> None:
        self.app = app
        self._sessions = sessions
        self._guests = visitors
        self._names = {name.lower().rstrip(".") for name in (*names, *outside.names)}
        self._outside = outside
        self._metrics_key = metrics_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["session"] = token = self._token(headers)
        scope["grant"] = self._grant(headers)
        scope["address"] = self._outside.client(scope, headers)
        scope["scheme_outside"] = self._outside.scheme(scope, headers)
        sender = _with_headers(send)
        refusal = self._refusal(scope, headers, token)
        if refusal is not None:
            await _refuse(scope, receive, sender, *refusal)
            return
        if not _is_open(scope["path"]):
            sender = self._while_in(scope, self._still_in(scope, headers, token), sender)
        await self.app(scope, receive, sender)

    def _token(self, headers: Headers) -> str:
        """Return our cookie's value; of several, by other programs' leave, the one that is a session's."""
        tokens = list(_cookies(headers, COOKIE))
        return next((token for token in tokens if self._sessions.is_open(token)), tokens[0] if tokens else "")

    def _grant(self, headers: Headers) -> Grant | None:
        """Return what the guest's cookie allows; None where there is none, or none that is valid."""
        grants = (self._guests.grant(token) for token in _cookies(headers, guests.GUEST_COOKIE))
        return next((grant for grant in grants if grant is not None), None)

    def _still_in(self, scope: Scope, headers: Headers, token: str) -> Callable[[], bool]:
        """Return a function that says whether who asks may still see the answer."""
        if _is_guests(scope["path"]):
            return lambda: self._grant(headers) is not None
        return lambda: self._sessions.is_open(token)

    def _while_in(self, scope: Scope, still_in: Callable[[], bool], send: Send) -> Send:
        """Return ``send`` for as long as ``still_in`` is true: what goes on for long ends with it."""

        async def sender(message: Message) -> None:
            if _goes_on(message) and not still_in():
                if message["type"] == "websocket.send":
                    await send({"type": "websocket.close", "code": 4401, "reason": "Log in first"})
                else:
                    hang_up(scope)
                raise OSError("The session has ended")  # as where the browser has left
            await send(message)

        return sender

    def _refusal(self, scope: Scope, headers: Headers, token: str) -> tuple[int, str] | None:
        """Return status and message of a refusal, None where there is none."""
        misled = self._misled(scope, headers)
        if misled is not None or _is_open(scope["path"]):
            return misled
        if _is_guests(scope["path"]):
            return (
                None if scope["grant"] else (401, "This link or code is no longer valid; ask for a new one")
            )
        if scope["path"] == METRICS and self._measures(headers):
            return None
        if not self._sessions.valid(token):
            return 401, "Log in first"
        changes = scope["type"] == "http" and scope["method"] not in SAFE
        if changes and not self._sessions.proof_matches(token, headers.get(PROOF, "")):
            return 403, "The request does not come from the page; load it again"
        return None

    def _measures(self, headers: Headers) -> bool:
        """Return whether the request has the key to the metrics. It is too long to be guessed."""
        given = headers.get("authorization", "")
        return bool(self._metrics_key) and secrets.compare_digest(
            given.encode(), f"Bearer {self._metrics_key}".encode()
        )

    def _misled(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Return the refusal of a request that another site or a doubtful proxy sends."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._known(hosts[0]):
            return 421, "Unknown host name; add it to web.names"
        if "content-length" in headers and "transfer-encoding" in headers:
            return 400, "A request has one length"  # RFC 9112, section 6.1
        if self._from_elsewhere(scope, headers, hosts[0]):
            return 403, "Cross-site request refused. Behind a proxy, set web.url to the page's address"
        return None

    def _known(self, host: str) -> bool:
        parsed = parse_host(host)
        return parsed is not None and (is_address(parsed[0]) or parsed[0] in self._names)

    def _from_elsewhere(self, scope: Scope, headers: Headers, host: str) -> bool:
        """Return whether another site's page sent the request. Links to the page itself may be anywhere.

        The files of the page hold nothing of anybody's: without them it could not even say what is wrong.
        """
        if scope["path"].startswith("/static/"):
            return False
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in {None, "none", "same-origin"} and scope["path"] not in PAGES:
            return True
        if origin is None or site == "same-origin":  # by the browser's own account, which no page can forge
            return False
        return not self._outside.is_own(scope, origin, host)


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith("/static/")


def _is_guests(path: str) -> bool:
    return path.startswith((f"{guests.PAGE}/", f"{guests.API}/"))


def _goes_on(message: Message) -> bool:
    """Return whether ``message`` is part of a long answer: of a view, of a file in pieces."""
    kind: str = message["type"]
    return kind == "websocket.send" or (kind == "http.response.body" and bool(message.get("more_body")))


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


def _cookies(headers: Headers, called: str) -> Iterator[str]:
    """Yield the values of our cookie ``called``. All ports of a host share cookies, and others' may look as
    they like (RFC 6265, section 5.4), so nothing but the semicolon is taken for granted."""
    for header in headers.getlist("cookie"):
        for pair in header.split(";"):
            name, _, value = pair.partition("=")
            if name.strip() == called:
                yield value.strip().strip('"')[:MOST_TOKEN]


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        if status == 401:  # a browser learns the reason only of a connection that was open
            await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4000 + status, "reason": words})
        return
    headers = {"Connection": "close"} if status == 400 else None
    await JSONResponse({"error": words}, status, headers)(scope, receive, send)


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sender
