"""Wires the bridge: feed on one side, broker on the other, each made again by itself after a loss."""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import aiomqtt

from appliance.clock import Clock
from appliance.editing.settings_file import SettingsFile
from appliance.errors import FeedError
from appliance.feed.client import FeedClient
from appliance.mqtt.appliance_state import ApplianceState, MachineFacts
from appliance.mqtt.broker import Broker
from appliance.mqtt.device import Device
from appliance.mqtt.discovery import OFFLINE, ONLINE, discovery, discovery_topic
from appliance.mqtt.executor import SETTABLE, CommandExecutor

log = logging.getLogger(__name__)

POLL_SECONDS = 10.0
"""How often the rule, the heat and the free space are asked for; nobody tells when they change."""
SOON_SECONDS = 2.0
"""After a command: the appliance reads its settings anew within this time."""
LEAST_SECONDS = 0.05
"""Between two states: at most twenty a second, however fast people come and go."""
MOST_EVENTS = 64
"""Photos told later, when the broker is away; beyond it the oldest is dropped."""
CLOSE_SECONDS = 2.0

SmallCopy = Callable[[str], bytes | None]
"""Makes a small JPEG of the photo of a name; None where it cannot be read."""


class Bridge:
    """The whole bridge. ``thumbnail`` is None where no pictures are published. One event loop."""

    def __init__(
        self,
        *,
        device: Device,
        broker: Broker,
        feed: str,
        settings: SettingsFile,
        facts: MachineFacts,
        clock: Clock,
        discovery_prefix: str,
        thumbnail: SmallCopy | None,
    ) -> None:
        self._device = device
        self._broker = broker
        self._facts = facts
        self._discovery_prefix = discovery_prefix
        self._thumbnail = thumbnail
        self._state = ApplianceState()
        self._photos: deque[dict[str, Any]] = deque(maxlen=MOST_EVENTS)
        self._picture: str | None = None
        self._changed = asyncio.Event()
        self._poll_now = asyncio.Event()
        self._feed = FeedClient(feed, self)
        self._feed.want("changes")
        self._commands = CommandExecutor(self._feed, settings, clock)

    async def run(self) -> None:
        """Run until cancelled; then report ``offline`` to the broker."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._feed.run())
            tasks.create_task(self._poll())
            tasks.create_task(self._broker.run(self._session))

    def linked(self, connected: bool) -> None:
        """Take note that the appliance came or went."""
        if connected:
            self._poll_now.set()
        self._changed.set()

    def message(self, head: dict[str, Any], picture: bytes) -> None:  # noqa: ARG002  (none is asked for)
        """Take one message of the feed. Raises KeyError, TypeError for one of another version."""
        kind = head.get("kind")
        if kind == "frame":
            self._state.frame(head)
        elif kind == "fault":
            self._state.faults(head)
        elif kind == "photo":
            at = datetime.now().astimezone().isoformat(timespec="seconds")
            self._photos.append({"event_type": "taken", "name": str(head["name"]), "at": at})
            self._picture = str(head["name"])
            self._poll_now.set()
        self._changed.set()

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._poll_now.clear()
            self._state.machine(await loop.run_in_executor(None, self._facts.read, date.today()))
            if self._feed.connected:
                with contextlib.suppress(FeedError, KeyError, TypeError):  # told where the feed is lost
                    self._state.rule((await self._feed.ask("status"))["rule"])
            self._changed.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._poll_now.wait()
            await asyncio.sleep(LEAST_SECONDS)

    async def _session(self, client: aiomqtt.Client) -> None:
        """Publish and obey while ``client`` is connected; its loss is raised."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._obey(client))
                tasks.create_task(self._publish(client))
        except asyncio.CancelledError:  # this bridge stops: the last will is for those that cannot say so
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await client.publish(self._device.bridge, OFFLINE, qos=1, retain=True)
            raise

    async def _obey(self, client: aiomqtt.Client) -> None:
        await client.subscribe(self._device.command("+"), qos=1)
        async for message in client.messages:
            if message.retain:  # left at the broker by mistake: it would be obeyed at every start
                continue
            name = str(message.topic).rpartition("/")[2]
            payload = message.payload if isinstance(message.payload, bytes) else str(message.payload).encode()
            if await self._commands.obey(name, payload):
                asyncio.get_running_loop().call_later(SOON_SECONDS, self._poll_now.set)

    async def _publish(self, client: aiomqtt.Client) -> None:
        """Publish what has changed; first everything, as the broker may have lost it."""
        device = self._device
        sent: dict[str, str] = {}

        async def send(topic: str, payload: str) -> None:
            if sent.get(topic) != payload:
                await client.publish(topic, payload, qos=1, retain=True)
                sent[topic] = payload

        while True:
            self._changed.clear()
            state = self._state
            if self._discovery_prefix and state.expression is not None:
                announced = discovery(device, state.expression, self._thumbnail is not None)
                await send(discovery_topic(self._discovery_prefix, device), _json(announced))
            await send(device.state, _json(state.values()))
            await send(device.appliance, ONLINE if self._feed.connected else OFFLINE)
            await send(device.bridge, ONLINE)
            while self._photos:
                await client.publish(device.photo, _json(self._photos[0]), qos=1)
                self._photos.popleft()
            await self._publish_picture(client)
            await asyncio.sleep(LEAST_SECONDS)
            await self._changed.wait()

    async def _publish_picture(self, client: aiomqtt.Client) -> None:
        name, self._picture = self._picture, None
        if name is None or self._thumbnail is None:
            return
        data = await asyncio.get_running_loop().run_in_executor(None, self._thumbnail, name)
        if data is not None:
            await client.publish(self._device.last_photo, data, qos=1, retain=True)


def bridged_settings(path: Path | None) -> SettingsFile:
    """Return the configuration file ``path``, of which the broker may change two settings."""
    return SettingsFile(path, fixed=lambda key: key not in SETTABLE)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
