"""One photo on its way to a browser."""

import asyncio
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from starlette.requests import ClientDisconnect, Request

from appliance.clock import VirtualClock
from appliance.web.gallery import Gallery
from appliance.web.history import History
from appliance.web.link import Link
from appliance.web.routes.photo import PhotoRoutes
from tests.support.page_server import write_photo


def test_a_photo_is_closed_though_the_browser_left_before_its_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = write_photo(tmp_path, 1)
    gallery = Gallery(tmp_path, tmp_path / "cache")
    opened: list[BinaryIO] = []

    def noted(name: str) -> BinaryIO | None:
        file = Gallery(tmp_path, tmp_path / "cache").open(name)
        assert file is not None
        opened.append(file)
        return file

    async def left(*_: Any) -> Any:
        raise OSError

    monkeypatch.setattr(gallery, "open", noted)
    routes = PhotoRoutes(gallery, Link("", History(1), VirtualClock()))
    scope = {
        "type": "http",
        "asgi": {"spec_version": "2.4"},
        "query_string": b"",
        "path_params": {"name": name},
    }

    async def ask() -> None:
        response = await routes.photo(Request(scope))
        with pytest.raises(ClientDisconnect):
            await response(scope, left, left)

    asyncio.run(ask())
    assert [file.closed for file in opened] == [True]
