"""Files of the page itself, read once and kept in memory."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from appliance.web.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. ``tag`` is its ETag."""

    data: bytes
    media_type: str
    tag: str


class AssetRoutes:
    """The page, without content: that comes after logging in."""

    def __init__(self) -> None:
        self._assets = dict(_assets())

    def routes(self) -> list[Route]:
        """Return the addresses; three files have one outside ``/static/``, where browsers look for them."""
        return [
            Route("/", self.index),
            Route("/static/{name:str}", self.static),
            Route("/favicon.ico", self.icon),
            Route("/manifest.webmanifest", self.manifest),
        ]

    async def index(self, request: Request) -> Response:
        """Answer with the page."""
        return self.asset(request, "index.html")

    async def static(self, request: Request) -> Response:
        """Answer with a file of the page."""
        return self.asset(request, request.path_params["name"])

    async def icon(self, request: Request) -> Response:
        """Answer with the icon of the browser's tab."""
        return self.asset(request, "icon.svg")

    async def manifest(self, request: Request) -> Response:
        """Answer with the manifest for "add to home screen"."""
        return self.asset(request, "manifest.webmanifest")

    def asset(self, request: Request, name: str) -> Response:
        """Answer with the file ``name`` of the page. Raises HTTPException."""
        asset = self._assets.get(name)
        if asset is None:
            raise HTTPException(404)
        headers = {"ETag": asset.tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == asset.tag:
            return Response(status_code=304, headers=headers)
        return Response(asset.data, media_type=asset.media_type, headers=headers)


def _assets() -> Iterator[tuple[str, Asset]]:
    mimetypes.add_type("application/manifest+json", ".webmanifest")
    for file in (resources.files("appliance.web") / "static").iterdir():
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        yield file.name, _asset(file.read_bytes(), media_type)
    yield "vocabulary.json", _asset(vocabulary(), "application/json")


def _asset(data: bytes, media_type: str) -> Asset:
    return Asset(data, media_type, f'"{sha256(data).hexdigest()[:24]}"')
