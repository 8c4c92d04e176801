"""Runs the bridge: one process, one event loop, until SIGTERM."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from appliance.clock import MonotonicClock
from appliance.config import Config
from appliance.errors import UsageError
from appliance.hw.machine import Machine
from appliance.mqtt.appliance_state import MachineFacts
from appliance.mqtt.bridge import Bridge, SmallCopy, bridged_settings
from appliance.mqtt.broker import Broker
from appliance.mqtt.device import identify
from appliance.system.allocator import return_freed_memory
from appliance.system.library_pages import give_back_libraries
from appliance.system.service import Notifier

_SETTLED_SECONDS = 20.0
"""After which all that the start loads has been loaded."""


def run_bridge(config: Config, path: Path | None) -> None:
    """Bridge until SIGTERM or SIGINT; ``path`` is the configuration file. Raises UsageError, BrokerError."""
    if not config.mqtt.enabled:
        raise UsageError(
            "The bridge is off", "Set mqtt.enabled to true and mqtt.host, then restart smart-selfie"
        )
    return_freed_memory()
    asyncio.run(_until_told(config, path))


async def _until_told(config: Config, path: Path | None) -> None:
    mqtt, machine, photos = config.mqtt, Machine(), Path(config.storage.folder)
    device = identify(mqtt, machine)
    bridge = Bridge(
        device=device,
        broker=Broker(mqtt, device),
        feed=config.web.socket,
        settings=bridged_settings(path),
        facts=MachineFacts(photos, machine),
        clock=MonotonicClock(),
        discovery_prefix=mqtt.discovery,
        thumbnail=_thumbnails(photos) if mqtt.last_photo else None,
    )
    running = asyncio.ensure_future(bridge.run())
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))  # folders are listed and photos made small one at a time
    loop.call_later(_SETTLED_SECONDS, give_back_libraries)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    Notifier().ready()
    try:
        await running
    except asyncio.CancelledError:
        if not running.cancelled():
            raise


def _thumbnails(photos: Path) -> SmallCopy:
    from appliance.storage.thumbnail import thumbnail_of  # noqa: PLC0415  (Pillow takes 8 MB)

    return lambda name: thumbnail_of(photos / name)
