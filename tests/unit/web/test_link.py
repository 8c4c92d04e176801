"""The page's end of the feed: what it does with messages that are none of its version's."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import MonotonicClock
from appliance.feed.messages import pack
from appliance.web.history import History
from appliance.web.link import Link

FRAME = {"kind": "frame", "sequence": 7, "captured_at": 1.0, "people": [], "armed": True}


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "frame"},
        FRAME | {"people": [{}]},
        FRAME | {"people": None},
        FRAME | {"sequence": "7"},
        {"kind": "answer"},
        {"kind": "fault"},
    ],
)
def test_a_message_without_its_keys_is_reported_and_the_link_goes_on(
    tmp_path: Path, odd: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def play() -> None:
        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(pack(odd) + pack(FRAME, b"picture"))
            writers.append(writer)

        writers: list[asyncio.StreamWriter] = []
        server = await asyncio.start_unix_server(serve, tmp_path / "feed.sock")
        link = Link(str(tmp_path / "feed.sock"), History(1), MonotonicClock())
        running = asyncio.create_task(link.run())
        async with asyncio.timeout(10):
            while link.newest is None:
                await asyncio.sleep(0.01)
        assert link.newest == (FRAME, b"picture")
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        for writer in writers:
            writer.close()
            await writer.wait_closed()
        server.close()
        await server.wait_closed()

    asyncio.run(play())
    assert "not understood" in caplog.text
    assert "same version" in caplog.text
