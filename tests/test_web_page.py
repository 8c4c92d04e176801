"""What the page answers: live frames, history, photos, settings, health."""

import io
import json
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from appliance.cli import main
from appliance.config import load_config
from appliance.frames import Command, Light, Photo
from appliance.hw.machine import Machine
from appliance.labels import EXPRESSIONS
from appliance.web.gallery import Gallery
from appliance.web.health import box
from appliance.web.history import History
from appliance.web.passwords import matches
from tests.page_server import Page, decision, serving, write_photo

websockets = pytest.importorskip("websockets.sync.client", reason="the page's extra is not installed")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path) as page:
        page.enter()
        yield page


class Browser:
    """A viewer of the live page."""

    def __init__(self, page: Page, **headers: str) -> None:
        address = f"ws://127.0.0.1:{page.port}/live"
        connecting = websockets.connect(
            address, compression=None, additional_headers=headers, close_timeout=2
        )
        self.socket = connecting.__enter__()  # closed by each test, some in the middle

    def next(self) -> tuple[dict[str, Any], bytes]:
        data = self.socket.recv(timeout=10)
        if isinstance(data, str):
            return json.loads(data), b""
        (length,) = struct.unpack("!I", data[:4])
        return json.loads(data[4 : 4 + length]), data[4 + length :]

    def frame(self) -> tuple[dict[str, Any], bytes]:
        """The next frame, shown and said so."""
        while True:
            head, picture = self.next()
            if head["kind"] == "frame":
                self.socket.send(json.dumps({"shown": head["sequence"]}))
                return head, picture

    def event(self, kind: str) -> dict[str, Any]:
        while True:
            head, _ = self.next()
            if head["kind"] == kind:
                return head


class Filming:
    """Frames go through the feed all the time, as from a pipeline."""

    def __init__(self, page: Page) -> None:
        self.sequence = 0
        self._page = page
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Filming":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            self._page.feed.frame(decision(self.sequence, 0.9, 0.2))
            self.sequence += 1


def test_a_viewer_sees_the_picture_with_everybody_and_the_verdict(page: Page) -> None:
    browser = Browser(page)
    assert browser.event("link")["connected"] is True
    with Filming(page):
        head, picture = browser.frame()
    assert Image.open(io.BytesIO(picture)).size == (64, 48)
    assert [one["expression"] for one in head["people"]] == ["happy", "neutral"]
    assert (head["showing"], head["counted"], head["armed"]) == (1, 2, True)
    assert 0 <= head["age"] < 5
    browser.socket.close()


def test_several_viewers_share_one_feed_and_each_frame_is_encoded_once(page: Page) -> None:
    browsers = [Browser(page) for _ in range(5)]
    with Filming(page) as filming:
        for _ in range(20):
            for browser in browsers:
                browser.frame()
    assert page.feed.encoded <= filming.sequence
    health = page.ask("/api/health").json()
    assert health["page"]["viewers"] == 5
    assert health["page"]["latency"]["0.95"] > 0
    for browser in browsers:
        browser.socket.close()


def test_a_browser_that_shows_nothing_is_sent_two_frames_and_no_more(page: Page) -> None:
    sleeping, awake = Browser(page), Browser(page)
    with Filming(page):
        frames = [sleeping.next()[0] for _ in range(4)]  # link, fault, two frames
        newest = [awake.frame()[0]["sequence"] for _ in range(30)][-1]
        assert [head["kind"] for head in frames] == ["link", "fault", "frame", "frame"]
        with pytest.raises(TimeoutError):
            sleeping.socket.recv(timeout=0.3)
        sleeping.socket.send(json.dumps({"visible": True}))  # it wakes up
        assert sleeping.event("awake")
        assert sleeping.frame()[0]["sequence"] > newest  # the newest, none of those it slept through
    sleeping.socket.close()
    awake.socket.close()


def test_a_hidden_browser_gets_no_frames_and_hears_of_photos(page: Page) -> None:
    browser = Browser(page)
    browser.socket.send(json.dumps({"visible": False}))
    browser.event("awake")
    with Filming(page):
        browser_frames = []
        page.feed.photo(Photo("x/selfie-000001-20260102-150405.jpg", decision(0, 0.9)))
        while (head := browser.next()[0])["kind"] != "photo":
            browser_frames.append(head)
    assert head["name"] == "selfie-000001-20260102-150405.jpg"
    assert browser_frames == []
    browser.socket.close()


@pytest.mark.parametrize("rubbish", ["", "{", "[1]", '"x"', '{"shown": "y"}', "x" * 3000, b"\x00\xff"])
def test_a_browser_that_talks_rubbish_does_not_disturb_the_others(page: Page, rubbish: str | bytes) -> None:
    good, bad = Browser(page), Browser(page)
    bad.socket.send(rubbish)
    with Filming(page):
        for _ in range(5):
            good.frame()
    good.socket.close()
    bad.socket.close()


def test_the_live_view_is_not_for_other_sites(page: Page) -> None:
    with pytest.raises(Exception, match="403"):
        Browser(page, Origin="http://evil.example")


def test_the_page_says_when_the_appliance_is_gone_and_goes_on_when_it_is_back(
    page: Page, tmp_path: Path
) -> None:
    from appliance.clock import MonotonicClock  # noqa: PLC0415
    from appliance.feed.commands import commands  # noqa: PLC0415
    from appliance.feed.server import Feed  # noqa: PLC0415

    browser = Browser(page)
    assert browser.event("link")["connected"] is True
    page.feed.close()
    assert browser.event("link")["connected"] is False
    assert page.ask("/healthz").status == 503
    assert page.ask("/api/do/shoot", "POST", {}).status == 503
    health = page.ask("/api/health").json()
    assert health["up"] is False
    assert "smart_selfie_up 0" in page.ask("/metrics").body.decode()
    assert page.ask("/api/photos").status == 200
    page.feed = Feed(tmp_path / "feed.sock", commands(page.appliance), MonotonicClock())
    page.feed.start()
    assert browser.event("link")["connected"] is True
    with Filming(page):
        browser.frame()
    browser.socket.close()
    page.feed.close()


def test_a_fault_is_told_to_who_comes_later(page: Page) -> None:
    page.feed.fault(Light.CAMERA_LOST, True)
    while page.ask("/healthz").status == 200:
        time.sleep(0.01)
    browser = Browser(page)
    assert browser.event("fault")["light"] == "camera_lost"
    browser.socket.close()


def test_arm_disarm_and_shoot(page: Page) -> None:
    for word in ("arm", "disarm", "shoot"):
        assert page.ask(f"/api/do/{word}", "POST", {}).status == 200
    assert page.appliance.asked == [Command.ARM, Command.DISARM, Command.SHOOT]
    assert page.ask("/api/do/status", "POST", {}).status == 404
    assert page.ask("/api/do/delete", "POST", {}).status == 404


def person(number: int, seen: bool = True, **scores: float) -> dict[str, Any]:
    values = [scores.get(name, 0.0) for name in EXPRESSIONS]
    return {
        "number": number,
        "seen": seen,
        "expression": max(EXPRESSIONS, key=lambda name: scores.get(name, 0.0)),
        "scores": values,
    }


def test_the_history_has_everybodys_mean_and_share_and_each_person() -> None:
    history = History(minutes=1)
    history.add([person(1, happy=0.9, neutral=0.1), person(2, sad=0.7, happy=0.3)], 10.0, 1000.0)
    history.add([person(1, happy=1.0), person(2, seen=False, sad=1.0)], 10.1, 1000.1)  # too soon
    history.add([person(1, seen=False, happy=1.0)], 11.0, 1001.0)
    first, second = history.since(0.0)["samples"]
    happy, sad = EXPRESSIONS.index("happy"), EXPRESSIONS.index("sad")
    assert first["count"] == 2
    assert first["mean"][happy] == pytest.approx(0.6)
    assert first["share"][happy] == first["share"][sad] == 0.5
    assert first["people"][2][sad] == pytest.approx(0.7)
    assert (second["count"], second["mean"], second["people"]) == (0, [], {})
    assert history.since(1000.5)["samples"] == [second]


def test_the_history_forgets_what_is_older_than_it_keeps() -> None:
    history = History(minutes=1)
    for second in range(200):
        history.add([person(1, happy=1.0)], float(second), 5000.0 + second)
    assert history.since(0.0)["samples"][0]["time"] == 5139.0


def test_the_history_as_a_table(page: Page) -> None:
    browser = Browser(page)
    with Filming(page):
        browser.frame()
        while len(page.ask("/api/history").json()["samples"]) < 1:
            browser.frame()
    lines = page.ask("/history.csv").body.decode().split("\r\n")
    assert lines[0] == "time,who,people," + ",".join(EXPRESSIONS)
    rows = [line.split(",") for line in lines[1:4]]
    assert [row[1] for row in rows] == ["mean", "share", "person 1"]
    assert float(rows[0][3 + EXPRESSIONS.index("happy")]) == pytest.approx(0.55)
    assert datetime.fromisoformat(rows[0][0]).tzinfo is not None
    browser.socket.close()


def test_the_gallery_is_by_day_and_newest_first(page: Page) -> None:
    old = write_photo(page.photos, 1, "20251231", "235900")
    first = write_photo(page.photos, 2, "20260101", "100000")
    second = write_photo(page.photos, 3, "20260101", "110000")
    (page.photos / "holiday.jpg").write_bytes(b"not ours")
    answer = page.ask("/api/photos").json()
    assert answer["total"] == 3
    assert [day["day"] for day in answer["days"]] == ["20260101", "20251231"]
    assert [one["name"] for day in answer["days"] for one in day["photos"]] == [second, first, old]
    pages = [page.ask(f"/api/photos?start={start}&count=1").json() for start in range(3)]
    assert [one["days"][0]["photos"][0]["name"] for one in pages] == [second, first, old]
    assert [one["next"] for one in pages] == [1, 2, None]


def test_a_photo_comes_whole_and_small(page: Page) -> None:
    name = write_photo(page.photos, 1)
    whole = page.ask(f"/photos/{name}")
    assert whole.body == (page.photos / name).read_bytes()
    assert "content-disposition" not in whole.headers
    assert f'filename="{name}"' in page.ask(f"/photos/{name}?download").headers["content-disposition"]
    small = page.ask(f"/thumbnails/{name}")
    assert max(Image.open(io.BytesIO(small.body)).size) == 400


def test_a_thumbnail_is_made_once(tmp_path: Path) -> None:
    photos, cache = tmp_path / "photos", tmp_path / "cache"
    photos.mkdir()
    name = write_photo(photos, 1)
    gallery = Gallery(photos, cache)
    made = gallery.thumbnail(name)
    assert made is not None
    (kept,) = cache.iterdir()
    kept.write_bytes(b"kept")
    assert gallery.thumbnail(name) == b"kept"


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 torn", b"GIF89a", b"\x00" * 1000])
def test_a_file_that_is_no_picture_has_no_thumbnail(page: Page, content: bytes) -> None:
    (page.photos / "selfie-000001-20260102-150405.jpg").write_bytes(content)
    assert page.ask("/thumbnails/selfie-000001-20260102-150405.jpg").status == 404
    assert page.ask("/healthz").status == 200


def test_deleting_is_done_by_the_appliance_and_twice_is_told(page: Page) -> None:
    name = write_photo(page.photos, 1)
    assert page.ask(f"/photos/{name}", "DELETE").status == 200
    assert not (page.photos / name).exists()
    again = page.ask(f"/photos/{name}", "DELETE")
    assert again.status == 409
    assert "already gone" in again.json()["error"]
    assert page.ask(f"/photos/{name}").status == 404


def test_all_photos_as_a_zip_and_those_of_a_day(page: Page) -> None:
    names = [write_photo(page.photos, 1, "20260101"), write_photo(page.photos, 2, "20260102")]
    archive = zipfile.ZipFile(io.BytesIO(page.ask("/photos.zip").body))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [f"20260101/{names[0]}", f"20260102/{names[1]}"]
    assert archive.read(f"20260101/{names[0]}") == (page.photos / names[0]).read_bytes()
    day = zipfile.ZipFile(io.BytesIO(page.ask("/photos.zip?day=20260101").body))
    assert day.namelist() == [f"20260101/{names[0]}"]
    assert page.ask("/photos.zip?day=../..").status == 400


def test_photos_deleted_while_they_are_downloaded_spoil_nothing(tmp_path: Path) -> None:
    names = [write_photo(tmp_path, number, clock=f"1504{number:02}") for number in (1, 2, 3)]
    gallery = Gallery(tmp_path, tmp_path / "cache")
    pieces = gallery.archive(None)
    data = next(pieces)  # the newest, number 3, is being read
    for name in (names[2], names[0]):
        (tmp_path / name).unlink()
    archive = zipfile.ZipFile(io.BytesIO(data + b"".join(pieces)))
    assert archive.testzip() is None
    assert [name.partition("/")[2] for name in archive.namelist()] == [names[2], names[1]]


def test_the_zip_is_never_whole_in_memory(tmp_path: Path) -> None:
    for number in range(1, 9):
        write_photo(tmp_path, number)
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert max(map(len, Gallery(tmp_path, tmp_path / "cache").archive(None))) < total / 4


def test_settings_come_with_words_bounds_and_values(page: Page) -> None:
    form = page.ask("/api/settings").json()
    settings = {one["key"]: one for section in form["sections"] for one in section["settings"]}
    cooldown = settings["rule.cooldown_seconds"]
    assert (cooldown["value"], cooldown["least"], cooldown["most"]) == (3.0, 0, 3600)
    assert "one photo to the next" in cooldown["words"]
    assert settings["rule.expression"]["kind"] == "several"
    assert settings["rule.mode"]["choices"] == ["always_armed", "button"]
    assert settings["storage.folder"]["fixed"] is True
    assert not any(key.startswith("web.") for key in settings)
    assert "scrypt" not in json.dumps(form)


def test_a_change_is_written_with_the_comments_kept_and_can_be_undone(page: Page) -> None:
    before = page.config.read_text()
    changes = {"rule.cooldown_seconds": 1.5, "faces.min_size": 48, "camera.analysis_size": [320, 240]}
    assert page.ask("/api/settings", "PUT", changes).status == 200
    text = page.config.read_text()
    assert "# My own remark." in text
    assert "cooldown_seconds: 1.5" in text
    assert "# not too often" in text
    config = load_config(page.config)
    assert (config.rule.cooldown_seconds, config.faces.min_size) == (1.5, 48)
    assert config.camera.analysis_size == (320, 240)
    assert page.ask("/api/settings/undo", "POST", {}).json()["undo"] == 0
    assert load_config(page.config).rule.cooldown_seconds == 3.0
    assert "min_size" not in page.config.read_text()
    assert page.config.read_text().startswith(before.partition("web:")[0].rstrip())
    assert page.ask("/api/settings/undo", "POST", {}).json()["keys"] == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"rule.cooldown_seconds": -1}, "rule.cooldown_seconds"),
        ({"rule.cooldown_seconds": "soon"}, "rule.cooldown_seconds"),
        ({"rule.expression": "grumpy"}, "rule.expression"),
        ({"rule.no_such": 1}, "rule.no_such"),
        ({"rule.cooldown_seconds": 1, "faces.min_size": 1}, "faces.min_size"),
        ({"web.password": ""}, "web.password"),
        ({"web": {"yaml": "{enabled: false}"}}, "web"),
        ({"storage.folder": "/etc"}, "storage.folder"),
        ({"camera.recording": "/etc/shadow"}, "camera.recording"),
        ({"camera.analysis_size": {"yaml": "[640"}}, "camera.analysis_size"),
        ({"nowhere": 3}, "nowhere"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_reason_and_nothing_is_written(
    page: Page, changes: dict[str, Any], key: str
) -> None:
    before = page.config.read_bytes()
    answer = page.ask("/api/settings", "PUT", changes)
    assert answer.status == 422
    assert [one["key"] for one in answer.json()["problems"]] == [key]
    assert page.config.read_bytes() == before


def test_a_broken_file_is_told_and_left_alone(page: Page) -> None:
    page.config.write_text("rule:\n  cooldown_seconds: soon\n")
    assert page.ask("/api/settings").status == 422
    assert page.ask("/api/settings", "PUT", {"rule.cooldown_seconds": 1}).status == 422
    assert page.config.read_text() == "rule:\n  cooldown_seconds: soon\n"


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
    bits = tmp_path / "sys/devices/platform/soc/soc:firmware/get_throttled"
    for file, text in ((heat, "61234\n"), (bits, "50005\n")):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    found = box(tmp_path, Machine(tmp_path))
    assert found["temperature"] == 61.2
    assert found["throttled"] == ["under-voltage now", "throttled now"]
    elsewhere = box(tmp_path / "nowhere", Machine(tmp_path / "nowhere"))
    assert elsewhere["temperature"] is elsewhere["throttled"] is elsewhere["free_mb"] is None


def test_the_qr_code_is_the_pages_address(page: Page) -> None:
    answer = page.ask("/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.body


def test_the_page_weighs_less_than_200_kb() -> None:
    static = Path(__file__).parents[1] / "appliance" / "web" / "static"
    assert sum(path.stat().st_size for path in static.iterdir()) <= 200_000


def test_the_page_asks_nobody_else_for_anything() -> None:
    static = Path(__file__).parents[1] / "appliance" / "web" / "static"
    for path in static.iterdir():
        text = path.read_text().replace("http://www.w3.org/", "")
        assert "//" not in "\n".join(line for line in text.splitlines() if "http" in line), path.name


def test_web_password_scrambles_it_into_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("# mine\nweb:\n  enabled: true # yes\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))
    assert main(["web-password", "--config", str(path)]) == 0
    assert matches("open sesame!", load_config(path).web.password)
    assert "# yes" in path.read_text()
    assert "sesame" not in path.read_text() + capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["web-password", "--config", str(path)]) == 2


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
