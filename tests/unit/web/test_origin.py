"""The page's own address and its clients', as a browser, a proxy and the configuration say them."""

import pytest
from starlette.datastructures import Headers

from appliance.config import load_config
from appliance.errors import ConfigError
from appliance.web.address import parse_host, parse_origin
from appliance.web.origin import Outside, network_of

LOCAL, FAR = ("127.0.0.1", 5000), ("192.168.1.20", 5000)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Selfie.Example.", ("selfie.example", None)),
        ("127.0.0.1:80", ("127.0.0.1", 80)),
        ("[FE80::1]:8080", ("fe80::1", 8080)),
        ("127.0.0.1#x", None),
        ("x@127.0.0.1", None),
        ("127.0.0.1/x", None),
        ("127.0.0.1:99999", None),
        ("127.0.0.1:８０", None),
        ("a b", None),
        ("", None),
    ],
)
def test_only_what_a_browser_sends_is_a_host(text: str, parsed: tuple[str, int | None] | None) -> None:
    assert parse_host(text) == parsed


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("https://selfie.example", "selfie.example", True),
        ("https://selfie.example", "selfie.example:443", True),
        ("http://selfie.example:80", "SELFIE.example", True),
        ("https://selfie.example:8443", "selfie.example:8443", True),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("https://selfie.example:8443", "selfie.example:8080", False),
        ("http://evil.example", "selfie.example", False),
        ("http://selfie.example.evil.example", "selfie.example", False),
        ("null", "selfie.example", False),
        ("http://[", "selfie.example", False),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_origin_and_host_are_compared_by_meaning(kind: str, origin: str, host: str, own: bool) -> None:
    assert Outside("").is_own({"type": kind, "client": FAR}, origin, host) is own


def test_a_proxy_may_drop_the_port_of_the_host_it_passes_on() -> None:
    origin, host = "https://selfie.example:8443", "selfie.example"
    assert Outside("").is_own({"type": "http", "client": LOCAL}, origin, host)
    assert not Outside("").is_own({"type": "http", "client": FAR}, origin, host)
    # What a page of another port could read, it gets only where the configuration says it is this one.
    assert not Outside("").is_own({"type": "websocket", "client": LOCAL}, origin, host)
    assert Outside(origin).is_own({"type": "websocket", "client": LOCAL}, origin, "127.0.0.1:8080")


@pytest.mark.parametrize(
    ("headers", "peer", "url", "scheme"),
    [
        ({"origin": "https://selfie.example"}, FAR, "", "https"),
        ({"x-forwarded-proto": "https"}, LOCAL, "", "https"),
        ({"x-forwarded-proto": "https"}, FAR, "", "http"),
        ({"x-forwarded-proto": "gopher"}, LOCAL, "", "http"),
        ({"host": "selfie.example"}, LOCAL, "https://selfie.example:8443", "https"),
        ({"host": "selfie.local:8080"}, FAR, "https://selfie.example", "http"),
    ],
)
def test_the_scheme_is_the_browsers(
    headers: dict[str, str], peer: tuple[str, int], url: str, scheme: str
) -> None:
    assert Outside(url).scheme({"client": peer}, Headers(headers)) == scheme


@pytest.mark.parametrize(
    ("forwarded", "peer", "url", "client"),
    [
        ("6.6.6.6, 203.0.113.9", LOCAL, "https://selfie.example", "203.0.113.9"),
        ("2001:db8::7", LOCAL, "https://selfie.example", "2001:db8::7"),
        ("203.0.113.9", LOCAL, "", "127.0.0.1"),
        ("203.0.113.9", FAR, "https://selfie.example", "192.168.1.20"),
        ("nonsense", LOCAL, "https://selfie.example", "127.0.0.1"),
    ],
)
def test_a_clients_address_is_believed_only_of_a_proxy_that_is_configured(
    forwarded: str, peer: tuple[str, int], url: str, client: str
) -> None:
    assert Outside(url).client({"client": peer}, Headers({"x-forwarded-for": forwarded})) == client


def test_a_host_of_ipv6_is_one_client_whatever_address_it_takes() -> None:
    assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::3") != network_of("2001:db8:1:2::3")
    assert network_of("::ffff:192.168.1.20") == network_of("192.168.1.20")
    assert network_of("fe80::1%eth0") == "fe80::/64"


@pytest.mark.parametrize(
    ("url", "host", "told", "address"),
    [
        ("", "selfie.local:8080", "", "http://selfie.local:8080"),
        ("", "selfie.example", "https://selfie.example:8443", "https://selfie.example:8443"),
        ("", "selfie.local:8080", "https://evil.example", "http://selfie.local:8080"),
        ("https://selfie.example/", "selfie.example", "", "https://selfie.example"),
        ("https://selfie.example:8443", "127.0.0.1:8080", "", "https://selfie.example:8443"),
        ("https://selfie.example", "[::ffff:127.0.0.1]:8080", "", "https://selfie.example"),
        ("https://selfie.example", "localhost:8080", "", "https://selfie.example"),
        ("https://selfie.example", "selfie.local:8080", "", "http://selfie.local:8080"),
    ],
)
def test_the_address_shown_is_the_one_the_browser_has(url: str, host: str, told: str, address: str) -> None:
    assert Outside(url).address({"client": LOCAL}, Headers({"host": host}), told) == address


@pytest.mark.parametrize(
    "url",
    ["selfie.example", "ftp://selfie.example", "https://selfie.example/page", "https://a b", "https://"],
)
def test_a_web_url_that_is_not_an_address_of_a_host_is_refused_with_the_right_form(url: str) -> None:
    with pytest.raises(ConfigError, match=r"https://selfie\.example"):
        load_config(None, [("web.url", url)])
    assert parse_origin(url.removesuffix("/")) is None or "/page" in url
    assert load_config(None, [("web.url", "https://selfie.example:8443/")]).web.url
