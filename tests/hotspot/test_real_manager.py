"""A real NetworkManager in a network of its own: scripts/rung-hotspot starts it, and this, in a container."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.errors import HotspotError
from appliance.system.hotspot import FOLDER, PROFILE, UUID, Answer, Hotspot, run_command

pytestmark = pytest.mark.skipif(
    "RUNG_HOTSPOT" not in os.environ, reason="needs the container of scripts/rung-hotspot"
)
PASSWORD = "k7qm-3xpa-w2ht"
FILE = FOLDER / f"{PROFILE}.nmconnection"


def nmcli(*words: str) -> str:
    done = subprocess.run(["nmcli", *words], check=True, capture_output=True, text=True, timeout=30)
    return done.stdout.strip()


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)


@pytest.fixture(autouse=True)
def manager() -> Iterator[None]:
    end = time.monotonic() + 20
    while run_command(["nmcli", "-t", "-f", "RUNNING", "general"]).out.strip() != "running":
        assert time.monotonic() < end
        time.sleep(0.2)
    yield
    assert not FILE.exists(), "nothing may be left behind"


def test_without_a_radio_the_command_says_so_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert os.geteuid() == 0
    config = tmp_path / "config.yaml"
    config.write_text("web:\n  port: 8081\n")
    assert main(["hotspot", "on", "--config", str(config)]) == 1
    assert "This machine has no Wi-Fi radio" in capsys.readouterr().err
    assert config.read_text() == "web:\n  port: 8081\n"
    assert main(["hotspot", "off", "--config", str(config)]) == 0
    assert main(["hotspot", "--config", str(config)]) == 0
    assert "The Wi-Fi is off" in capsys.readouterr().out


def test_networkmanager_reads_the_profile_as_it_is_meant() -> None:
    def look(words: Sequence[str]) -> Answer:
        if list(words[1:3]) == ["connection", "up"]:
            raise StopIteration
        return run_command(words)

    name, password = "Häuschen; 1", "  a\\b:c;d#e"
    try:
        with pytest.raises(StopIteration):
            Hotspot(look).on(name, password, "wlan0", put)
        fields = (
            "connection.id,802-11-wireless.ssid,802-11-wireless.mode,802-11-wireless-security.psk,ipv4.method"
        )
        fields += ",ipv4.addresses,802-11-wireless-security.key-mgmt,connection.autoconnect,ipv6.method"
        told = nmcli("-s", "-e", "no", "-g", fields, "connection", "show", "uuid", UUID).splitlines()
        assert sorted(told) == sorted(
            [PROFILE, name, "ap", password, "shared", "10.42.0.1/24", "wpa-psk", "yes", "disabled"]
        )
    finally:
        FILE.unlink(missing_ok=True)
        nmcli("connection", "reload")


def test_one_that_cannot_start_is_told_in_networkmanagers_words_and_leaves_nothing() -> None:
    with pytest.raises(HotspotError, match=r"NetworkManager refuses: .*device"):
        Hotspot().on("Barn", PASSWORD, "wlan0", put)
    assert UUID not in nmcli("-t", "-f", "UUID", "connection", "show")


def test_a_connection_of_that_name_which_is_not_ours_is_left_alone() -> None:
    nmcli("connection", "add", "type", "dummy", "ifname", "dummy0", "con-name", PROFILE, "autoconnect", "no")

    def with_a_radio(words: Sequence[str]) -> Answer:
        made_up = Answer(0, "wlan0:wifi:connected\n", "")
        return made_up if list(words[-2:]) == ["device", "status"] else run_command(words)

    wifi = Hotspot(with_a_radio)
    try:
        with pytest.raises(HotspotError, match="that is not the appliance's"):
            wifi.check("Barn", PASSWORD)
        assert PROFILE in nmcli("-t", "-f", "NAME", "connection", "show")
    finally:
        nmcli("connection", "delete", "id", PROFILE)
