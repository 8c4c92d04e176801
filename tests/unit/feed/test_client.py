"""Another process's end of the feed: it connects again, passes on what it understands, and asks."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import MonotonicClock
from appliance.errors import FeedError
from appliance.feed import client as feed_client
from appliance.feed.client import FeedClient
from appliance.feed.commands import commands as feed_commands
from appliance.feed.server import Feed
from tests.support.feed_viewer import Appliance, decision


class Notes:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.links: list[bool] = []
        self.heads: list[dict[str, Any]] = []

    def linked(self, connected: bool) -> None:
        self.links.append(connected)

    def message(self, head: dict[str, Any], picture: bytes) -> None:
        self.heads.append(head)


def play(path: Path, scene: Callable[[FeedClient, Notes], Coroutine[Any, Any, None]]) -> Notes:
    """Run ``scene`` beside a client of the socket ``path``."""

    async def both() -> None:
        client = FeedClient(str(path), notes)
        running = asyncio.create_task(client.run())
        try:
            async with asyncio.timeout(30):
                await scene(client, notes)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    notes = Notes()
    asyncio.run(both())
    return notes


async def until(holds: Callable[[], object]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


def test_changes_come_once_each_and_without_pictures(feed: Feed, tmp_path: Path) -> None:
    async def scene(client: FeedClient, notes: Notes) -> None:
        def frames() -> list[int]:
            return [head["sequence"] for head in notes.heads if head["kind"] == "frame"]

        client.want("changes")
        await until(lambda: client.connected)
        await client.ask("status")  # all said before has been heard
        said: list[tuple[int, list[float], int]]
        said = [(1, [0.9], 1), (2, [0.9], 1), (3, [0.9, 0.9], 2), (4, [0.9, 0.9], 2), (5, [], 3)]
        for sequence, happy, changes in said:
            feed.frame(decision(sequence, *happy))
            await client.ask("status")
            while len(frames()) < changes:  # one that the feed has not sent yet, the next would replace
                await asyncio.sleep(0.01)
        assert frames() == [1, 3, 5]

    play(tmp_path / "feed.sock", scene)
    assert feed.encoded == 0


def test_commands_are_answered(feed: Feed, appliance: Appliance, tmp_path: Path) -> None:
    async def scene(client: FeedClient, notes: Notes) -> None:
        await until(lambda: client.connected)
        assert await client.ask("arm") == {"kind": "answer", "ok": True}
        assert (await client.ask("delete", name="gone"))["ok"] is False

    play(tmp_path / "feed.sock", scene)
    assert [str(word) for word in appliance.asked] == ["arm"]


def test_it_comes_back_by_itself_and_says_what_it_wants_again(
    tmp_path: Path, appliance: Appliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_client, "RETRY_SECONDS", 0.01)

    async def scene(client: FeedClient, notes: Notes) -> None:
        client.want("changes")
        with pytest.raises(FeedError, match="not running"):
            await client.ask("status")
        for sequence in (1, 2):
            feed = Feed(tmp_path / "feed.sock", feed_commands(appliance), MonotonicClock())
            feed.start()
            await until(lambda: client.connected)
            await client.ask("status")
            feed.frame(decision(sequence, 0.9))
            await until(lambda: [h["sequence"] for h in notes.heads if "sequence" in h][-1:] == [sequence])  # noqa: B023
            await asyncio.to_thread(feed.close)
            await until(lambda: not client.connected)

    notes = play(tmp_path / "feed.sock", scene)
    assert notes.links == [True, False, True, False]
