"""The page as an ASGI application: its resources' routes, its errors, and the link while it runs."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from appliance.errors import ApplianceError, ConfigError, FeedError
from appliance.web.link import Link


class Resource(Protocol):
    """Interface of the classes in :mod:`appliance.web.routes`."""

    def routes(self) -> Sequence[BaseRoute]:
        """Return its addresses."""


def make_app(resources: Iterable[Resource], link: Link) -> Starlette:
    """Return the application of ``resources``; ``link`` keeps connected for as long as it runs."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(link.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    routes = [route for resource in resources for route in resource.routes()]
    handlers: Any = {HTTPException: _http_error, ApplianceError: _appliance_error}
    return Starlette(debug=False, routes=routes, exception_handlers=handlers, lifespan=lifespan)


async def _http_error(_: Request, error: HTTPException) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _appliance_error(_: Request, error: ApplianceError) -> Response:
    if isinstance(error, ConfigError):
        problems = [{"key": problem.key, "reason": problem.reason} for problem in error.problems]
        return JSONResponse({"error": str(error), "problems": problems}, 422)
    return JSONResponse({"error": str(error)}, 503 if isinstance(error, FeedError) else 500)
