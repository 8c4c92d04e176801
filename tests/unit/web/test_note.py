"""The note has a way in only while guests are let in."""

from appliance.config.schema import WebSettings
from appliance.language.catalogue import catalogue
from appliance.paper.shapes import Label
from appliance.web.guests import Guests
from appliance.web.note import note_of
from tests.support.guest_party import guest_pass

NOW = 1_764_936_000.0


def texts(guests: Guests, web: WebSettings | None = None) -> str:
    sheet = note_of(guests, web or WebSettings(), "http://selfie.local:8080/", catalogue("en"))
    return " ".join(one.text for one in sheet.shapes if isinstance(one, Label))


def test_the_code_and_the_address_to_type_stand_on_it() -> None:
    guests = Guests(True, guest_pass(NOW, NOW + 60), lambda: NOW)
    assert f"type the code {guests.code} at" in texts(guests)
    assert "selfie.local:8080/guest" in texts(guests)


def test_it_has_room_for_the_code_where_guests_are_not_let_in_or_no_longer() -> None:
    for guests in (Guests(False, ""), Guests(True, guest_pass(NOW, NOW + 60), lambda: NOW + 61)):
        assert "Room for the QR code" in texts(guests)


def test_the_appliances_own_wifi_stands_on_it() -> None:
    web = WebSettings(hotspot="Barn", hotspot_password="k7qm-3xpa-w2ht")
    for guests in (Guests(False, ""), Guests(True, guest_pass(NOW, NOW + 60), lambda: NOW)):
        assert "join Barn with the password k7qm-3xpa-w2ht" in texts(guests, web)
