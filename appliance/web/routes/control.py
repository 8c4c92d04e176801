"""Live view and its commands."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from appliance.errors import FeedError
from appliance.web.link import Link
from appliance.web.live_view import Latency, LiveView
from appliance.web.routes.http import command_answer

PAGE_COMMANDS = {"arm", "disarm", "shoot"}


class ControlRoutes:
    """Live pictures, and the commands arm, disarm, take a photo now."""

    def __init__(self, link: Link, latency: Latency) -> None:
        self._link = link
        self._latency = latency

    def routes(self) -> list[BaseRoute]:
        """Return the addresses."""
        return [
            WebSocketRoute("/live", self.live),
            Route("/api/do/{command:str}", self.command, methods=["POST"]),
        ]

    async def live(self, socket: WebSocket) -> None:
        """Serve one viewer."""
        await socket.accept()
        try:
            with self._link.watching() as viewer:
                await LiveView(socket, viewer, self._latency, self._link.clock).run()
        except FeedError as error:
            await socket.close(4503, error.what)

    async def command(self, request: Request) -> Response:
        """Pass a command on to the appliance."""
        command = request.path_params["command"]
        if command not in PAGE_COMMANDS:
            raise HTTPException(404)
        return command_answer(await self._link.ask(command))
