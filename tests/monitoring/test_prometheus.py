"""Rules and dashboard of the fleet, and a real Prometheus that reads a page with a password."""

import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from appliance.web.metrics import metrics
from tests.support.broker import free_port, wait_until
from tests.support.page_server import serving
from tests.support.passwords import HASHED
from tests.support.sources import ROOT

FLEET = ROOT / "docs" / "fleet"
KEY = "0123456789abcdef0123"
HEALTH: dict[str, Any] = {
    "up": True,
    "appliance": {
        "uptime": 1.0,
        "armed": 1,
        "people": 2,
        "stages": [{"name": "find", "done": 1, "dropped": 0, "cpu_ms": 1.0, "wall_ms": 1.0}],
    },
    "fault": "lens_covered",
    "faults": ["lens_covered"],
    "box": {"free_mb": 1, "temperature": 50.0, "throttled_bits": 0, "web_rss_mb": 50.0},
    "photos": 3,
    "page": {"viewers": 0, "latency": {"0.5": 0.1, "0.95": 0.2}},
}
needs_prometheus = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="needs Prometheus; on Debian: apt install prometheus"
)


def test_rules_and_dashboard_ask_only_for_what_is_measured() -> None:
    measured = set(re.findall(r"^(smart_selfie_\w+)", metrics(HEALTH), re.MULTILINE))
    for name in ("alerts.yml", "dashboard.json"):
        asked = set(re.findall(r"smart_selfie_\w+", (FLEET / name).read_text()))
        assert asked
        assert asked <= measured


def test_panels_of_the_dashboard_lie_side_by_side() -> None:
    panels = json.loads((FLEET / "dashboard.json").read_text())["panels"]
    taken = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)


@needs_prometheus
@pytest.mark.parametrize("words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_promtool_finds_the_rules_right(words: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *words], cwd=FLEET, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_prometheus
@pytest.mark.slow
def test_prometheus_reads_a_page_with_a_password_by_the_key(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    with serving(tmp_path / "page", password=HASHED, extra=f"  metrics_key: {KEY}\n") as page:
        port = free_port()
        config = tmp_path / "prometheus.yml"
        config.write_text(
            f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n"
            f"rule_files: [{FLEET}/alerts.yml]\n"
            "scrape_configs:\n"
            "  - job_name: smart-selfie\n"
            f"    authorization: {{credentials: {KEY}}}\n"
            f"    static_configs: [{{targets: ['127.0.0.1:{page.port}']}}]\n"
            "  - job_name: without the key\n"
            f"    static_configs: [{{targets: ['127.0.0.1:{page.port}']}}]\n"
        )
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={tmp_path}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(
                lambda: value(port, "smart_selfie_up") == "1", "the appliance's state arrives", seconds=60
            )
            assert value(port, 'up{job="smart-selfie"}') == "1"
            wait_until(lambda: value(port, 'up{job="without the key"}') == "0", "nobody reads it without")
        finally:
            process.terminate()
            process.wait(30)


def value(port: int, query: str) -> str | None:
    """Return what Prometheus answers to ``query``; None while it has nothing."""
    url = f"http://127.0.0.1:{port}/api/v1/query?query={urllib.parse.quote(query)}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            found = json.load(answer)["data"]["result"]
    except OSError:
        return None
    return str(found[0]["value"][1]) if found else None
