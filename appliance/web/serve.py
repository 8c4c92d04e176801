"""Runs the page: one process, one event loop, no access log."""

import logging
import os
from pathlib import Path

import uvicorn

from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.editing.settings_file import SettingsFile
from appliance.errors import ApplianceError, UsageError
from appliance.system.allocator import return_freed_memory
from appliance.system.log_limit import limited_log
from appliance.system.service import Notifier, directory
from appliance.web.access import LoginLimiter, Sessions
from appliance.web.address import page_addresses
from appliance.web.app import make_app
from appliance.web.connections import Limits, WatchedHttp, WatchedWebSocket
from appliance.web.gallery import Gallery
from appliance.web.guard import Guard, own_names
from appliance.web.guests import Guests
from appliance.web.history import History
from appliance.web.link import Link
from appliance.web.live_view import Latency
from appliance.web.origin import Outside
from appliance.web.overview import Overview
from appliance.web.routes.assets import AssetRoutes
from appliance.web.routes.control import ControlRoutes
from appliance.web.routes.guest import GuestRoutes
from appliance.web.routes.mood import MoodRoutes
from appliance.web.routes.photo import PhotoRoutes
from appliance.web.routes.session import SessionRoutes
from appliance.web.routes.settings import SettingsRoutes
from appliance.web.routes.share import ShareRoutes
from appliance.web.routes.status import StatusRoutes
from appliance.web.settings_form import is_fixed

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 128
MOST_WS_MESSAGE = 4096


def serve(config: Config, path: Path | None) -> None:
    """Serve the page until SIGTERM or SIGINT; ``path`` is the configuration file.

    Raises UsageError, ApplianceError.
    """
    web = config.web
    if not web.enabled:
        raise UsageError("The live page is off", "Set web.enabled to true, then restart smart-selfie")
    return_freed_memory()
    with limited_log(MonotonicClock()):  # strangers can cause lines, of uvicorn and asyncio too
        try:
            make_server(config, path).run()
        except SystemExit:  # uvicorn's reaction to an unusable address
            raise ApplianceError(
                f"The page cannot listen on {web.listen}, port {web.port}",
                "Free the port, or set web.listen to an address of this machine",
            ) from None


def make_server(config: Config, path: Path | None) -> uvicorn.Server:
    """Return the server with all its limits, not yet running."""
    web = config.web
    return _Server(
        uvicorn.Config(
            Limits(build(config, path), MOST_CONNECTIONS),
            host=web.listen,
            port=web.port,
            loop="asyncio",
            http=WatchedHttp,
            ws=WatchedWebSocket,
            ws_max_size=MOST_WS_MESSAGE,
            ws_ping_interval=20.0,
            ws_ping_timeout=20.0,
            ws_per_message_deflate=False,  # JPEGs do not shrink
            lifespan="on",
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            backlog=64,
            timeout_keep_alive=8,  # before connections.REQUEST_SECONDS, and without an abort
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=16 * 1024,
        )
    )


def build(config: Config, path: Path | None) -> Guard:
    """Return the wired application. ``path`` is the configuration file that the page changes."""
    web, clock = config.web, MonotonicClock()
    photos = Path(config.storage.folder)
    history = History(web.history_minutes)
    link = Link(web.socket, history, clock)
    gallery = Gallery(photos, _cache())
    sessions = Sessions(web.password, clock)
    latency = Latency()
    outside = Outside(web.url)
    guests = Guests(web.guests, web.guest_pass)
    assets = AssetRoutes()
    resources = (
        assets,
        SessionRoutes(sessions, LoginLimiter(clock)),
        ControlRoutes(link, latency),
        MoodRoutes(history),
        PhotoRoutes(gallery, link),
        SettingsRoutes(SettingsFile(path, is_fixed)),
        StatusRoutes(Overview(photos, gallery, link, latency), link, outside, web),
        GuestRoutes(guests, LoginLimiter(clock), gallery, link, assets),
        ShareRoutes(guests, outside, web),
    )
    names = own_names(web.listen, web.names)
    return Guard(make_app(resources, link), sessions, guests, names, outside, web.metrics_key)


def _cache() -> Path:
    """Return the folder of thumbnails: systemd's CacheDirectory=, else the user's."""
    given = directory("CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return given / "smart-selfie" / "thumbnails"


class _Server(uvicorn.Server):
    """Server that tells systemd when it listens."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            Notifier().ready()
            addresses = page_addresses(self.config.host, self.config.port)
            log.info("The page is at %s", " or ".join(addresses))
