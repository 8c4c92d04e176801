"""A guest may look at photos and download them, and nothing else: every address is tried as one."""

import io
import re
import time
import zipfile

import pytest
import websockets.exceptions
import websockets.sync.client
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from appliance.config import load_config
from appliance.web.guests import Guests
from appliance.web.serve import build
from tests.support.guest_party import Party, guest_pass, named
from tests.support.page_server import Page, write_photo

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

TO_ANYBODY = {
    "/",
    "/guest",
    "/healthz",
    "/favicon.ico",
    "/manifest.webmanifest",
    "/static/{name}",
    "/api/session",
    "/api/login",
    "/api/guest/session",
    "/api/guest/enter",
}
"""What anybody on the network may ask for; it holds nothing of the photos, and sets nothing."""
TO_GUESTS = {
    "/api/guest/photos",
    "/guest/photos.zip",
    "/guest/photos/{name}",
    "/guest/thumbnails/{name}",
}


def routes(page: Page) -> list[Route | WebSocketRoute]:
    """Every address that the page has, as it is wired."""
    app = build(load_config(page.config), page.config).app
    assert isinstance(app, Starlette)
    for route in app.routes:
        assert isinstance(route, Route | WebSocketRoute), f"{route}: teach this test to try it"
    return [route for route in app.routes if isinstance(route, Route | WebSocketRoute)]


def path_of(template: str) -> str:
    """The address without the converters of its parts."""
    return re.sub(r"{(\w+):\w+}", r"{\1}", template)


def example(template: str, party: Party) -> str:
    return path_of(template).replace("{name}", party.todays[0]).replace("{command}", "shoot")


@pytest.mark.parametrize("single", [False, True])
def test_every_address_but_the_guests_own_refuses_a_guest(party: Party, single: bool) -> None:
    link = party.guests.token(party.todays[0] if single else "")
    assert party.enter(link=link).status == 200
    tried = 0
    for route in routes(party.page):
        path = path_of(route.path)
        if path in TO_ANYBODY | TO_GUESTS or isinstance(route, WebSocketRoute):
            continue
        for method in METHODS:
            answer = party.page.ask(example(path, party), method, {} if method in {"POST", "PUT"} else None)
            assert answer.status == 401, f"{method} {path}"
            tried += 1
    assert tried >= 90
    assert party.page.appliance.asked == []
    assert len(list(party.page.photos.glob("selfie-*.jpg"))) == 3


def test_a_guest_sees_no_live_picture(party: Party) -> None:
    assert party.enter(link=party.guests.token()).status == 200
    sockets = [route.path for route in routes(party.page) if isinstance(route, WebSocketRoute)]
    assert sockets == ["/live"]
    for path in [*sockets, "/guest/live"]:
        with (
            pytest.raises(
                (websockets.exceptions.ConnectionClosed, websockets.exceptions.InvalidStatus)
            ) as refused,
            websockets.sync.client.connect(
                f"ws://127.0.0.1:{party.page.port}{path}",
                compression=None,
                additional_headers={"Cookie": party.page.headers["Cookie"]},
            ) as browser,
        ):
            browser.recv(timeout=10)
        if isinstance(refused.value, websockets.exceptions.ConnectionClosed):
            assert refused.value.rcvd
            assert refused.value.rcvd.code == 4401


def test_the_addresses_for_guests_change_nothing(party: Party) -> None:
    assert party.enter(link=party.guests.token()).status == 200
    for path in TO_GUESTS:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert party.page.ask(example(path, party), method, {}).status == 405, f"{method} {path}"
    assert len(list(party.page.photos.glob("selfie-*.jpg"))) == 3


def test_a_guest_finds_todays_photos_and_no_others(party: Party) -> None:
    assert party.enter(link=party.guests.token()).status == 200
    page = party.page
    listed = page.ask("/api/guest/photos").json()
    assert listed["total"] == 2
    assert [one["name"] for day in listed["days"] for one in day["photos"]] == party.todays[::-1]
    for name in party.todays:
        assert page.ask(f"/guest/photos/{name}").body == (page.photos / name).read_bytes()
        assert page.ask(f"/guest/thumbnails/{name}").status == 200
    assert page.ask(f"/guest/photos/{party.yesterdays}").status == 404
    assert page.ask(f"/guest/thumbnails/{party.yesterdays}").status == 404
    archive = zipfile.ZipFile(io.BytesIO(page.ask("/guest/photos.zip").body))
    assert sorted(name.rpartition("/")[2] for name in archive.namelist()) == party.todays
    yesterday = page.ask(f"/guest/photos.zip?day={party.yesterdays.split('-')[2]}").body
    assert zipfile.ZipFile(io.BytesIO(yesterday)).namelist() == []
    page.enter()
    assert page.ask("/api/photos").json()["total"] == 3, "the owner sees all"


def test_a_link_to_one_photo_opens_that_one(party: Party) -> None:
    wanted, other = party.todays
    told = party.enter(link=party.guests.token(wanted)).json()
    assert told["photo"] == wanted
    assert party.page.ask("/api/guest/photos").json()["total"] == 1
    assert party.page.ask(f"/guest/photos/{wanted}").status == 200
    for path in (f"/guest/photos/{other}", f"/guest/thumbnails/{other}"):
        assert party.page.ask(path).status == 404, path


def test_the_code_lets_in_and_a_wrong_one_does_not(party: Party) -> None:
    refused = party.enter(code="AAAA-AAAA")
    assert (refused.status, refused.json()["error"]) == (403, "Wrong code")
    assert party.page.ask("/api/guest/photos").status == 401
    answer = party.enter(code=party.guests.code.lower())
    assert answer.status == 200
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert party.page.ask("/api/guest/photos").json()["total"] == 2


@pytest.mark.slow
def test_a_thousand_wrong_codes_are_refused_unread_and_lock_out_neither_owner_nor_link(party: Party) -> None:
    statuses = [party.enter(code=f"{number:04d}-{number:04d}").status for number in range(1000)]
    assert statuses.count(200) == 0
    assert statuses.count(403) <= 10, "a few tries, then one every 12 seconds"
    assert party.enter(code=party.guests.code).status == 429, "not even the right one, for a while"
    assert party.enter(link=party.guests.token()).status == 200
    party.page.enter()
    assert party.page.ask("/api/photos").status == 200


def test_expired_forged_and_senseless_keys_are_told_apart(party: Party) -> None:
    past = Guests(True, guest_pass(time.time() - 7200, time.time() - 3600)).token()
    forged = Guests(True, f"{int(time.time())}-{int(time.time()) + 99}-{'00' * 32}").token()
    expired = party.enter(link=past)
    assert (expired.status, expired.json()["error"]) == (403, "This link has expired; ask for a new one")
    for token in (forged, "", "x", party.guests.token()[:-1], "\ud800"):
        refused = party.enter(link=token)
        assert (refused.status, refused.json()["error"]) == (
            403,
            "This link is no longer valid; ask for a new one",
        )
    for key in ({}, {"code": 5}, {"link": None}):
        assert party.page.ask("/api/guest/enter", "POST", key).status in {400, 403}
    for cookie in (past, forged, "x", "ä"):
        headers = {"Cookie": f"smart_selfie_guest={cookie}".encode().decode("latin-1")}
        assert party.page.ask("/api/guest/photos", headers=headers).status == 401


def test_guests_are_off_by_default(locked_page: Page) -> None:
    write_photo(locked_page.photos, 1, *named(time.time()))
    assert locked_page.ask("/guest").status == 200, "the page says so"
    assert locked_page.ask("/api/guest/session").json() == {
        "open": False,
        "inside": False,
        "photo": None,
        "until": None,
    }
    refused = locked_page.ask("/api/guest/enter", "POST", {"code": "AAAA-AAAA"})
    assert (refused.status, refused.json()["error"]) == (403, "Guests are not let in at the moment")
    assert locked_page.ask("/api/guest/photos").status == 401
    locked_page.enter()
    assert locked_page.ask("/api/share").json()["on"] is False
    assert locked_page.ask("/share.svg").status == 404


def test_what_is_open_to_all_holds_nothing_of_the_photos(party: Party) -> None:
    own = {path_of(route.path) for route in routes(party.page)}
    assert own >= TO_ANYBODY | TO_GUESTS
    for path in TO_ANYBODY:
        assert b"selfie-00000" not in party.page.ask(path.replace("{name}", "app.js")).body, path
