"""``check`` never calls good what can never work: paths, addresses and names are read as what they mean."""

from pathlib import Path

import pytest

from appliance.config import Config, load_config
from appliance.errors import ConfigError
from tests.support.passwords import HASHED


def read(tmp_path: Path, text: str) -> Config:
    (tmp_path / "config.yaml").write_text(text)
    return load_config(tmp_path / "config.yaml")


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, text)
    return str(told.value)


PATHS = ["storage: {folder", "camera: {recording", "web: {socket"]


@pytest.mark.parametrize("key", PATHS)
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("~", "such as /home/pi"),
        ("~/selfies", "such as /home/pi/selfies"),
        ("~pi/selfies", "such as /home/pi/selfies"),
        ("$HOME/selfies", "only a shell understands $"),
        ("${HOME}/selfies", "only a shell understands $"),
        ("file:///srv/selfies", "is an address"),
        ("smb://nas/selfies", "is an address"),
        ("C:\\Users\\pi", "is a path of Windows"),
        ("\\\\nas\\selfies", "is a path of Windows"),
        (" /srv/selfies", "begins or ends with a space"),
        ("/srv/selfies ", "begins or ends with a space"),
    ],
)
def test_a_path_that_only_another_program_reads_is_refused(
    tmp_path: Path, key: str, value: str, words: str
) -> None:
    told = refused(tmp_path, f"rule: {{}}\n{key}: '{value}'}}\n")
    assert "config.yaml, line 2" in told
    assert words in told


@pytest.mark.parametrize("value", ["/srv/" + "x" * 256, "/srv/" + "é" * 128, "/x" * 2048])
def test_a_path_longer_than_the_system_takes_is_refused(tmp_path: Path, value: str) -> None:
    assert "is too long" in refused(tmp_path, f"storage: {{folder: '{value}'}}\n")


@pytest.mark.parametrize("value", ["/srv/Müller's selfies", "photos", "./~", "/srv/a$b", "/srv/שלום"])
def test_any_other_path_is_good(tmp_path: Path, value: str) -> None:
    quoted = value.replace("'", "''")
    assert read(tmp_path, f"storage: {{folder: '{quoted}'}}\n").storage.folder == value


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("[::1]", "::1"),
        ("[::]", "::"),
        ("::", "::"),
        ("0.0.0.0", "0.0.0.0"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("LocalHost", "localhost"),
        ("selfie.lan.", "selfie.lan"),
    ],
)
def test_an_address_to_listen_on_is_read_as_what_it_means(tmp_path: Path, value: str, address: str) -> None:
    config = read(tmp_path, f"web: {{listen: '{value}', password: '{HASHED}'}}\n")
    assert config.web.listen == address


@pytest.mark.parametrize("password", ["", HASHED])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("127.0.0.1:8080", "write listen: 127.0.0.1 and port: 8080"),
        ("[::1]:8080", "write listen: ::1 and port: 8080"),
        ("selfie.lan:80", "write listen: selfie.lan and port: 80"),
        ("http://127.0.0.1", "must be an address alone, such as 127.0.0.1"),
        ("http://[::1]:80/", "must be an address alone, such as ::1"),
        ("127.0.0.1/8", "must be an address alone"),
        ("*", "write 0.0.0.0 for every network"),
        ("192.168.1", "not a complete IP address"),
        ("192.168.1.300", "not a complete IP address"),
        ("0x7f.1", "not a complete IP address"),
        ("224.0.0.1", "not an address that a machine can have"),
        ("255.255.255.255", "not an address that a machine can have"),
        ("my selfie", "must be an address of this machine"),
        ("-selfie", "must be an address of this machine"),
        ("[::1", "must be an address of this machine"),
    ],
)
def test_any_other_is_refused_with_the_right_form(
    tmp_path: Path, value: str, words: str, password: str
) -> None:
    told = refused(tmp_path, f"rule: {{}}\nweb: {{listen: '{value}', password: '{password}'}}\n")
    assert "config.yaml, line 2: web.listen" in told
    assert words in told
    assert "needs a password" not in told


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("selfie.example:8443", "selfie.example"),
        ("https://selfie.lan/", "selfie.lan"),
        ("HTTP://Selfie.LAN:80", "selfie.lan"),
        ("selfie.", "selfie"),
        ("[::1]:80", "::1"),
        ("::1", "::1"),
        ("192.168.1.5:8080", "192.168.1.5"),
        ("müller.lan", "xn--mller-kva.lan"),
    ],
)
def test_a_name_may_stand_there_as_in_the_address_line(tmp_path: Path, value: str, name: str) -> None:
    assert read(tmp_path, f"web: {{names: ['{value}', {name!r}]}}\n").web.names == (name,)


@pytest.mark.parametrize(
    "value",
    ["", " ", "*.lan", "a b", "https://selfie.lan/photos", "ftp://selfie.lan", "me@selfie.lan",
     "selfie:99999",
     "-selfie", "selfie-", "a..b", "192.168.1", "x" * 64 + ".lan", "selfie.lan?x", ".", "http://"],
)  # fmt: skip
def test_what_no_browser_asks_for_is_refused(tmp_path: Path, value: str) -> None:
    told = refused(tmp_path, f"rule: {{}}\nweb: {{names: '{value}'}}\n")
    assert "config.yaml, line 2: web.names" in told
    assert "must be a host name, such as selfie.example" in told
