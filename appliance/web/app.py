"""What the page answers, address by address."""

import asyncio
import json
import mimetypes
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from typing import Any, BinaryIO

from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from appliance import __version__
from appliance.errors import ApplianceError, ConfigError, FeedError
from appliance.photo_names import PHOTO
from appliance.web.access import COOKIE, SESSION_SECONDS, Patience, Sessions
from appliance.web.gallery import CHUNK, Gallery, Picture
from appliance.web.health import metrics
from appliance.web.history import History
from appliance.web.link import Link
from appliance.web.live import Latency, live
from appliance.web.settings import Settings, parse_changes
from appliance.web.state import State

MOST_BODY = 64 * 1024
MOST_CHANGES = 4 * 1024
"""Bytes. What is longer makes every change after it slow; the page itself sends one setting."""
BODY_SECONDS = 10.0
MOST_PAGE = 200
FRESH_SECONDS = 5.0
FOREVER = "private, max-age=31536000, immutable"
"""A photo's name is never given twice."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page itself, in memory."""

    data: bytes
    kind: str
    tag: str


class Page:
    """Everything the page answers. Each method is one address."""

    def __init__(
        self,
        *,
        link: Link,
        history: History,
        gallery: Gallery,
        settings: Settings,
        sessions: Sessions,
        patience: Patience,
        state: State,
    ) -> None:
        self._link = link
        self._history = history
        self._gallery = gallery
        self._settings = settings
        self._sessions = sessions
        self._patience = patience
        self._state = state
        self._latency: Latency = state.latency
        self._assets = dict(_assets())
        self._guessing = asyncio.Lock()

    def app(self) -> Starlette:
        """The routes, and the link to the appliance for as long as it runs."""
        word = "{word:str}"
        routes = [
            Route("/", self.index),
            Route("/static/{name:str}", self.static),
            Route("/favicon.ico", self.icon),
            Route("/manifest.webmanifest", self.manifest),
            Route("/healthz", self.healthz),
            Route("/metrics", self.metrics),
            Route("/api/session", self.session),
            Route("/api/login", self.login, methods=["POST"]),
            Route("/api/logout", self.logout, methods=["POST"]),
            Route(f"/api/do/{word}", self.order, methods=["POST"]),
            Route("/api/history", self.history),
            Route("/history.csv", self.csv),
            Route("/api/photos", self.photos),
            Route("/photos.zip", self.archive),
            Route("/photos/{name:str}", self.photo),
            Route("/photos/{name:str}", self.delete, methods=["DELETE"]),
            Route("/thumbnails/{name:str}", self.thumbnail),
            Route("/api/settings", self.form),
            Route("/api/settings", self.change, methods=["PUT"]),
            Route("/api/settings/undo", self.undo, methods=["POST"]),
            Route("/api/health", self.health),
            Route("/qr.svg", self.qr),
            WebSocketRoute("/live", self.live),
        ]
        handlers: Any = {HTTPException: _http_error, ApplianceError: _appliance_error}
        return Starlette(debug=False, routes=routes, exception_handlers=handlers, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(self._link.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def index(self, request: Request) -> Response:
        """The page. It holds nothing to see; that comes after logging in."""
        return self._asset(request, "index.html")

    async def static(self, request: Request) -> Response:
        """What the page is made of."""
        return self._asset(request, request.path_params["name"])

    async def icon(self, request: Request) -> Response:
        """For the browser's tab."""
        return self._asset(request, "icon.svg")

    async def manifest(self, request: Request) -> Response:
        """For "add to home screen"."""
        return self._asset(request, "manifest.webmanifest")

    def _asset(self, request: Request, name: str) -> Response:
        asset = self._assets.get(name)
        if asset is None:
            raise HTTPException(404)
        headers = {"ETag": asset.tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == asset.tag:
            return Response(status_code=304, headers=headers)
        return Response(asset.data, media_type=asset.kind, headers=headers)

    async def healthz(self, _: Request) -> Response:
        """Whether the appliance answers, for a machine that watches it: 200 or 503."""
        good = False
        with suppress(FeedError):
            good = bool((await self._link.ask("status")).get("ready")) and self._link.fault is None
        return JSONResponse({"healthy": good}, 200 if good else 503)

    async def metrics(self, _: Request) -> Response:
        """For Prometheus."""
        text = metrics(await self._state.health())
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    async def health(self, _: Request) -> Response:
        """For the page."""
        return JSONResponse(await self._state.health())

    async def session(self, request: Request) -> Response:
        """Whether this browser is logged in, and what it has to send along with changes."""
        token = request.scope["session"]
        inside = self._sessions.valid(token)
        return JSONResponse(
            {
                "inside": inside,
                "needed": self._sessions.needed,
                "proof": self._sessions.proof(token) if inside else None,
                "version": __version__,
            }
        )

    async def login(self, request: Request) -> Response:
        """Trade the password for a session."""
        password = (await _json(request)).get("password")
        if not isinstance(password, str) or not self._sessions.needed:
            raise HTTPException(400, "There is no password to give")
        address = request.client.host if request.client else ""
        wait = self._patience.wait_for(address)
        if wait:
            return JSONResponse(
                {"error": f"Too many tries. Wait {wait:.0f} seconds", "wait": round(wait)},
                429,
                {"Retry-After": str(round(wait))},
            )
        async with self._guessing:  # one at a time: each takes 8 MB
            right = await run_in_threadpool(self._sessions.right, password[:1024])
        if not right:
            return JSONResponse({"error": "That is not the password"}, 403)
        self._patience.forgive(address)
        token = self._sessions.open()
        response = JSONResponse({"proof": self._sessions.proof(token)})
        response.set_cookie(
            COOKIE, token, int(SESSION_SECONDS), httponly=True, samesite="strict", secure=_secure(request)
        )
        return response

    async def logout(self, request: Request) -> Response:
        """End the session."""
        self._sessions.close(request.scope["session"])
        response = JSONResponse({})
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    async def order(self, request: Request) -> Response:
        """Arm, disarm, take a photo now."""
        word = request.path_params["word"]
        if word not in {"arm", "disarm", "shoot"}:
            raise HTTPException(404)
        return _answer(await self._link.ask(word))

    async def history(self, request: Request) -> Response:
        """The chart's numbers after ``since``."""
        return JSONResponse(self._history.since(_number(request, "since", 0.0)))

    async def csv(self, _: Request) -> Response:
        """The same as a table."""
        return _download(self._history.csv(), "expressions.csv", "text/csv; charset=utf-8")

    async def photos(self, request: Request) -> Response:
        """A page of the gallery: ``count`` photos, from number ``start`` or ``after`` the one named."""
        start, count = int(_number(request, "start", 0)), int(_number(request, "count", 60))
        name = request.query_params.get("after")
        after = None if name is None else Picture.named(name)
        if name is not None and after is None:
            raise HTTPException(400, "after is the name of a photo")
        count = max(1, min(count, MOST_PAGE))
        page = await run_in_threadpool(self._gallery.page, max(0, start), count, after)
        return JSONResponse(page)

    async def photo(self, request: Request) -> Response:
        """One photo, whole."""
        file = await run_in_threadpool(self._gallery.open, request.path_params["name"])
        if file is None:
            raise HTTPException(404, "There is no such photo (any more)")
        headers = {"Cache-Control": FOREVER, "Content-Length": str(_size(file))}
        if "download" in request.query_params:
            headers["Content-Disposition"] = f'attachment; filename="{request.path_params["name"]}"'
        return StreamingResponse(iterate_in_threadpool(_pieces(file)), 200, headers, "image/jpeg")

    async def thumbnail(self, request: Request) -> Response:
        """One photo, small."""
        data = await run_in_threadpool(self._gallery.thumbnail, request.path_params["name"])
        if data is None:
            raise HTTPException(404, "There is no such photo (any more)")
        return Response(data, 200, {"Cache-Control": FOREVER}, "image/jpeg")

    async def delete(self, request: Request) -> Response:
        """The appliance removes a photo: the page itself cannot write there."""
        name = request.path_params["name"]
        if not PHOTO.fullmatch(name):
            raise HTTPException(404, "There is no such photo (any more)")
        return _answer(await self._link.ask("delete", name=name))

    async def archive(self, request: Request) -> Response:
        """All photos, or those of one ``day``, as a zip."""
        day = request.query_params.get("day")
        if day is not None and not re.fullmatch(r"[0-9]{8}", day):
            raise HTTPException(400, "day is written YYYYMMDD")
        name = f"photos-{day}.zip" if day else "photos.zip"
        return _download(self._gallery.archive(day), name, "application/zip")

    async def form(self, _: Request) -> Response:
        """The settings."""
        return JSONResponse(await run_in_threadpool(self._settings.form))

    async def change(self, request: Request) -> Response:
        """Change settings: a JSON object of dotted keys."""
        changes = parse_changes(await _json(request, MOST_CHANGES))
        await run_in_threadpool(self._settings.change, changes)
        return JSONResponse(await run_in_threadpool(self._settings.form))

    async def undo(self, _: Request) -> Response:
        """Take the last change back."""
        keys = await run_in_threadpool(self._settings.undo)
        return JSONResponse({"keys": keys, **await run_in_threadpool(self._settings.form)})

    async def qr(self, request: Request) -> Response:
        """The address of this page, to be photographed by another phone."""
        import segno  # noqa: PLC0415  (only who wants the code pays for it)

        code = segno.make(self._state.address(request.headers["host"]), error="m")
        svg = code.svg_inline(scale=1, border=2, dark="#111", light="#fff", omitsize=True)
        return Response('<?xml version="1.0"?>' + _namespaced(svg), media_type="image/svg+xml")

    async def live(self, socket: WebSocket) -> None:
        """The live view."""
        await live(socket, self._link, self._latency)


def _assets() -> Iterator[tuple[str, Asset]]:
    mimetypes.add_type("application/manifest+json", ".webmanifest")
    for file in (resources.files("appliance.web") / "static").iterdir():
        data = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        yield file.name, Asset(data, kind, f'"{sha256(data).hexdigest()[:24]}"')


async def _json(request: Request, most: int = MOST_BODY) -> dict[str, Any]:
    """The body as a JSON object; bounded in size and time."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "JSON is expected")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise HTTPException(413, "That is too much")
    except TimeoutError:
        raise HTTPException(408, "Too slow") from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "That is not JSON") from None
    if not isinstance(value, dict):
        raise HTTPException(400, "A JSON object is expected")
    return value


def _number(request: Request, name: str, default: float) -> float:
    try:
        value = float(request.query_params.get(name, default))
    except ValueError:
        raise HTTPException(400, f"{name} is a number") from None
    if not abs(value) < 1e15:
        raise HTTPException(400, f"{name} is out of range")
    return value


def _answer(answer: dict[str, Any]) -> Response:
    if answer.get("ok"):
        return JSONResponse({})
    return JSONResponse({"error": answer.get("error", "It did not work")}, 409)


def _size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


def _download(pieces: Iterator[bytes] | Iterator[str], name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(iterate_in_threadpool(pieces), 200, headers, kind)


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _namespaced(svg: str) -> str:
    return svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


async def _http_error(_: Request, error: HTTPException) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code)


async def _appliance_error(_: Request, error: ApplianceError) -> Response:
    if isinstance(error, ConfigError):
        problems = [{"key": one.key, "reason": one.reason} for one in error.problems]
        return JSONResponse({"error": str(error), "problems": problems}, 422)
    return JSONResponse({"error": str(error)}, 503 if isinstance(error, FeedError) else 500)
