"""The owner hands out links for guests; guests cannot."""

from tests.support.guest_party import Party


def test_a_guest_cannot_make_links_and_the_owner_can(party: Party) -> None:
    assert party.enter(link=party.guests.token()).status == 200
    for path in ("/api/share", "/share.svg", f"/api/share?photo={party.todays[0]}"):
        assert party.page.ask(path).status == 401
    party.page.enter()
    whole = party.page.ask("/api/share").json()
    assert whole["on"] is True
    assert whole["code"] == party.guests.code
    assert whole["link"].endswith(f"/guest#{party.guests.token()}")
    single = party.page.ask(f"/api/share?photo={party.todays[0]}").json()
    assert single["code"] is None
    token = single["link"].partition("#")[2]
    assert party.page.ask("/share.svg").headers["content-type"] == "image/svg+xml"
    assert party.page.ask("/api/share?photo=../config.yaml").status == 400
    party.page.headers.clear()
    assert party.enter(link=token).json()["photo"] == party.todays[0]


def test_the_owner_prints_a_note_in_the_browsers_language_and_guests_cannot(party: Party) -> None:
    assert party.enter(link=party.guests.token()).status == 200
    assert party.page.ask("/note.svg").status == 401
    party.page.enter()
    note = party.page.ask("/note.svg", headers={"Accept-Language": "de"})
    assert note.headers["content-type"] == "image/svg+xml"
    assert "Lächelt gemeinsam" in note.body.decode()
    assert party.guests.code in note.body.decode()
