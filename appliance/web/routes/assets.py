"""Files of the page itself, read once and kept in memory."""

import gzip
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from appliance.language.catalogue import Catalogue
from appliance.language.choice import of_browser
from appliance.web.translated import translated_files


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ``packed`` by gzip; ``tag`` is its ETag."""

    data: bytes
    media_type: str
    tag: str
    packed: bytes


class AssetRoutes:
    """The page, without content: that comes after logging in."""

    def __init__(self) -> None:
        self._assets = dict(_assets())
        self._spoken: dict[str, dict[str, Asset]] = {}

    def routes(self) -> list[Route]:
        """Return the addresses; three files have one outside ``/static/``, where browsers look for them."""
        return [
            Route("/", self.index),
            Route("/static/{name:path}", self.static),
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
        catalogue = of_browser(request.headers.get("accept-language", ""))
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        asset = self._translated(catalogue).get(name)
        if asset is not None:
            headers |= {"Content-Language": catalogue.language, "Vary": "Accept-Encoding, Accept-Language"}
        asset = asset or self._assets.get(name)
        if asset is None:
            raise HTTPException(404)
        return _answer(request, asset, headers)

    def _translated(self, catalogue: Catalogue) -> dict[str, Asset]:
        """Return the files that hold words, made once for each language."""
        if catalogue.language not in self._spoken:
            files = translated_files(catalogue)
            self._spoken[catalogue.language] = {name: _asset(*file) for name, file in files.items()}
        return self._spoken[catalogue.language]


def _assets() -> Iterator[tuple[str, Asset]]:
    mimetypes.add_type("application/manifest+json", ".webmanifest")
    yield from _files(resources.files("appliance.web") / "static", "")


def _files(folder: Traversable, place: str) -> Iterator[tuple[str, Asset]]:
    """Yield every file below ``folder`` by its name from there; ``place`` goes before it."""
    for file in folder.iterdir():
        if file.is_dir():
            yield from _files(file, f"{place}{file.name}/")
        else:
            media_type = mimetypes.guess_type(file.name)[0] or "text/plain"
            yield place + file.name, _asset(file.read_bytes(), media_type)


def _asset(data: bytes, media_type: str) -> Asset:
    packed = gzip.compress(data, mtime=0)
    return Asset(data, media_type, sha256(data).hexdigest()[:24], packed)


def _answer(request: Request, asset: Asset, headers: dict[str, str]) -> Response:
    """Return ``asset``, packed where the browser takes that and it is smaller, or that it is unchanged."""
    takes = [part.strip().lower() for part in request.headers.get("accept-encoding", "").split(",")]
    packed = "gzip" in takes and len(asset.packed) < len(asset.data)
    headers["ETag"] = f'"{asset.tag}-gzip"' if packed else f'"{asset.tag}"'
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(asset.packed if packed else asset.data, media_type=asset.media_type, headers=headers)
