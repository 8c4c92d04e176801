"""The demo's page: it says where it is once it is there, and why it is not."""

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance.cli import demo_web
from appliance.config import load_config


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(folder: Path, port: int) -> Path:
    return demo_web.write_configuration(folder, folder / "feed.sock", [("web.port", port)])


@pytest.mark.slow
def test_it_is_announced_once_it_listens(tmp_path: Path) -> None:
    port, ready, ended = free_port(), threading.Event(), threading.Event()
    page = demo_web.PageProcess(configuration(tmp_path, port), tmp_path / "ready.sock", ready.set, ended.set)
    with page:
        assert ready.wait(60)
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    assert page.failed == 0
    assert not ended.is_set()


@pytest.mark.slow
def test_a_port_that_is_taken_ends_it_with_its_reason_and_nothing_is_announced(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ready, ended = threading.Event(), threading.Event()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        path = configuration(tmp_path, other.getsockname()[1])
        with demo_web.PageProcess(path, tmp_path / "ready.sock", ready.set, ended.set) as page:
            assert ended.wait(60)
    assert page.failed == 1
    assert not ready.is_set()
    assert "cannot listen on 127.0.0.1" in capfd.readouterr().err


@pytest.mark.slow
def test_the_demo_with_a_page_ends_when_told_and_says_that_the_camera_program_has_stopped(
    tmp_path: Path,
) -> None:
    arguments = [
        "demo",
        "--web",
        "--camera",
        "--set",
        "camera.source=scene",
        "--set",
        f"web.port={free_port()}",
    ]
    command = [sys.executable, "-m", "appliance", *arguments, "--out", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Open http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert "bytes read" not in errors


def test_a_second_demo_keeps_what_was_set_in_the_first_and_no_other_file_is_touched(tmp_path: Path) -> None:
    mine = tmp_path / "config.yaml"
    mine.write_text("# mine\n")
    made = demo_web.write_configuration(tmp_path, Path("/tmp/a.sock"), [])
    made.write_text(made.read_text().replace("sensitivity: normal", "sensitivity: big"))
    again = demo_web.write_configuration(tmp_path, Path("/tmp/b.sock"), [("web.port", 8001)])
    config = load_config(again)
    assert (config.rule.sensitivity, config.web.port, config.web.socket) == ("big", 8001, "/tmp/b.sock")
    assert mine.read_text() == "# mine\n"
