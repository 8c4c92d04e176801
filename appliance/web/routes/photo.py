"""Photos: listed, whole, small, as a zip, deleted, restored."""

import functools
import re
from typing import BinaryIO

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from appliance.storage.photo_names import PHOTO
from appliance.web.gallery import READ_CHUNK_BYTES, Gallery, StoredPhoto
from appliance.web.link import Link
from appliance.web.routes.http import command_answer, download, query_number

MOST_PAGE = 200
FOREVER = "private, max-age=31536000, immutable"
"""Caching for ever: a photo's name is never reused."""


class PhotoRoutes:
    """Photos in the folder."""

    def __init__(self, gallery: Gallery, link: Link) -> None:
        self._gallery = gallery
        self._link = link

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/photos", self.page),
            Route("/photos.zip", self.archive),
            Route("/photos/{name:str}", self.photo),
            Route("/photos/{name:str}", self.delete, methods=["DELETE"]),
            Route("/photos/{name:str}/restore", self.restore, methods=["POST"]),
            Route("/thumbnails/{name:str}", self.thumbnail),
        ]

    async def page(self, request: Request) -> Response:
        """Answer with ``count`` photos of the list, from number ``start`` or ``after`` the one named."""
        start, count = int(query_number(request, "start", 0)), int(query_number(request, "count", 60))
        name = request.query_params.get("after")
        after = None if name is None else StoredPhoto.named(name)
        if name is not None and after is None:
            raise HTTPException(400, "after must be the name of a photo")
        count = max(1, min(count, MOST_PAGE))
        return JSONResponse(await run_in_threadpool(self._gallery.page, max(0, start), count, after))

    async def photo(self, request: Request) -> Response:
        """Answer with one photo, whole."""
        name = request.path_params["name"]
        file = await run_in_threadpool(self._gallery.open, name)
        if file is None:
            raise _no_such_photo()
        headers = {"Cache-Control": FOREVER, "Content-Length": str(_size(file))}
        if "download" in request.query_params:
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return _PhotoResponse(file, headers)

    async def thumbnail(self, request: Request) -> Response:
        """Answer with one photo, small."""
        data = await run_in_threadpool(self._gallery.thumbnail, request.path_params["name"])
        if data is None:
            raise _no_such_photo()
        return Response(data, 200, {"Cache-Control": FOREVER}, "image/jpeg")

    async def delete(self, request: Request) -> Response:
        """Have the appliance move a photo into the bin: the page itself cannot write there.

        Answers with ``undo_seconds``: the time to restore it in, 0 where the card is too full for the bin.
        """
        return command_answer(await self._link.ask("delete", name=_name(request)), "undo_seconds")

    async def restore(self, request: Request) -> Response:
        """Have the appliance move a photo back from the bin."""
        return command_answer(await self._link.ask("restore", name=_name(request)))

    async def archive(self, request: Request) -> Response:
        """Answer with all photos, or those of one ``day``, as a zip."""
        day = request.query_params.get("day")
        if day is not None and not re.fullmatch(r"[0-9]{8}", day):
            raise HTTPException(400, "day must be YYYYMMDD")
        name = f"photos-{day}.zip" if day else "photos.zip"
        return download(self._gallery.archive(day), name, "application/zip")


def _name(request: Request) -> str:
    """Return the name of the photo in the address. Raises HTTPException."""
    name: str = request.path_params["name"]
    if not PHOTO.fullmatch(name):
        raise _no_such_photo()
    return name


def _no_such_photo() -> HTTPException:
    return HTTPException(404, "Photo not found; it may have been deleted")


def _size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


class _PhotoResponse(StreamingResponse):
    """File in pieces, closed also when the browser disconnects before the first of them."""

    def __init__(self, file: BinaryIO, headers: dict[str, str]) -> None:
        pieces = iter(functools.partial(file.read, READ_CHUNK_BYTES), b"")
        super().__init__(iterate_in_threadpool(pieces), 200, headers, "image/jpeg")
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            await super().__call__(scope, receive, send)
