"""Guests' page: entered by a link or a code, it lists photos and offers them for download."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from appliance.web.access import LoginLimiter
from appliance.web.gallery import Gallery
from appliance.web.guests import API, GUEST_COOKIE, PAGE, Grant, Guests
from appliance.web.link import Link
from appliance.web.routes.assets import AssetRoutes
from appliance.web.routes.http import json_body, too_many
from appliance.web.routes.photo import PhotoRoutes

_NO_LONGER = "This link is no longer valid; ask for a new one"


class GuestRoutes:
    """All that a guest may ask for."""

    def __init__(
        self, guests: Guests, limiter: LoginLimiter, gallery: Gallery, link: Link, assets: AssetRoutes
    ) -> None:
        self._guests = guests
        self._limiter = limiter
        self._gallery = gallery
        self._link = link
        self._assets = assets

    def routes(self) -> list[Route]:
        """Return the addresses. Beside the first three they need a grant, which the guard checks."""
        return [
            Route(PAGE, self.index),
            Route(f"{API}/session", self.session),
            Route(f"{API}/enter", self.enter, methods=["POST"]),
            Route(f"{API}/photos", self.page),
            Route(f"{PAGE}/photos.zip", self.archive),
            Route(f"{PAGE}/photos/{{name:str}}", self.photo),
            Route(f"{PAGE}/thumbnails/{{name:str}}", self.thumbnail),
        ]

    async def index(self, request: Request) -> Response:
        """Answer with the page, without content."""
        return self._assets.asset(request, "guest.html")

    async def session(self, request: Request) -> Response:
        """Answer whether guests are let in at all, and what this one may see."""
        return JSONResponse({"open": self._guests.open, **_seen(request.scope["grant"])})

    async def enter(self, request: Request) -> Response:
        """Let a guest in for the right ``link`` (the token in it) or ``code``."""
        body = await json_body(request)
        token = self._checked_link(body["link"]) if "link" in body else self._checked_code(request, body)
        if isinstance(token, Response):
            return token
        response = JSONResponse({"open": self._guests.open, **_seen(self._guests.grant(token))})
        secure = request.scope["scheme_outside"] == "https"
        response.set_cookie(
            GUEST_COOKIE,
            token,
            self._guests.seconds_left(token),
            httponly=True,
            samesite="strict",
            secure=secure,
        )
        return response

    def _checked_link(self, token: object) -> str:
        """Return the token if it is valid; its 128 bits need no limit of tries. Raises HTTPException."""
        if not isinstance(token, str) or self._guests.grant(token) is None:
            expired = isinstance(token, str) and self._guests.has_expired(token)
            raise HTTPException(403, "This link has expired; ask for a new one" if expired else _NO_LONGER)
        return token

    def _checked_code(self, request: Request, body: dict[str, Any]) -> str | Response:
        """Return the token for the code, or a refusal for now. Raises HTTPException."""
        code, address = body.get("code"), request.scope["address"]
        if not isinstance(code, str):
            raise HTTPException(400, "Send a link or a code")
        wait = self._limiter.take(address)
        if wait:
            return too_many(wait)
        if not self._guests.code_matches(code[:64]):
            raise HTTPException(
                403, "Wrong code" if self._guests.open else "Guests are not let in at the moment"
            )
        self._limiter.reset(address)
        return self._guests.token()

    async def page(self, request: Request) -> Response:
        """Answer with photos of the list, as the owner's page does."""
        return await self._photos(request).page(request)

    async def photo(self, request: Request) -> Response:
        """Answer with one photo, whole."""
        return await self._photos(request).photo(request)

    async def thumbnail(self, request: Request) -> Response:
        """Answer with one photo, small."""
        return await self._photos(request).thumbnail(request)

    async def archive(self, request: Request) -> Response:
        """Answer with all that the guest may see, as a zip."""
        return await self._photos(request).archive(request)

    def _photos(self, request: Request) -> PhotoRoutes:
        """Return what answers for the photos that this guest may see."""
        grant: Grant = request.scope["grant"]
        return PhotoRoutes(self._gallery.only(grant.covers), self._link)


def _seen(grant: Grant | None) -> dict[str, Any]:
    """Return the part of the session's answer about ``grant``; times are seconds since 1970."""
    if grant is None:
        return {"inside": False, "photo": None, "until": None}
    return {"inside": True, "photo": grant.name or None, "until": grant.until}
