"""The appliance's own Wi-Fi by NetworkManager; scripts/rung-hotspot tries the same with a real one."""

import configparser
from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.errors import HotspotError
from appliance.system.hotspot import COMMAND_MISSING, PROFILE, UUID, Answer, Hotspot, check_network, profile

PASSWORD = "k7qm-3xpa-w2ht"


class Manager:
    """NetworkManager with one radio, as nmcli tells of it. ``fails`` maps words of a command to an error."""

    def __init__(self) -> None:
        self.running = "running"
        self.devices = "lo:loopback:unmanaged\neth0:ethernet:connected\nwlan0:wifi:connected\n"
        self.connections = "home\\: upstairs:11111111-0000-0000-0000-000000000000\n"
        self.in_the_air = "Neighbours\nhome\\: upstairs\n\n"
        self.active = ""
        self.fails: dict[str, str] = {}
        self.asked: list[str] = []

    def __call__(self, words: Sequence[str]) -> Answer:
        line = " ".join(words[1:])
        self.asked.append(line)
        for part, error in self.fails.items():
            if part in line:
                return Answer(4, "", error)
        told = {
            "-t -f RUNNING general": f"{self.running}\n",
            "-t -f DEVICE,TYPE,STATE device status": self.devices,
            "-t -f NAME,UUID connection show": self.connections,
            "-t -f UUID connection show --active": self.active,
            "-t -f SSID device wifi list ifname wlan0 --rescan yes": self.in_the_air,
        }
        if line == f"connection up uuid {UUID}":
            self.active = f"{UUID}\n"
        return Answer(0, told.get(line, ""), "")


@pytest.fixture
def manager() -> Manager:
    return Manager()


def hotspot(manager: Manager, folder: Path) -> Hotspot:
    return Hotspot(manager, folder)


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def switch_on(wifi: Hotspot, name: str = "Barn", password: str = PASSWORD) -> None:
    wifi.on(name, password, wifi.check(name, password), put)


def test_on_writes_a_profile_and_starts_it(manager: Manager, tmp_path: Path) -> None:
    wifi = hotspot(manager, tmp_path)
    switch_on(wifi)
    file = tmp_path / f"{PROFILE}.nmconnection"
    assert manager.asked[-2:] == [f"connection load {file}", f"connection up uuid {UUID}"]
    assert wifi.is_up()
    assert not any(PASSWORD in line for line in manager.asked), "every user can read the words of a command"
    switch_on(wifi)  # a second time, while it is in the air


def test_the_profile_is_an_access_point_with_wpa_that_hands_out_addresses() -> None:
    parsed = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",))
    parsed.read_string(profile("Häuschen; 1", "  a\\b:c;d", "wlan1"))
    assert parsed["wifi"]["mode"] == "ap"
    assert bytes(int(byte) for byte in parsed["wifi"]["ssid"].split(";")[:-1]).decode() == "Häuschen; 1"
    assert (parsed["wifi-security"]["key-mgmt"], parsed["wifi-security"]["psk"]) == (
        "wpa-psk",
        "\\s a\\\\b:c;d",
    )
    assert (parsed["ipv4"]["method"], parsed["ipv4"]["address1"]) == ("shared", "10.42.0.1/24")
    assert (parsed["connection"]["interface-name"], parsed["connection"]["uuid"]) == ("wlan1", UUID)


def test_off_ends_it_and_twice_is_not_a_fault(manager: Manager, tmp_path: Path) -> None:
    wifi = hotspot(manager, tmp_path)
    assert wifi.off() is False
    switch_on(wifi)
    assert wifi.off() is True
    assert manager.asked[-2:] == [f"connection down uuid {UUID}", "connection reload"]
    assert list(tmp_path.iterdir()) == []
    assert wifi.off() is False


def refused(manager: Manager, folder: Path, name: str = "Barn", password: str = PASSWORD) -> str:
    """What is said of a network that cannot be made; nothing may be left of it."""
    with pytest.raises(HotspotError) as error:
        switch_on(hotspot(manager, folder), name, password)
    assert list(folder.iterdir()) == []
    return str(error.value)


def test_without_a_radio_it_says_so(manager: Manager, tmp_path: Path) -> None:
    manager.devices = "eth0:ethernet:connected\n"
    assert "no Wi-Fi radio" in refused(manager, tmp_path)


@pytest.mark.parametrize("state", ["unavailable", "unmanaged"])
def test_a_radio_that_is_switched_off_is_told_with_what_to_do(
    manager: Manager, tmp_path: Path, state: str
) -> None:
    manager.devices = f"wlan0:wifi:{state}\n"
    said = refused(manager, tmp_path)
    assert f"wlan0 is {state}" in said
    assert "country" in said


def test_a_name_that_is_in_the_air_already_is_refused(manager: Manager, tmp_path: Path) -> None:
    assert "--name" in refused(manager, tmp_path, "Neighbours")
    assert "--name" in refused(manager, tmp_path, "home: upstairs")


def test_another_connection_of_our_profiles_name_is_left_alone(manager: Manager, tmp_path: Path) -> None:
    manager.connections = f"{PROFILE}:22222222-0000-0000-0000-000000000000\n"
    assert "sudo nmcli connection delete uuid 22222222" in refused(manager, tmp_path)


def test_without_networkmanager_it_says_what_to_install_or_start(manager: Manager, tmp_path: Path) -> None:
    manager.running = "not running"
    assert "systemctl enable --now NetworkManager" in refused(manager, tmp_path)
    with pytest.raises(HotspotError, match="apt install network-manager"):
        switch_on(Hotspot(lambda _: Answer(COMMAND_MISSING, "", ""), tmp_path))


def test_one_that_does_not_start_leaves_nothing_and_says_why(manager: Manager, tmp_path: Path) -> None:
    manager.fails["connection up"] = "Error: Connection activation failed: no dnsmasq.\nHint: more\n"
    assert "refuses: Connection activation failed: no dnsmasq." in refused(manager, tmp_path)


@pytest.mark.parametrize("name", ["", " barn", "a" * 33, "é" * 17, "a\nb", "a\x00"])
def test_a_name_that_no_wifi_can_have_is_refused(manager: Manager, tmp_path: Path, name: str) -> None:
    assert "cannot be called" in refused(manager, tmp_path, name)
    assert manager.asked == []


@pytest.mark.parametrize("password", ["short", "a" * 64, "grüße-an-alle", "line\nbreak"])
def test_a_password_that_no_wifi_can_have_is_refused(manager: Manager, tmp_path: Path, password: str) -> None:
    said = refused(manager, tmp_path, password=password)
    assert "password" in said
    assert password not in said
    check_network("é" * 16, "a" * 63)
