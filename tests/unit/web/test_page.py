"""The page as a whole: health, metrics, address, weight, starting and not starting."""

import json
import re
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.hw.machine import Machine
from appliance.light.states import SIGNALS
from appliance.records.labels import EXPRESSIONS
from appliance.web.machine_status import machine_status
from tests.support.page_server import Page, write_photo


def test_metrics_are_what_prometheus_reads(page: Page) -> None:
    write_photo(page.photos, 1)
    answer = page.ask("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert "smart_selfie_up 1" in lines
    assert "smart_selfie_photos 1" in lines
    assert 'smart_selfie_stage_dropped_total{stage="find faces"} 2' in lines
    assert 'smart_selfie_stage_cpu_seconds_total{stage="find faces"} 0.03' in lines
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert named == {line.partition("{")[0].split()[0] for line in lines if not line.startswith("#")}


def test_heat_and_throttling_are_read_from_the_board(tmp_path: Path) -> None:
    heat = tmp_path / "sys/class/thermal/thermal_zone0/temp"
    firmware = tmp_path / "usr/bin/vcgencmd"
    for file, text in ((heat, "61234\n"), (firmware, "#!/bin/sh\necho throttled=0x50005\n")):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    firmware.chmod(0o755)
    found = machine_status(tmp_path, Machine(tmp_path))
    assert found["temperature"] == 61.2
    assert found["heat"] == "good"
    assert found["throttled"] == ["under-voltage now", "throttled now"]
    assert found["troubles"] == [{"kind": "under_voltage", "now": True}, {"kind": "throttled", "now": True}]
    firmware.unlink()  # as in the page's sandbox: then the kernel's alarm is all there is
    sensor = tmp_path / "sys/class/hwmon/hwmon0"
    sensor.mkdir(parents=True)
    (sensor / "name").write_text("rpi_volt\n")
    for alarm, told in (("0\n", []), ("1\n", ["under-voltage now"])):
        (sensor / "in0_lcrit_alarm").write_text(alarm)
        assert machine_status(tmp_path, Machine(tmp_path))["throttled"] == told
    elsewhere = machine_status(tmp_path / "nowhere", Machine(tmp_path / "nowhere"))
    assert elsewhere["temperature"] is elsewhere["throttled"] is elsewhere["free_mb"] is None
    assert elsewhere["heat"] is elsewhere["troubles"] is None


@pytest.mark.parametrize(
    ("celsius", "heat"), [(69.9, "good"), (70.0, "warm"), (79.9, "warm"), (80.0, "too_hot")]
)
def test_the_page_is_given_how_hot_the_board_is_by_the_doctors_limits(
    tmp_path: Path, celsius: float, heat: str
) -> None:
    file = tmp_path / "sys/class/thermal/thermal_zone0/temp"
    file.parent.mkdir(parents=True)
    file.write_text(f"{celsius * 1000:.0f}\n")
    assert machine_status(tmp_path, Machine(tmp_path))["heat"] == heat


def test_trouble_that_is_over_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "usr/bin/vcgencmd"
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\necho throttled=0x80000\n")
    file.chmod(0o755)
    found = machine_status(tmp_path, Machine(tmp_path))
    assert found["troubles"] == [{"kind": "too_hot", "now": False}]
    assert found["throttled"] == ["too hot since power-on"]


def test_the_page_has_the_words_for_every_light_and_every_expression_from_the_code(page: Page) -> None:
    answer = page.ask("/static/vocabulary.json")
    assert answer.headers["content-type"] == "application/json"
    words = json.loads(answer.body)
    assert set(words["lights"]) == {str(signal) for signal in SIGNALS}
    assert words["lights"]["camera_lost"] == {"title": "Camera lost", "animation": "bad"}
    assert tuple(one["key"] for one in words["expressions"]) == EXPRESSIONS
    assert words["expressions"][1] == {"key": "disgust", "name": "disgusted", "colour": "#009e73"}


def test_the_qr_code_is_the_pages_address(page: Page) -> None:
    answer = page.ask("/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.body


def test_the_page_weighs_less_than_200_kb() -> None:
    static = Path(__file__).parents[3] / "appliance" / "web" / "static"
    assert sum(path.stat().st_size for path in static.iterdir()) <= 200_000


def test_every_element_that_the_scripts_ask_for_stands_in_the_page() -> None:
    static = Path(__file__).parents[3] / "appliance" / "web" / "static"
    there = set(re.findall(r'\bid="([^"]+)"', (static / "index.html").read_text()))
    wanted = {
        name for path in static.glob("*.js") for name in re.findall(r'\$\("([^"]+)"\)', path.read_text())
    }
    assert len(wanted) > 40
    assert wanted <= there


def test_the_page_asks_nobody_else_for_anything() -> None:
    static = Path(__file__).parents[3] / "appliance" / "web" / "static"
    for path in static.iterdir():
        text = path.read_text().replace("http://www.w3.org/", "")
        assert "//" not in "\n".join(line for line in text.splitlines() if "http" in line), path.name


def test_the_page_is_not_served_while_it_is_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("web:\n  enabled: false\n")
    assert main(["web", "--config", str(path)]) == 2
    assert "web.enabled" in capsys.readouterr().err


def test_a_port_in_use_is_told(
    page: Page, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.cli.web.setup_logging", lambda verbose: None)  # it would outlive the test
    assert main(["web", "--config", str(page.config)]) == 1
    assert f"port {page.port}" in capsys.readouterr().err
