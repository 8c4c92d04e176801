"""Status of appliance, machine and page, for the page, Prometheus and watchdogs; and the page's address."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from appliance.config.schema import WebSettings
from appliance.errors import FeedError
from appliance.web.address import address_for_others
from appliance.web.link import Link
from appliance.web.metrics import metrics
from appliance.web.origin import Outside
from appliance.web.overview import Overview
from appliance.web.routes.http import qr_code


class StatusRoutes:
    """Status of appliance, machine and page."""

    def __init__(self, overview: Overview, link: Link, outside: Outside, web: WebSettings) -> None:
        self._overview = overview
        self._link = link
        self._outside = outside
        self._web = web

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/healthz", self.healthz),
            Route("/metrics", self.metrics),
            Route("/api/health", self.health),
            Route("/qr.svg", self.qr_code),
        ]

    async def healthz(self, _: Request) -> Response:
        """Answer whether the appliance works, for a monitor: 200 or 503."""
        healthy = False
        with suppress(FeedError):
            healthy = bool((await self._link.ask("status")).get("ready")) and self._link.fault is None
        return JSONResponse({"healthy": healthy}, 200 if healthy else 503)

    async def metrics(self, _: Request) -> Response:
        """Answer in Prometheus' text format."""
        text = metrics(await self._overview.health())
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    async def health(self, _: Request) -> Response:
        """Answer with everything of the page "Health"."""
        return JSONResponse(await self._overview.health())

    async def qr_code(self, request: Request) -> Response:
        """Answer with this page's address as a picture, for the camera of another phone."""
        claimed = request.query_params.get("origin", "")
        address = self._outside.address(request.scope, request.headers, claimed)
        return qr_code(address_for_others(address, self._web.listen, self._web.port))
