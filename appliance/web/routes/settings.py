"""Form of the settings: changes and undo."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from appliance.editing.settings_file import SettingsFile
from appliance.web.routes.http import json_body
from appliance.web.settings_form import form, parse_changes

MAX_CHANGES_BYTES = 4 * 1024
"""Limit of a change in bytes: longer text would slow every later change; the page sends one setting."""


class SettingsRoutes:
    """Settings of the appliance."""

    def __init__(self, file: SettingsFile) -> None:
        self._file = file

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/settings", self.form),
            Route("/api/settings", self.change, methods=["PUT"]),
            Route("/api/settings/undo", self.undo, methods=["POST"]),
        ]

    async def form(self, _: Request) -> Response:
        """Answer with the form."""
        return JSONResponse(await self._form())

    async def change(self, request: Request) -> Response:
        """Change settings, a JSON object by dotted key; answer with the form."""
        changes = parse_changes(await json_body(request, MAX_CHANGES_BYTES))
        await run_in_threadpool(self._file.change, changes)
        return JSONResponse(await self._form())

    async def undo(self, _: Request) -> Response:
        """Undo the last change; answer with its keys and the form."""
        keys = await run_in_threadpool(self._file.undo)
        return JSONResponse({"keys": keys, **await self._form()})

    async def _form(self) -> dict[str, Any]:
        return await run_in_threadpool(form, self._file)
