"""The page's addresses are those a browser can open."""

import socket

import pytest

from appliance.web import address
from appliance.web.address import address_for_others, page_addresses


def test_an_address_that_was_chosen_is_the_page_s() -> None:
    assert page_addresses("192.168.1.7", 8080) == ["http://192.168.1.7:8080/"]
    assert page_addresses("::1", 80) == ["http://[::1]/"]
    assert page_addresses("selfie.example", 8000) == ["http://selfie.example:8000/"]


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_everywhere_is_reported_as_name_and_address(everywhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "selfie.lan")
    monkeypatch.setattr(address, "own_address", lambda: "192.168.1.7")
    assert page_addresses(everywhere, 8080) == ["http://selfie.local:8080/", "http://192.168.1.7:8080/"]


def test_without_a_network_there_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "own_address", lambda: None)
    assert len(page_addresses("0.0.0.0", 8080)) == 1


@pytest.mark.parametrize(
    ("browser", "listen", "others"),
    [
        ("http://localhost:8080", "0.0.0.0", "http://selfie.local:8080/"),
        ("http://127.0.0.1:8080", "192.168.1.7", "http://192.168.1.7:8080/"),
        ("http://[::ffff:127.0.0.1]:8080", "0.0.0.0", "http://selfie.local:8080/"),
        ("http://localhost:8080", "127.0.0.1", "http://localhost:8080/"),
        ("https://selfie.example", "0.0.0.0", "https://selfie.example/"),
    ],
)
def test_other_devices_get_an_address_that_leads_to_this_machine(
    browser: str, listen: str, others: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "selfie.lan")
    assert address_for_others(browser, listen, 8080) == others
