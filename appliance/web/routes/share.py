"""Links for guests, which the owner's page hands out."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from appliance.config.schema import WebSettings
from appliance.language.choice import of_browser
from appliance.paper.svg import to_svg
from appliance.storage.photo_names import PHOTO
from appliance.web.address import address_for_others, wifi_text
from appliance.web.guests import PAGE, Guests
from appliance.web.note import note_of
from appliance.web.origin import Outside
from appliance.web.routes.http import qr_code


class ShareRoutes:
    """Link, code and QR code for guests: to all of today's photos, or to one."""

    def __init__(self, guests: Guests, outside: Outside, web: WebSettings) -> None:
        self._guests = guests
        self._outside = outside
        self._web = web

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/share", self.share),
            Route("/share.svg", self.picture),
            Route("/note.svg", self.note),
            Route("/wifi.svg", self.wifi),
        ]

    async def share(self, request: Request) -> Response:
        """Answer with the link to the ``photo``, or to all; ``on`` says whether guests are let in at all.

        ``code`` is null with a link to one photo; ``until`` is in seconds since 1970; ``wifi`` is the
        appliance's own, or null.
        """
        wifi = (
            {"name": self._web.hotspot, "password": self._web.hotspot_password} if self._web.hotspot else None
        )
        if not self._guests.on:
            return JSONResponse({"on": False, "link": None, "code": None, "until": None, "wifi": wifi})
        token = self._token(request)
        grant = self._guests.grant(token)
        return JSONResponse(
            {
                "on": grant is not None,
                "link": self._link(request, token),
                "code": None if request.query_params.get("photo") else self._guests.code,
                "until": self._guests.party.until if grant is None else grant.until,
                "wifi": wifi,
            }
        )

    async def picture(self, request: Request) -> Response:
        """Answer with the same link as a QR code."""
        if not self._guests.on:
            raise HTTPException(404, "Guests are not let in; sudo smart-selfie web guests on")
        return qr_code(self._link(request, self._token(request)))

    async def note(self, request: Request) -> Response:
        """Answer with the note for the wall, to be printed."""
        catalogue = of_browser(request.headers.get("accept-language", ""))
        sheet = note_of(self._guests, self._web, self._address(request), catalogue)
        return Response(to_svg(sheet), media_type="image/svg+xml")

    async def wifi(self, _: Request) -> Response:
        """Answer with the QR code that joins a phone to the appliance's own Wi-Fi."""
        if not self._web.hotspot:
            raise HTTPException(404, "There is no Wi-Fi of the appliance's own; sudo smart-selfie hotspot on")
        return qr_code(wifi_text(self._web.hotspot, self._web.hotspot_password))

    def _token(self, request: Request) -> str:
        photo = request.query_params.get("photo", "")
        if photo and not PHOTO.fullmatch(photo):
            raise HTTPException(400, "photo must be the name of a photo")
        return self._guests.token(photo)

    def _link(self, request: Request, token: str) -> str:
        return f"{self._address(request).rstrip('/')}{PAGE}#{token}"

    def _address(self, request: Request) -> str:
        """Return the page's address for guests, with a slash at its end."""
        claimed = request.query_params.get("origin", "")
        asked = self._outside.address(request.scope, request.headers, claimed)
        return address_for_others(asked, self._web.listen, self._web.port)
