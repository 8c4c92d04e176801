"""The service and the system that runs it: real sockets, real log streams, the real /proc."""

import logging
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.errors import StorageError
from appliance.system.service import (
    Notifier,
    ask_for_power_off,
    directory,
    is_journal,
    process_uptime,
    setup_logging,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["in a folder", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """What systemd has: a datagram socket, and the environment variable that names it."""
    name = str(tmp_path / "notify") if request.param == "in a folder" else f"@selfie-{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0" + name[1:] if name.startswith("@") else name)
        receiver.settimeout(10)
        yield receiver, {"NOTIFY_SOCKET": name}


@pytest.mark.parametrize(
    ("say", "message"),
    [
        (lambda it: it.ready(), b"READY=1"),
        (lambda it: it.watchdog(), b"WATCHDOG=1"),
        (lambda it: it.stopping(), b"STOPPING=1"),
        (lambda it: it.stopping(75), b"STOPPING=1\nEXTEND_TIMEOUT_USEC=75000000"),
        (lambda it: it.status("armed, 3 people"), b"STATUS=armed, 3 people"),
        (lambda it: it.status("two\nlines\nREADY=1"), b"STATUS=two lines READY=1"),
    ],
)
def test_systemd_hears_it(
    manager: tuple[socket.socket, dict[str, str]], say: Callable[[Notifier], None], message: bytes
) -> None:
    receiver, environ = manager
    say(Notifier(environ))
    assert receiver.recv(1000) == message


def test_nobody_listening_is_not_a_problem(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    Notifier({"NOTIFY_SOCKET": "@gone-" + str(uuid.uuid4())}).watchdog()


PROGRAM = """
import logging
from appliance.system.service import setup_logging
setup_logging(verbose={verbose})
logging.debug("detail")
logging.info("photo kept")
logging.warning("two\\nlines")
logging.error("card full")
"""


def journal_lines(tmp_path: Path, *, journal: bool, verbose: bool = False) -> list[str]:
    """What the program writes to a file that the environment calls the journal, or not."""
    path = tmp_path / "stderr"
    with path.open("wb") as file:
        about = os.fstat(file.fileno())
        stream = f"{about.st_dev}:{about.st_ino}" if journal else "1:1"
        subprocess.run(
            [sys.executable, "-c", PROGRAM.format(verbose=verbose)],
            env=os.environ | {"JOURNAL_STREAM": stream},
            cwd=ROOT,
            stderr=file,
            check=True,
        )
    return path.read_text().splitlines()


def test_in_the_journal_every_line_carries_its_priority(tmp_path: Path) -> None:
    assert journal_lines(tmp_path, journal=True) == [
        "<6>photo kept",
        "<4>two",
        "<4>lines",
        "<3>card full",
    ]


def test_at_a_terminal_lines_are_for_people(tmp_path: Path) -> None:
    assert journal_lines(tmp_path, journal=False) == [
        "photo kept",
        "warning: two",
        "lines",
        "error: card full",
    ]


def test_details_are_told_to_who_asks_for_them(tmp_path: Path) -> None:
    assert journal_lines(tmp_path, journal=True, verbose=True)[0] == "<7>detail"


def test_a_stream_that_is_not_a_file_is_not_the_journal(capsys: pytest.CaptureFixture[str]) -> None:
    assert not is_journal(sys.stderr, {"JOURNAL_STREAM": "1:1"})


def test_log_set_up_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    handlers = logging.getLogger().handlers[:]
    try:
        setup_logging()
        setup_logging()
        logging.warning("once")
        assert capsys.readouterr().err == "warning: once\n"
    finally:
        logging.captureWarnings(False)
        logging.getLogger().handlers[:] = handlers


def test_the_uptime_counts_from_the_start_of_the_process_not_of_python() -> None:
    program = "import time; b = time.clock_gettime(time.CLOCK_BOOTTIME)\n"
    program += "from appliance.system.service import process_uptime; print(b, process_uptime())"
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)
    after = time.clock_gettime(time.CLOCK_BOOTTIME)
    python_runs_at, uptime = map(float, done.stdout.split())
    tick = 1 / os.sysconf("SC_CLK_TCK")
    assert uptime <= after - before + tick
    assert python_runs_at - before <= uptime + tick


def test_a_process_name_with_brackets_and_spaces_does_not_confuse_it(tmp_path: Path) -> None:
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2]
    (tmp_path / "stat").write_text(f"42 (a) b ( c) {fields.strip()}\n")
    assert process_uptime(tmp_path / "stat") == pytest.approx(process_uptime(), abs=1.0)


def test_power_off_is_asked_for_where_the_system_waits_for_it(tmp_path: Path) -> None:
    ask_for_power_off({"RUNTIME_DIRECTORY": f"{tmp_path}:/elsewhere"})
    assert (tmp_path / "power-off").exists()
    with pytest.raises(StorageError, match="Install it"):
        ask_for_power_off({"RUNTIME_DIRECTORY": str(tmp_path / "gone")})


def test_the_first_directory_that_systemd_made_is_the_one_and_without_systemd_there_is_none() -> None:
    assert directory("RUNTIME", {"RUNTIME_DIRECTORY": "/run/a:/run/a/b"}) == Path("/run/a")
    assert directory("STATE", {"RUNTIME_DIRECTORY": "/run/a", "STATE_DIRECTORY": ""}) is None
